"""The GPIO header of a virtual Raspberry Pi: pins, what is wired to them, and a record of every change.

Pure but for the clock it is given. `bench.panel.pigpio_wire` speaks for it on the network as pigpiod would.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

USER_PINS = range(32)  # bank 1, the pins that pigpio reports in one 32-bit word
# pigpio C interface, gpioSetPWMfrequency: what the default sample time of 5 µs can make, in Hz.
PWM_FREQUENCIES_HZ = (
    8000,
    4000,
    2000,
    1600,
    1000,
    800,
    500,
    400,
    320,
    250,
    200,
    160,
    100,
    80,
    50,
    40,
    20,
    10,
)


class Pull(Enum):
    OFF = 0
    DOWN = 1
    UP = 2


@dataclass(frozen=True)
class Change:
    """One entry of the timeline. `at`: the monotonic clock in seconds, the same in all processes."""

    at: float
    gpio: int
    level: int
    duty: float | None = None  # 0..1 while PWM runs
    frequency_hz: int | None = None


@dataclass
class Pin:
    gpio: int
    mode: int = 0  # pigpio's numbers: 0 input, 1 output, others alternate functions
    pull: Pull = Pull.OFF
    driven: int | None = None  # by what is wired to it; None = nothing drives it, the pull decides
    output: int = 0
    reported: int = 0  # level after the glitch filter, the one that notifications carry
    glitch_us: int = 0
    pwm_on: bool = False
    pwm_duty: int = 0
    pwm_range: int = 255
    pwm_frequency_hz: int = 800

    @property
    def level(self) -> int:
        if self.mode == 1:
            return self.output if not self.pwm_on else int(self.pwm_duty > 0)
        if self.driven is not None:
            return self.driven
        return int(self.pull is Pull.UP)


@dataclass
class Board:
    """`on_raw_change(pin)` is called when a pin's electrical level changed, before any filter."""

    clock: Callable[[], float]
    on_raw_change: Callable[[Pin], None] = field(default=lambda _pin: None)
    timeline: list[Change] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.pins = [Pin(gpio) for gpio in USER_PINS]

    def tick_us(self) -> int:
        """32-bit microseconds that wrap, as pigpio's tick."""
        return int(self.clock() * 1_000_000) & 0xFFFFFFFF

    def levels(self) -> int:
        return sum(pin.level << pin.gpio for pin in self.pins)

    def reported_levels(self) -> int:
        return sum(pin.reported << pin.gpio for pin in self.pins)

    # ------------------------------------------------------------------ what the programme does

    def set_mode(self, gpio: int, mode: int) -> None:
        pin = self.pins[gpio]
        before = pin.level
        pin.mode = mode
        self._settle(pin, before)

    def set_pull(self, gpio: int, pull: Pull) -> None:
        pin = self.pins[gpio]
        before = pin.level
        pin.pull = pull
        self._settle(pin, before)

    def write(self, gpio: int, level: int) -> None:
        """Like pigpio's: makes the pin an output and stops PWM on it."""
        pin = self.pins[gpio]
        before = pin.level
        was_pwm = pin.pwm_on
        pin.mode, pin.pwm_on, pin.pwm_duty, pin.output = 1, False, 0, level
        if was_pwm and pin.level == before:
            self._record(pin)
        self._settle(pin, before)

    def set_duty(self, gpio: int, duty: int) -> None:
        pin = self.pins[gpio]
        before = pin.level
        pin.mode, pin.pwm_on, pin.pwm_duty = 1, True, duty
        self._record(pin)
        self._settle(pin, before, recorded=True)

    def set_range(self, gpio: int, steps: int) -> None:
        pin = self.pins[gpio]
        pin.pwm_duty = pin.pwm_duty * steps // pin.pwm_range
        pin.pwm_range = steps

    def set_frequency(self, gpio: int, wanted_hz: int) -> int:
        pin = self.pins[gpio]
        pin.pwm_frequency_hz = min(PWM_FREQUENCIES_HZ, key=lambda hz: abs(hz - wanted_hz))
        if pin.pwm_on:
            self._record(pin)
        return pin.pwm_frequency_hz

    # ------------------------------------------------------------------ what the world does

    def drive(self, gpio: int, level: int | None) -> None:
        """Something wired to the pin pulls it to `level`, or lets go of it (None)."""
        pin = self.pins[gpio]
        before = pin.level
        pin.driven = level
        self._settle(pin, before)

    def _settle(self, pin: Pin, before: int, recorded: bool = False) -> None:
        if pin.level == before:
            return
        if not recorded:
            self._record(pin)
        self.on_raw_change(pin)

    def _record(self, pin: Pin) -> None:
        if pin.pwm_on:
            duty, hz = pin.pwm_duty / pin.pwm_range, pin.pwm_frequency_hz
            self.timeline.append(Change(self.clock(), pin.gpio, pin.level, duty, hz))
        else:
            self.timeline.append(Change(self.clock(), pin.gpio, pin.level))
