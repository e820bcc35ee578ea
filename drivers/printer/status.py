"""What the printer's status bytes mean (ESC/POS DLE EOT n, GS r n, DLE DC4 8). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from terminal.ports import Condition, PaperState, PrinterStatus

# DLE EOT n: answers have bits 1 and 4 set, 0 and 7 clear, whatever n was.
_REAL_TIME_MASK, _REAL_TIME = 0x93, 0x12
# GS r 1: bits 4 and 7 clear; bits 0-1 near-end, 2-3 end.
_IN_ORDER_MASK = 0xF0
CLEARED = b"\x37\x25\x00"


class AnswerKind(Enum):
    REAL_TIME = "real-time"  # to DLE EOT: may overtake everything
    IN_ORDER = "in-order"  # to GS r: everything before it has been done
    CLEARED = "cleared"  # to DLE DC4 8: buffers are empty


@dataclass(frozen=True)
class StatusAnswer:
    kind: AnswerKind
    value: int = 0


class Answers:
    """Sorts the bytes that come from a printer. XON, XOFF and noise are passed over."""

    def __init__(self) -> None:
        self._begun = b""

    def feed(self, data: bytes) -> list[StatusAnswer]:
        found: list[StatusAnswer] = []
        for byte in data:
            begun = self._begun + bytes((byte,))
            if CLEARED.startswith(begun):
                self._begun = begun
                if begun == CLEARED:
                    found.append(StatusAnswer(AnswerKind.CLEARED))
                    self._begun = b""
                continue
            self._begun = b""
            if byte & _REAL_TIME_MASK == _REAL_TIME:
                found.append(StatusAnswer(AnswerKind.REAL_TIME, byte))
            elif byte & _IN_ORDER_MASK == 0:
                found.append(StatusAnswer(AnswerKind.IN_ORDER, byte))
        return found


NO_ANSWER = PrinterStatus(Condition.UNKNOWN, PaperState.UNKNOWN, "no-answer")
NO_DEVICE = PrinterStatus(Condition.BAD, PaperState.UNKNOWN, "no-device")
STARTING = PrinterStatus(Condition.UNKNOWN, PaperState.UNKNOWN, "starting")
CLOSED = PrinterStatus(Condition.UNKNOWN, PaperState.UNKNOWN, "closed")


def needs_error_cause(offline_cause: int) -> bool:
    """Whether the answer to DLE EOT 2 says that DLE EOT 3 has more to tell (bit 6)."""
    return bool(offline_cause & 0x40)


def status_of(printer: int, offline_cause: int, error_cause: int, paper: int) -> PrinterStatus:
    """Meaning of the answers to DLE EOT 1, 2, 3 (0 if not asked) and 4.

    The first of these is named: cover-open, paper-out, cutter, overheated, error, offline.
    """
    sensed = _paper(paper)
    if offline_cause & 0x20:
        sensed = PaperState.OUT
    detail = ""
    if offline_cause & 0x04:
        detail = "cover-open"
    elif sensed is PaperState.OUT:
        detail = "paper-out"
    elif needs_error_cause(offline_cause):
        detail = _error(error_cause)
    elif printer & 0x08:
        detail = "offline"
    return PrinterStatus(Condition.BAD if detail else Condition.GOOD, sensed, detail)


def _paper(answer: int) -> PaperState:
    if answer & 0x60:
        return PaperState.OUT
    return PaperState.LOW if answer & 0x0C else PaperState.FULL


def _error(cause: int) -> str:
    if cause & 0x08:
        return "cutter"
    return "overheated" if cause & 0x40 else "error"
