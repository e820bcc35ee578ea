"""What settings of the panel may say."""

from __future__ import annotations

import pytest

from drivers.panel.settings import PanelSettings
from terminal.ports import Lamp


def test_good_settings_have_no_problems_and_two_lamps_may_share_a_pin() -> None:
    lamps = {Lamp.WAIT: 5, Lamp.TAKE: 5, Lamp.TROUBLE: 6}
    assert PanelSettings("pigpio", lamps=lamps, buzzer=13, door=17, presence=27).problems() == ()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (PanelSettings("lgpio", door=1), ["door = 1"]),
        (PanelSettings("lgpio", door=28, presence=99), ["door = 28", "presence = 99"]),
        (PanelSettings("lgpio", lamps={Lamp.WAIT: 40}), ["lamp_wait = 40"]),
        (PanelSettings("lgpio", door=5, presence=5), ["BCM pin 5"]),
        (PanelSettings("lgpio", lamps={Lamp.WAIT: 13, Lamp.DONE: 13}, buzzer=13), ["BCM pin 13"]),
        (PanelSettings("mock"), ['"mock"']),  # type: ignore[arg-type]
    ],
)
def test_every_wrong_key_is_named(settings: PanelSettings, words: list[str]) -> None:
    problems = settings.problems()
    assert len(problems) == len(words)
    assert all(word in problem for word, problem in zip(words, problems, strict=True))
