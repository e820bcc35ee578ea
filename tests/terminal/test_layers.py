"""The language list, the stop question and the idle warning, each over every screen: they take presses and nothing else.

What devices tell, what the fleet answers and every limit go on beneath them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from terminal.inbox import Delivered
from terminal.journal.events import CardLeft, VisitEnded
from terminal.ports import Lamp
from terminal.presentation import Language, Presentation
from terminal.views import Accepted, Attract
from tests.terminal.flow import APPLY, RESERVE, FlowStep, after, enter_pin, keys, press, walk
from tests.terminal.rig import Rig, running
from tests.terminal.stations import STATIONS, Station, come_to

IDLE_S = 45

# ------------------------------------------------------------------ layers over every screen


async def language(rig: Rig, station: Station) -> bool:
    """True if the layer now lies there."""
    if rig.view.name == "LanguageChoice":
        return False
    await rig.press("language")
    return rig.view.name == "LanguageChoice"


async def stop(rig: Rig, station: Station) -> bool:
    if not station.typed or not station.stop:
        return False
    await rig.press("stop")
    return rig.view.name == "StopQuestion"


async def idle(rig: Rig, station: Station) -> bool:
    if station.factor is None:
        return False
    await rig.wait(IDLE_S * station.factor)
    return rig.view.name == "IdleWarning"


LAYERS: dict[str, Callable[[Rig, Station], Awaitable[bool]]] = {
    "language": language,
    "stop": stop,
    "idle": idle,
}
#: What takes the layer away again.
BACK = {"language": "back", "stop": "continue", "idle": "more-time"}


async def _door(rig: Rig) -> None:
    await rig.door(open=True)


async def _nobody(rig: Rig) -> None:
    await rig.go_away()
    await rig.wait(20)


async def _lifted(rig: Rig) -> None:
    await rig.lift()
    await rig.wait(2)


async def _exchanged(rig: Rig) -> None:
    await rig.lift()
    await rig.lay("resident-1")


async def _unplugged(rig: Rig) -> None:
    rig.readers.unplug()
    await rig.settle()


async def _left_alone(rig: Rig) -> None:
    """Until words stand there; no station's limit is longer than 75 s by 4."""
    for _ in range(75 * 4):
        if not rig.trouble:
            await rig.wait(1)


#: (what happens, code of the words, reason in the audit, only with a card)
ENDINGS: list[tuple[Callable[[Rig], Awaitable[None]], str, str, bool]] = [
    (_door, "C-09", "door-opened", False),
    (_nobody, "V-02", "nobody-there", False),
    (_left_alone, "V-01", "timed-out", False),
    (_lifted, "C-03", "card-lifted", True),
    (_exchanged, "C-04", "other-card", True),
    (_unplugged, "R-01", "reader-lost", True),
]


def _lies(layer: str, station: Station) -> bool:
    match layer:
        case "language":
            return station.view != "LanguageChoice"
        case "stop":
            return station.typed and station.stop
        case _:
            return station.factor is not None


ON_EACH = [(s, layer) for s in STATIONS for layer in LAYERS if _lies(layer, s)]
ENDED = [(s, layer, *row[:3]) for s, layer in ON_EACH for row in ENDINGS if s.card or not row[3]]


def reasons(rig: Rig) -> list[str]:
    return [event.reason for event in rig.noted(VisitEnded) if isinstance(event, VisitEnded)]


@pytest.mark.parametrize(
    ("station", "layer", "end", "code", "reason"),
    ENDED,
    ids=lambda value: getattr(value, "name", None) or getattr(value, "__name__", value),
)
async def test_whatever_ends_a_visit_ends_it_at_once_under_a_layer_too(
    station: Station, layer: str, end: Callable[[Rig], Awaitable[None]], code: str, reason: str
) -> None:
    async with running(Rig()) as rig:
        await come_to(rig, station)
        assert await LAYERS[layer](rig, station)
        await end(rig)
        assert rig.trouble == code
        assert reasons(rig) == [reason]
        assert rig.store.kept == []
        assert rig.printer.papers == []


