"""The PN532 emulator as the process it is."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from tests.bench.device_process import DeviceProcess

# The same for every process: keys are kept by this date, and a card keeps its certificate.
NOW = datetime(2026, 4, 1, 10, 0, tzinfo=timezone(timedelta(hours=9)))


class ChipProcess(DeviceProcess):
    """`with ChipProcess(folder, cards) as chip:` — `chip.device` is the serial device."""

    def __init__(self, folder: Path, cards: Path, time_scale: float = 0.0) -> None:
        # The first card of a name makes RSA keys, which takes a second or two.
        super().__init__("bench.nfc", folder / "nfc.sock", patience_s=30.0)
        self.folder, self.cards, self.time_scale = folder, cards, time_scale

    def options(self) -> tuple[object, ...]:
        run = ("--folder", self.folder, "--cards", self.cards)
        return (*run, "--time-scale", self.time_scale, "--now", NOW.isoformat())

    @property
    def device(self) -> str:
        return str(self.announced["device"])

    def ask(self, **request: Any) -> dict[str, Any]:
        reply = super().ask(**request)
        assert reply["ok"], reply
        return reply

    def apdus(self) -> list[str]:
        return [one["what"].split()[1] for one in self.ask(op="log")["log"] if one["what"].startswith("apdu")]
