"""The outbox's tables, and the questions that its writer and its readers both ask of them."""

from __future__ import annotations

import hashlib
import sqlite3
from dataclasses import dataclass

from terminal.journal import audit

#: PRAGMA application_id ("mnpo") and user_version: what kind of file this is, and in which format.
APPLICATION = 0x6D6E706F
FORMAT = 1

#: The ciphertext lies in a table of its own: marking a row acknowledged then rewrites 150 bytes, not 8 kB.
SCHEMA = (
    """CREATE TABLE state (
    one INTEGER PRIMARY KEY CHECK (one = 1), journal TEXT NOT NULL, last_seq INTEGER NOT NULL,
    last_row INTEGER NOT NULL, in_use INTEGER NOT NULL, anchor_n INTEGER NOT NULL, anchor_link BLOB NOT NULL,
    mailbox TEXT NOT NULL, mailbox_n INTEGER NOT NULL
)""",
    """CREATE TABLE enrolment (
    row INTEGER PRIMARY KEY, journal TEXT NOT NULL, seq INTEGER NOT NULL, id TEXT NOT NULL UNIQUE,
    sha256 TEXT NOT NULL, stored_at INTEGER NOT NULL, acked_at INTEGER
)""",
    "CREATE TABLE sealed (row INTEGER PRIMARY KEY, bytes BLOB NOT NULL)",
    "CREATE UNIQUE INDEX enrolment_seq ON enrolment (journal, seq)",
    "CREATE INDEX enrolment_pending ON enrolment (row) WHERE acked_at IS NULL",
    audit.SCHEMA,
    f"PRAGMA application_id = {APPLICATION}",
    f"PRAGMA user_version = {FORMAT}",
)


@dataclass(frozen=True)
class Cursor:
    """How far a mailbox has been consumed: its random id and the number of the last document taken."""

    mailbox: str
    n: int


@dataclass(frozen=True)
class OutboxState:
    """`anchor` is where the kept part of the audit chain begins."""

    journal: str
    last_seq: int
    last_row: int
    in_use: bool
    anchor: audit.Head
    cursor: Cursor


@dataclass(frozen=True)
class Pending:
    """A sealed enrolment that nobody has acknowledged. `row` orders them; `sealed` is what is sent, byte by byte.

    `intact` is false when the stored bytes no longer have the hash they had at commit: do not send them.
    """

    row: int
    journal: str
    seq: int
    id: str
    sha256: str
    stored_at: int
    sealed: bytes
    intact: bool


def state(connection: sqlite3.Connection) -> OutboxState:
    """Raises sqlite3.DatabaseError if there is no state row."""
    row = connection.execute(
        "SELECT journal, last_seq, last_row, in_use, anchor_n, anchor_link, mailbox, mailbox_n FROM state"
    ).fetchone()
    if row is None:
        raise sqlite3.DatabaseError("the journal has no state")
    return OutboxState(
        row[0], row[1], row[2], bool(row[3]), audit.Head(row[4], row[5]), Cursor(row[6], row[7])
    )


def pending(connection: sqlite3.Connection, after: int, limit: int) -> tuple[Pending, ...]:
    """The oldest unacknowledged rows whose `row` is above `after`."""
    found = connection.execute(
        "SELECT e.row, e.journal, e.seq, e.id, e.sha256, e.stored_at, s.bytes"
        " FROM enrolment e INDEXED BY enrolment_pending LEFT JOIN sealed s ON s.row = e.row"
        " WHERE e.acked_at IS NULL AND e.row > ? ORDER BY e.row LIMIT ?",
        (after, limit),
    )
    return tuple(_pending(*fields) for fields in found)


def _pending(
    row: int, journal: str, seq: int, id_: str, sha256: str, stored_at: int, sealed: bytes | None
) -> Pending:
    stored = sealed or b""
    intact = hashlib.sha256(stored).hexdigest() == sha256
    return Pending(row, journal, seq, id_, sha256, stored_at, stored, intact)


def depth(connection: sqlite3.Connection) -> int:
    """How many rows wait for their acknowledgement."""
    count: int = connection.execute("SELECT count(*) FROM enrolment WHERE acked_at IS NULL").fetchone()[0]
    return count


def queue_is_whole(connection: sqlite3.Connection) -> bool:
    """Does the index of waiting rows name exactly the rows whose column says that they wait?

    A bit flipped in `acked_at` takes a row out of the one and leaves it in the other. SQLite 3.40 (Debian 12) tells so
    in integrity_check; 3.46 (Debian 13) looks for missing entries of a partial index only, not for surplus ones.
    """
    # The index's own condition is never read from the row again: this counts its entries, whatever the rows say.
    entries = "SELECT count(*) FROM enrolment INDEXED BY enrolment_pending WHERE acked_at IS NULL"
    rows = "SELECT count(*) FROM enrolment NOT INDEXED WHERE acked_at IS NULL"
    counted, waiting = connection.execute(f"SELECT ({entries}), ({rows})").fetchone()
    return bool(counted == waiting)


def oldest(connection: sqlite3.Connection) -> int | None:
    """Wall time (ms) at which the oldest waiting row was stored."""
    row = connection.execute(
        "SELECT stored_at FROM enrolment WHERE acked_at IS NULL ORDER BY row LIMIT 1"
    ).fetchone()
    return None if row is None else int(row[0])
