"""The outbox as the uplink sees it: read-only by the kind of its connection, whatever the file's permissions say."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from terminal.journal import audit, outbox_rows
from terminal.journal.database import FileTrouble
from terminal.journal.followed_file import FollowedFile
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
    """The uplink's and the provisioning tool's side: read-only. Belongs to one thread at a time."""

    def __init__(self, path: Path, *, now: Callable[[], datetime]) -> None:
        """`now` gives aware wall time."""
        self._file = FollowedFile(path)
        self._now = now

    def changed(self) -> bool:
        """As `FollowedFile.changed`."""
        return self._file.changed()

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
        self._file.close()

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
        answer = self._file.ask(question)
        return OutboxUnreadable(answer) if isinstance(answer, FileTrouble) else answer
