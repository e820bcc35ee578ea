"""What restarts a time limit and what does not: people do, devices never; on every screen of a visit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from terminal.controls import Pressed
from terminal.inbox import Delivered
from terminal.journal.events import VisitEnded
from terminal.ports import DoorChanged, PresenceChanged, ReaderKind
from tests.terminal.fakes import CardTable
from tests.terminal.flow import APPLY, RESERVE, after, walk
from tests.terminal.rig import Rig, card, running
from tests.terminal.stations import STATIONS, Station, come_to

ALL = pytest.mark.parametrize("station", STATIONS, ids=lambda station: station.name)


def reasons(rig: Rig) -> list[str]:
    return [event.reason for event in rig.noted(VisitEnded) if isinstance(event, VisitEnded)]


# ------------------------------------------------------------------ device noise


def flap(rig: Rig) -> None:
    rig.readers.unplug("other")
    rig.readers.plug("other")


def brush(rig: Rig) -> None:
    """A card held to the other reader and gone again, while one is bound."""
    rig.readers.put(card("resident-1"), "other")
    rig.readers.take("other")


#: Everything that devices and the fleet may tell without anybody being there. None of it is a person.
NOISE: dict[str, Callable[[Rig], object]] = {
    "another reader comes and goes": flap,
    "a card at another reader": brush,
    "somebody else's record arrived": lambda rig: rig.inbox.put(Delivered("0" * 32)),
    "somebody is there, told again": lambda rig: rig.inbox.put(PresenceChanged(True)),
    "the door is closed, told again": lambda rig: rig.inbox.put(DoorChanged(False)),
}


#: Before a card is bound, a card at any reader is somebody's.
AT_EACH = [(s, noise) for s in STATIONS if s.factor for noise in NOISE if s.card or NOISE[noise] is not brush]


@pytest.mark.parametrize(("station", "noise"), AT_EACH, ids=lambda value: getattr(value, "name", value))
async def test_device_noise_neither_puts_off_the_warning_nor_the_end(station: Station, noise: str) -> None:
    assert station.factor is not None
    async with running(Rig(readers=CardTable("reader", "other"))) as rig:
        await come_to(rig, station)
        began, step = rig.clock.passed, 7.0 * station.factor
        while rig.clock.passed + step < began + 45 * station.factor:
            await rig.wait(step)
            NOISE[noise](rig)
            await rig.settle()
            assert rig.view.name == station.view
        await rig.wait(began + 45 * station.factor - rig.clock.passed)
        assert rig.view.name == "IdleWarning"
        while rig.clock.passed + step < began + 75 * station.factor:
            NOISE[noise](rig)
            await rig.settle()
            assert rig.view.name == "IdleWarning"
            await rig.wait(step)
        await rig.wait(began + 75 * station.factor - rig.clock.passed)
        assert rig.trouble == "V-01"
        assert reasons(rig) == ["timed-out"]


async def test_a_reader_that_changes_the_words_of_s7_does_not_give_it_more_time() -> None:
    """With two kinds of readers the title follows the one that works; a new title is no new question."""
    rig = Rig(readers=CardTable("reader", "other"))
    kinds = {True: ReaderKind.CONTACT, False: ReaderKind.FIELD}
    rig.facilities = replace(rig.facilities, reader_kind=lambda: kinds["other" in rig.readers.lost])
    rig.terminal = replace(rig.terminal, facilities=rig.facilities)
    async with running(rig):
        await walk(rig, after(RESERVE, "PlaceCard"))
        titles = set()
        for n in range(14):
            (rig.readers.plug if n % 2 else rig.readers.unplug)("other")
            await rig.settle()
            titles.add(rig.ids()[0])
            await rig.wait(10)
        assert {"card.insert_title", "card.lay_title"} <= titles
        await rig.wait(10)
        assert rig.trouble == "V-01"


async def test_with_a_flapping_reader_a_left_confirmation_is_warned_about_and_ended() -> None:
    """As it was found: two hours of one flap a minute left the confirmation standing, uncovered."""
    async with running(Rig(readers=CardTable("reader", "other"))) as rig:
        await walk(rig, after(APPLY, "ConfirmApplication"))
        for _ in range(3):
            await rig.wait(60)
            flap(rig)
            await rig.settle()
        assert rig.trouble == "V-01"


async def test_a_press_restarts_the_time_though_the_screen_stays_the_same() -> None:
    async with running(Rig()) as rig:
        await walk(rig, after(APPLY, "Consent"))
        for _ in range(3):
            await rig.wait(45 * 4 - 1)
            assert rig.view.name == "Consent"
            await rig.press("size")
        await rig.wait(45 * 4)
        assert rig.view.name == "IdleWarning"


# ------------------------------------------------------------------ presence and presses


@ALL
async def test_a_press_uncovers_but_the_sensor_that_says_nobody_covers_again(station: Station) -> None:
    """The panel tells changes only: after a press nothing more comes from it when that person leaves."""
    async with running(Rig()) as rig:
        await come_to(rig, station)
        await rig.go_away()
        await rig.wait(10)
        assert rig.covered
        for _ in range(2):
            await rig.put(Pressed("size"))
            assert not rig.covered
            await rig.wait(4.9)
            assert not rig.covered
            await rig.wait(0.2)
            assert rig.covered
        await rig.wait(14.8)
        assert rig.trouble == ""
        await rig.wait(0.2)
        assert rig.trouble == "V-02"
        assert reasons(rig) == ["nobody-there"]


@ALL
async def test_what_the_sensor_said_before_the_visit_counts_in_it(station: Station) -> None:
    async with running(Rig()) as rig:
        await rig.go_away()
        await rig.wait(600)
        await come_to(rig, station)
        await rig.wait(4.9)
        assert not rig.covered
        await rig.wait(0.2)
        assert rig.covered
        await rig.wait(15)
        assert rig.trouble == "V-02"


@ALL
async def test_a_sensor_that_repeats_that_nobody_is_there_gives_no_more_time(station: Station) -> None:
    async with running(Rig()) as rig:
        await come_to(rig, station)
        for _ in range(5):
            await rig.go_away()
            await rig.wait(4)
        assert rig.trouble == "V-02"


@ALL
async def test_who_was_pressed_for_and_seen_again_is_not_counted_away(station: Station) -> None:
    async with running(Rig()) as rig:
        await come_to(rig, station)
        await rig.go_away()
        await rig.wait(3)
        await rig.put(Pressed("size"))
        await rig.wait(3)
        await rig.come()
        await rig.wait(30)
        assert (rig.covered, rig.trouble) == (False, "")


async def test_the_sensors_word_goes_from_a_visit_to_the_next() -> None:
    """Nobody stands there, the words of the ending stand, and something presses もう一度: 20 s later it is over again."""
    async with running(Rig()) as rig:
        await walk(rig, after(RESERVE, "Checklist"))
        await rig.go_away()
        await rig.wait(20)
        await rig.press("again")
        assert rig.view.name == "Home"
        await rig.wait(20)
        assert reasons(rig) == ["nobody-there"] * 2
