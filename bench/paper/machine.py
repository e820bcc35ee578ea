"""The virtual printer's mechanism and firmware, without any I/O: bytes in, answers and papers out.

Real-time commands are obeyed as they arrive, even inside picture data; everything else waits in a receive buffer
and is done in order while there is paper, the cover is closed and nothing is jammed. There is no flow control:
what arrives while the buffer is full is lost and counted.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from bench.paper.commands import Command, UnknownCommandError, next_command

_DOTS_PER_FEED = 30  # a rough line, only for the pace of the mechanism
_LINE_COMMANDS = frozenset({"line-feed", "feed-units", "feed-lines", "raster", "cut"})
_INK_COMMANDS = frozenset({"text", "symbol", "raster"})
_REAL_TIME = re.compile(rb"\x10(?:\x04[\x01-\x04]|\x05[\x01\x02]|\x14\x08.{7})", re.DOTALL)
_REAL_TIME_BEGUN = re.compile(rb"\x10(?:[\x04\x05]?|\x14(?:\x08.{0,6})?)\Z", re.DOTALL)
_CLEAR_KEY = b"\x01\x03\x14\x01\x06\x02\x08"
_CLEARED = b"\x37\x25\x00"
_STATUS_FIXED = 0x12  # bits 1 and 4 are always set in an answer to DLE EOT
_DRAWER_HIGH = 0x04  # bit 2 of the answer to DLE EOT 1: pin 3 of the drawer's connector


@dataclass
class Faults:
    """What is wrong with the printer now. `jammed` is the mechanism, `error` what the firmware remembers of it."""

    paper_out: bool = False
    paper_low: bool = False
    cover_open: bool = False
    jammed: str = ""  # "cutter" or "head"
    error: str = ""
    offline: bool = False
    silent: bool = False  # prints, but its answers do not come through
    hung: bool = False  # takes bytes and does nothing

    def stops(self) -> bool:
        return self.paper_out or self.cover_open or bool(self.error) or self.offline or self.hung


@dataclass
class Machine:
    """`finished` is called with the bytes of each paper as it is cut."""

    finished: Callable[[bytes], None]
    buffer_size: int = 4096  # the smaller setting of common receipt printers is 4 KB
    dots_per_s: float | None = None  # None: as fast as possible; 150 mm/s = 1200
    faults: Faults = field(default_factory=Faults)
    drawer_high: bool = True  # as TM printers answer without a drawer: 0x16 to DLE EOT 1, not 0x12
    lost_bytes: int = 0
    unknown: list[str] = field(default_factory=list)
    done_bytes: int = 0
    _held: bytes = b""
    _buffer: bytearray = field(default_factory=bytearray)
    _paper: list[Command] = field(default_factory=list)
    _busy_until: float = 0.0
    _timed: list[tuple[int, Callable[[], None]]] = field(default_factory=list)

    def after(self, count: int, happens: Callable[[], None]) -> None:
        """Lets something happen before the command that would be done beyond `count` more bytes."""
        self._timed.append((self.done_bytes + count, happens))
        self._timed.sort(key=lambda entry: entry[0])

    def receive(self, data: bytes) -> bytes:
        """Takes bytes from the line; returns the real-time answers."""
        data, self._held = self._held + data, b""
        begun = _REAL_TIME_BEGUN.search(data)
        if begun:
            data, self._held = data[: begun.start()], data[begun.start() :]
        answers, at = bytearray(), 0
        for found in _REAL_TIME.finditer(data):
            self._store(data[at : found.start()])
            answers += self._obey_now(found.group())
            at = found.end()
        self._store(data[at:])
        return b"" if self.faults.silent or self.faults.hung else bytes(answers)

    def work(self, now: float) -> bytes:
        """Does what can be done until `now` (seconds); returns the answers that were queued in order."""
        answers = bytearray()
        while self._buffer and not self.faults.stops() and now >= self._busy_until:
            command = self._next()
            if command is None:
                break
            if self._timed and self.done_bytes + len(command.raw) > self._timed[0][0]:
                self._timed.pop(0)[1]()
                continue
            del self._buffer[: len(command.raw)]
            self.done_bytes += len(command.raw)
            answers += self._do(command, now)
        return b"" if self.faults.silent else bytes(answers)

    def loose(self) -> bytes:
        """What has been printed since the last cut, if anything that leaves ink."""
        printed = self._printed()
        if not any(command.name in _INK_COMMANDS for command in printed):
            return b""
        return b"".join(command.raw for command in printed)

    def waiting(self) -> int:
        return len(self._buffer)

    def power_cycle(self) -> None:
        """Buffers are empty after it; what is printed stays printed."""
        self._clear()
        self._held = b""

    def _store(self, data: bytes) -> None:
        room = self.buffer_size - len(self._buffer)
        self._buffer += data[:room]
        self.lost_bytes += max(len(data) - room, 0)

    def _next(self) -> Command | None:
        try:
            return next_command(bytes(self._buffer), 0, self.done_bytes)
        except UnknownCommandError as error:
            self.unknown.append(str(error))
            del self._buffer[0]
            return self._next() if self._buffer else None

    def _do(self, command: Command, now: float) -> bytes:
        if command.name == "transmit-status":
            return bytes(((0x0C if self.faults.paper_out else 0) | (0x03 if self.faults.paper_low else 0),))
        self._paper.append(command)
        if self.dots_per_s and command.name in _LINE_COMMANDS:
            self._busy_until = max(self._busy_until, now) + self._dots(command) / self.dots_per_s
        if command.name == "cut":
            self.finished(b"".join(each.raw for each in self._paper))
            self._paper.clear()
        return b""

    def _dots(self, command: Command) -> int:
        if command.name == "raster":
            return int.from_bytes(command.args[3:5], "little")
        return command.args[0] if command.name == "feed-units" else _DOTS_PER_FEED

    def _printed(self) -> list[Command]:
        """Commands up to the last that moved the paper: text after it is still in the print buffer."""
        moved = [index for index, each in enumerate(self._paper) if each.name in _LINE_COMMANDS]
        return self._paper[: moved[-1] + 1] if moved else []

    def _clear(self) -> None:
        self._buffer.clear()
        printed = self._printed()
        rest = [each for each in self._paper[len(printed) :] if each.name not in _INK_COMMANDS]
        self._paper[:] = printed + rest

    def _obey_now(self, command: bytes) -> bytes:
        if command[1] == 0x04:
            return bytes((_STATUS_FIXED | self._status(command[2]),))
        if command[1] == 0x05:
            if not self.faults.jammed:
                self.faults.error = ""
            if command[2] == 2:
                self._clear()
            return b""
        if command[3:] != _CLEAR_KEY:
            return b""
        self._clear()
        return _CLEARED

    def _status(self, kind: int) -> int:
        faults = self.faults
        if kind == 1:
            return (0x08 if faults.stops() else 0) | (_DRAWER_HIGH if self.drawer_high else 0)
        if kind == 2:
            paper, error = 0x20 if faults.paper_out else 0, 0x40 if faults.error else 0
            return (0x04 if faults.cover_open else 0) | paper | error
        if kind == 3:
            return {"cutter": 0x08, "head": 0x04, "": 0}[faults.error]
        low = 0x0C if faults.paper_low or faults.paper_out else 0
        return low | (0x60 if faults.paper_out else 0)
