"""Which changes of devices the audit notes. Pure: states and seconds in, events out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from terminal.journal.events import DeviceChanged
from terminal.ports import Condition, DeviceHealth

#: The same device is noted at most this often (seconds): one with a loose plug must not fill the disk with notes.
NOTED_AGAIN_S = 60.0

#: What is called by its kind; everything else is a PC/SC reader under its maker's name, which is no word of ours.
_KINDS = frozenset({"pcsc", "nfc", "printer", "panel"})
_WORSE = (Condition.GOOD, Condition.UNKNOWN, Condition.BAD)
_SLUG = re.compile(r"[a-z][a-z0-9-]{0,39}")


class DeviceChanges:
    """Remembers what was noted. A device never seen counts as unknown, so that one that just starts is no change."""

    def __init__(self) -> None:
        self._noted: dict[str, tuple[Condition, float]] = {}

    def look(self, devices: Sequence[DeviceHealth], now: float) -> tuple[DeviceChanged, ...]:
        """`now` in monotonic seconds."""
        events: list[DeviceChanged] = []
        for kind, worst in _by_kind(devices).items():
            condition, at = self._noted.get(kind, (Condition.UNKNOWN, float("-inf")))
            if worst.condition is condition or now - at < NOTED_AGAIN_S:
                continue
            self._noted[kind] = (worst.condition, now)
            detail = worst.detail if _SLUG.fullmatch(worst.detail) else ""
            events.append(DeviceChanged(kind, worst.condition.value, detail))
        return tuple(events)


def _by_kind(devices: Sequence[DeviceHealth]) -> dict[str, DeviceHealth]:
    worst: dict[str, DeviceHealth] = {}
    for device in devices:
        kind = device.name if device.name in _KINDS else "pcsc"
        if kind not in worst or _WORSE.index(device.condition) > _WORSE.index(worst[kind].condition):
            worst[kind] = device
    return worst
