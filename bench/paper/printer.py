"""A virtual ESC/POS printer on a pseudo terminal, with hands: a control socket to take, empty, open and jam it.

`python -m bench.paper --dir DIR --socket PATH [--link PATH] [--paced]` prints the path of the device and serves
until it is terminated. Papers lie in DIR as `paper-0001.bin`, what was taken in DIR/taken.
"""

from __future__ import annotations

import asyncio
import os
import pty
import tty
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from bench.control_socket import serve_control
from bench.paper.machine import Machine

_TICK_S = 0.005  # pace of the mechanism
_BYTES_PER_S = 11_520  # 115,200 baud, 8N1


class VirtualPrinter:
    """Serves from `start` to `stop` in the running event loop. `paced` keeps to 115,200 baud and 150 mm/s."""

    def __init__(
        self,
        folder: Path,
        socket: Path | None = None,
        link: Path | None = None,
        paced: bool = False,
        buffer_size: int = 4096,
    ) -> None:
        self._folder = folder
        self._socket = socket
        self._link = link
        self._paced = paced
        self.machine = Machine(self._keep, buffer_size, 1200.0 if paced else None)
        self.device = ""
        self._master = self._slave = -1
        self._papers = 0
        self._pacemaker: asyncio.Task[None] | None = None
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._plug_in()
        if self._socket is not None:
            self._server = await serve_control(self._socket, self.answer)
        self._pacemaker = asyncio.create_task(self._keep_pace())

    async def stop(self) -> None:
        if self._pacemaker is not None:
            self._pacemaker.cancel()
            await asyncio.gather(self._pacemaker, return_exceptions=True)
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
        self._unplug()

    async def __aenter__(self) -> VirtualPrinter:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    # ------------------------------------------------------------------ the line

    def _plug_in(self) -> None:
        if self._master >= 0:
            return
        self._master, self._slave = (
            pty.openpty()
        )  # the slave stays open, or the master fails between two clients
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.device = os.ttyname(self._slave)
        if self._link is not None:
            self._link.unlink(missing_ok=True)
            self._link.symlink_to(self.device)
        if not self._paced:
            asyncio.get_running_loop().add_reader(self._master, self._hear, 4096)

    def _unplug(self) -> None:
        if self._master < 0:
            return
        if not self._paced:
            asyncio.get_running_loop().remove_reader(self._master)
        if self._link is not None:
            self._link.unlink(missing_ok=True)
        os.close(self._slave)
        os.close(self._master)
        self._master = self._slave = -1

    def _hear(self, count: int) -> None:
        try:
            data = os.read(self._master, count)
        except BlockingIOError:
            return
        self._say(self.machine.receive(data))
        self._work()

    def _work(self) -> None:
        self._say(self.machine.work(asyncio.get_running_loop().time()))

    def _say(self, answers: bytes) -> None:
        if answers and self._master >= 0:
            os.write(self._master, answers)

    async def _keep_pace(self) -> None:
        while True:
            if self._paced and self._master >= 0:
                self._hear(int(_BYTES_PER_S * _TICK_S))
            if self.machine.waiting():
                self._work()
            await asyncio.sleep(_TICK_S if self._paced or self.machine.waiting() else 4 * _TICK_S)

    # ------------------------------------------------------------------ the paper

    def _keep(self, data: bytes) -> None:
        self._papers += 1
        (self._folder / f"paper-{self._papers:04}.bin").write_bytes(data)

    def papers(self) -> list[Path]:
        """Cut papers that nobody took, oldest first."""
        return sorted(self._folder.glob("paper-*.bin"))

    def take(self) -> list[Path]:
        """Takes every paper out of the slot; returns where they are now."""
        taken = self._folder / "taken"
        taken.mkdir(exist_ok=True)
        return [paper.rename(taken / paper.name) for paper in self.papers()]

    # ------------------------------------------------------------------ the hands

    async def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Verbs: take, empty, low, restore, cover (open), jam (part), mend, offline, online, silent, speak, hang,
        unplug, replug, status, papers. `after` (bytes done from now) puts off empty, cover, jam, silent, hang, unplug.
        """
        op = str(request["op"])
        if op == "papers":
            return {"ok": True, "papers": [str(path) for path in self.papers()]}
        if op == "take":
            return {"ok": True, "papers": [str(path) for path in self.take()]}
        if op == "status":
            return {"ok": True, **self._status()}
        happens = self._hands(request).get(op)
        if happens is None:
            return {"ok": False, "error": f"unknown op {op}"}
        if "after" in request:
            self.machine.after(int(request["after"]), happens)
        else:
            happens()
            self._work()
        return {"ok": True}

    def _status(self) -> dict[str, Any]:
        machine = self.machine
        return {
            "device": self.device,
            "plugged": self._master >= 0,
            "faults": vars(machine.faults),
            "waiting": machine.waiting(),
            "loose": len(machine.loose()),
            "papers": len(self.papers()),
            "lost_bytes": machine.lost_bytes,
            "unknown": machine.unknown,
        }

    def _hands(self, request: dict[str, Any]) -> dict[str, Callable[[], None]]:
        part = str(request.get("part", "cutter"))
        opened = bool(request.get("open", True))
        return {
            "empty": lambda: self._set(paper_out=True),
            "low": lambda: self._set(paper_low=True),
            "restore": lambda: self._set(paper_out=False, paper_low=False),
            "cover": lambda: self._set(cover_open=opened),
            "jam": lambda: self._set(jammed=part, error=part),
            "mend": lambda: self._set(jammed=""),
            "offline": lambda: self._set(offline=True),
            "online": lambda: self._set(offline=False),
            "silent": lambda: self._set(silent=True),
            "hang": lambda: self._set(hung=True),
            "speak": lambda: self._set(silent=False, hung=False),
            "unplug": self._unplug,
            "replug": self._replug,
        }

    def _set(self, **faults: bool | str) -> None:
        for name, value in faults.items():
            setattr(self.machine.faults, name, value)

    def _replug(self) -> None:
        self.machine.power_cycle()
        self._plug_in()
