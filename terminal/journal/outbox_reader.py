"""The outbox as the uplink sees it: read-only by the kind of its connection, whatever the file's permissions say."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from terminal.journal import audit, outbox_rows
from terminal.journal.database import FileTrouble, connect_reader, file_trouble_of
from terminal.journal.outbox_rows import Cursor, Pending

_Answer = TypeVar("_Answer")


@dataclass(frozen=True)
class OutboxUnreadable:
    """The outbox cannot be read now (not yet created, being replaced, no rights); ask again later."""

    reason: FileTrouble


@dataclass(frozen=True)
class OutboxOverview:
    """What a health message says of the outbox. `oldest_age_s` is 0 if nothing waits."""

    journal: str
    last_seq: int
    depth: int
    oldest_age_s: int
    audit_head: str
    cursor: Cursor


class OutboxReader:
    """Opens lazily and again when the file has been replaced; belongs to one thread at a time."""

    def __init__(self, path: Path, *, now: Callable[[], datetime]) -> None:
        """`now` gives aware wall time."""
        self._path = path
        self._now = now
        self._connection: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None
        self._version = -1

    def changed(self) -> bool:
        """Has anything been committed since the last call? True at first, and when the file was replaced.

        Costs one stat and one PRAGMA (about 10 µs), so it can be asked many times a second.
        """
        connection = self._ready()
        if isinstance(connection, OutboxUnreadable):
            return False
        try:
            version = int(connection.execute("PRAGMA data_version").fetchone()[0])
        except sqlite3.Error:
            self.close()
            return False
        changed = version != self._version
        self._version = version
        return changed

    def pending(self, after: int = 0, limit: int = 100) -> tuple[Pending, ...] | OutboxUnreadable:
        """The oldest waiting rows above row number `after`. Rows that are not `intact` must not be sent."""
        return self._ask(lambda connection: outbox_rows.pending(connection, after, limit))

    def acked(self, rows: Collection[int]) -> frozenset[int] | OutboxUnreadable:
        """Which of these row numbers wait no longer."""
        marks = ",".join(str(int(row)) for row in rows)
        query = f"SELECT row FROM enrolment WHERE acked_at IS NULL AND row IN ({marks})"  # noqa: S608 (integers)
        waiting = self._ask(lambda connection: frozenset(row[0] for row in connection.execute(query)))
        return waiting if isinstance(waiting, OutboxUnreadable) else frozenset(rows) - waiting

    def overview(self) -> OutboxOverview | OutboxUnreadable:
        return self._ask(self._overview)

    def cursor(self) -> Cursor | OutboxUnreadable:
        """How far the terminal has consumed the mailbox; everything up to there may be deleted."""
        return self._ask(lambda connection: outbox_rows.state(connection).cursor)

    def audit_rows(self, after: int = 0, limit: int = 100) -> tuple[audit.AuditRow, ...] | OutboxUnreadable:
        return self._ask(lambda connection: audit.rows_after(connection, after, limit))

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection, self._file, self._version = None, None, -1

    def _overview(self, connection: sqlite3.Connection) -> OutboxOverview:
        connection.execute("BEGIN")
        try:
            state = outbox_rows.state(connection)
            oldest = outbox_rows.oldest(connection)
            depth = outbox_rows.depth(connection)
            head = audit.head(connection, state.anchor)
        finally:
            connection.execute("COMMIT")
        age = 0 if oldest is None else max(0, int(self._now().timestamp() - oldest / 1000))
        return OutboxOverview(state.journal, state.last_seq, depth, age, head.link.hex(), state.cursor)

    def _ask(self, question: Callable[[sqlite3.Connection], _Answer]) -> _Answer | OutboxUnreadable:
        connection = self._ready()
        if isinstance(connection, OutboxUnreadable):
            return connection
        try:
            return question(connection)
        except sqlite3.Error as error:
            self.close()
            return OutboxUnreadable(file_trouble_of(error))

    def _ready(self) -> sqlite3.Connection | OutboxUnreadable:
        """The connection to the file that now has the name: after a salvage that is another one."""
        try:
            stat = self._path.stat()
        except OSError:
            self.close()
            return OutboxUnreadable(FileTrouble.CANNOT_OPEN)
        file = (stat.st_dev, stat.st_ino)
        if self._connection is not None and self._file == file:
            return self._connection
        self.close()
        try:
            self._connection = connect_reader(self._path)
        except sqlite3.Error as error:
            return OutboxUnreadable(file_trouble_of(error))
        self._file = file
        return self._connection
