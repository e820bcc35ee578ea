"""The GPIO board as the process it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.bench.device_process import DeviceProcess

DOOR, PRESENCE = 17, 27


class BoardProcess(DeviceProcess):
    """`with BoardProcess(folder) as board:` — `board.port` is pigpiod's, the same after `kill` and `start`."""

    def __init__(self, folder: Path) -> None:
        super().__init__("bench.panel", folder / "panel.sock")
        self.folder = folder

    @property
    def port(self) -> int:
        return int(self.announced.get("port", 0))

    def options(self) -> tuple[object, ...]:
        return ("--folder", self.folder, "--port", self.port, "--door", DOOR, "--presence", PRESENCE)

    def level(self, gpio: int) -> int:
        return int(self.ask(op="status")["pins"].get(str(gpio), 0))

    def timeline(self, gpio: int) -> list[dict[str, Any]]:
        return [one for one in self.ask(op="timeline")["timeline"] if one["gpio"] == gpio]
