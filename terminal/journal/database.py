"""How the journal's SQLite files are opened, and what SQLite's errors mean to us."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from urllib.parse import quote

#: A reader of the other process never blocks a WAL writer; only a recovery after a crash does, for milliseconds.
_BUSY_TIMEOUT_S = 2.0
#: Readable by the group: the uplink runs as another user and may read the outbox, not write it.
_FILE_MODE = 0o640


class FileTrouble(StrEnum):
    """Why a file could not be opened or a transaction not be committed."""

    DISK_FULL = "disk-full"
    IO_ERROR = "io-error"
    READ_ONLY = "read-only"
    BUSY = "busy"
    DAMAGED = "damaged"
    CANNOT_OPEN = "cannot-open"
    DUPLICATE = "duplicate"
    NEWER_FORMAT = "newer-format"
    IN_USE = "in-use"
    FOREIGN = "foreign"
    OTHER = "other"


_TROUBLES = {
    sqlite3.SQLITE_FULL: FileTrouble.DISK_FULL,
    sqlite3.SQLITE_IOERR: FileTrouble.IO_ERROR,
    sqlite3.SQLITE_READONLY: FileTrouble.READ_ONLY,
    sqlite3.SQLITE_PERM: FileTrouble.READ_ONLY,
    sqlite3.SQLITE_BUSY: FileTrouble.BUSY,
    sqlite3.SQLITE_LOCKED: FileTrouble.BUSY,
    sqlite3.SQLITE_CORRUPT: FileTrouble.DAMAGED,
    sqlite3.SQLITE_NOTADB: FileTrouble.DAMAGED,
    sqlite3.SQLITE_CANTOPEN: FileTrouble.CANNOT_OPEN,
    sqlite3.SQLITE_CONSTRAINT: FileTrouble.DUPLICATE,
}


def file_trouble_of(error: sqlite3.Error) -> FileTrouble:
    """The trouble behind an SQLite error, by its primary result code (the low byte)."""
    code = getattr(error, "sqlite_errorcode", None)
    return FileTrouble.OTHER if code is None else _TROUBLES.get(code & 0xFF, FileTrouble.OTHER)


def connect_writer(path: Path, *, synchronous: str) -> sqlite3.Connection:
    """A connection in WAL mode; raises sqlite3.Error. `synchronous` is FULL or NORMAL.

    secure_delete: deleted ciphertext is overwritten, not merely unlinked from the tree.
    cell_size_check: a damaged page is noticed when it is read, before it is written back.
    """
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, _FILE_MODE))
    connection = sqlite3.connect(
        path, timeout=_BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False, cached_statements=64
    )
    try:
        connection.execute("PRAGMA cell_size_check = ON")
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {synchronous}")
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("PRAGMA temp_store = MEMORY")
        # After a long outage the WAL shrinks back to this many bytes instead of keeping its largest size.
        connection.execute("PRAGMA journal_size_limit = 8388608")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def connect_reader(path: Path) -> sqlite3.Connection:
    """A connection that cannot write, whatever the file's permissions; raises sqlite3.Error."""
    connection = sqlite3.connect(
        f"file:{quote(str(path.resolve()))}?mode=ro",
        uri=True,
        timeout=_BUSY_TIMEOUT_S,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        connection.execute("PRAGMA cell_size_check = ON")
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA query_only = ON")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def close_leaving_wal(connection: sqlite3.Connection) -> None:
    """Closes a writer, but leaves WAL and index, which SQLite deletes with the last connection.

    A reader that may not write to the folder could not make them, and a file in WAL mode cannot be read without: what
    waits would stay while the terminal is stopped. A connection that cannot write does not delete them either.
    """
    with suppress(sqlite3.Error):
        path = Path(connection.execute("PRAGMA database_list").fetchone()[2])
        with closing(connect_reader(path)) as last:
            last.execute("PRAGMA schema_version").fetchone()
            connection.close()
    connection.close()


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """BEGIN IMMEDIATE … COMMIT; whatever leaves the block by exception, sqlite3.Error included, is rolled back."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    finally:
        # SQLite itself has rolled back after some errors (disk full, I/O); after others it waits for us.
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def fsync_directory(folder: Path) -> None:
    """Makes renames in `folder` durable; raises OSError."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
