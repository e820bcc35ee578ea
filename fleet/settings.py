"""`fleet.toml`: read once, checked whole. One error names every bad key."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import msgspec

_Port = Annotated[int, msgspec.Meta(ge=1, le=65_535)]
_Text = Annotated[str, msgspec.Meta(min_length=1)]


class StoreTable(msgspec.Struct, frozen=True):
    """`url` as SQLAlchemy writes it; a relative SQLite path counts from the settings file."""

    url: _Text


class BrokerTable(msgspec.Struct, frozen=True):
    host: _Text
    port: _Port
    ca: Path
    cert: Path
    key: Path


class IngestTable(msgspec.Struct, frozen=True):
    """`name` is the common name of its certificate; `root` judges `keys`, which the ingest only passes on."""

    ack_key: Path
    ack_kid: _Text
    keys: Path
    root: Path
    name: _Text = "fleet-ingest"


class OpenerTable(msgspec.Struct, frozen=True):
    """`sealing_keys`: key id to private key file, old ones included. `demo`: take demo records too."""

    sealing_keys: Annotated[dict[str, Path], msgspec.Meta(min_length=1)]
    answer_key: Path
    answer_kid: _Text
    person_secret: Path
    card_ca: Annotated[list[Path], msgspec.Meta(min_length=1)]
    accept_test_ca: bool = False
    demo: bool = False
    programme_port: _Text = "sample"


class SampleTable(msgspec.Struct, frozen=True):
    """見本: which services the sample programme refuses (catalogue id to reason code), and whether it takes back."""

    refuse: dict[str, str] = {}
    withdraws: bool = False


class DashboardTable(msgspec.Struct, frozen=True):
    """`host` stays on loopback; who shows the page to others puts a proxy with sign-in before it."""

    host: _Text = "127.0.0.1"
    port: _Port = 8440


@dataclass(frozen=True)
class FleetSettings:
    """Tables of processes that do not run on this machine may be absent."""

    store: StoreTable
    broker: BrokerTable | None
    ingest: IngestTable | None
    opener: OpenerTable | None
    sample_programme: SampleTable
    dashboard: DashboardTable


@dataclass(frozen=True)
class SettingsFault:
    """What is wrong with the file, one line a key."""

    path: Path
    faults: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.path}: " + "; ".join(self.faults)


_TABLES: dict[str, type[msgspec.Struct]] = {
    "store": StoreTable,
    "broker": BrokerTable,
    "ingest": IngestTable,
    "opener": OpenerTable,
    "sample_programme": SampleTable,
    "dashboard": DashboardTable,
}
_ALWAYS = frozenset({"store"})
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def read_settings(path: Path) -> FleetSettings | SettingsFault:
    """Settings with every file path made absolute (relative ones count from the settings file)."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return SettingsFault(path, (str(error),))
    faults = [f"{name}: unknown table" for name in document if name not in _TABLES]
    tables: dict[str, Any] = {}
    for name, kind in _TABLES.items():
        if name not in document:
            faults += [f"{name}: table is missing"] if name in _ALWAYS else []
            tables[name] = None
            continue
        tables[name], wrong = _read_table(name, kind, document[name], path.parent)
        faults += wrong
    dashboard = tables["dashboard"] or DashboardTable()
    if dashboard.host not in _LOOPBACK:
        faults.append("dashboard.host: must be a loopback address")
    if faults:
        return SettingsFault(path, tuple(faults))
    store = _absolute_store(tables["store"], path.parent)
    sample = tables["sample_programme"] or SampleTable()
    return FleetSettings(store, tables["broker"], tables["ingest"], tables["opener"], sample, dashboard)


def _read_table(
    name: str, kind: type[msgspec.Struct], table: object, folder: Path
) -> tuple[msgspec.Struct | None, list[str]]:
    """The table, or every key of it that is unknown, missing or of the wrong kind."""
    if not isinstance(table, dict):
        return None, [f"{name}: must be a table"]
    fields = {field.name: field for field in msgspec.structs.fields(kind)}
    faults = [f"{name}.{key}: unknown key" for key in table if key not in fields]
    values: dict[str, Any] = {}
    for key, field in fields.items():
        if key not in table:
            if field.required:
                faults.append(f"{name}.{key}: is missing")
            continue
        try:
            values[key] = _absolute(msgspec.convert(table[key], field.type, dec_hook=_decode), folder)
        except msgspec.ValidationError as error:
            faults.append(f"{name}.{key}: {error}")
    return (kind(**values) if not faults else None), faults


def _decode(kind: type[Any], value: object) -> object:
    if kind is Path and isinstance(value, str) and value:
        return Path(value)
    raise msgspec.ValidationError("must be a file path")


def _absolute(value: Any, folder: Path) -> Any:
    if isinstance(value, Path):
        return folder / value
    if isinstance(value, list):
        return [_absolute(item, folder) for item in value]
    if isinstance(value, dict):
        return {key: _absolute(item, folder) for key, item in value.items()}
    return value


def _absolute_store(store: StoreTable, folder: Path) -> StoreTable:
    prefix = "sqlite:///"
    if not store.url.startswith(prefix) or store.url.startswith(prefix + "/"):
        return store
    return StoreTable(f"{prefix}{(folder / store.url.removeprefix(prefix)).absolute()}")
