"""The window: what it keeps, what it gives up, and what ends it."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

import pytest

from screens.rendering import Told, told_of
from screens.scene import Target, Words
from terminal.controls import KeyPressed, Pressed
from terminal.presentation import Language, Presentation, TextSize
from terminal.views import View
from tests.screens.samples import catalogue, samples
from tests.screens.stage import Stage, stage

SAMPLES = samples()
pytestmark = pytest.mark.window


def painted_words(on: Stage) -> str:
    items = [key[0] for key in on.screen.surface._painter._painted]
    words = [item for item in items if isinstance(item, Words)]
    words += [
        part for item in items if isinstance(item, Target) for part in item.normal if isinstance(part, Words)
    ]
    return "".join(word.text for word in words)


async def test_nothing_of_an_earlier_view_is_kept() -> None:
    async with stage() as on:
        await on.show(SAMPLES["S09-id"])
        assert "5019" in painted_words(on)
        await on.show(SAMPLES["S02-home"])
        assert "5019" not in painted_words(on)
        gc.collect()
        kept = [item for item in gc.get_objects() if type(item) is Words and "5019" in item.text]
        assert kept == []


async def test_typing_a_digit_repaints_little() -> None:
    from dataclasses import replace

    from terminal.controls import Field, FieldKind
    from terminal.view_parts import Entry
    from tests.screens.samples import groups

    def typed(content: str) -> View:
        field = Field("id", FieldKind.DIGITS, groups("5019", "0042", content, "", current=2), find_help=True)
        return replace(SAMPLES["S09-id"], parts=(Entry(field),))

    async with stage() as on:
        await on.show(typed("3"))
        before = dict(on.screen.surface._painter._painted)
        await on.show(typed("37"))
        after = on.screen.surface._painter._painted
        new = [key for key in after if key not in before]
        assert len(new) <= 3, "the group's text and the caret"
        assert all(after[key] is before[key] for key in after if key in before)


async def test_a_change_of_size_or_colour_shows_the_same_view_again() -> None:
    async with stage() as on:
        await on.show(SAMPLES["S02-home"])
        ground = on.screen.scene.ground
        await on.show(SAMPLES["S02-home"], Presentation(high_contrast=True))
        assert on.screen.scene.name == "Home"
        assert on.screen.scene.ground != ground


def tool_label(on: Stage, name: str) -> str:
    return str(on.screen.scene.target(name).label)


async def test_a_tool_says_what_it_was_set_to_for_two_seconds() -> None:
    async with stage() as on:
        await on.show(SAMPLES["S02-home"])
        assert tool_label(on, "size") == "文字"
        await on.show(SAMPLES["S02-home"], Presentation(size=TextSize.LARGE))
        assert tool_label(on, "size") == "大きい"
        await on.show(SAMPLES["S02-home"], Presentation(size=TextSize.LARGE, high_contrast=True))
        assert (tool_label(on, "size"), tool_label(on, "contrast")) == ("文字", "白黒")
        from screens.window import TOLD_S

        async with asyncio.timeout(TOLD_S + 2):
            while tool_label(on, "contrast") != "色":
                on.screen.changed.clear()
                await on.screen.changed.wait()


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (Presentation(), Told.NOTHING),
        (Presentation(size=TextSize.LARGEST), Told.SIZE),
        (Presentation(high_contrast=True), Told.CONTRAST),
        (Presentation(language=Language.EN, size=TextSize.LARGEST), Told.NOTHING),
    ],
    ids=["nothing", "size", "colour", "language"],
)
async def test_only_what_was_pressed_is_told(after: Presentation, told: Told) -> None:
    assert told_of(Presentation(), after) is told


async def test_another_view_in_another_size_tells_nothing() -> None:
    """The next resident's view comes in the usual size, and nobody has pressed anything."""
    async with stage() as on:
        await on.show(SAMPLES["S02-home"], Presentation(size=TextSize.LARGE))
        await on.show(SAMPLES["S01-attract"])
        assert tool_label(on, "size") == "文字"


async def test_a_key_of_the_keypad_presses_what_it_stands_for() -> None:
    async with stage() as on:
        await on.show(SAMPLES["S13-pin"])
        await asyncio.sleep(0.3)
        assert on.screen.key("7")
        assert await on.answer() == KeyPressed("pin", "7")
        await on.show(SAMPLES["X2-stop"])
        assert not on.screen.key("#"), "the guard time holds for keys too"
        await asyncio.sleep(0.3)
        assert on.screen.key("#")
        assert await on.answer() == Pressed("continue")


async def test_a_touch_of_two_fingers_counts_for_each() -> None:
    async with stage() as on:
        await on.show(SAMPLES["S13-pin"])
        await asyncio.sleep(0.3)
        scene = on.screen.scene
        one, two = scene.target("pin/1").box.centre, scene.target("pin/2").box.centre
        presses = on.screen.presses
        assert presses.touch_down(1, *one)
        assert presses.touch_down(2, *two)
        assert presses.touch_up(1, *one).id == "pin/1"
        assert presses.touch_up(2, *two).id == "pin/2"


async def test_a_fault_in_a_callback_ends_the_window() -> None:
    from kivy.clock import Clock

    from screens.theme import KNOWN_GLASS
    from screens.window import KivyScreen

    screen = KivyScreen(KNOWN_GLASS["720x1280"], catalogue())
    running = asyncio.create_task(screen.run())
    screen.show(SAMPLES["S02-home"], Presentation())
    await screen.drawn()

    def fault(_: Any) -> None:
        raise ZeroDivisionError

    Clock.schedule_once(fault, 0)
    with pytest.raises(ZeroDivisionError):
        await asyncio.wait_for(running, 5)


def resident_mb() -> float:
    from pathlib import Path

    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


async def test_frames_do_not_pile_up() -> None:
    """Offscreen nothing waits for a panel: unpainted frames once took 2 MB each."""
    async with stage() as on:
        await on.show(SAMPLES["S09-id"])
        for _ in range(30):
            await on.show(SAMPLES["S09-id"])
        before = resident_mb()
        for _ in range(100):
            await on.show(SAMPLES["S09-id"])
        assert resident_mb() - before < 40
