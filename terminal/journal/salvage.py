"""Reading what can be read of a damaged outbox. Never writes to it: it is evidence, and perhaps worth more later."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from contract.envelope import Envelope, fingerprint, read_envelope
from terminal.journal import outbox_rows
from terminal.journal.database import connect_reader

#: Stands for the journal id when not even that could be read.
UNREADABLE_JOURNAL = "0" * 32
#: Failed reads after which a table is given up: each costs a page or two, so seconds at most on an SD card.
_MOST_FAILURES = 20_000
_PAGE = 4096


@dataclass(frozen=True)
class SalvagedRow:
    """An enrolment as it was; `sealed` is None for a tombstone. Times are wall time in ms."""

    journal: str
    seq: int
    id: str
    sha256: str
    stored_at: int
    acked_at: int | None
    sealed: bytes | None


@dataclass(frozen=True)
class Salvaged:
    """`journal` is empty and `head` b"" if unreadable; `unreadable` counts enrolments known of but not recovered.

    `reading_failed`: the disk itself refuses to give the bytes, whatever they are.
    """

    rows: tuple[SalvagedRow, ...]
    journal: str
    last_seq: int
    head: bytes
    unreadable: int
    reading_failed: bool = False


def read_rows(path: Path) -> Salvaged:
    """Everything readable, oldest first. Raises OSError if a working copy is needed and cannot be made."""
    found = _read(path)
    if found is not None:
        return found if found.rows else replace(found, reading_failed=not _gives_its_bytes(path))
    if not _gives_its_bytes(path):
        return Salvaged((), "", 0, b"", 0, reading_failed=True)
    carved = _with_new_first_page(path)
    try:
        return _read(carved) or Salvaged((), "", 0, b"", 0)
    finally:
        for side in ("", "-wal", "-shm"):
            carved.with_name(carved.name + side).unlink(missing_ok=True)


def _gives_its_bytes(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            while file.read(1 << 20):
                pass
    except OSError:
        return False
    return True


def _read(path: Path) -> Salvaged | None:
    """None if not even the list of tables can be read."""
    try:
        connection = connect_reader(path)
    except sqlite3.Error:
        return None
    with closing(connection):
        try:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            connection.execute("SELECT row FROM sealed WHERE row = -1").fetchone()
            connection.execute("SELECT row FROM enrolment WHERE row = -1").fetchone()
        except (sqlite3.Error, UnicodeDecodeError) as error:
            # UnicodeDecodeError: SQLite quotes the damaged schema in its message, and that is no text any more.
            # SQLITE_CORRUPT on a page of a table is what the ranged reading is for; a missing table is not.
            if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF in (
                sqlite3.SQLITE_ERROR,
                sqlite3.SQLITE_NOTADB,
            ):
                return None
        return _gather(connection, path)


def _gather(connection: sqlite3.Connection, path: Path) -> Salvaged:
    state = _state(connection)
    # Rows are numbered from 1; without a state no file can hold more of them than it has bytes / 64.
    top = state.last_row if state is not None and state.last_row >= 0 else max(1, path.stat().st_size // 64)
    metas = {
        row[0]: row
        for row in _ranged(
            connection,
            "SELECT row, journal, seq, id, sha256, stored_at, acked_at FROM enrolment NOT INDEXED"
            " WHERE row BETWEEN ? AND ?",
            top,
        )
        if _plausible(row)
    }
    blobs = {
        row[0]: row[1]
        for row in _ranged(connection, "SELECT row, bytes FROM sealed WHERE row BETWEEN ? AND ?", top)
        if isinstance(row[1], bytes)
    }
    rows = _join(metas, blobs)
    journal = state.journal if state is not None else (rows[-1].journal if rows else "")
    seen = {row.seq for row in rows if row.journal == journal}
    known = {meta[2] for meta in metas.values() if meta[1] == journal}
    last_seq = max((state.last_seq if state is not None else 0, *seen, *known))
    expected = set(range(min(seen | known, default=last_seq + 1), last_seq + 1))
    lost_elsewhere = sum(1 for meta in metas.values() if meta[1] != journal) - sum(
        1 for row in rows if row.journal != journal
    )
    unreadable = len(expected - seen) + max(0, lost_elsewhere)
    return Salvaged(rows, journal, last_seq, _head(connection), unreadable)


def _join(metas: dict[int, tuple[Any, ...]], blobs: dict[int, bytes]) -> tuple[SalvagedRow, ...]:
    """Ciphertext with its row, ciphertext alone (its envelope says whose it is), tombstones alone."""
    by_id: dict[str, SalvagedRow] = {}
    by_seq: set[tuple[str, int]] = set()
    for row in sorted(metas.keys() | blobs.keys()):
        kept = _one(metas.get(row), blobs.get(row))
        if kept is None or kept.id in by_id or (kept.journal, kept.seq) in by_seq:
            continue
        by_id[kept.id] = kept
        by_seq.add((kept.journal, kept.seq))
    return tuple(by_id.values())


def _one(meta: tuple[Any, ...] | None, sealed: bytes | None) -> SalvagedRow | None:
    if sealed is None:
        tombstone = None if meta is None else _row(meta, None)
        return tombstone if tombstone is not None and tombstone.acked_at is not None else None
    if meta is not None and meta[4] == hashlib.sha256(sealed).hexdigest():
        return _row(meta, sealed)
    envelope = read_envelope(sealed)
    if not isinstance(envelope, Envelope):
        return None
    alone = SalvagedRow(
        envelope.journal, envelope.seq, envelope.id, fingerprint(sealed), envelope.ts, None, sealed
    )
    # The row's own hash does not fit: either it or the bytes are damaged. Sent as it is, the fleet's check of the
    # device signature decides.
    return alone if meta is None else replace(alone, stored_at=meta[5])


def _row(meta: tuple[Any, ...], sealed: bytes | None) -> SalvagedRow:
    _, journal, seq, id_, sha256, stored_at, acked_at = meta
    if sealed is not None and acked_at is not None and acked_at < stored_at:
        acked_at = (
            None  # acknowledged before it was stored: damaged, and sending once too often costs nothing
        )
    return SalvagedRow(journal, seq, id_, sha256, stored_at, acked_at, sealed)


def _plausible(row: tuple[Any, ...]) -> bool:
    """Are the columns of the types they were declared with? Flipped bits may turn one type into another."""
    _, journal, seq, id_, sha256, stored_at, acked_at = row
    texts = all(isinstance(text, str) and text for text in (journal, id_, sha256))
    numbers = isinstance(seq, int) and isinstance(stored_at, int) and seq >= 1
    return texts and numbers and (acked_at is None or isinstance(acked_at, int))


def _ranged(connection: sqlite3.Connection, query: str, top: int) -> Iterator[tuple[Any, ...]]:
    """Rows 1..top in halves and halves of halves, so that one unreadable page hides only the rows on it."""
    failures = 0
    ranges = [(1, top)]
    while ranges and failures < _MOST_FAILURES:
        low, high = ranges.pop()
        try:
            found = connection.execute(query, (low, high)).fetchall()
        except (sqlite3.Error, UnicodeDecodeError):
            failures += 1
            if low < high:
                middle = (low + high) // 2
                ranges += [(middle + 1, high), (low, middle)]
            continue
        yield from found


def _try(question: Callable[[], Any]) -> Any:
    try:
        return question()
    except (sqlite3.Error, UnicodeDecodeError):
        return None


def _state(connection: sqlite3.Connection) -> outbox_rows.OutboxState | None:
    found = _try(lambda: outbox_rows.state(connection))
    if not isinstance(found, outbox_rows.OutboxState):
        return None
    sound = (
        isinstance(found.journal, str)
        and len(found.journal) == len(UNREADABLE_JOURNAL)
        and isinstance(found.last_seq, int)
        and isinstance(found.last_row, int)
    )
    return found if sound else None


def _head(connection: sqlite3.Connection) -> bytes:
    row = _try(lambda: connection.execute("SELECT link FROM audit ORDER BY n DESC LIMIT 1").fetchone())
    return row[0] if row is not None and isinstance(row[0], bytes) and len(row[0]) == 32 else b""


def _with_new_first_page(path: Path) -> Path:
    """A working copy whose first page, which lists the tables, is that of a new outbox.

    Our schema is always made by the same statements in an empty file, so every table's root lies on the same page.
    """
    carved = path.with_name(f"{path.name}.carved")
    for side in ("", "-wal", "-shm"):
        carved.with_name(carved.name + side).unlink(missing_ok=True)
    with closing(sqlite3.connect(carved, isolation_level=None)) as template:
        for statement in outbox_rows.SCHEMA:
            template.execute(statement)
    first = bytearray(carved.read_bytes()[:_PAGE])
    shutil.copyfile(path, carved)
    wal = path.with_name(path.name + "-wal")
    if wal.exists():
        shutil.copyfile(wal, carved.with_name(carved.name + "-wal"))
    pages = max(1, carved.stat().st_size // _PAGE)
    # Header of a database (SQLite file format §1.3): WAL versions at 18 and 19, size in pages at 28.
    first[18:20] = b"\x02\x02"
    first[28:32] = pages.to_bytes(4, "big")
    first[32:40] = bytes(8)  # the new page knows no free list
    with carved.open("r+b") as copy:
        copy.write(first)
    return carved
