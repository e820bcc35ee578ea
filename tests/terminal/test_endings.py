"""Every way in which a visit can end, on every screen: which ending, which words, and that nothing stays."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from terminal.enrolment import Draft
from terminal.inbox import Shutdown
from terminal.journal.events import DoorClosed, DoorOpened, VisitEnded
from terminal.ports import Lamp, ReaderLost
from terminal.procedures import signature
from terminal.views import Attract, KeyPressed, Language, Presentation, Pressed, TextSize, Trouble
from terminal.visit import Visit
from tests.terminal.flow import APPLY, ID, FlowStep, after, id_and_codes, press, walk
from tests.terminal.flow import RESERVE as RESERVE_WAY
from tests.terminal.rig import Rig, card, running
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


# ------------------------------------------------------------------ after the ending


@ALL
async def test_words_that_nobody_answers_give_way_to_a_clean_start(station: Station) -> None:
    async with running(Rig()) as rig:
        await come_to(rig, station)
        if rig.view.name != "LanguageChoice":
            await rig.press("size")
        await rig.go_away()
        await rig.wait(20)
        assert rig.trouble == "V-02"
        await rig.wait(61)
        if station.card:
            assert rig.view.name == "TakeCard"
            await rig.wait(3600)
            assert rig.view.name == "TakeCard"
            await rig.lift()
        assert rig.view.name == "Attract"
        assert rig.screen.now.presentation == Presentation()


@pytest.mark.parametrize(
    "station", [s for s in STATIONS if s.card and s.stop and s.view != "LanguageChoice"], ids=lambda s: s.name
)
async def test_beginning_again_waits_for_the_card_to_leave_and_keeps_language_and_size(
    station: Station,
) -> None:
    async with running(Rig()) as rig:
        await come_to(rig, station)
        await rig.press("size")
        await rig.stop_now(typed=station.typed)
        await walk(rig, [FlowStep("Trouble", press("again")), FlowStep("TakeCard")])
        await rig.lift()
        assert rig.view.name == "Home"
        assert rig.screen.now.presentation == Presentation(Language.JA, TextSize.LARGE)


@pytest.mark.parametrize("seconds", [19, 20, 3600])
@pytest.mark.parametrize("by", ["card", "door"])
async def test_who_wants_to_begin_again_and_goes_begins_no_visit(seconds: int, by: str) -> None:
    """もう一度, and then the card lies there, or the door stands open, for hours: whoever comes finds the start."""
    async with running(Rig()) as rig:
        await walk(rig, after(RESERVE_WAY, "EnterPin"))
        await rig.press("stop")
        await walk(rig, [FlowStep("Trouble", press("again")), FlowStep("TakeCard")])
        if by == "door":
            await rig.door(open=True)
            await rig.lift()
        await rig.wait(seconds)
        await (rig.lift() if by == "card" else rig.door(open=False))
        assert rig.view.name == ("Home" if seconds < 20 else "Attract")
        assert rig.screen.now.presentation == Presentation()


async def test_a_door_opened_while_a_card_must_leave_puts_that_off() -> None:
    async with running(Rig()) as rig:
        await walk(rig, after(RESERVE_WAY, "EnterPin"))
        await rig.press("stop")
        await rig.press("leave")
        await rig.door(open=True)
        assert rig.ids()[0] == "out_of_service.door_title"
        await rig.door(open=False)
        await walk(rig, [FlowStep("TakeCard")])
        await rig.lift()
        assert rig.view.name == "Attract"


async def test_the_order_to_stop_is_heard_while_the_door_is_open_and_while_a_card_must_leave() -> None:
    for open_door in (True, False):
        async with running(Rig()) as rig:
            await walk(rig, after(RESERVE_WAY, "EnterPin"))
            await rig.press("stop")
            await rig.press("leave")
            if open_door:
                await rig.door(open=True)
            await rig.stop()
            assert rig.task is not None
            assert rig.task.done()


async def test_what_waits_in_the_inbox_at_the_end_is_forgotten_but_not_the_order_to_stop() -> None:
    async with running(Rig()) as rig:
        await walk(rig, after(RESERVE_WAY, "ConfirmApplication"))
        for event in (Pressed("stop"), KeyPressed("x", "7"), Pressed("again"), Shutdown()):
            rig.inbox.put(event)
        await rig.settle()
        assert rig.task is not None
        assert rig.task.done()
        assert rig.view.name in ("Trouble", "OutOfService")


async def test_what_a_visit_held_is_collected_when_it_ends() -> None:
    own_id = "4071582693047158"  # of this test alone: others may have left theirs to be collected

    def drafts() -> int:
        return sum(isinstance(thing, Draft) and thing.service_id == own_id for thing in gc.get_objects())

    async with running(Rig()) as rig:
        await walk(
            rig, [*after(APPLY, "EnterText"), *id_and_codes(own_id, "123"), FlowStep("ConfirmApplication")]
        )
        assert drafts() >= 1
        await rig.stop_now(typed=True)
        await rig.press("leave")
        await rig.lift()
        rig.screen.history.clear()
        await rig.wait(6)
        assert drafts() == 0
        visits = [
            thing for thing in gc.get_objects() if isinstance(thing, Visit) and thing.around is rig.around
        ]
        assert len(visits) == 1


# ------------------------------------------------------------------ a card that lies there


async def test_a_lying_card_blocks_the_start_and_is_never_read() -> None:
    rig = Rig()
    rig.readers.put(card(), from_start=True)
    async with running(rig):
        assert rig.ids()[0] == "attract.title"
        assert "attract.take_card" in rig.ids()
        assert "start" not in [choice.id for choice in rig.view.choices()]
        await rig.wait(600)
        assert rig.readers.sent == []
        await rig.lift()
        assert "start" in [choice.id for choice in rig.view.choices()]
        await rig.lay()
        assert "start" not in [choice.id for choice in rig.view.choices()]
