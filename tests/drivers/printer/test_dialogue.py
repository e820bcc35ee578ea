"""The dialogue with printers that are odd rather than broken, over a line whose every byte the test sees."""

from __future__ import annotations

import time

import pytest

from bench.paper.machine import Machine
from drivers.printer.dialogue import Dialogue
from drivers.printer.document import EJECT, compose
from drivers.printer.serial import SerialLine
from terminal.ports import Condition, PaperState, Printed, PrinterStatus, PrintRefused
from tests.drivers.printer.papers import LONG, NEXT, SHORT

NO_ANSWER = PrintRefused(PrinterStatus(Condition.UNKNOWN, PaperState.UNKNOWN, "no-answer"))
CLEAR = b"\x10\x14\x08"


class MachineLine(SerialLine):
    """A line straight into the virtual mechanism; `deaf_to` are commands that this model does not have."""

    def __init__(self, deaf_to: tuple[bytes, ...] = (), most_bytes: int = 1 << 20) -> None:
        self.papers: list[bytes] = []
        self.machine = Machine(self.papers.append)
        self.baud = 115_200
        self.lost = False
        self.incoming = b""
        self.written: list[bytes] = []
        self._deaf_to = deaf_to
        self._most_bytes = most_bytes

    def write(self, data: bytes, timeout_s: float) -> bool:
        if len(data) > self._most_bytes:
            self.written.append(data[: self._most_bytes])
            return False
        self.written.append(data)
        if not data.startswith(self._deaf_to or b"\xff\xff"):
            self.incoming += self.machine.receive(data) + self.machine.work(0.0)
        return True

    def read(self, timeout_s: float) -> bytes:
        data, self.incoming = self.incoming, b""
        if not data:
            time.sleep(max(0.0, min(timeout_s, 0.01)))
        return data

    def forget_unsent(self) -> None:
        self.written.append(b"forgotten")

    def forget_unread(self) -> None:
        self.incoming = b""


def test_a_late_answer_to_an_earlier_question_is_not_taken_for_this_one() -> None:
    line = MachineLine()
    line.incoming = b"\x7e\x1a"
    status = Dialogue(line, time.monotonic).ask_status()
    assert status == PrinterStatus(Condition.GOOD, PaperState.FULL)


def test_a_printer_that_does_not_tell_its_status_is_not_printed_on_even_if_it_answers_in_order() -> None:
    line = MachineLine(deaf_to=(b"\x10\x04",))
    assert Dialogue(line, time.monotonic).print(compose(NEXT), EJECT) == NO_ANSWER
    assert line.papers == []


def test_a_model_without_the_clear_command_is_clean_once_it_has_done_what_it_was_sent() -> None:
    line = MachineLine(deaf_to=(CLEAR,))
    dialogue = Dialogue(line, time.monotonic)
    assert dialogue.print(compose(NEXT), EJECT) == Printed()
    assert not dialogue.unclean


def test_a_line_that_takes_no_more_bytes_ends_the_job_and_the_rest_is_thrown_away() -> None:
    line = MachineLine(most_bytes=200)
    dialogue = Dialogue(line, time.monotonic)
    assert dialogue.print(compose(SHORT), EJECT) == NO_ANSWER
    stalled = next(index for index, data in enumerate(line.written) if len(data) == 200)
    assert line.written[stalled + 1] == b"forgotten"
    assert any(data.startswith(CLEAR) for data in line.written[stalled:])
    assert dialogue.torn


def test_the_printer_never_holds_more_than_its_buffer_and_a_question_follows_each_block() -> None:
    line = MachineLine()
    assert Dialogue(line, time.monotonic).print(compose(LONG), EJECT) == Printed()
    blocks = [data for data in line.written if len(data) > 100]
    assert len(blocks) == 2
    assert all(len(data) <= 4096 and data.endswith(b"\x1dr\x01") for data in blocks)


class BusyLine(MachineLine):
    """Its machine answers GS r after a job only together with the answer to the next real-time question: both come
    in one read, as from a machine that was busy or a line that was.
    """

    def __init__(self) -> None:
        super().__init__()
        self._held = b""

    def write(self, data: bytes, timeout_s: float) -> bool:
        super().write(data, timeout_s)
        if len(data) > 100:
            self._held, self.incoming = self.incoming, b""
        elif self._held:
            self.incoming, self._held = self.incoming + self._held, b""
        return True


def test_the_proof_of_a_job_that_comes_in_one_read_with_another_answer_is_not_lost() -> None:
    line = BusyLine()
    dialogue = Dialogue(line, time.monotonic)
    assert dialogue.print(compose(NEXT), EJECT) == Printed()
    assert not dialogue.torn


DRAWER_SHUT = (
    b"\x16"  # what many printers answer to DLE EOT 1; as an answer to DLE EOT 2 it means an open cover
)


class StallingLine(MachineLine):
    """Tells nothing for `stall_s` from its first question or job on; a job's own proof comes `job_s` later still.

    Time is its own: it passes while somebody waits for bytes.
    """

    def __init__(self, stall_s: float, job_s: float = 0.0) -> None:
        super().__init__()
        self._stall_s = stall_s
        self._job_s = job_s
        self.now = 1.0
        self._until = 0.0
        self._owed: list[bytes] = []
        self._proof = b""

    def write(self, data: bytes, timeout_s: float) -> bool:
        is_job = len(data) > 100
        if not self._until and is_job == bool(self._job_s):
            self._until = self.now + self._stall_s
        super().write(data, timeout_s)
        answer, self.incoming = self.incoming, b""
        if is_job:
            self._proof = answer
        else:
            self._owed.append(DRAWER_SHUT if data == b"\x10\x04\x01" else answer)
        return True

    def read(self, timeout_s: float) -> bytes:
        if self._proof and self.now >= self._until + self._job_s:
            proof, self._proof = self._proof, b""
            return proof
        if self._owed and self.now >= self._until:
            return self._owed.pop(0)
        self.now += max(0.0, min(timeout_s, 0.005))
        return b""

    def forget_unread(self) -> None:
        if self.now >= self._until:
            self._owed.clear()


@pytest.mark.parametrize("stall_s", [0.3, 0.45, 0.6, 0.7, 1.0, 1.4])
def test_after_a_stall_a_late_answer_is_not_taken_for_a_fault_of_the_job_in_hand(stall_s: float) -> None:
    line = StallingLine(stall_s, job_s=1.5)
    dialogue = Dialogue(line, lambda: line.now)
    assert dialogue.print(compose(NEXT), EJECT) == Printed()
    assert not dialogue.torn


@pytest.mark.parametrize("stall_s", [0.1, 0.2, 0.3, 0.4, 0.7])
def test_after_a_stall_a_late_answer_is_not_taken_for_a_fault_of_an_idle_printer(stall_s: float) -> None:
    line = StallingLine(stall_s)
    dialogue = Dialogue(line, lambda: line.now)
    seen = {dialogue.ask_status().condition for _ in range(8)}
    assert Condition.BAD not in seen
    assert Condition.GOOD in seen
