"""Questions to the printer and the job itself, over an open line. Runs in the device thread.

Three kinds of answer (`status`): real-time ones may overtake data; only the in-order one proves that what was
sent before it has been done. A job goes out in blocks that fit the printer's buffer, each followed by GS r 1.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from drivers.printer.serial import SerialLine
from drivers.printer.status import (
    NO_ANSWER,
    NO_DEVICE,
    AnswerKind,
    Answers,
    StatusAnswer,
    needs_error_cause,
    status_of,
)
from terminal.ports import Condition, Printed, PrintedUnproven, PrinterStatus, PrintOutcome, PrintRefused

_ANSWER_S = 0.15  # a printer answers DLE EOT within some ms; python-escpos would wait its whole second
_IN_ORDER_S = 0.5  # GS r with an empty buffer
_CLEAR_S = 0.5
_WATCH_S = 0.2  # how often a waiting job asks whether something is wrong
_SILENT_WATCHES = 8  # so many without an answer: gone, not busy; a loaded machine was seen to hold an answer up for a second
_BLOCK_BYTES = 3072  # printers with the small buffer hold 4096
_STALL_S = 2.0  # the system took no byte for this long
_WAIT_S = 5.0  # for a block, and on top the time that its dots take on the slowest printers, 50 mm/s
_SLOWEST_DOTS_PER_S = 400

_IN_ORDER = b"\x1dr\x01"
_CLEAR = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
_RECOVER = b"\x10\x05\x02"  # DLE ENQ 2: leave a recoverable error, buffers cleared
_ASK = {kind: bytes((0x10, 0x04, kind)) for kind in (1, 2, 3, 4)}


class JobPart(Protocol):
    """Bytes that end at a command boundary and the dots of paper they use."""

    @property
    def data(self) -> bytes: ...
    @property
    def dots(self) -> int: ...


class _Wait(Enum):
    ANSWERED = "answered"
    SILENT = "silent"


@dataclass
class Dialogue:
    """`unclean` says that bytes of an interrupted job may still be in the printer or hang out of it."""

    line: SerialLine
    monotonic: Callable[[], float]
    unclean: bool = True  # whoever was here before us may have left something
    torn: bool = False  # part of a job may be on the paper under the head
    _answers: Answers = field(default_factory=Answers)
    _heard: deque[StatusAnswer] = field(default_factory=deque)  # one read may bring several: none may be lost

    def ask_status(self) -> PrinterStatus:
        """Asks DLE EOT 1, 2, 4 and if needed 3; at most nine times `_ANSWER_S`.

        The answers all look alike, and one that comes late shifts those after it by one: bad news is asked for twice.
        """
        status = self._read_status()
        if status.condition is Condition.BAD and not self.line.lost:
            self._wait_for_any((), _ANSWER_S)  # lets the shifted rest go by
            status = self._read_status()
        return status

    def _read_status(self) -> PrinterStatus:
        self._hush()
        replies: dict[int, int] = {}
        for kind in (1, 2, 4):
            reply = self._ask(kind)
            if reply is None:
                return NO_DEVICE if self.line.lost else NO_ANSWER
            replies[kind] = reply
        cause = self._ask(3) if needs_error_cause(replies[2]) else 0
        return status_of(replies[1], replies[2], cause or 0, replies[4])

    def forget_rest(self) -> None:
        """Empties the printer, also while it cannot print: once paper is back it would be too late."""
        if self.unclean:
            self.unclean = not self._clear()

    def clean_up(self, eject: bytes) -> bool:
        """Empties the printer of an interrupted job and cuts off what it left. True if it is fit for the next one."""
        self.forget_rest()
        if self.unclean:
            # No answer to the clear command: an old model. It is clean once it has done all it was sent.
            self.line.write(_IN_ORDER, _ANSWER_S)
            if self._wait_for(AnswerKind.IN_ORDER, _IN_ORDER_S) is None:
                return False
        self.unclean = False
        if self.torn:
            self.line.write(eject + _IN_ORDER, _STALL_S)
            if self._wait_for(AnswerKind.IN_ORDER, _WAIT_S) is None:
                self.unclean = True
                return False
            self.torn = False
        return True

    def recover(self) -> None:
        """Asks the printer to leave a recoverable error such as a cutter that was freed. Nothing is printed by it."""
        self.unclean = True
        self.line.write(_RECOVER, _ANSWER_S)

    def print(self, parts: Sequence[JobPart], eject: bytes) -> PrintOutcome:
        """One job, once. Whatever goes wrong, the printer is told to forget the rest, now and until it has heard it."""
        status = self.ask_status()
        if status.condition is not Condition.GOOD:
            return PrintRefused(status)
        if not self.clean_up(eject) or not self._in_order():
            self.unclean = True
            return PrintRefused(NO_DEVICE if self.line.lost else NO_ANSWER)
        blocks = _blocks(parts)
        for index, block in enumerate(blocks):
            outcome = self._print_block(block)
            if outcome is _Wait.ANSWERED:
                continue
            self._abandon()
            last = index == len(blocks) - 1
            if outcome is _Wait.SILENT:
                return PrintedUnproven() if last else PrintRefused(NO_DEVICE if self.line.lost else NO_ANSWER)
            return PrintRefused(outcome)
        return Printed()

    def _print_block(self, block: Sequence[JobPart]) -> _Wait | PrinterStatus:
        self.torn = self.unclean = True
        data = b"".join(part.data for part in block) + _IN_ORDER
        if not self.line.write(data, self.line.transmit_s(len(data)) + _STALL_S):
            return NO_DEVICE if self.line.lost else self._ask_why_stalled()
        dots = sum(part.dots for part in block)
        sent = self.monotonic() + self.line.transmit_s(len(data))
        found = self._watch(sent, sent + _WAIT_S + dots / _SLOWEST_DOTS_PER_S)
        if found is _Wait.ANSWERED:
            self.torn = self.unclean = False
        return found

    def _ask_why_stalled(self) -> PrinterStatus:
        """Why no more bytes are taken; a printer that says it is fine all the same counts as not answering."""
        self.line.forget_unsent()
        status = self.ask_status()
        return NO_ANSWER if status.condition is Condition.GOOD else status

    def _watch(self, sent: float, end: float) -> _Wait | PrinterStatus:
        """Waits for the in-order answer; meanwhile, once the bytes are out (`sent`), looks for faults."""
        if self._wait_for(AnswerKind.IN_ORDER, sent - self.monotonic() + _WATCH_S) is not None:
            return _Wait.ANSWERED
        silent = 0
        before: _Wait | PrinterStatus = _Wait.SILENT
        while self.monotonic() < end and not self.line.lost:
            seen = self._glance()
            if seen is _Wait.ANSWERED:
                return seen
            silent = silent + 1 if seen is _Wait.SILENT else 0
            # Twice the same: after a stall a late answer may have been taken for the next question's.
            if isinstance(seen, PrinterStatus) and seen.condition is Condition.BAD and seen == before:
                return seen
            before = seen
            if silent == _SILENT_WATCHES:
                break
            if self._wait_for(AnswerKind.IN_ORDER, _WATCH_S) is not None:
                return _Wait.ANSWERED
        return _Wait.SILENT

    def _glance(self) -> _Wait | PrinterStatus:
        """Status in the middle of a job: like `ask_status`, but an in-order answer in between is not lost."""
        replies: dict[int, int] = {}
        for kind in (1, 2, 4, 3):
            if kind == 3 and not needs_error_cause(replies[2]):
                break
            self._heard = deque(answer for answer in self._heard if answer.kind is AnswerKind.IN_ORDER)
            self.line.write(_ASK[kind], _ANSWER_S)
            reply = self._wait_for_any((AnswerKind.REAL_TIME, AnswerKind.IN_ORDER), _ANSWER_S)
            if reply is None:
                return _Wait.SILENT
            if reply.kind is AnswerKind.IN_ORDER:
                return _Wait.ANSWERED
            replies[kind] = reply.value
        return status_of(replies[1], replies[2], replies.get(3, 0), replies[4])

    def _abandon(self) -> None:
        self.line.forget_unsent()
        self.unclean = not self._clear()

    def _clear(self) -> bool:
        self._hush()
        self.line.write(_CLEAR, _ANSWER_S)
        return self._wait_for(AnswerKind.CLEARED, _CLEAR_S) is not None

    def _in_order(self) -> bool:
        self._hush()
        self.line.write(_IN_ORDER, _ANSWER_S)
        return self._wait_for(AnswerKind.IN_ORDER, _IN_ORDER_S) is not None

    def _ask(self, kind: int) -> int | None:
        self.line.write(_ASK[kind], _ANSWER_S)
        answer = self._wait_for(AnswerKind.REAL_TIME, _ANSWER_S)
        return None if answer is None else answer.value

    def _hush(self) -> None:
        """Late answers to earlier questions must not pass for new ones."""
        self.line.forget_unread()
        self._answers = Answers()
        self._heard.clear()

    def _wait_for(self, kind: AnswerKind, timeout_s: float) -> StatusAnswer | None:
        return self._wait_for_any((kind,), timeout_s)

    def _wait_for_any(self, kinds: Sequence[AnswerKind], timeout_s: float) -> StatusAnswer | None:
        """The first answer of these kinds; others that came before it are dropped, what came after it is kept."""
        end = self.monotonic() + timeout_s
        found = self._take(kinds)
        while found is None and not self.line.lost:
            left = end - self.monotonic()
            self._heard.extend(self._answers.feed(self.line.read(left)))
            found = self._take(kinds)
            if left <= 0:
                break
        return found

    def _take(self, kinds: Sequence[AnswerKind]) -> StatusAnswer | None:
        while self._heard:
            answer = self._heard.popleft()
            if answer.kind in kinds:
                return answer
        return None


def _blocks(parts: Sequence[JobPart]) -> list[list[JobPart]]:
    """Groups parts so that each block fits the printer's buffer; a part larger than that is a block of its own."""
    blocks: list[list[JobPart]] = [[]]
    size = 0
    for part in parts:
        if blocks[-1] and size + len(part.data) > _BLOCK_BYTES:
            blocks.append([])
            size = 0
        blocks[-1].append(part)
        size += len(part.data)
    return blocks
