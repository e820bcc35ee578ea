"""The 12-key pad: every screen can be worked with 0–9, ＊ and # alone."""

from __future__ import annotations

import asyncio

import pytest

from screens.registry import scene_of
from screens.rendering import Rendering
from screens.scene import Scene
from screens.theme import KNOWN_GLASS
from screens.twelve_keys import DECIDE, after, pressed_by, way_of_focus, with_focus
from terminal.controls import KeyPressed, Pressed
from terminal.presentation import Presentation
from terminal.views import View
from tests.screens.samples import catalogue, samples
from tests.screens.stage import stage

SAMPLES = samples()


def scene(view: View) -> Scene:
    return scene_of(view, Rendering(catalogue(), Presentation(), KNOWN_GLASS["720x1280"]))


def way(view: View) -> tuple[str, ...]:
    return way_of_focus(scene(view), [choice.id for choice in view.choices()])


@pytest.mark.parametrize("name", SAMPLES)
def test_everything_that_can_be_pressed_is_reached_by_star_or_by_a_digit(name: str) -> None:
    shown = scene(SAMPLES[name])
    by_digit = {
        target.id
        for digit in "0123456789"
        if (target := pressed_by(shown, digit)) is not None and target.enabled
    }
    reached = set(way(SAMPLES[name])) | by_digit
    assert reached == {target.id for target in shown.targets if target.enabled}


@pytest.mark.parametrize("name", SAMPLES)
def test_star_goes_to_the_act_before_the_ways_out_and_to_the_tools_last(name: str) -> None:
    ids = way(SAMPLES[name])
    main = SAMPLES[name].main
    for earlier, later in (("back", "stop"), ("stop", "language"), ("back", "language")):
        if {earlier, later} <= set(ids):
            assert ids.index(earlier) < ids.index(later)
    identity = getattr(main, "id", "")
    if identity in ids and "stop" in ids:
        assert ids.index(identity) < ids.index("stop")


def test_star_goes_round_and_begins_with_the_first() -> None:
    ids = way(SAMPLES["S02-home"])
    assert ids[:4] == ("apply", "reserve", "status", "guide")
    assert after(ids, "") == "apply"
    assert after(ids, ids[-1]) == "apply"
    assert after((), "apply") == ""


def test_the_deciding_key_does_nothing_on_the_act_until_star_went_to_it() -> None:
    shown = scene(SAMPLES["S12-confirm"])
    assert pressed_by(shown, DECIDE) is None
    target = pressed_by(shown, DECIDE, "apply")
    assert target is not None
    assert target.answer == Pressed("apply")


def test_digits_find_the_rows_of_the_kana_as_on_a_telephone() -> None:
    shown = scene(SAMPLES["S04-search"])
    found = [pressed_by(shown, digit) for digit in "1290"]
    assert [target.answer for target in found if target] == [
        KeyPressed("name", row) for row in ("あ", "か", "ら", "わ")
    ]


def test_the_ring_is_painted_last_and_around_one_thing_only() -> None:
    shown = with_focus(scene(SAMPLES["X2-stop"]), "stop-now")
    assert [target.id for target in shown.targets if target.focused] == ["stop-now"]
    assert shown.targets[-1].id == "stop-now"
    assert with_focus(shown, "not there") is shown


@pytest.mark.window
async def test_star_and_the_deciding_key_press_what_no_digit_reaches() -> None:
    async with stage() as on:
        await on.show(SAMPLES["S04-services"])
        await asyncio.sleep(0.3)
        for _ in range(6):
            assert on.screen.key("*")
        assert on.screen.key("#")
        assert await on.answer() == Pressed("service-aoba")
        await on.show(SAMPLES["S12-confirm"])
        await asyncio.sleep(0.6)
        assert not on.screen.key("#")
