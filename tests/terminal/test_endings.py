"""Every way in which a visit can end, on every screen: which ending, which words, and that nothing stays."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from terminal.journal.events import DoorClosed, DoorOpened, VisitEnded
from terminal.ports import Lamp, ReaderLost
from terminal.presentation import Presentation
from terminal.procedures import signature
from terminal.views import Attract, Trouble
from tests.terminal.flow import ID, FlowStep, after, press, walk
from tests.terminal.flow import RESERVE as RESERVE_WAY
from tests.terminal.rig import Rig, running
from tests.terminal.stations import STATIONS, Station, come_to

ALL = pytest.mark.parametrize("station", STATIONS, ids=lambda station: station.name)
WITH_CARD = pytest.mark.parametrize(
    "station", [s for s in STATIONS if s.card], ids=lambda station: station.name
)
WITH_LIMIT = pytest.mark.parametrize(
    "station", [s for s in STATIONS if s.factor], ids=lambda station: station.name
)


class SeenBuffer(bytearray):
    """Every PIN buffer of a test."""

    seen: list[SeenBuffer] = []  # noqa: RUF012

    def __init__(self) -> None:
        super().__init__()
        self.seen.append(self)


@pytest.fixture(autouse=True)
def pin_buffers(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[SeenBuffer]]:
    SeenBuffer.seen = []
    monkeypatch.setattr(signature, "bytearray", SeenBuffer, raising=False)
    yield SeenBuffer.seen
    for buffer in SeenBuffer.seen:
        assert not any(buffer), "a PIN was left in its buffer"


async def assert_nothing_stays(rig: Rig, reason: str) -> None:
    """Nothing committed or printed, the audit tells the reason, the card leaves, and the next one finds a clean start."""
    assert rig.store.kept == []
    assert rig.printer.papers == []
    (ended,) = rig.noted(VisitEnded)
    assert isinstance(ended, VisitEnded)
    assert (ended.reason, ended.records) == (reason, 0)
    assert ID not in rig.words().replace(" ", "")
    if isinstance(rig.view, Trouble):
        await rig.press("leave")
    if rig.readers.present():
        assert rig.view.name == "TakeCard"
        assert rig.panel.lamps[-1] is Lamp.TAKE
        await rig.lift()
    if rig.noted(DoorOpened) or reason == "door-opened":
        await rig.door(open=False)
    assert isinstance(rig.view, Attract)
    assert rig.screen.now.presentation == Presentation()
    assert not rig.covered
    assert rig.panel.lamps[-1] is Lamp.OFF
    assert rig.readers.released >= 1
    await rig.press("start")
    assert rig.view.name == "Home"


# ------------------------------------------------------------------ やめる


@ALL
async def test_stop_ends_at_once_or_asks_once_if_something_was_typed(station: Station) -> None:
    async with running(Rig()) as rig:
        await come_to(rig, station)
        before = rig.view
        if station.stop:
            await rig.press("stop")
        if station.typed:
            assert rig.view.name == "StopQuestion"
            if station.stop and station.view != "LanguageChoice":
                await rig.press("continue")
                assert rig.view == before
                await rig.press("stop")
            await rig.press("stop-now")
        assert rig.trouble == "V-04"
        await assert_nothing_stays(rig, "stopped")


# ------------------------------------------------------------------ time


@WITH_LIMIT
async def test_an_idle_warning_covers_everything_and_gives_more_time_more_than_ten_times(
    station: Station,
) -> None:
    async with running(Rig()) as rig:
        await come_to(rig, station)
        assert station.factor is not None
        for _ in range(11):
            await rig.wait(45 * station.factor - 1)
            assert rig.view.name == station.view
            await rig.wait(1)
            assert rig.view.name == "IdleWarning"
            assert ID[:4] not in rig.words()
            await rig.press("more-time")
            assert rig.view.name == station.view
        await rig.wait(75 * station.factor - 1)
        assert rig.view.name == "IdleWarning"
        assert f"あと{1}秒" in rig.words()
        await rig.wait(1)
        assert rig.trouble == "V-01"
        await assert_nothing_stays(rig, "timed-out")


async def test_stop_on_the_idle_warning_asks_as_everywhere() -> None:
    station = next(s for s in STATIONS if s.name == "id half typed")
    async with running(Rig()) as rig:
        await come_to(rig, station)
        await rig.wait(180)
        await walk(rig, [FlowStep("IdleWarning", press("stop")), FlowStep("StopQuestion", press("continue"))])
        assert rig.view.name == "EnterText"
        await rig.wait(180)
        await walk(rig, [FlowStep("IdleWarning", press("stop")), FlowStep("StopQuestion", press("stop-now"))])
        await assert_nothing_stays(rig, "stopped")


# ------------------------------------------------------------------ presence


@ALL
async def test_nobody_there_covers_after_5_s_and_ends_after_20_s(station: Station) -> None:
    async with running(Rig()) as rig:
        await come_to(rig, station)
        await rig.go_away()
        await rig.wait(4.9)
        assert not rig.covered
        await rig.wait(0.2)
        assert rig.covered
        await rig.wait(14.8)
        assert rig.trouble == ""
        await rig.wait(0.2)
        assert rig.trouble == "V-02"
        await assert_nothing_stays(rig, "nobody-there")


@ALL
async def test_who_comes_back_in_time_goes_on_where_they_were(station: Station) -> None:
    async with running(Rig()) as rig:
        await come_to(rig, station)
        before = rig.view
        await rig.go_away()
        await rig.wait(15)
        await rig.come()
        assert not rig.covered
        await rig.wait(15)
        assert rig.trouble == ""
        if station.name != "id revealed":
            assert rig.view == before
        await rig.stop()


# ------------------------------------------------------------------ door, shutdown


@ALL
async def test_an_opened_door_ends_the_visit_and_nothing_begins_until_it_is_closed(station: Station) -> None:
    async with running(Rig()) as rig:
        await come_to(rig, station)
        await rig.door(open=True)
        assert rig.trouble == "C-09"
        await rig.press("leave")
        await rig.lift()
        assert rig.ids()[0] == "out_of_service.door_title"
        assert len(rig.noted(DoorOpened)) == 1
        await assert_nothing_stays(rig, "door-opened")
        assert len(rig.noted(DoorClosed)) == 1


@ALL
async def test_the_order_to_stop_says_what_was_not_done_and_ends_the_loop(station: Station) -> None:
    async with running(Rig()) as rig:
        await come_to(rig, station)
        await rig.stop()
        assert rig.trouble == "V-03"
        assert rig.task is not None
        assert rig.task.done()
        assert rig.store.kept == []
        assert rig.readers.released == 1


# ------------------------------------------------------------------ the card


@WITH_CARD
async def test_a_lifted_card_covers_at_once_and_ends_after_the_gap(station: Station) -> None:
    async with running(Rig()) as rig:
        await come_to(rig, station)
        await rig.lift()
        assert rig.covered
        await rig.wait(1.9)
        assert rig.trouble == ""
        await rig.wait(0.2)
        assert rig.trouble == "C-03"
        await assert_nothing_stays(rig, "card-lifted")


@WITH_CARD
async def test_the_same_card_back_within_the_gap_goes_on(station: Station) -> None:
    async with running(Rig()) as rig:
        await come_to(rig, station)
        before, lying = rig.view, rig.readers.lying["reader"]
        await rig.lift()
        await rig.wait(1.5)
        await rig.lay(lying)
        assert (rig.view, rig.covered) == (before, False)
        await rig.wait(5)
        assert rig.trouble == ""
        assert rig.readers.verifies() == 0
        await rig.stop()


@WITH_CARD
async def test_another_card_within_the_gap_ends_the_visit_without_a_pin(station: Station) -> None:
    async with running(Rig()) as rig:
        await come_to(rig, station)
        await rig.lift()
        await rig.wait(0.5)
        await rig.lay("resident-1")
        assert rig.trouble == "C-04"
        assert rig.readers.verifies() == 0
        await assert_nothing_stays(rig, "other-card")


@WITH_CARD
async def test_a_card_that_is_no_longer_readable_within_the_gap_ends_the_visit(station: Station) -> None:
    async with running(Rig()) as rig:
        await come_to(rig, station)
        await rig.lift()
        await rig.lay("licence")
        assert rig.trouble == "C-03"
        await assert_nothing_stays(rig, "card-lifted")


@WITH_CARD
async def test_a_lost_reader_ends_the_visit(station: Station) -> None:
    async with running(Rig()) as rig:
        await come_to(rig, station)
        rig.readers.lost.add("reader")  # the event alone: a reader may go without its card's edge
        await rig.put(ReaderLost("reader"))
        assert rig.trouble == "R-01"
        rig.readers.lost.clear()
        await assert_nothing_stays(rig, "reader-lost")


@pytest.mark.parametrize("at", ["Home", "Checklist", "Consent", "PlaceCard"])
async def test_the_only_reader_lost_ends_the_visit_when_a_card_is_waited_for(at: str) -> None:
    """Whenever it was lost: nobody is left to wait at S7 for a reader that is not there."""
    async with running(Rig()) as rig:
        await walk(rig, after(RESERVE_WAY, at))
        rig.readers.unplug()
        await rig.settle()
        await walk(rig, RESERVE_WAY[len(after(RESERVE_WAY, at)) : len(after(RESERVE_WAY, "PlaceCard"))])
        assert rig.trouble == "R-01"
        await rig.press("leave")
        assert "out_of_service.reader" in rig.ids()
        rig.readers.plug()
        await rig.settle()
        assert rig.view.name == "Attract"
