"""The hash-chained audit: who changes, takes out or adds a row in the middle breaks every link after it.

Cutting off the end leaves a valid chain; therefore the head travels in every health message. The chain is evidence
against later changes by somebody without the program's keys, not against the program itself.
"""

from __future__ import annotations

import hashlib
import sqlite3
from dataclasses import dataclass

import msgspec

from terminal.journal.events import AuditEvent, arguments

_CONTEXT = b"mynapo/audit/1\0"

SCHEMA = """
CREATE TABLE audit (
    n INTEGER PRIMARY KEY, at INTEGER NOT NULL, event TEXT NOT NULL, arguments BLOB NOT NULL,
    journal TEXT, seq INTEGER, sha256 TEXT, link BLOB NOT NULL
)"""


@dataclass(frozen=True)
class Head:
    """End of the chain: number of the last row (0 = none yet) and its link."""

    n: int
    link: bytes


@dataclass(frozen=True)
class EnrolmentRef:
    """The enrolment that an audit row is about; `sha256` (hex) of its stored bytes."""

    journal: str
    seq: int
    sha256: str


@dataclass(frozen=True)
class AuditRow:
    """`at` is wall time in ms since the epoch; `arguments` is canonical JSON."""

    n: int
    at: int
    event: str
    arguments: bytes
    record: EnrolmentRef | None
    link: bytes


@dataclass(frozen=True)
class ChainWhole:
    rows: int
    head: Head


@dataclass(frozen=True)
class ChainBroken:
    """Row `n` is missing, changed or out of place."""

    n: int


def genesis(journal: str) -> Head:
    """Every journal's chain begins at another point, so rows cannot be carried from one to the other."""
    return Head(0, hashlib.sha256(_CONTEXT + journal.encode()).digest())


def _link(before: bytes, n: int, at: int, event: str, args: bytes, record: EnrolmentRef | None) -> bytes:
    about = None if record is None else (record.journal, record.seq, record.sha256)
    return hashlib.sha256(before + msgspec.json.encode((n, at, event, args, about))).digest()


def append(
    connection: sqlite3.Connection, head: Head, event: AuditEvent, at: int, record: EnrolmentRef | None = None
) -> Head:
    """Writes one row inside the caller's transaction; returns the new head, which counts after COMMIT."""
    args = arguments(event)
    n = head.n + 1
    link = _link(head.link, n, at, event.id, args, record)
    about = (None, None, None) if record is None else (record.journal, record.seq, record.sha256)
    connection.execute(
        "INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (n, at, event.id, args, *about, link)
    )
    return Head(n, link)


def head(connection: sqlite3.Connection, anchor: Head) -> Head:
    """The last row's link, or `anchor` if there is no row."""
    row = connection.execute("SELECT n, link FROM audit ORDER BY n DESC LIMIT 1").fetchone()
    return anchor if row is None else Head(row[0], row[1])


def rows_after(connection: sqlite3.Connection, n: int, limit: int) -> tuple[AuditRow, ...]:
    found = connection.execute(
        "SELECT n, at, event, arguments, journal, seq, sha256, link FROM audit WHERE n > ? ORDER BY n LIMIT ?",
        (n, limit),
    )
    return tuple(_row(*fields) for fields in found)


def _row(
    n: int,
    at: int,
    event: str,
    args: bytes,
    journal: str | None,
    seq: int | None,
    sha256: str | None,
    link: bytes,
) -> AuditRow:
    record = None if journal is None or seq is None or sha256 is None else EnrolmentRef(journal, seq, sha256)
    return AuditRow(n, at, event, args, record, link)


def verify_chain(connection: sqlite3.Connection, anchor: Head) -> ChainWhole | ChainBroken:
    """Recomputes every link from `anchor` on, and compares each record still stored with the row about it."""
    last = anchor
    while rows := _readable_rows(connection, last.n):
        for row in rows:
            expected = _link(last.link, last.n + 1, row.at, row.event, row.arguments, row.record)
            if row.n != last.n + 1 or row.link != expected or not _agrees(connection, row.record):
                return ChainBroken(last.n + 1)
            last = Head(row.n, row.link)
    return ChainBroken(last.n + 1) if rows is None else ChainWhole(last.n - anchor.n, last)


def _readable_rows(connection: sqlite3.Connection, n: int) -> tuple[AuditRow, ...] | None:
    """None if SQLite cannot read them, be it a broken page or bytes that are no text any more."""
    try:
        return rows_after(connection, n, 500)
    except (sqlite3.Error, UnicodeDecodeError):
        return None


def _agrees(connection: sqlite3.Connection, record: EnrolmentRef | None) -> bool:
    """Is the record gone (tombstones end after their time) or still the one that the chain knows?"""
    if record is None:
        return True
    row = connection.execute(
        "SELECT sha256 FROM enrolment WHERE journal = ? AND seq = ?", (record.journal, record.seq)
    ).fetchone()
    return row is None or row[0] == record.sha256
