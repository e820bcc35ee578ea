"""The outbox's file before it is written to: made whole, judged, and if damaged replaced without losing a row.

New files appear by rename only. `*.building` is half made and thrown away; `*.fresh` is complete and on the disk, and
takes the place of an `outbox.db` that is missing. So a power cut at any line here leaves either the old file or the
new one, and a salvage that was cut short is done again from the start.
"""

from __future__ import annotations

import errno
import hashlib
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import datetime
from pathlib import Path

from terminal.journal import audit, outbox_rows
from terminal.journal.database import (
    FileTrouble,
    connect_reader,
    connect_writer,
    file_trouble_of,
    fsync_directory,
)
from terminal.journal.database import transaction as database_transaction
from terminal.journal.events import JournalDamaged
from terminal.journal.salvage import UNREADABLE_JOURNAL, SalvagedRow, read_rows

_SIDES = ("-wal", "-shm")
#: Reading errors from a worn SD card are damage, too: what lies elsewhere in the file can still be saved. Other I/O
#: errors (no room for the shared memory, say) are not: the file may be as sound as ever.
_UNREADABLE = frozenset(
    {sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_SHORT_READ, sqlite3.SQLITE_IOERR_CORRUPTFS}
)

#: No program will ever write a format above this; such a number in the header is damage.
_HIGHEST_FORMAT = 1000


def prepare(path: Path, *, now: Callable[[], datetime], random: Callable[[int], bytes]) -> FileTrouble | None:
    """Makes `path` a sound outbox, or says why that cannot be. The caller holds the writer's lock."""
    try:
        _finish_interrupted(path)
        if not path.exists():
            _create(path, now, random)
            return None
        found = inspect(path)
        return _replace(path, now, random) if found is FileTrouble.DAMAGED else found
    except sqlite3.Error as error:
        return file_trouble_of(error)
    except OSError as error:
        return _trouble_of_os(error)


def inspect(path: Path) -> FileTrouble | None:
    """None if the file is sound. Reads the whole file once: 0.1–1 s on an SD card at the usual few MB."""
    wal = _side(path, "-wal")
    wal_bytes = wal.stat().st_size if wal.exists() else 0
    try:
        with closing(connect_reader(path)) as connection:
            if connection.execute("PRAGMA application_id").fetchone()[0] != outbox_rows.APPLICATION:
                return FileTrouble.DAMAGED
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version != outbox_rows.FORMAT:
                newer = outbox_rows.FORMAT < version <= _HIGHEST_FORMAT
                return FileTrouble.NEWER_FORMAT if newer else FileTrouble.DAMAGED
            # Not quick_check: a flipped bit in a row's id or acknowledgement shows only against the indexes, and
            # would take an accepted enrolment out of the queue without a word.
            if connection.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok":
                return FileTrouble.DAMAGED
            if not outbox_rows.queue_is_whole(connection):
                return FileTrouble.DAMAGED
            state = outbox_rows.state(connection)
            if state.in_use and wal_bytes == 0:
                # While in use the WAL is never empty: whoever took it took committed rows with it, and their
                # seqs must not be given out again under the same journal id.
                return FileTrouble.DAMAGED
            return _judge_rows(connection, state)
    except sqlite3.Error as error:
        trouble = file_trouble_of(error)
        if getattr(error, "sqlite_errorcode", None) in _UNREADABLE:
            return FileTrouble.DAMAGED
        # SQLITE_ERROR is "no such table": a database, but not this one any more.
        return FileTrouble.DAMAGED if trouble is FileTrouble.OTHER else trouble
    except (TypeError, ValueError):  # a cell of another type than its column's: damaged below SQLite's notice
        return FileTrouble.DAMAGED


def _judge_rows(connection: sqlite3.Connection, state: outbox_rows.OutboxState) -> FileTrouble | None:
    """SQLite's check sees broken trees and rows at odds with indexes, not flipped bits in ciphertext: hashes do."""
    after = 0
    while rows := outbox_rows.pending(connection, after, 500):
        if not all(row.intact for row in rows):
            return FileTrouble.DAMAGED
        after = rows[-1].row
    if isinstance(audit.verify_chain(connection, state.anchor), audit.ChainBroken):
        return FileTrouble.DAMAGED
    top = connection.execute("SELECT max(seq) FROM enrolment WHERE journal = ?", (state.journal,)).fetchone()[
        0
    ]
    return FileTrouble.DAMAGED if top is not None and top > state.last_seq else None


