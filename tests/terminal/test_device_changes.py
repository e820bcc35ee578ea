"""Which changes of devices are written to the audit: by kind of device, and no oftener than anybody could read."""

from __future__ import annotations

import pytest

from terminal.device_changes import NOTED_AGAIN_S, DeviceChanges
from terminal.journal.events import DeviceChanged, arguments
from terminal.ports import Condition, DeviceHealth

GOOD, BAD, UNKNOWN = Condition.GOOD, Condition.BAD, Condition.UNKNOWN
READER = "ACS ACR39U ICC Reader 00 00"


def health(name: str, condition: Condition, detail: str = "") -> DeviceHealth:
    return DeviceHealth(name, condition, detail)


#: What is seen one after another, each after a long while, and what is noted of it in all.
COURSES: dict[str, tuple[list[list[DeviceHealth]], list[DeviceChanged]]] = {
    "a device that starts is no change": ([[health("printer", UNKNOWN, "starting")]], []),
    "it starts and works": (
        [[health("printer", UNKNOWN, "starting")], [health("printer", GOOD)]],
        [DeviceChanged("printer", "good", "")],
    ),
    "it is broken from the beginning": (
        [[health("panel", BAD, "no-device")]],
        [DeviceChanged("panel", "bad", "no-device")],
    ),
    "good stays good": ([[health("nfc", GOOD)]] * 3, [DeviceChanged("nfc", "good", "")]),
    "another detail alone is no change": (
        [[health("printer", BAD, "cover-open")], [health("printer", BAD, "paper-out")]],
        [DeviceChanged("printer", "bad", "cover-open")],
    ),
    "a card reader is noted by its kind, not by its maker's name": (
        [[health("pcsc", UNKNOWN, "starting")], [health(READER, GOOD)], [health("pcsc", BAD, "no-reader")]],
        [DeviceChanged("pcsc", "good", ""), DeviceChanged("pcsc", "bad", "no-reader")],
    ),
    "of two readers the worse one counts": (
        [[health(READER, GOOD), health("Other", UNKNOWN, "no-answer")]],
        [],
    ),
    "a word that is no slug is left out": (
        [[health("nfc", BAD, "Errno 5: /dev/x")]],
        [DeviceChanged("nfc", "bad", "")],
    ),
}


@pytest.mark.parametrize("course", COURSES)
def test_a_change_between_good_bad_and_unknown_is_noted(course: str) -> None:
    seen, noted = COURSES[course]
    changes = DeviceChanges()
    found = [
        event for n, devices in enumerate(seen) for event in changes.look(devices, n * (NOTED_AGAIN_S + 1))
    ]
    assert found == noted
    assert all(arguments(event) for event in found)


def test_a_device_that_flaps_is_noted_once_a_while_and_as_it_then_is() -> None:
    changes = DeviceChanges()
    noted: list[DeviceChanged] = []
    for second in range(int(NOTED_AGAIN_S) * 10):
        noted += changes.look([health("printer", BAD if second % 2 else GOOD)], float(second))
    assert 2 <= len(noted) <= 12
    noted += changes.look([health("printer", UNKNOWN, "no-answer")], NOTED_AGAIN_S * 20)
    assert noted[-1] == DeviceChanged("printer", "unknown", "no-answer")