@pytest.mark.parametrize(("station", "layer"), ON_EACH, ids=lambda value: getattr(value, "name", value))
async def test_who_answers_a_layer_finds_the_screen_as_it_was(station: Station, layer: str) -> None:
    async with running(Rig()) as rig:
        await come_to(rig, station)
        before = rig.view
        assert await LAYERS[layer](rig, station)
        await rig.press(BACK[layer])
        assert rig.view.name == station.view
        if station.name != "id revealed" or layer != "idle":
            assert rig.view == before


async def test_layers_lie_one_on_the_other_and_are_taken_away_one_by_one() -> None:
    async with running(Rig()) as rig:
        await walk(rig, after(APPLY, "RepeatText"))
        await walk(rig, [
            FlowStep("RepeatText", press("stop")),
            FlowStep("StopQuestion", press("language")),
            FlowStep("LanguageChoice", press("language-en")),
            FlowStep("StopQuestion", press("continue")),
            FlowStep("RepeatText", press("language")),
            FlowStep("LanguageChoice", press("language"), press("stop")),
            FlowStep("StopQuestion", press("continue")),
            FlowStep("LanguageChoice", press("back")),
            FlowStep("RepeatText"),
        ])  # fmt: skip
        assert rig.screen.now.presentation.language is Language.EN


# ------------------------------------------------------------------ what devices tell meanwhile


@pytest.mark.parametrize("layer", LAYERS)
async def test_the_only_reader_lost_under_a_layer_of_s7_is_no_secret(layer: str) -> None:
    """As it was found: unplugged under the list, and S7 then waited for a card on no reader."""
    async with running(Rig()) as rig:
        station = await _typed_at_s7(rig)
        assert await LAYERS[layer](rig, station)
        rig.readers.unplug()
        await rig.settle()
        if not rig.trouble:
            await rig.press(BACK[layer])
        assert rig.trouble == "R-01"


@pytest.mark.parametrize("layer", LAYERS)
async def test_a_card_laid_down_under_a_layer_of_s7_is_read_and_waits_for_nothing(layer: str) -> None:
    async with running(Rig()) as rig:
        station = await _typed_at_s7(rig)
        assert await LAYERS[layer](rig, station)
        await rig.lay()
        assert rig.view.name == "ConfirmCard"
        await rig.wait(IDLE_S - 1)
        assert rig.view.name == "ConfirmCard"


async def _typed_at_s7(rig: Rig) -> Station:
    """S7 of somebody who has searched a service by name: there やめる asks."""
    await walk(rig, [*after(APPLY, "ChooseService"), FlowStep("ChooseService", press("search"))])
    await walk(rig, [FlowStep("ChooseService", keys("あ"), press("back"))])
    await walk(rig, APPLY[3:6])
    assert rig.view.name == "PlaceCard"
    return Station("place card", (), "PlaceCard", 2, typed=True)


# ------------------------------------------------------------------ S14 and the words of an ending


async def _at_s14(rig: Rig) -> None:
    await walk(rig, [*APPLY, FlowStep("Accepted")])
    assert isinstance(rig.view, Accepted)
    assert rig.view.take_card


async def test_the_paper_comes_after_20_s_under_the_language_list_too() -> None:
    async with running(Rig()) as rig:
        await _at_s14(rig)
        await rig.wait(5)
        await rig.press("language")
        await rig.wait(14.9)
        assert rig.printer.papers == []
        await rig.wait(0.2)
        assert len(rig.printer.papers) == 1
        assert len(rig.noted(CardLeft)) == 1
        assert rig.view.name == "LanguageChoice"
        await rig.press("language-en")
        assert isinstance(rig.view, Accepted)
        assert rig.screen.now.presentation.language is Language.EN


async def test_the_paper_comes_when_the_card_is_taken_under_the_language_list() -> None:
    async with running(Rig()) as rig:
        await _at_s14(rig)
        await rig.press("language")
        await rig.lift()
        assert len(rig.printer.papers) == 1


