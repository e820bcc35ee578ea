"""The time limits of a visit as they run: since when, and when each is reached. What follows from it the visit decides.

Nothing here reads a clock: every method is told the monotonic time, in seconds. `factor` is the time factor of what is
shown, None where nothing is lost by waiting.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from terminal.limits import Limits


@dataclass(frozen=True)
class IdleTime:
    """When the warning comes, and when the visit ends."""

    warns: float
    ends: float


class RunningLimits:
    """Only people restart the idle time; card and presence sensor have limits of their own."""

    def __init__(self, limits: Limits, now: float) -> None:
        self._limits = limits
        self._touched = now
        self._card_gone_at: float | None = None
        self._nobody_since: float | None = None
        self._under_way = False

    # ------------------------------------------------------------------ what starts and stops them

    def give_whole_time(self, now: float) -> None:
        """The idle time begins anew."""
        self._touched = now

    def press(self, now: float) -> None:
        """Whoever presses is there, whatever the sensor says; but it says so still, and is counted anew."""
        self._touched = now
        self._nobody_since = now if self._nobody_since is not None else None

    def begin(self, now: float, *, somebody: bool) -> None:
        """Somebody pressed start: from now on absence counts."""
        self._under_way = True
        self.notice_presence(now, somebody=somebody)

    def forget(self) -> None:
        """The visit is over: nobody has to stand there, and no card is missed."""
        self._under_way = False
        self._nobody_since = self._card_gone_at = None

    def notice_presence(self, now: float, *, somebody: bool) -> None:
        """Before somebody begins and after the ending nobody has to stand there."""
        if somebody:
            self._nobody_since = None
        elif self._nobody_since is None and self._under_way:
            self._nobody_since = now

    def miss_card(self, now: float) -> None:
        """The bound card is off its reader."""
        self._card_gone_at = now

    def stop_missing_card(self) -> None:
        """It is back, or need not come back."""
        self._card_gone_at = None

    # ------------------------------------------------------------------ what they say

    def covers(self, now: float) -> bool:
        """Values are hidden as long as the card is off its reader, and when nobody stands there."""
        if self._card_gone_at is not None:
            return True
        return self._nobody_since is not None and now >= self._nobody_since + self._limits.presence_cover_s

    def card_stayed_away(self, now: float) -> bool:
        return self._card_gone_at is not None and now >= self._card_gone_at + self._limits.card_gap_s

    def nobody_came_back(self, now: float) -> bool:
        return self._nobody_since is not None and now >= self._nobody_since + self._limits.presence_end_s

    def idle(self, factor: int | None) -> IdleTime | None:
        """None where waiting ends nothing."""
        if factor is None:
            return None
        limits = self._limits
        return IdleTime(
            self._touched + limits.idle_warning_s * factor, self._touched + limits.idle_end_s * factor
        )

    def layers_fall(self) -> float:
        """When layers over a screen that ends by no waiting are taken away: nobody chose."""
        return self._touched + self._limits.idle_warning_s

    def next_reached(self, now: float, factor: int | None, *, layers: bool) -> float | None:
        """The nearest moment at which something must be looked at again; None if there is none."""
        return min(self._moments(now, factor, layers=layers), default=None)

    def _moments(self, now: float, factor: int | None, *, layers: bool) -> Iterator[float]:
        if self._card_gone_at is not None:
            yield self._card_gone_at + self._limits.card_gap_s
        if self._nobody_since is not None:
            covers = self._nobody_since + self._limits.presence_cover_s
            yield covers if now < covers else self._nobody_since + self._limits.presence_end_s
        idle = self.idle(factor)
        if idle is not None:
            # From the warning on each whole second of the countdown.
            yield idle.warns if now < idle.warns else idle.ends - max(0, math.ceil(idle.ends - now) - 1)
        elif layers:
            yield self.layers_fall()
