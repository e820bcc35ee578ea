"""The settings table [panel], as the driver needs it."""

from __future__ import annotations

from collections import Counter
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

    def problems(self) -> tuple[str, ...]:
        """Every key that cannot be, in words for the person who wrote the settings."""
        used = {"buzzer": self.buzzer, "door": self.door, "presence": self.presence}
        singles = {name: pin for name, pin in used.items() if pin is not None}
        named = singles | {f"lamp_{lamp.value}": pin for lamp, pin in self.lamps.items()}
        found = [
            f"[panel] {name} = {pin}: a BCM pin is {HEADER_PINS.start}..{HEADER_PINS.stop - 1}"
            for name, pin in named.items()
            if pin not in HEADER_PINS
        ]
        claims = Counter([*singles.values(), *set(self.lamps.values())])
        found += [f"[panel] BCM pin {pin} is given to two functions" for pin, n in claims.items() if n > 1]
        if self.factory not in ("lgpio", "pigpio"):
            found.append(f'[panel] factory = "{self.factory}": only "lgpio" or "pigpio"')
        return tuple(found)