async def test_what_the_fleet_answers_under_the_language_list_stands_on_s14_afterwards() -> None:
    async with running(Rig()) as rig:
        await _at_s14(rig)
        await rig.lift()
        await rig.press("language")
        for id_ in [kept.id for kept in rig.store.kept]:
            await rig.put(Delivered(id_))
        await rig.press("back")
        assert "accepted.arrived" in rig.ids()


async def test_the_list_over_s14_ends_with_s14_and_ends_nothing_itself() -> None:
    async with running(Rig()) as rig:
        await _at_s14(rig)
        await rig.lift()
        await rig.wait(30)
        await rig.press("language")
        await rig.wait(74.9)
        assert (reasons(rig), rig.view.name) == ([], "IdleWarning")
        await rig.wait(0.2)
        assert (reasons(rig), rig.view.name) == (["finished"], "Attract")
        assert rig.screen.now.presentation == Presentation()


async def test_a_list_that_nobody_answers_goes_where_nothing_is_lost_by_waiting() -> None:
    async with running(Rig()) as rig:
        for seconds in (IDLE_S - 0.1, 0.2):
            await rig.press("language")
            assert rig.view.name == "LanguageChoice"
            await rig.wait(seconds)
            if seconds > 1:
                assert rig.view.name == "LanguageChoice"
                await rig.press("back")
        await rig.wait(IDLE_S)
        assert isinstance(rig.view, Attract)
        assert rig.store.notes == []


@pytest.mark.parametrize("at", ["the words", "take the card"])
async def test_the_list_over_what_follows_an_ending_neither_ends_it_nor_begins_a_visit(at: str) -> None:
    """As it was found: the list's own limit broke the day's loop, and もう一度 then began a visit with nobody there."""
    async with running(Rig()) as rig:
        await walk(
            rig, [*after(RESERVE, "ConfirmApplication"), FlowStep("ConfirmApplication", press("stop"))]
        )
        await walk(rig, [FlowStep("Trouble", press("again")), FlowStep("TakeCard")])
        await rig.lift()
        assert rig.view.name == "Home"  # もう一度: the loop has begun a second visit at once
        await walk(rig, RESERVE[1:5])
        await rig.press("stop")
        if at == "take the card":
            await walk(rig, [FlowStep("Trouble", press("leave")), FlowStep("TakeCard")])
        await rig.press("language")
        assert rig.view.name == "LanguageChoice"
        await rig.wait(200)
        assert rig.view.name == "TakeCard"
        assert rig.panel.lamps[-1] is Lamp.TAKE
        assert len(rig.noted(CardLeft)) == 1
        await rig.lift()
        assert isinstance(rig.view, Attract)
        assert reasons(rig) == ["stopped", "stopped"]
        assert rig.screen.now.presentation == Presentation()


async def test_words_give_way_at_their_time_under_the_list() -> None:
    async with running(Rig()) as rig:
        await walk(rig, after(RESERVE, "Consent"))
        await rig.press("stop")
        assert rig.trouble == "V-04"
        await rig.wait(30)
        await rig.press("language")
        await rig.wait(29.9)
        assert rig.view.name == "LanguageChoice"
        await rig.wait(0.2)
        assert isinstance(rig.view, Attract)


@pytest.mark.parametrize("end", [_door, _exchanged, _unplugged, _nobody], ids=lambda end: end.__name__)
async def test_nothing_under_a_layer_unsays_what_was_accepted(end: Callable[[Rig], Awaitable[None]]) -> None:
    async with running(Rig()) as rig:
        await walk(rig, after(APPLY, "EnterPin"))
        await walk(rig, [FlowStep("EnterPin", enter_pin()), FlowStep("Accepted", press("language"))])
        await end(rig)
        await rig.wait(200)
        assert "Trouble" not in {shown.view.name for shown in rig.screen.history}
        assert len(rig.store.kept) == 2
        assert len(rig.printer.papers) == 1
        assert reasons(rig) == ["finished"]
