"""What the status bytes mean, and that silence means nothing good."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.printer.status import AnswerKind, Answers, status_of
from terminal.ports import Condition, PaperState, PrinterStatus

GOOD, BAD = Condition.GOOD, Condition.BAD


@pytest.mark.parametrize(
    ("printer", "offline_cause", "error_cause", "paper", "status"),
    [
        (0x12, 0x12, 0, 0x12, PrinterStatus(GOOD, PaperState.FULL)),
        (0x12, 0x12, 0, 0x1E, PrinterStatus(GOOD, PaperState.LOW)),
        (0x1A, 0x32, 0, 0x7E, PrinterStatus(BAD, PaperState.OUT, "paper-out")),
        (0x12, 0x12, 0, 0x72, PrinterStatus(BAD, PaperState.OUT, "paper-out")),
        (0x1A, 0x32, 0, 0x12, PrinterStatus(BAD, PaperState.OUT, "paper-out")),
        (0x1A, 0x16, 0, 0x12, PrinterStatus(BAD, PaperState.FULL, "cover-open")),
        (0x1A, 0x36, 0, 0x7E, PrinterStatus(BAD, PaperState.OUT, "cover-open")),
        (0x1A, 0x52, 0x1A, 0x12, PrinterStatus(BAD, PaperState.FULL, "cutter")),
        (0x1A, 0x52, 0x52, 0x12, PrinterStatus(BAD, PaperState.FULL, "overheated")),
        (0x1A, 0x52, 0x16, 0x12, PrinterStatus(BAD, PaperState.FULL, "error")),
        (0x1A, 0x52, 0x32, 0x12, PrinterStatus(BAD, PaperState.FULL, "error")),
        (0x1A, 0x12, 0, 0x12, PrinterStatus(BAD, PaperState.FULL, "offline")),
    ],
)
def test_status_bytes_and_their_meaning(
    printer: int, offline_cause: int, error_cause: int, paper: int, status: PrinterStatus
) -> None:
    assert status_of(printer, offline_cause, error_cause, paper) == status


@pytest.mark.parametrize(
    ("data", "kinds"),
    [
        (b"\x12", [AnswerKind.REAL_TIME]),
        (b"\x7e\x1a", [AnswerKind.REAL_TIME, AnswerKind.REAL_TIME]),
        (b"\x00", [AnswerKind.IN_ORDER]),
        (b"\x0c\x03", [AnswerKind.IN_ORDER, AnswerKind.IN_ORDER]),
        (b"\x37\x25\x00", [AnswerKind.CLEARED]),
        (b"\x37\x25\x00\x00", [AnswerKind.CLEARED, AnswerKind.IN_ORDER]),
        (b"\x37\x12", [AnswerKind.REAL_TIME]),
        (b"\x11\x13", []),  # XON, XOFF
        (b"\xff\x80", []),
    ],
)
def test_answers_are_told_apart_by_their_fixed_bits(data: bytes, kinds: list[AnswerKind]) -> None:
    assert [answer.kind for answer in Answers().feed(data)] == kinds


@given(st.binary(max_size=40), st.integers(0, 40))
def test_it_does_not_matter_how_the_bytes_are_portioned(data: bytes, cut: int) -> None:
    portioned = Answers()
    assert portioned.feed(data[:cut]) + portioned.feed(data[cut:]) == Answers().feed(data)
