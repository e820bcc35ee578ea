"""The printer port against the virtual printer: every fault before, in the middle of and after a job."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from bench.paper.printer import VirtualPrinter
from drivers.printer.document import EJECT, compose
from drivers.printer.printer import EscPosPrinter
from terminal.ports import (
    Condition,
    Paper,
    PaperState,
    Printed,
    PrintedUnproven,
    PrinterStatus,
    PrintOutcome,
    PrintRefused,
)
from tests.drivers.printer.papers import LAST_WORDS, LONG, NEXT, NORMAL, SHORT

GOOD = PrinterStatus(Condition.GOOD, PaperState.FULL)


def job(paper: Paper) -> bytes:
    return b"".join(part.data for part in compose(paper))


def bad(detail: str, paper: PaperState = PaperState.FULL) -> PrintRefused:
    return PrintRefused(PrinterStatus(Condition.BAD, paper, detail))


SILENCE = PrintRefused(PrinterStatus(Condition.UNKNOWN, PaperState.UNKNOWN, "no-answer"))
UNPLUGGED = bad("no-device", PaperState.UNKNOWN)
UNPROVEN = PrintedUnproven()


@dataclass
class Bench:
    machine: VirtualPrinter
    printer: EscPosPrinter

    async def hand(self, op: str, **more: object) -> None:
        assert (await self.machine.answer({"op": op, **more}))["ok"]

    async def until(self, holds: Callable[[], bool], timeout_s: float = 8.0) -> None:
        end = time.monotonic() + timeout_s
        while not holds():
            assert time.monotonic() < end, f"{self.printer.status()} {self.machine.machine.faults}"
            await asyncio.sleep(0.005)

    def papers(self) -> list[bytes]:
        return [path.read_bytes() for path in self.machine.papers()]


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with VirtualPrinter(tmp_path / "papers", link=tmp_path / "tty") as machine:
        printer = EscPosPrinter(str(tmp_path / "tty"), poll_s=0.05)
        bench = Bench(machine, printer)
        await bench.until(lambda: printer.status() == GOOD)
        yield bench
        await printer.close()
        assert machine.machine.unknown == []
        assert machine.machine.lost_bytes == 0


async def test_a_healthy_printer_prints_exactly_the_job(bench: Bench) -> None:
    assert await bench.printer.print(NORMAL) == Printed()
    assert bench.papers() == [job(NORMAL)]


async def test_a_job_larger_than_the_printers_buffer_loses_nothing(bench: Bench) -> None:
    assert len(job(LONG)) > 4096
    assert await bench.printer.print(LONG) == Printed()
    assert bench.papers() == [job(LONG)]


async def test_jobs_asked_for_at_once_come_out_one_after_the_other(bench: Bench) -> None:
    outcomes = await asyncio.gather(*(bench.printer.print(paper) for paper in (SHORT, NEXT, SHORT)))
    assert outcomes == [Printed()] * 3
    assert bench.papers() == [job(SHORT), job(NEXT), job(SHORT)]


async def test_low_paper_is_good_and_said(bench: Bench) -> None:
    await bench.hand("low")
    await bench.until(lambda: bench.printer.status().paper is PaperState.LOW)
    assert bench.printer.status().condition is Condition.GOOD
    assert await bench.printer.print(NEXT) == Printed()


Verb = tuple[str, dict[str, object]]


@dataclass(frozen=True)
class Fault:
    verb: Verb
    mended: tuple[Verb, ...]
    before: PrintOutcome
    mid: PrintOutcome  # job of one block, in the printer's hands when it happens
    mid_long: PrintOutcome  # job of several blocks: the rest has not gone out
    after: PrintOutcome  # everything is printed and cut, but the printer did not come to say so


FAULTS = {
    "paper out": Fault(
        ("empty", {}),
        (("restore", {}),),
        *[bad("paper-out", PaperState.OUT)] * 4,
    ),
    "cover open": Fault(("cover", {"open": True}), (("cover", {"open": False}),), *[bad("cover-open")] * 4),
    "cutter": Fault(("jam", {"part": "cutter"}), (("mend", {}),), *[bad("cutter")] * 4),
    "head": Fault(("jam", {"part": "head"}), (("mend", {}),), *[bad("error")] * 4),
    "offline": Fault(("offline", {}), (("online", {}),), *[bad("offline")] * 4),
    "silent": Fault(("silent", {}), (("speak", {}),), SILENCE, UNPROVEN, SILENCE, UNPROVEN),
    "hung": Fault(("hang", {}), (("speak", {}),), SILENCE, UNPROVEN, SILENCE, UNPROVEN),
    "unplugged": Fault(("unplug", {}), (("replug", {}),), UNPLUGGED, UNPROVEN, UNPLUGGED, UNPROVEN),
}
# With a broken or unplugged cable the printer prints what it already has, at once and not later.
PRINTS_ON = ("silent", "unplugged")


async def mend(bench: Bench, fault: Fault) -> None:
    for op, more in fault.mended:
        await bench.hand(op, **more)
    await bench.until(lambda: bench.printer.status() == GOOD)


async def next_paper_is_clean(bench: Bench) -> None:
    assert await bench.printer.print(NEXT) == Printed()
    assert bench.papers()[-1] == job(NEXT)


@pytest.mark.parametrize("name", FAULTS)
async def test_a_fault_before_the_job_prints_nothing_then_or_later(bench: Bench, name: str) -> None:
    fault = FAULTS[name]
    op, more = fault.verb
    await bench.hand(op, **more)
    assert await bench.printer.print(SHORT) == fault.before
    await mend(bench, fault)
    assert bench.papers() == []
    await next_paper_is_clean(bench)
    assert len(bench.papers()) == 1


@pytest.mark.parametrize("name", FAULTS)
async def test_the_rest_of_an_interrupted_job_never_comes_out(bench: Bench, name: str) -> None:
    fault = FAULTS[name]
    op, more = fault.verb
    await bench.hand(op, **more, after=len(job(SHORT)) // 2)
    assert await bench.printer.print(SHORT) == fault.mid
    await mend(bench, fault)
    await next_paper_is_clean(bench)
    before = b"".join(bench.papers()[:-1])
    assert (LAST_WORDS.encode("cp932") in before) == (name in PRINTS_ON)
    assert before.endswith(EJECT)  # what was on the paper was cut off by itself


@pytest.mark.parametrize("name", FAULTS)
async def test_a_long_job_stops_where_the_fault_came(bench: Bench, name: str) -> None:
    fault = FAULTS[name]
    op, more = fault.verb
    await bench.hand(op, **more, after=1000)
    assert await bench.printer.print(LONG) == fault.mid_long
    await mend(bench, fault)
    await next_paper_is_clean(bench)
    assert LAST_WORDS.encode("cp932") not in b"".join(bench.papers())


@pytest.mark.parametrize("name", FAULTS)
async def test_a_fault_after_the_cut_leaves_one_whole_paper_and_no_second(bench: Bench, name: str) -> None:
    fault = FAULTS[name]
    op, more = fault.verb
    asked_first = len(b"\x1dr\x01")
    await bench.hand(op, **more, after=asked_first + len(job(SHORT)))
    assert await bench.printer.print(SHORT) == fault.after
    assert bench.papers() == [job(SHORT)]
    await mend(bench, fault)
    await next_paper_is_clean(bench)
    assert bench.papers().count(job(SHORT)) == 1
    assert b"".join(bench.papers()).count(LAST_WORDS.encode("cp932")) == 1


@pytest.mark.parametrize(
    ("op", "status"),
    [
        ("silent", PrinterStatus(Condition.UNKNOWN, PaperState.UNKNOWN, "no-answer")),
        ("hang", PrinterStatus(Condition.UNKNOWN, PaperState.UNKNOWN, "no-answer")),
        ("empty", PrinterStatus(Condition.BAD, PaperState.OUT, "paper-out")),
        ("unplug", PrinterStatus(Condition.BAD, PaperState.UNKNOWN, "no-device")),
    ],
)
async def test_the_idle_driver_notices_by_itself(bench: Bench, op: str, status: PrinterStatus) -> None:
    await bench.hand(op)
    await bench.until(lambda: bench.printer.status() == status)


async def test_a_printer_that_stays_broken_is_never_good_in_between(bench: Bench) -> None:
    await bench.hand("jam", part="cutter")
    await bench.until(lambda: bench.printer.status().detail == "cutter")
    for _ in range(30):
        assert bench.printer.status().detail == "cutter"
        await asyncio.sleep(0.01)


async def test_a_call_cancelled_before_its_turn_prints_nothing(bench: Bench) -> None:
    first = asyncio.create_task(bench.printer.print(LONG))
    second = asyncio.create_task(bench.printer.print(SHORT))
    await asyncio.sleep(0)
    second.cancel()
    assert await first == Printed()
    assert await bench.printer.print(NEXT) == Printed()
    assert bench.papers() == [job(LONG), job(NEXT)]


async def test_a_closed_printer_refuses(bench: Bench) -> None:
    await bench.printer.close()
    closed = PrinterStatus(Condition.UNKNOWN, PaperState.UNKNOWN, "closed")
    assert bench.printer.status() == closed
    assert await bench.printer.print(NEXT) == PrintRefused(closed)


async def test_a_device_that_is_not_there_is_bad_and_found_later(tmp_path: Path) -> None:
    printer = EscPosPrinter(str(tmp_path / "tty"), poll_s=0.05)
    try:
        assert await printer.print(NEXT) == UNPLUGGED
        async with VirtualPrinter(tmp_path / "papers", link=tmp_path / "tty") as machine:
            await Bench(machine, printer).until(lambda: printer.status() == GOOD)
            assert await printer.print(NEXT) == Printed()
    finally:
        await printer.close()


@pytest.mark.parametrize("content", [b"", b"no terminal at all"])
async def test_a_file_in_the_devices_place_is_no_printer(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "tty").write_bytes(content)
    printer = EscPosPrinter(str(tmp_path / "tty"), poll_s=0.05)
    try:
        assert await printer.print(NEXT) == UNPLUGGED
    finally:
        await printer.close()
    assert (tmp_path / "tty").read_bytes() == content


async def test_leftovers_of_the_process_before_us_are_cleared_before_our_first_paper(tmp_path: Path) -> None:
    async with VirtualPrinter(tmp_path / "papers", link=tmp_path / "tty") as machine:
        machine.machine.faults.paper_out = True
        machine.machine.receive(job(SHORT))
        printer = EscPosPrinter(str(tmp_path / "tty"), poll_s=0.05)
        bench = Bench(machine, printer)
        await bench.until(lambda: printer.status().detail == "paper-out")
        await bench.hand("restore")
        await bench.until(lambda: printer.status() == GOOD)
        assert await printer.print(NEXT) == Printed()
        await printer.close()
        assert LAST_WORDS.encode("cp932") not in b"".join(bench.papers())


async def test_a_job_at_115200_baud_and_150_mm_a_second_is_proven_too(tmp_path: Path) -> None:
    async with VirtualPrinter(tmp_path / "papers", link=tmp_path / "tty", paced=True) as machine:
        printer = EscPosPrinter(str(tmp_path / "tty"), poll_s=0.05)
        bench = Bench(machine, printer)
        await bench.until(lambda: printer.status() == GOOD)
        assert await printer.print(NORMAL) == Printed()
        assert bench.papers() == [job(NORMAL)]
        assert machine.machine.lost_bytes == 0
        await printer.close()


def test_importing_the_port_does_not_import_escpos_or_pyserial() -> None:
    code = (
        "import sys, drivers.printer.printer\n"
        "print([name for name in ('escpos', 'serial', 'PIL') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
