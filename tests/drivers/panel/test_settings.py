"""What settings of the panel may say."""

from __future__ import annotations

import pytest

from drivers.panel.settings import PanelSettings
from terminal.ports import Lamp

LAMPS = {Lamp.WAIT: 5, Lamp.DONE: 6, Lamp.TAKE: 5}


def test_lamps_may_share_a_pin() -> None:
    one_lamp = dict.fromkeys((Lamp.WAIT, Lamp.DONE, Lamp.TAKE, Lamp.TROUBLE), 5)
    assert PanelSettings("pigpio", lamps=one_lamp, buzzer=13, door=17, presence=27).claimed_twice() == ()


@pytest.mark.parametrize(
    ("settings", "twice"),
    [
        (PanelSettings("lgpio", door=5, presence=5), [("presence", "door")]),
        (PanelSettings("lgpio", lamps=LAMPS, buzzer=5), [("buzzer", "lamp_wait")]),
        (PanelSettings("lgpio", buzzer=7, door=7, presence=7), [("door", "buzzer"), ("presence", "buzzer")]),
    ],
)
def test_every_function_on_a_pin_that_is_taken_is_named_with_the_one_that_has_it(
    settings: PanelSettings, twice: list[tuple[str, str]]
) -> None:
    assert list(settings.claimed_twice()) == twice
