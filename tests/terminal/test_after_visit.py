"""What follows an ending: its words, the card that must leave, もう一度, and that nothing of the visit is left."""

from __future__ import annotations

import gc

import pytest

from terminal.controls import KeyPressed, Pressed
from terminal.enrolment import Draft
from terminal.inbox import Shutdown
from terminal.presentation import Language, Presentation, TextSize
from terminal.visit import Visit
from tests.terminal.flow import APPLY, FlowStep, after, id_and_codes, press, walk
from tests.terminal.flow import RESERVE as RESERVE_WAY
from tests.terminal.rig import Rig, card, running
from tests.terminal.stations import STATIONS, Station, come_to

ALL = pytest.mark.parametrize("station", STATIONS, ids=lambda station: station.name)


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

    def drafts() -> (
        int
    ):  # by type(): isinstance asks a weak proxy of somebody else for the class of what is gone
        return sum(type(thing) is Draft and thing.service_id == own_id for thing in gc.get_objects())

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
        visits = [thing for thing in gc.get_objects() if type(thing) is Visit and thing.around is rig.around]
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