def _finish_interrupted(path: Path) -> None:
    fresh, building = _beside(path, "fresh"), _beside(path, "building")
    _remove(building)
    if path.exists():
        _remove(fresh)
        return
    for side in _SIDES:
        if _side(path, side).exists():
            _side(path, side).rename(_orphan(path, side))
    if fresh.exists():
        fresh.rename(path)
    fsync_directory(path.parent)


def _orphan(path: Path, side: str) -> Path:
    """Where a WAL goes whose database has been moved aside already: beside it."""
    moved = sorted(p for p in path.parent.glob(f"{path.name}.damaged.*") if not p.name.endswith(_SIDES))
    beside = _side(moved[-1], side) if moved else path.with_name(f"{path.name}.damaged.orphan{side}")
    return beside if not beside.exists() else _free(beside)


def _create(path: Path, now: Callable[[], datetime], random: Callable[[int], bytes]) -> None:
    fresh = _build(path, random(16).hex(), (), None, now)
    fresh.rename(path)
    fsync_directory(path.parent)


def _replace(path: Path, now: Callable[[], datetime], random: Callable[[int], bytes]) -> FileTrouble | None:
    """Salvage, then swap: the database first, or a power cut in between would leave it without its WAL.

    A disk that gives nothing back at all may be loose rather than worn: the file then stays where it is.
    """
    found = read_rows(path)
    if not found.rows and found.reading_failed:
        return FileTrouble.IO_ERROR
    event = JournalDamaged(
        found.journal or UNREADABLE_JOURNAL,
        found.last_seq,
        len(found.rows),
        found.unreadable,
        found.head.hex() or hashlib.sha256().hexdigest(),
    )
    fresh = _build(path, random(16).hex(), found.rows, event, now)
    aside = _free(path.with_name(f"{path.name}.damaged.{now():%Y%m%dT%H%M%SZ}"))
    path.rename(aside)
    for side in _SIDES:
        if _side(path, side).exists():
            _side(path, side).rename(_side(aside, side))
    fresh.rename(path)
    fsync_directory(path.parent)
    return None


def _build(
    path: Path,
    journal: str,
    rows: Iterable[SalvagedRow],
    event: JournalDamaged | None,
    now: Callable[[], datetime],
) -> Path:
    """A complete file under the name `*.fresh`, durable together with its directory entry."""
    building, fresh = _beside(path, "building"), _beside(path, "fresh")
    _remove(building)
    with closing(connect_writer(building, synchronous="FULL")) as connection:
        with database_transaction(connection):
            for statement in outbox_rows.SCHEMA:
                connection.execute(statement)
            count = _insert(connection, rows)
            anchor = audit.genesis(journal)
            connection.execute(
                "INSERT INTO state VALUES (1, ?, 0, ?, 0, ?, ?, '', 0)",
                (journal, count, anchor.n, anchor.link),
            )
            if event is not None:
                audit.append(connection, anchor, event, int(now().timestamp() * 1000))
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    building.rename(fresh)
    fsync_directory(path.parent)
    return fresh


def _insert(connection: sqlite3.Connection, rows: Iterable[SalvagedRow]) -> int:
    """Rows keep journal id, seq and bytes, to which they are sealed; only their order number is new."""
    row = 0
    for row, kept in enumerate(rows, start=1):
        connection.execute(
            "INSERT INTO enrolment VALUES (?, ?, ?, ?, ?, ?, ?)",
            (row, kept.journal, kept.seq, kept.id, kept.sha256, kept.stored_at, kept.acked_at),
        )
        if kept.sealed is not None:
            connection.execute("INSERT INTO sealed VALUES (?, ?)", (row, kept.sealed))
    return row


def _side(path: Path, side: str) -> Path:
    return path.with_name(path.name + side)


def _beside(path: Path, what: str) -> Path:
    return path.with_name(f"{path.name}.{what}")


def _free(path: Path) -> Path:
    """`path`, or with a number behind it if that name is taken."""
    candidate, number = path, 1
    while candidate.exists():
        number += 1
        candidate = path.with_name(f"{path.name}-{number}")
    return candidate


def _remove(path: Path) -> None:
    for side in ("", "-wal", "-shm", "-journal"):
        _side(path, side).unlink(missing_ok=True)


def _trouble_of_os(error: OSError) -> FileTrouble:
    known = {
        errno.ENOSPC: FileTrouble.DISK_FULL,
        errno.EIO: FileTrouble.IO_ERROR,
        errno.EROFS: FileTrouble.READ_ONLY,
        errno.EACCES: FileTrouble.READ_ONLY,
    }
    return known.get(error.errno or 0, FileTrouble.CANNOT_OPEN)
