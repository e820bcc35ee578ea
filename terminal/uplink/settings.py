"""The uplink's view of `terminal.toml`: tables [terminal] and [uplink]. The terminal judges the rest of the file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import msgspec

from contract.topics import is_terminal_id

_Text = Annotated[str, msgspec.Meta(min_length=1)]


class _Terminal(msgspec.Struct, frozen=True):
    id: _Text
    data_dir: _Text


class _Uplink(msgspec.Struct, frozen=True):
    """`window`: most messages the broker has not confirmed. `reconnect_s`: first pause after a lost connection.

    `spread_s`: the reconnections of a whole fleet are spread over this time. `resend_s`: how long the fleet's
    acknowledgement is awaited before an enrolment is sent again.
    """

    host: _Text
    port: Annotated[int, msgspec.Meta(ge=1, le=65_535)]
    ca: _Text
    cert: _Text
    key: _Text
    window: Annotated[int, msgspec.Meta(ge=1, le=1_000)] = 20
    reconnect_s: Annotated[float, msgspec.Meta(gt=0, le=60)] = 1.0
    spread_s: Annotated[float, msgspec.Meta(ge=0, le=600)] = 5.0
    resend_s: Annotated[float, msgspec.Meta(gt=0, le=600)] = 30.0


@dataclass(frozen=True)
class UplinkSettings:
    """Paths are absolute. See `_Uplink` for the four figures."""

    terminal: str
    data_dir: Path
    host: str
    port: int
    ca: Path
    cert: Path
    key: Path
    window: int
    reconnect_s: float
    spread_s: float
    resend_s: float


@dataclass(frozen=True)
class SettingsFault:
    """What is wrong with the file, each bad key named."""

    path: Path
    faults: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.path}: " + "; ".join(self.faults)


def read_settings(path: Path) -> UplinkSettings | SettingsFault:
    """File paths count from the settings file's folder."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return SettingsFault(path, (str(error),))
    terminal, faults = _values("terminal", _Terminal, document.get("terminal"))
    uplink, more = _values("uplink", _Uplink, document.get("uplink"))
    faults += more
    # The terminal's own program owns [terminal] and knows more keys there; in [uplink] an unknown key is a slip.
    known = {field.name for field in msgspec.structs.fields(_Uplink)}
    table = document.get("uplink")
    faults += (
        [f"uplink.{key}: unknown key" for key in table if key not in known] if isinstance(table, dict) else []
    )
    if "id" in terminal and not is_terminal_id(terminal["id"]):
        faults.append("terminal.id: must be 1 to 40 of a-z, 0-9 and -")
    if faults:
        return SettingsFault(path, tuple(faults))
    folder = path.absolute().parent
    files = {name: folder / uplink.pop(name) for name in ("ca", "cert", "key")}
    missing = tuple(
        f"uplink.{name}: no such file {file}" for name, file in files.items() if not file.is_file()
    )
    if missing:
        return SettingsFault(path, missing)
    return UplinkSettings(terminal=terminal["id"], data_dir=folder / terminal["data_dir"], **files, **uplink)


def _values(name: str, kind: type[msgspec.Struct], table: object) -> tuple[dict[str, Any], list[str]]:
    """The table's values with defaults filled in, and every key that is missing or of the wrong kind."""
    if not isinstance(table, dict):
        return {}, [f"{name}: table is missing"]
    values: dict[str, Any] = {}
    faults: list[str] = []
    for field in msgspec.structs.fields(kind):
        if field.name not in table and field.required:
            faults.append(f"{name}.{field.name}: is missing")
            continue
        try:
            values[field.name] = msgspec.convert(table.get(field.name, field.default), field.type)
        except msgspec.ValidationError as error:
            faults.append(f"{name}.{field.name}: {error}")
    return values, faults
