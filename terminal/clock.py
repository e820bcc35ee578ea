"""The terminal's two times (DESIGN §5): the visit clock that residents live by, and wall time."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from terminal.journal.replaced_file import replace_file
from terminal.ports import ClockState

JAPAN = ZoneInfo("Asia/Tokyo")

#: systemd-timesyncd touches this file when it has set the clock (systemd-timesyncd.service(8), FILES).
_SYNCHRONISED = Path("/run/systemd/timesync/synchronized")

#: The file, beside the journal, that holds the latest time known to be past.
_FLOOR = "clock-floor"

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

    def offset(self) -> float:
        """Wall clock less steady clock, in seconds; it changes only when somebody sets the clock."""
        return datetime.now(UTC).timestamp() - time.monotonic()


def jumped(before: float, now: float) -> bool:
    """Has the wall clock moved by more than `JUMP` between two offsets?"""
    return abs(now - before) > JUMP.total_seconds()


def read_floor(folder: Path) -> datetime:
    """The last saved time; the epoch where there is none."""
    try:
        saved = datetime.fromisoformat((folder / _FLOOR).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return datetime.fromtimestamp(0, UTC)
    return saved if saved.tzinfo is not None else saved.replace(tzinfo=UTC)


def save_floor(folder: Path, now: datetime) -> None:
    """Kept every few minutes: what has been is past. A disk that refuses is told of by the journal."""
    with suppress(OSError):
        replace_file(folder / _FLOOR, now.isoformat().encode("ascii"))
