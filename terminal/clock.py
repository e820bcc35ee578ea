"""The terminal's two times (DESIGN §5): the visit clock that residents live by, and wall time."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zlib import crc32
from zoneinfo import ZoneInfo

from terminal.journal.replaced_file import replace_file
from terminal.ports import ClockState

JAPAN = ZoneInfo("Asia/Tokyo")

#: systemd-timesyncd touches this file when it has set the clock (systemd-timesyncd.service(8), FILES).
_SYNCHRONISED = Path("/run/systemd/timesync/synchronized")

#: The file, beside the journal, that holds the latest time known to be past.
_FLOOR = "clock-floor"

#: Written when the program was put onto this image, by pip, or by a tool that makes images: one that makes them
#: reproducibly sets all times to its SOURCE_DATE_EPOCH (reproducible-builds.org), which is past as well. Not systemd's
#: /usr/lib/clock-epoch: systemd itself moves a dead clock up to that, and it would then pass for one that runs.
_PROGRAM = Path(__file__)

#: The day the project began: no clock that is right shows an earlier one, no image is older.
EARLIEST = datetime(2026, 11, 21, tzinfo=UTC)

#: No terminal is in service for ten years without a new image (Debian's long-term support ends after five): a later
#: saved time is damage, and believed it would keep the terminal out of service until then.
LATEST = EARLIEST + timedelta(days=3_653)

#: A fleet whose signed time is further ahead of a synchronised clock than this is wrong itself.
FLEET_AHEAD = timedelta(days=1)

#: A jump of the wall clock above this is written to the audit log (DESIGN §5).
JUMP = timedelta(minutes=5)


class SystemClock:
    """Wall time never runs below `floor`, see `known_past`; visit time starts at `visit_start` if set.

    A machine without RTC that wakes in 1970 stays untrusted until a time source has spoken.
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


def past_beyond_doubt(confirmed: datetime, now: datetime, state: ClockState) -> datetime | None:
    """The moment that is past for the fleet, which signed `confirmed`, and for a synchronised clock: neither alone may
    set the floor, from which there is no way back. None: nothing is learnt.
    """
    if state is not ClockState.SYNCED or confirmed > now + FLEET_AHEAD:
        return None
    return min(confirmed, now)


def known_past(folder: Path, program: Path = _PROGRAM) -> datetime:
    """Time never runs below this: what was saved in `folder`, and the build of the image with this `program`."""
    return max(image_build(program), read_floor(folder))


def image_build(program: Path) -> datetime:
    """When the program was put onto this image; `EARLIEST` where that cannot be told, or cannot be believed."""
    try:
        built = datetime.fromtimestamp(program.stat().st_mtime, UTC)
    except (OSError, OverflowError, ValueError):
        return EARLIEST
    return built if EARLIEST <= built <= LATEST else EARLIEST


def read_floor(folder: Path) -> datetime:
    """The last saved time; the epoch where there is none, or none that can be believed."""
    nothing = datetime.fromtimestamp(0, UTC)
    try:
        text, check = (folder / _FLOOR).read_text(encoding="ascii").split(" ")
        saved, whole = datetime.fromisoformat(text), int(check, 16) == crc32(text.encode("ascii"))
    except (OSError, ValueError):
        return nothing
    return saved if whole and saved.tzinfo is not None and saved <= LATEST else nothing


def save_floor(folder: Path, now: datetime) -> None:
    """With a checksum: one flipped bit makes 2036 of 2026. A disk that refuses is told of by the journal."""
    text = now.isoformat()
    with suppress(OSError):
        replace_file(folder / _FLOOR, f"{text} {crc32(text.encode('ascii')):08x}".encode("ascii"))
