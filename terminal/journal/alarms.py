"""The alarms of the last 24 hours, read from the audit: with them in its health message the fleet sees each of them."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

import msgspec

from terminal.journal.events import BY_ID, JournalDamaged, Severity

#: So long an alarm is told, in ms: whoever looks at the fleet once a day has seen it.
TOLD_MS = 86_400_000
#: How far back a start looks, in rows: a visit leaves about ten, and no terminal has a thousand visits a day.
MOST_ROWS = 10_000
#: Damaged files told at a time, the newest. A disk that breaks more of them in a day is told of by these as well.
MOST_DAMAGED = 4

_IDS = tuple(id_ for id_, kind in BY_ID.items() if kind.severity is Severity.ALARM)
_MARKS = ",".join("?" * len(_IDS))
_SINCE = f"SELECT at, event, arguments FROM audit WHERE n > ? AND n <= ? AND event IN ({_MARKS}) ORDER BY n"  # noqa: S608


@dataclass(frozen=True)
class RecentAlarms:
    """`slugs` are ids of events, each once, in the order of their declaration; `damaged` is oldest first."""

    slugs: tuple[str, ...] = ()
    damaged: tuple[JournalDamaged, ...] = ()


class AlarmReader:
    """Reads each row of one journal's audit once. `head` is the number of its last row at this moment."""

    def __init__(self, head: int) -> None:
        self._read_to = max(0, head - MOST_ROWS)
        self._latest: dict[str, int] = {}
        self._damaged: tuple[tuple[int, JournalDamaged], ...] = ()

    def recent(self, connection: sqlite3.Connection, head: int, now: int) -> RecentAlarms:
        """`now` is wall time in ms. An alarm from the future counts: the clock was wrong, the alarm was not."""
        if head != self._read_to:
            self._read(connection, head)
        since = now - TOLD_MS
        return RecentAlarms(
            tuple(id_ for id_ in _IDS if self._latest.get(id_, since - 1) >= since),
            tuple(event for at, event in self._damaged if at >= since),
        )

    def _read(self, connection: sqlite3.Connection, head: int) -> None:
        try:
            rows = connection.execute(_SINCE, (self._read_to, head, *_IDS)).fetchall()
        except (sqlite3.Error, UnicodeDecodeError):
            return  # an unreadable page; what is to be done about it is decided when the file is opened
        for at, id_, arguments in rows:
            if not isinstance(at, int):
                continue  # flipped bits may turn one type into another
            self._latest[id_] = max(at, self._latest.get(id_, at))
            event = _damage(arguments) if id_ == JournalDamaged.id else None
            if event is not None:
                self._damaged = (*self._damaged, (at, event))[-MOST_DAMAGED:]
        self._read_to = head


def _damage(arguments: object) -> JournalDamaged | None:
    """None if the row is damaged itself: its alarm is told without what it carries."""
    try:
        return msgspec.json.decode(arguments, type=JournalDamaged) if isinstance(arguments, bytes) else None
    except msgspec.MsgspecError:
        return None
