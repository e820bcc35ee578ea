"""The uplink's view of `terminal.toml`: tables [terminal] and [uplink]. The terminal judges the rest of the file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import msgspec

from contract.settings_file import BadSettings, read_document, unreadable
from contract.tables import Fault, FaultList, decode
from contract.topics import is_terminal_id
from contract.uplink_table import UplinkTable
from terminal.uplink.certificate import tls_faults

_Text = Annotated[str, msgspec.Meta(min_length=1)]


#: Where each of the three files comes from, in English and Japanese.
_WHENCE = {
    "ca": ("get the broker's CA from the fleet", "中継の CA を運営センターからもらって置く"),
    "cert": (
        "give uplink.csr.pem to the fleet and get the certificate",
        "uplink.csr.pem を運営センターへ渡し、もらった証明書を置く",
    ),
    "key": ("make it with mynapo-provision keys", "mynapo-provision keys で作る"),
}


class _Terminal(msgspec.Struct, frozen=True):
    id: _Text
    data_dir: _Text


@dataclass(frozen=True)
class UplinkSettings:
    """Paths are absolute. See `contract.uplink_table.UplinkTable` for the four figures."""

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


def read_settings(path: Path) -> UplinkSettings | BadSettings:
    """File paths count from the settings file's folder."""
    document = read_document(path)
    if isinstance(document, Fault):
        return BadSettings((document,))
    faults = FaultList(str(path))
    # The terminal's own program owns [terminal] and knows more keys there; in [uplink] an unknown key is a slip.
    terminal = decode(_known_part(document.get("terminal"), _Terminal), _Terminal, faults, "terminal")
    uplink = decode(_table(document.get("uplink")), UplinkTable, faults, "uplink")
    if terminal is not None and not is_terminal_id(terminal.id):
        faults.add(
            "terminal.id",
            "is no terminal id",
            "use 1 to 40 of a-z, 0-9 and -",
            rule_ja="端末の名前として使えません",
            way_out_ja="a-z、0-9、- で 1 から 40 文字にする",
        )
    folder = path.absolute().parent
    if uplink is not None:
        _check_files(uplink, folder, faults)
    if terminal is None or uplink is None or faults.found:
        return BadSettings(tuple(faults.found))
    return UplinkSettings(
        terminal=terminal.id,
        data_dir=folder / terminal.data_dir,
        host=uplink.host,
        port=uplink.port,
        ca=folder / uplink.ca,
        cert=folder / uplink.cert,
        key=folder / uplink.key,
        window=uplink.window,
        reconnect_s=uplink.reconnect_s,
        spread_s=uplink.spread_s,
        resend_s=uplink.resend_s,
    )


def _check_files(uplink: UplinkTable, folder: Path, faults: FaultList) -> None:
    files = {name: folder / getattr(uplink, name) for name in _WHENCE}
    before = len(faults.found)
    for name, file in files.items():
        try:
            file.open("rb").close()
        except OSError as error:
            faults.found.append(unreadable(str(file), f"uplink.{name}", error, *_WHENCE[name]))
    if len(faults.found) == before:
        faults.found.extend(tls_faults(**files))


def _table(raw: object) -> dict[str, Any]:
    return raw if isinstance(raw, dict) else {}


def _known_part(raw: object, kind: type[msgspec.Struct]) -> dict[str, Any]:
    names = {field.name for field in msgspec.structs.fields(kind)}
    return {name: value for name, value in _table(raw).items() if name in names}
