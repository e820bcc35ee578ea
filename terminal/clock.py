"""The terminal's two times (DESIGN §5): the visit clock that residents live by, and wall time."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from terminal.ports import ClockState

JAPAN = ZoneInfo("Asia/Tokyo")

#: systemd-timesyncd touches this file when it has set the clock (systemd-timesyncd.service(8), FILES).
_SYNCHRONISED = Path("/run/systemd/timesync/synchronized")

#: A jump of the wall clock above this is written to the audit log (DESIGN §5).
JUMP = timedelta(minutes=5)


class SystemClock:
    """Wall time never runs below `floor` (saved time or image build); visit time starts at `visit_start` if set.

    `floor` is what the terminal knows to be past. A machine without RTC that wakes in 1970 stays untrusted until a
    time source has spoken.
    """

    def __init__(self, *, floor: datetime, visit_start: datetime | None = None) -> None:
        self._floor = floor
        self._visit_start = visit_start
        self._started = time.monotonic()

    def wall_now(self) -> datetime:
        return max(datetime.now(UTC), self._floor)

    def visit_now(self) -> datetime:
        if self._visit_start is not None:
            ticked = timedelta(seconds=time.monotonic() - self._started)
            return (self._visit_start + ticked).astimezone(JAPAN)
        return self.wall_now().astimezone(JAPAN)

    def monotonic(self) -> float:
        return time.monotonic()

    def state(self) -> ClockState:
        if self._visit_start is not None:
            return ClockState.SET
        if datetime.now(UTC) < self._floor:
            return ClockState.UNTRUSTED
        return ClockState.SYNCED if _SYNCHRONISED.exists() else ClockState.UNSYNCED

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
