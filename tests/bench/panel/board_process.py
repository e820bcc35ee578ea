"""Starts the GPIO board as the process it is, and asks it through its control socket."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from bench.control_socket import ask

DOOR, PRESENCE = 17, 27


def wait_for(condition: Callable[[], bool], limit_s: float = 5.0) -> None:
    until = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > until:
            raise AssertionError("did not come true in time")
        time.sleep(0.01)


@dataclass
class BoardProcess:
    """`with BoardProcess(folder) as board:` — `board.port` is pigpiod's."""

    folder: Path
    port: int = 0

    def __enter__(self) -> BoardProcess:
        self.start()
        return self

    def start(self) -> None:
        command = [
            sys.executable,
            "-m",
            "bench.panel",
            "--folder",
            str(self.folder),
            "--port",
            str(self.port),
        ]
        command += ["--door", str(DOOR), "--presence", str(PRESENCE)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert self.process.stdout is not None
        self.port = json.loads(self.process.stdout.readline())["port"]

    def kill(self) -> None:
        self.process.kill()
        self._ended()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.terminate()
        self._ended()

    def _ended(self) -> None:
        self.process.wait(5)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def ask(self, **request: Any) -> dict[str, Any]:
        return ask(self.folder / "panel.sock", request)

    def level(self, gpio: int) -> int:
        return int(self.ask(op="status")["pins"].get(str(gpio), 0))

    def timeline(self, gpio: int) -> list[dict[str, Any]]:
        return [one for one in self.ask(op="timeline")["timeline"] if one["gpio"] == gpio]
