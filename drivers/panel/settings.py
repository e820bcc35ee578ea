"""The settings table [panel], as the driver needs it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from terminal.ports import Lamp

# The GPIO of the 40-pin header in BCM numbers; 0 and 1 are kept for the HAT's EEPROM (Raspberry Pi HAT
# specification).
HEADER_PINS = range(2, 28)


@dataclass(frozen=True)
class PanelSettings:
    """One BCM pin per function, None = not fitted. Two lamps may share a pin: a panel with one lamp only.

    Wiring: lamps and buzzer are on when the pin is high; the buzzer sounds by itself. The door switch goes to
    ground and is closed while the door is, so that a cut wire reads as an open door. The presence sensor drives
    the pin high.
    """

    factory: Literal["lgpio", "pigpio"]
    host: str = "127.0.0.1"  # pigpio only
    port: int = 8888
    lamps: dict[Lamp, int] = field(default_factory=dict)
    buzzer: int | None = None
    door: int | None = None
    presence: int | None = None

    def claimed_twice(self) -> tuple[tuple[str, str], ...]:
        """Each function on a pin that is taken, with the one that has it; both by their keys in [panel]."""
        taken: dict[int, str] = {}
        for lamp, pin in self.lamps.items():
            taken.setdefault(pin, f"lamp_{lamp.value}")
        found = []
        for key, single in (("buzzer", self.buzzer), ("door", self.door), ("presence", self.presence)):
            if single is not None and taken.setdefault(single, key) != key:
                found.append((key, taken[single]))
        return tuple(found)
