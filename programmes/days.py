"""Days and midnights in Japan. A pack's dates are days there; a machine's clock may stand in any zone."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone

JST = timezone(timedelta(hours=9), "JST")
"""Fixed: Japan has had no summer time since 1951, so no zone database is needed."""


def in_japan(moment: datetime) -> datetime:
    """The same moment on a Japanese clock. A naive time is a fault of ours: ValueError."""
    if moment.tzinfo is None:
        raise ValueError("a time without zone cannot be compared with a pack's dates")
    return moment.astimezone(JST)


def start_of(day: date) -> datetime:
    """The midnight at which `day` begins."""
    return datetime.combine(day, time(), JST)


def end_of(day: date) -> datetime:
    """The midnight at which `day` is over: the first moment that does not belong to it."""
    return start_of(day + timedelta(days=1))
