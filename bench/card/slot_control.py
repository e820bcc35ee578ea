"""The hand that puts cards in and takes them out: client of the control socket of `bench.card.vpcd`."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from bench.control_socket import ask
from bench.processes import end_in_order

START_S = 10.0


class OrderRefused(Exception):
    """The slot answered {"ok": false}; the text is its error."""


class SlotControl:
    """Orders to one slot. Each method raises OrderRefused for an unknown name, OSError if the process is gone."""

    def __init__(self, control: Path) -> None:
        self.control = control

    def order(self, op: str, **arguments: object) -> dict[str, Any]:
        # The slot serves one at a time, and a hanging card holds it up.
        answer = ask(self.control, {"op": op, **arguments}, timeout_s=30.0)
        if not answer["ok"]:
            raise OrderRefused(answer["error"])
        return answer

    def insert(self, name: str) -> None:
        self.order("insert", name=name)

    def remove(self) -> None:
        self.order("remove")

    def swap(self, name: str) -> None:
        """Another card within one poll of the reader: it lies there without power."""
        self.order("swap", name=name)

    def pull_after(self, apdus: int) -> None:
        """The answer to that APDU (1 = the next) is lost with the card, which has carried it out."""
        self.order("pull-after", apdus=apdus)

    def status(self) -> dict[str, Any]:
        return self.order("status")

    def tries(self, name: str) -> int:
        """Counter of the 利用者証明用 PIN of a card that was in this slot."""
        return int(self.status()["cards"][name]["tries"]["JPKI/0018"])

    def log(self) -> dict[str, list[dict[str, Any]]]:
        """Card name → every file selected, oldest first."""
        accesses: dict[str, list[dict[str, Any]]] = self.order("log")["log"]
        return accesses


class SlotProcess(SlotControl):
    """The slot as a process of its own, started and stopped here."""

    def __init__(
        self,
        port: int,
        control: Path,
        folder: Path,
        now: datetime,
        *,
        seed: int = 0,
        apdu_ms: float = 0.0,
        signature_ms: float = 0.0,
    ) -> None:
        super().__init__(control)
        control.unlink(missing_ok=True)
        options = {
            "--port": port,
            "--control": control,
            "--folder": folder,
            "--now": now.isoformat(),
            "--seed": seed,
            "--apdu-ms": apdu_ms,
            "--signature-ms": signature_ms,
        }
        words = [word for name, value in options.items() for word in (name, str(value))]
        self.process = subprocess.Popen([sys.executable, "-m", "bench.card.vpcd", *words])
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                self.status()
            except (FileNotFoundError, ConnectionRefusedError):
                time.sleep(0.02)
            else:
                return
        self.stop()
        raise RuntimeError("the virtual slot did not come up")

    def stop(self) -> None:
        end_in_order(self.process)
