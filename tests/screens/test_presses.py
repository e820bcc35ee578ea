"""Which presses count."""

from __future__ import annotations

from dataclasses import replace

import pytest

from screens.presses import Presses
from screens.registry import scene_of
from screens.rendering import Rendering
from screens.scene import Scene, Target
from screens.theme import KNOWN_GLASS
from terminal.controls import Field, FieldKind
from terminal.presentation import Presentation
from terminal.view_parts import Entry, Options
from terminal.views import View
from tests.screens.samples import catalogue, groups, samples

SAMPLES = samples()
CATALOGUE = catalogue()


class Hand:
    """Presses with a clock one can move."""

    def __init__(self) -> None:
        self.at = 100.0
        self.presses = Presses(lambda: self.at)

    def show(self, view: View, *, drawn: bool = True) -> Scene:
        scene = scene_of(view, Rendering(CATALOGUE, Presentation(), KNOWN_GLASS["720x1280"]))
        self.presses.shown(scene, view.title, view.guard_ms / 1000)
        if drawn:
            self.presses.drawn()
        return scene

    def target(self, name: str) -> Target:
        assert self.presses.scene is not None
        found = self.presses.scene.target(name)
        assert found is not None
        return found

    def down(self, name: str) -> bool:
        return self.presses.touch_down(1, *self.target(name).box.centre)

    def up(self, name: str) -> Target | None:
        return self.presses.touch_up(1, *self.target(name).box.centre)


@pytest.fixture
def hand() -> Hand:
    return Hand()


def typed(*contents: str) -> View:
    field = Field("id", FieldKind.DIGITS, groups(*contents, current=2), find_help=True)
    return replace(SAMPLES["S09-id"], parts=(Entry(field),))


def test_a_press_counts_on_release_inside_the_box(hand: Hand) -> None:
    hand.show(SAMPLES["S02-home"])
    hand.at += 1
    assert hand.down("apply")
    assert hand.up("apply") is not None


def test_a_press_that_slides_off_does_not_count(hand: Hand) -> None:
    hand.show(SAMPLES["S02-home"])
    hand.at += 1
    hand.down("apply")
    assert hand.up("reserve") is None


@pytest.mark.parametrize(
    ("name", "target", "guard"), [("S02-home", "apply", 0.25), ("S12-confirm", "apply", 0.5)]
)
def test_presses_within_the_guard_time_are_ignored(hand: Hand, name: str, target: str, guard: float) -> None:
    hand.show(SAMPLES[name])
    hand.at += guard - 0.01
    assert not hand.down(target)
    hand.at += 0.02
    assert hand.down(target)


def test_nothing_counts_before_the_view_was_drawn(hand: Hand) -> None:
    hand.show(SAMPLES["S02-home"], drawn=False)
    hand.at += 10
    assert not hand.down("apply")


def test_a_press_that_began_on_an_earlier_view_is_dropped(hand: Hand) -> None:
    hand.show(SAMPLES["S08-confirm-card"])
    hand.at += 1
    hand.down("back")
    hand.show(SAMPLES["S09-id"])
    hand.at += 1
    assert hand.up("back") is None


def test_fast_typing_loses_nothing(hand: Hand) -> None:
    hand.show(typed("5019", "0042", "", ""))
    hand.at += 1
    for count in range(1, 4):
        assert hand.down("id/7")
        hand.show(
            typed("5019", "0042", "7" * count, "")
        )  # the view of the key before arrives while this one is down
        assert hand.up("id/7") is not None
        hand.at += 0.05


def test_a_button_that_appears_while_typing_has_a_guard_time_of_its_own(hand: Hand) -> None:
    hand.show(SAMPLES["S13-pin"])
    hand.at += 1
    hand.show(SAMPLES["S13-pin-ready"])
    hand.at += 0.1
    assert hand.down("pin/1")
    assert not hand.down("ok")
    hand.at += 0.2
    assert hand.down("ok")


def test_a_pressed_key_shows_for_at_least_120_ms(hand: Hand) -> None:
    hand.show(SAMPLES["S02-home"])
    hand.at += 1
    hand.down("apply")
    hand.up("apply")
    hand.at += 0.11
    assert hand.presses.pressed == "apply"
    hand.at += 0.02
    assert hand.presses.pressed == ""


def test_what_is_disabled_takes_no_press(hand: Hand) -> None:
    view = SAMPLES["S02-home"]
    options = view.parts[0]
    assert isinstance(options, Options)
    disabled = tuple(replace(choice, enabled=False) for choice in options.choices)
    hand.show(replace(view, parts=(replace(options, choices=disabled),)))
    hand.at += 1
    assert not hand.down("apply")
