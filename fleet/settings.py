"""`fleet.toml`: read once, checked whole. One error names every bad key."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec

from contract.settings_file import BadSettings, read_document
from contract.tables import Fault, FaultList, decode

_Table = TypeVar("_Table", bound=msgspec.Struct | None)
_Port = Annotated[int, msgspec.Meta(ge=1, le=65_535, description="1 to 65535", extra={"ja": "1 から 65535"})]
_Pem = Annotated[Path, msgspec.Meta(description="a PEM file", extra={"ja": "PEM ファイルの場所"})]
_Text = Annotated[str, msgspec.Meta(min_length=1)]


class StoreTable(msgspec.Struct, frozen=True):
    """`url` as SQLAlchemy writes it; a relative SQLite path counts from the settings file."""

    url: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            description='as "sqlite:////var/lib/mynapo-fleet/fleet.db"',
            extra={"ja": '"sqlite:////var/lib/mynapo-fleet/fleet.db" のように'},
        ),
    ]


class BrokerTable(msgspec.Struct, frozen=True):
    host: _Text
    port: _Port
    ca: _Pem
    cert: _Pem
    key: _Pem


class IngestTable(msgspec.Struct, frozen=True):
    """`name` is the common name of its certificate; `root` judges `keys`, which the ingest only passes on."""

    ack_key: _Pem
    ack_kid: _Text
    keys: Path
    root: _Pem
    name: _Text = "fleet-ingest"


#: The port of 見本 (`fleet.sample_programme`); the only one there is until an operator brings theirs.
SAMPLE_PORT = "sample"


class OpenerTable(msgspec.Struct, frozen=True):
    """`sealing_keys`: key id to private key file, old ones included. `demo`: take demo records too. `packs`: the
    programmes and services that terminals offer, as in their own settings.
    """

    sealing_keys: Annotated[dict[str, Path], msgspec.Meta(min_length=1)]
    answer_key: _Pem
    answer_kid: _Text
    person_secret: Path
    card_ca: Annotated[list[Path], msgspec.Meta(min_length=1)]
    accept_test_ca: bool = False
    demo: bool = False
    programme_port: _Text = SAMPLE_PORT
    packs: Annotated[tuple[_Text, ...], msgspec.Meta(min_length=1)] = ("national-2022",)


class SampleTable(msgspec.Struct, frozen=True):
    """見本: which services the sample programme refuses (catalogue id to reason code), and whether it takes back."""

    refuse: dict[str, str] = {}
    withdraws: bool = False


_LOOPBACK_ADDRESSES = frozenset({"127.0.0.1", "::1", "localhost"})
#: The same as a browser writes them into the Host header.
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
#: No lone `*`: it would switch the check off.
_HostName = Annotated[
    str, msgspec.Meta(pattern=r"^(\*\.)?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\Z|^\[[0-9A-Fa-f:.]+\]\Z")
]


class DashboardTable(msgspec.Struct, frozen=True):
    """`host` stays on loopback; who shows the page to others puts a proxy with sign-in before it, and its name
    into `hosts`, the names without port under which the page may be asked for (`*.` at the start: all below).
    """

    host: _Text = "127.0.0.1"
    port: _Port = 8440
    hosts: Annotated[tuple[_HostName, ...], msgspec.Meta(min_length=1)] = LOOPBACK


@dataclass(frozen=True)
class FleetSettings:
    """Tables of processes that do not run on this machine may be absent."""

    store: StoreTable
    broker: BrokerTable | None
    ingest: IngestTable | None
    opener: OpenerTable | None
    sample_programme: SampleTable
    dashboard: DashboardTable


class _File(msgspec.Struct, frozen=True):
    store: StoreTable
    broker: BrokerTable | None = None
    ingest: IngestTable | None = None
    opener: OpenerTable | None = None
    sample_programme: SampleTable = SampleTable()
    dashboard: DashboardTable = DashboardTable()


def read_settings(path: Path) -> FleetSettings | BadSettings:
    """Settings with every file path made absolute (relative ones count from the settings file)."""
    document = read_document(path)
    if isinstance(document, Fault):
        return BadSettings((document,))
    faults = FaultList(str(path))
    file = decode(document, _File, faults)
    if file is not None and file.dashboard.host not in _LOOPBACK_ADDRESSES:
        faults.add(
            "dashboard.host",
            "must be a loopback address",
            "put a proxy with sign-in before it",
            rule_ja="この機械の中だけの住所（127.0.0.1 など）ではありません",
            way_out_ja="127.0.0.1 のままにして、サインインのあるプロキシを前に置く",
        )
    if file is not None and file.opener is not None and not file.opener.demo:
        _check_for_real(file.opener, faults)
    if file is None or faults.found:
        return BadSettings(tuple(faults.found))
    folder = path.parent
    return FleetSettings(
        _absolute_store(file.store, folder),
        _absolute_table(file.broker, folder),
        _absolute_table(file.ingest, folder),
        _with_packs(_absolute_table(file.opener, folder), folder),
        file.sample_programme,
        file.dashboard,
    )


def _check_for_real(opener: OpenerTable, faults: FaultList) -> None:
    """What has no place in a fleet that takes real records."""
    if opener.accept_test_ca:
        # Anybody can make cards of a test CA: their records are demo records, whatever a terminal wrote into them.
        faults.add(
            "opener.accept_test_ca",
            "is for a fleet in demo mode",
            "set demo = true beside it, or remove it",
            rule_ja="練習用のセンターのための項目です",
            way_out_ja="demo = true を並べて書くか、この項目を消す",
        )
    if opener.programme_port == SAMPLE_PORT:
        # It would tell real residents できました, and no programme would ever hear of them.
        faults.add(
            "opener.programme_port",
            "`sample` reaches no programme and is for a fleet in demo mode",
            "name the operator's port, or set demo = true",
            rule_ja="sample はどの制度にもつながらず、練習用のセンターのためのものです",
            way_out_ja="運営者の接続先を書くか、demo = true と書く",
        )


def _absolute_table(table: _Table, folder: Path) -> _Table:
    """The same table with absolute paths; None stays None."""
    if table is None:
        return table
    paths = {name: _absolute(getattr(table, name), folder) for name in table.__struct_fields__}
    return type(table)(**paths)


def _with_packs(table: OpenerTable | None, folder: Path) -> OpenerTable | None:
    """Packs named by path count from the settings file too; the others are names."""
    if table is None:
        return None
    packs = (str(folder / pack) if pack.endswith(".toml") else pack for pack in table.packs)
    return msgspec.structs.replace(table, packs=tuple(packs))


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
