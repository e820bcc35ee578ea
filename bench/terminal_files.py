"""`terminal.toml` of a bench run: the keys of the contract, every device virtual, everything on loopback."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from bench.fleet_keys import private_file
from bench.toml_text import toml_text
from terminal.presentation import Language

TERMINAL = "bench-0001"
#: BCM pins of the bench's wiring; free ones on a Raspberry Pi whose UART is used (14, 15).
PINS = {"lamp_wait": 5, "lamp_done": 6, "lamp_trouble": 13, "buzzer": 12, "door": 17, "presence": 27}


class ReaderChoice(StrEnum):
    PCSC = "pcsc"
    NFC = "nfc"
    BOTH = "both"


@dataclass(frozen=True)
class VirtualDevices:
    """Where the virtual devices of a run are. A path or port that is None: not fitted."""

    pcsc_reader: str | None
    nfc_device: Path | None
    printer_device: Path
    panel_port: int


@dataclass(frozen=True)
class TerminalChoices:
    """What may differ from run to run. `size` in px, `limits` as in table [limits] (seconds)."""

    now: datetime
    size: str = "720x1280"
    language: Language = Language.JA
    packs: tuple[str, ...] = ("national-2022", "demo-services")
    limits: Mapping[str, float] | None = None


def write_terminal_toml(
    file: Path,
    choices: TerminalChoices,
    devices: VirtualDevices,
    *,
    keys: Mapping[str, Path],
    card_ca: Path,
    uplink: Mapping[str, object],
    robot: Path,
) -> Path:
    """`keys` has root, sealing_keys and signing_key; `uplink` is the whole table of that name."""
    tables: dict[str, Mapping[str, object]] = {
        "terminal": {
            "id": TERMINAL,
            "data_dir": "data",
            "site": "見本市役所前店",
            "site_address": "東京都見本市例町1-1",
            "now": choices.now,
        },
        "operator": {"name": "見本ポイント案内所", "contact": "00-0000-0000（見本）"},
        "card": {"ca": [str(card_ca)], "accept_test_ca": True},
        "trust": {"root": keys["root"], "sealing_keys": keys["sealing_keys"]},
        "device": {"signing_key": keys["signing_key"]},
        "printer": {"device": devices.printer_device, "baud": 115200, "columns": 48},
        "panel": {"factory": "pigpio", "host": "127.0.0.1", "port": devices.panel_port, **PINS},
        "uplink": uplink,
        "programme": {"packs": list(choices.packs)},
        "screen": {"size": choices.size, "language": choices.language.value, "fullscreen": False},
        "robot": {"socket": str(robot)},
    }
    if devices.pcsc_reader is not None:
        tables["reader.pcsc"] = {"name": devices.pcsc_reader}
    if devices.nfc_device is not None:
        tables["reader.nfc"] = {"device": devices.nfc_device, "chip": "pn532"}
    if choices.limits:
        tables["limits"] = dict(choices.limits)
    return private_file(file, toml_text(tables).encode())
