"""How lamps blink and what the buzzer plays. Pure: time comes in as seconds of a monotonic clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from terminal.ports import Lamp, Sound

# WCAG 2.2, 2.3.1: more than three flashes in any one second can cause a seizure.
MIN_FLASH_PERIOD_S = 1 / 3


@dataclass(frozen=True)
class Pattern:
    """`off_s` 0 = steady light."""

    on_s: float
    off_s: float = 0.0

    def __post_init__(self) -> None:
        if self.off_s and self.on_s + self.off_s < MIN_FLASH_PERIOD_S:
            raise ValueError(f"flashes above 3 Hz: {self}")

    def lit(self, elapsed_s: float) -> bool:
        return not self.off_s or elapsed_s % (self.on_s + self.off_s) < self.on_s

    def next_change_s(self, elapsed_s: float) -> float | None:
        """Seconds from `elapsed_s` to the next change; None for steady light."""
        if not self.off_s:
            return None
        phase = elapsed_s % (self.on_s + self.off_s)
        return (self.on_s if phase < self.on_s else self.on_s + self.off_s) - phase


# Told apart without colour: slow breathing to invite, steady when done, quicker for what must be done now,
# mostly lit for trouble.
PATTERNS: Mapping[Lamp, Pattern] = {
    Lamp.WAIT: Pattern(1.0, 1.0),
    Lamp.DONE: Pattern(1.0),
    Lamp.TAKE: Pattern(0.4, 0.4),
    Lamp.TROUBLE: Pattern(1.5, 0.5),
}


@dataclass(frozen=True)
class TuneNote:
    """`sounds` False = rest. The buzzer has one tone of its own: length and repetition tell the tunes apart."""

    sounds: bool
    seconds: float


TUNES: Mapping[Sound, tuple[TuneNote, ...]] = {
    Sound.KEY: (TuneNote(True, 0.05),),
    Sound.DONE: (TuneNote(True, 0.6),),
    Sound.TAKE_CARD: (TuneNote(True, 0.4), TuneNote(False, 0.3)) * 3,
    Sound.TROUBLE: (TuneNote(True, 0.6), TuneNote(False, 0.2), TuneNote(True, 0.6)),
}


#: Between two tunes (seconds), as long as the rests within one: else two of them sound as one long tone.
REST_S = 0.3
#: With more than this still to be played (seconds, the longest tune has 2.1) another tune is left out.
BACKLOG_S = 2.2


class LampDesk:
    """Which pins are lit. However fast the wishes change, no pin is lit more than three times a second."""

    def __init__(self, pins: Mapping[Lamp, int]) -> None:
        self._pins = pins
        self._lamp = Lamp.OFF
        self._since = 0.0
        self._lit: dict[int, bool] = dict.fromkeys(pins.values(), False)
        self._lit_at: dict[int, float] = {}

    def want(self, lamp: Lamp, now: float) -> None:
        if lamp is not self._lamp:
            self._lamp, self._since = lamp, now

    def step(self, now: float) -> Mapping[int, bool]:
        """The level of every lamp pin at `now`."""
        for pin in self._lit:
            wanted = self._wanted(pin, now)
            if wanted and not self._lit[pin] and now < self._earliest(pin):
                wanted = False
            if wanted and not self._lit[pin]:
                self._lit_at[pin] = now
            self._lit[pin] = wanted
        return dict(self._lit)

    def next_step_at(self, now: float) -> float | None:
        """When `step` will answer differently; None = not before another wish. Call `step(now)` first."""
        pin = self._pins.get(self._lamp)
        if pin is None:
            return None
        if self._wanted(pin, now) and not self._lit[pin]:
            return self._earliest(pin)
        change = PATTERNS[self._lamp].next_change_s(now - self._since)
        return None if change is None else now + change

    def _wanted(self, pin: int, now: float) -> bool:
        return self._pins.get(self._lamp) == pin and PATTERNS[self._lamp].lit(now - self._since)

    def _earliest(self, pin: int) -> float:
        return self._lit_at.get(pin, float("-inf")) + MIN_FLASH_PERIOD_S


class TunePlayer:
    """Whether the buzzer sounds now.

    A key's tone cuts no tune short; a tune follows the one that plays, after a rest. At most two tunes are played
    out: what is told while so much is still to be heard comes too late to mean anything.
    """

    def __init__(self) -> None:
        self._ends: tuple[tuple[float, bool], ...] = ()
        self._only_key = False

    def play(self, sound: Sound, now: float) -> None:
        self.step(now)
        before = () if self._only_key else self._ends
        if before and (sound is Sound.KEY or before[-1][0] - now > BACKLOG_S):
            return
        ends = [*before, (before[-1][0] + REST_S, False)] if before else []
        at = ends[-1][0] if ends else now
        for note in TUNES[sound]:
            at += note.seconds
            ends.append((at, note.sounds))
        self._ends, self._only_key = tuple(ends), sound is Sound.KEY

    def step(self, now: float) -> bool:
        """Should it sound at `now`?"""
        self._ends = tuple(one for one in self._ends if one[0] > now)
        return self._ends[0][1] if self._ends else False

    def next_step_at(self) -> float | None:
        return self._ends[0][0] if self._ends else None
