"""Starts the PN532 emulator as the process it is, and asks it through its control socket."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import TracebackType
from typing import Any

from bench.control_socket import ask

# The same for every process: keys are kept by this date, and a card keeps its certificate.
NOW = datetime(2026, 4, 1, 10, 0, tzinfo=timezone(timedelta(hours=9)))


@dataclass
class ChipProcess:
    """`with ChipProcess(folder, cards) as chip:` — `chip.device` is the serial device."""

    folder: Path
    cards: Path
    time_scale: float = 0.0

    def __enter__(self) -> ChipProcess:
        self.start()
        return self

    def start(self) -> None:
        command = [
            sys.executable,
            "-m",
            "bench.nfc",
            "--folder",
            str(self.folder),
            "--cards",
            str(self.cards),
        ]
        command += ["--time-scale", str(self.time_scale), "--now", NOW.isoformat()]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert self.process.stdout is not None
        self.device = str(json.loads(self.process.stdout.readline())["device"])

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
        # The first card of a name makes RSA keys, which takes a second or two.
        reply = ask(self.folder / "nfc.sock", request, timeout_s=30.0)
        assert reply["ok"], reply
        return reply

    def apdus(self) -> list[str]:
        return [one["what"].split()[1] for one in self.ask(op="log")["log"] if one["what"].startswith("apdu")]
