"""The mailbox: signed documents from the fleet, kept as they came until the terminal has read them.

One writer: the uplink, which can verify nothing and decides nothing. Losing a document is harmless (rows not marked
are sent and acknowledged again, keys are retained on the broker), hence synchronous=NORMAL and a bounded size.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from contract.encoding import MAX_PAYLOAD
from terminal.journal.database import (
    FileTrouble,
    connect_reader,
    connect_writer,
    file_trouble_of,
    transaction,
)
from terminal.journal.followed_file import FollowedFile
from terminal.journal.outbox_rows import Cursor

APPLICATION = 0x6D6E706D
FORMAT = 1
#: Far more than a terminal that runs leaves unread; a broker gone mad fills this much and no more.
MOST_DOCUMENTS = 2_000
MOST_BYTES = 16 * 1024 * 1024
#: No file of a mailbox comes near: all documents, each with a page begun (8 MB), once in the file and once in its WAL.
LARGEST_FILE = 64 * 1024 * 1024
#: An answer takes milliseconds; a file that was made to keep the terminal busy for ever (a recursive view) is given
#: up after this time, for a commit may be waiting.
LONGEST_QUESTION_S = 1.0
#: SQLite's steps between two looks at the clock: some 5 ms.
_STEPS = 100_000

_SCHEMA = (
    "CREATE TABLE box (one INTEGER PRIMARY KEY CHECK (one = 1), id TEXT NOT NULL)",
    "CREATE TABLE document (n INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, payload BLOB NOT NULL,"
    " received_at INTEGER NOT NULL)",
    f"PRAGMA application_id = {APPLICATION}",
    f"PRAGMA user_version = {FORMAT}",
)


class DocumentKind(StrEnum):
    ACK = "ack"
    ANSWER = "answer"
    KEYS = "keys"


@dataclass(frozen=True)
class Document:
    """One payload as it came, in the order `n` of its coming."""

    n: int
    kind: DocumentKind
    payload: bytes


@dataclass(frozen=True)
class DocumentsStored:
    count: int


@dataclass(frozen=True)
class MailboxFull:
    """Nothing was stored; the terminal has to read first. What was not stored comes again."""

    documents: int


@dataclass(frozen=True)
class PutFailed:
    reason: FileTrouble


@dataclass(frozen=True)
class MailboxUnavailable:
    reason: FileTrouble


@dataclass(frozen=True)
class Documents:
    """Documents after a cursor, and the cursor that says they are consumed."""

    documents: tuple[Document, ...]
    cursor: Cursor


class Mailbox:
    """The uplink's side. Belongs to one thread at a time."""

    def __init__(self, connection: sqlite3.Connection, now: Callable[[], datetime]) -> None:
        """Use `open`."""
        self._connection = connection
        self._now = now
        self.id: str = connection.execute("SELECT id FROM box").fetchone()[0]
        query = "SELECT count(*), coalesce(sum(length(payload)), 0) FROM document"
        self._count, self._bytes = connection.execute(query).fetchone()

    @classmethod
    def open(
        cls, path: Path, *, now: Callable[[], datetime], random: Callable[[int], bytes]
    ) -> Mailbox | MailboxUnavailable:
        """Opens or creates; a damaged one is moved aside and begun anew, for all that was in it comes again."""
        try:
            if path.exists() and not _sound(path):
                _move_aside(path)
            connection = connect_writer(path, synchronous="NORMAL")
        except sqlite3.Error as error:
            return MailboxUnavailable(file_trouble_of(error))
        except OSError:
            return MailboxUnavailable(FileTrouble.CANNOT_OPEN)
        try:
            with transaction(connection):
                if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION:
                    for statement in _SCHEMA:
                        connection.execute(statement)
                    connection.execute("INSERT INTO box VALUES (1, ?)", (random(16).hex(),))
            return cls(connection, now)
        except sqlite3.Error as error:
            connection.close()
            return MailboxUnavailable(file_trouble_of(error))

    def put(
        self, documents: Sequence[tuple[DocumentKind, bytes]]
    ) -> DocumentsStored | MailboxFull | PutFailed:
        """Stores all of them in one transaction, or none. Those larger than MAX_PAYLOAD are left out."""
        fitting = [(kind, payload) for kind, payload in documents if len(payload) <= MAX_PAYLOAD]
        size = sum(len(payload) for _, payload in fitting)
        if self._count + len(fitting) > MOST_DOCUMENTS or self._bytes + size > MOST_BYTES:
            return MailboxFull(self._count)
        at = int(self._now().timestamp() * 1000)
        try:
            with transaction(self._connection):
                self._connection.executemany(
                    "INSERT INTO document (kind, payload, received_at) VALUES (?, ?, ?)",
                    ((kind.value, payload, at) for kind, payload in fitting),
                )
        except sqlite3.Error as error:
            return PutFailed(file_trouble_of(error))
        self._count += len(fitting)
        self._bytes += size
        return DocumentsStored(len(fitting))

    def discard(self, consumed: Cursor) -> int | PutFailed:
        """Deletes what the terminal says it has consumed (`OutboxReader.cursor`); how many went."""
        if consumed.mailbox != self.id:
            return 0
        try:
            with transaction(self._connection):
                count, size = self._connection.execute(
                    "SELECT count(*), coalesce(sum(length(payload)), 0) FROM document WHERE n <= ?",
                    (consumed.n,),
                ).fetchone()
                if count:
                    self._connection.execute("DELETE FROM document WHERE n <= ?", (consumed.n,))
        except sqlite3.Error as error:
            return PutFailed(file_trouble_of(error))
        self._count -= count
        self._bytes -= size
        return int(count)

    def close(self) -> None:
        self._connection.close()


