"""The daily digest: what a terminal stored on one day, in so few bytes that each health message can carry a week.

The fleet makes the same digest of what it holds; equal digests prove that nothing is missing and nothing was added.
Both sides go by the time inside the id (UUIDv7), so that no clock and no delay can put a record into two days.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

import msgspec

from contract.encoding import MAX_NUMBER

#: A terminal that comes back after a long weekend without a network still proves each of its days.
DAYS = 7
_MS_SIGNS = 12  # RFC 9562 §5.7: the first 48 bits are milliseconds since the epoch


class DayDigest(msgspec.Struct, frozen=True):
    """`day` is a UTC day, `count` its enrolments, `sha256` (hex) that of their ids, sorted, one a line."""

    day: Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d{2}-\d{2}\Z")]
    count: Annotated[int, msgspec.Meta(ge=0, le=MAX_NUMBER)]
    sha256: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]


def digest_of(day: date, ids: Iterable[str]) -> DayDigest:
    """The digest of these ids, whatever their order."""
    lines = [f"{id_}\n" for id_ in sorted(ids)]
    return DayDigest(day.isoformat(), len(lines), hashlib.sha256("".join(lines).encode()).hexdigest())


def ended_days(now: datetime) -> tuple[date, ...]:
    """The last `DAYS` UTC days that are over, oldest first. `now` is aware."""
    today = now.astimezone(UTC).date()
    return tuple(today - timedelta(days=back) for back in range(DAYS, 0, -1))


def ids_of(day: date) -> tuple[str, str]:
    """Of every id of that day and of no other: first ≤ id < second, compared as text."""
    return _first_id(day), _first_id(day + timedelta(days=1))


def _first_id(day: date) -> str:
    ms = int(datetime.combine(day, time(), UTC).timestamp()) * 1000
    signs = f"{ms:0{_MS_SIGNS}x}"
    return f"{signs[:8]}-{signs[8:]}"
