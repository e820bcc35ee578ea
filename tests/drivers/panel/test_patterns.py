"""How lamps blink and what the buzzer plays."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.panel.patterns import PATTERNS, TUNES, LampDesk, Pattern, TunePlayer
from terminal.ports import Lamp, Sound

PINS = {Lamp.WAIT: 5, Lamp.DONE: 5, Lamp.TAKE: 6, Lamp.TROUBLE: 7}


@pytest.mark.parametrize("lamp", [lamp for lamp in Lamp if lamp is not Lamp.OFF])
def test_every_lamp_has_a_pattern_below_three_flashes_a_second(lamp: Lamp) -> None:
    pattern = PATTERNS[lamp]
    assert not pattern.off_s or 1 / (pattern.on_s + pattern.off_s) <= 3


@pytest.mark.parametrize("sound", list(Sound))
def test_every_sound_has_a_tune_that_ends(sound: Sound) -> None:
    player = TunePlayer()
    player.play(sound, 100.0)
    heard, now = [], 100.0
    while True:
        heard.append(player.step(now))
        at = player.next_step_at()
        if at is None:
            break
        now = at
    assert heard == [note.sounds for note in TUNES[sound]] + [False]


def test_no_two_tunes_sound_the_same_although_the_buzzer_has_one_tone() -> None:
    assert len(set(TUNES.values())) == len(TUNES)
    for notes in TUNES.values():
        assert all(one.sounds is not other.sounds for one, other in itertools.pairwise(notes))


def test_a_pattern_that_flashes_too_fast_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="3 Hz"):
        Pattern(0.1, 0.1)


def test_no_two_lamps_look_the_same_on_one_pin() -> None:
    assert len({(p.on_s, p.off_s) for p in PATTERNS.values()}) == len(PATTERNS)


def test_only_the_wanted_lamp_is_lit_and_off_puts_it_out() -> None:
    desk = LampDesk(PINS)
    desk.want(Lamp.TAKE, 1.0)
    assert desk.step(1.0) == {5: False, 6: True, 7: False}
    desk.want(Lamp.OFF, 2.0)
    assert desk.step(2.0) == {5: False, 6: False, 7: False}
    assert desk.next_step_at(2.0) is None


def test_a_lamp_that_is_not_fitted_lights_nothing() -> None:
    desk = LampDesk({Lamp.DONE: 5})
    desk.want(Lamp.TROUBLE, 0.0)
    assert desk.step(0.0) == {5: False}


def test_the_same_wish_again_does_not_start_the_pattern_anew() -> None:
    desk = LampDesk(PINS)
    desk.want(Lamp.TAKE, 0.0)
    assert desk.step(0.0)[6]
    desk.want(Lamp.TAKE, 0.5)
    assert not desk.step(0.5)[6]


#: What is played, one after the other at these times -> from when to when it is heard.
HEARD = {
    "a key alone": ([(0.0, Sound.KEY)], [(0.0, 0.05)]),
    "two keys in a hurry": ([(0.0, Sound.KEY), (0.03, Sound.KEY)], [(0.0, 0.08)]),
    "accepted, and its key was heard before": ([(0.0, Sound.KEY), (0.02, Sound.DONE)], [(0.0, 0.62)]),
    "a key while something was accepted": ([(0.0, Sound.DONE), (0.3, Sound.KEY)], [(0.0, 0.6)]),
    "accepted, then the card is asked for": (
        [(0.0, Sound.DONE), (0.01, Sound.TAKE_CARD)],
        [(0.0, 0.6), (0.9, 1.3), (1.6, 2.0), (2.3, 2.7)],
    ),
    "a key after the tune": ([(0.0, Sound.DONE), (0.7, Sound.KEY)], [(0.0, 0.6), (0.7, 0.75)]),
}


@pytest.mark.parametrize(("played", "heard"), HEARD.values(), ids=HEARD)
def test_a_key_cuts_no_tune_short_and_no_tune_another(
    played: list[tuple[float, Sound]], heard: list[tuple[float, float]]
) -> None:
    player, sounding = TunePlayer(), []
    for hundredth in range(400):
        now = hundredth / 100
        for at, sound in played:
            if round(at * 100) == hundredth:
                player.play(sound, now)
        sounding.append(player.step(now + 0.005))
    expected = [any(start <= h / 100 + 0.005 < end for start, end in heard) for h in range(400)]
    assert sounding == expected


def test_however_often_it_is_told_the_buzzer_is_silent_soon_after() -> None:
    player = TunePlayer()
    for _ in range(1000):
        player.play(Sound.TAKE_CARD, 0.0)
    assert not player.step(5.0)
    assert player.next_step_at() is None


@given(st.lists(st.tuples(st.floats(0.0, 0.5), st.sampled_from(list(Lamp))), max_size=60))
def test_however_wishes_come_no_pin_flashes_more_than_three_times_a_second(
    wishes: list[tuple[float, Lamp]],
) -> None:
    desk = LampDesk(PINS)
    now, rises, before = 0.0, {5: [], 6: [], 7: []}, desk.step(0.0)  # type: ignore[var-annotated]

    def look() -> None:
        nonlocal before
        after = desk.step(now)
        for pin, lit in after.items():
            if lit and not before[pin]:
                rises[pin].append(now)
        before = after

    for pause, lamp in wishes:
        until = now + pause
        for _ in range(100):
            step = desk.next_step_at(now)
            if step is None or step > until:
                break
            now = max(step, now + 1e-6)
            look()
        now = until
        desk.want(lamp, now)
        look()
    for times in rises.values():
        assert all(later - earlier >= 1 / 3 - 1e-9 for earlier, later in itertools.pairwise(times))