class MailboxReader:
    """The terminal's side: read-only. Belongs to one thread at a time."""

    def __init__(self, path: Path, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._file = FollowedFile(path, bound=self._end_in_time, most=LARGEST_FILE)
        self._monotonic = monotonic

    def changed(self) -> bool:
        """As `FollowedFile.changed`."""
        return self._file.changed()

    def after(self, cursor: Cursor, limit: int) -> Documents | MailboxUnavailable:
        """The next documents. A cursor of another mailbox counts as none: this one is read from its beginning."""
        answer = self._file.ask(lambda connection: _after(connection, cursor, limit))
        return MailboxUnavailable(answer) if isinstance(answer, FileTrouble) else answer

    def close(self) -> None:
        self._file.close()

    def _end_in_time(self, connection: sqlite3.Connection) -> None:
        until = self._monotonic() + LONGEST_QUESTION_S
        connection.set_progress_handler(lambda: int(self._monotonic() > until), _STEPS)


def _after(connection: sqlite3.Connection, cursor: Cursor, limit: int) -> Documents:
    """The writer is the process with the network: what is no document by its type is passed over."""
    row = connection.execute("SELECT id FROM box WHERE typeof(id) = 'text'").fetchone()
    if row is None:
        raise sqlite3.DatabaseError("the mailbox has no id")
    box: str = row[0]
    begin = cursor.n if cursor.mailbox == box else 0
    rows = connection.execute(
        "SELECT n, kind, payload FROM document WHERE n > ? AND typeof(n) = 'integer'"
        " AND typeof(payload) = 'blob' AND length(payload) <= ? ORDER BY n LIMIT ?",
        (begin, MAX_PAYLOAD, limit),
    ).fetchall()
    known = {kind.value for kind in DocumentKind}
    documents = tuple(Document(n, DocumentKind(kind), payload) for n, kind, payload in rows if kind in known)
    return Documents(documents, Cursor(box, rows[-1][0] if rows else begin))


def _sound(path: Path) -> bool:
    try:
        with closing(connect_reader(path)) as connection:
            if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
                return False
            if connection.execute("PRAGMA application_id").fetchone()[0] == 0 and path.stat().st_size == 0:
                return True
            return connection.execute("SELECT id FROM box").fetchone() is not None
    except UnicodeDecodeError:  # SQLite quotes a damaged schema in its message
        return False
    except sqlite3.Error as error:
        return file_trouble_of(error) not in (FileTrouble.DAMAGED, FileTrouble.IO_ERROR, FileTrouble.OTHER)


def _move_aside(path: Path) -> None:
    """One damaged mailbox is kept for whoever wants to know why; an older one makes room for it."""
    aside = path.with_name(f"{path.name}.damaged")
    for side in ("", "-wal", "-shm"):
        source, target = path.with_name(path.name + side), aside.with_name(aside.name + side)
        target.unlink(missing_ok=True)
        if source.exists():
            source.rename(target)
