"""What counts as missing, and what of it keeps residents out."""

from __future__ import annotations

import pytest

from terminal.ports import ClockState, Condition, DeviceHealth, PaperState, PrinterStatus
from terminal.readiness import Missing, Readiness, readiness

GOOD_READER = DeviceHealth("reader", Condition.GOOD)
PAPER = PrinterStatus(Condition.GOOD, PaperState.FULL)


def state(
    *,
    readers: tuple[DeviceHealth, ...] = (GOOD_READER,),
    printer: PrinterStatus | None = PAPER,
    clock: ClockState = ClockState.SYNCED,
    store_accepts: bool = True,
    online: bool = True,
) -> Readiness:
    return readiness(
        readers=readers, printer=printer, clock=clock, store_accepts=store_accepts, online=online
    )


def test_with_everything_there_nothing_is_missing() -> None:
    assert state() == Readiness(())
    assert state().can_accept
    assert state().can_print


@pytest.mark.parametrize("condition", [Condition.BAD, Condition.UNKNOWN])
def test_one_good_reader_is_enough_and_an_unknown_one_is_none(condition: Condition) -> None:
    other = DeviceHealth("other", condition)
    assert state(readers=(other, GOOD_READER)).can_accept
    assert state(readers=(other,)).missing == (Missing.READER,)
    assert not state(readers=()).can_accept


@pytest.mark.parametrize(
    "printer",
    [
        None,
        PrinterStatus(Condition.UNKNOWN, PaperState.FULL),
        PrinterStatus(Condition.BAD, PaperState.FULL, "cutter"),
        PrinterStatus(Condition.GOOD, PaperState.OUT),
    ],
)
def test_without_a_printer_that_says_it_is_well_no_paper_is_promised(printer: PrinterStatus | None) -> None:
    assert state(printer=printer).missing == (Missing.PAPER,)
    assert state(printer=printer).can_accept
    assert not state(printer=printer).can_print


def test_low_paper_prints_and_is_told() -> None:
    low = state(printer=PrinterStatus(Condition.GOOD, PaperState.LOW))
    assert low.can_print
    assert low.paper_low


@pytest.mark.parametrize("clock", ClockState)
def test_only_an_untrusted_clock_keeps_people_out(clock: ClockState) -> None:
    assert state(clock=clock).can_accept is (clock is not ClockState.UNTRUSTED)


def test_no_connection_alone_keeps_nobody_out() -> None:
    assert state(online=False).missing == (Missing.NETWORK,)
    assert state(online=False).can_accept


def test_missing_things_are_named_in_the_order_of_their_weight() -> None:
    everything = state(
        readers=(), printer=None, clock=ClockState.UNTRUSTED, store_accepts=False, online=False
    )
    assert everything.missing == tuple(Missing)
