"""The outbox: an enrolment counts from the moment its row is committed here, and not before.

One writer: the terminal process. WAL with synchronous=FULL, so a commit that returned survives a power cut.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from threading import RLock

from contract.ack import Ack
from contract.day_digest import DayDigest
from contract.envelope import Envelope, read_envelope
from terminal.journal import audit, outbox_rows, retention
from terminal.journal.acknowledgement import AckReport, mark
from terminal.journal.alarms import AlarmReader, RecentAlarms
from terminal.journal.database import (
    FileTrouble,
    close_leaving_wal,
    file_trouble_of,
    transaction,
)
from terminal.journal.events import (
    AckMismatch,
    AuditEvent,
    CommitRefused,
    OutboxDrained,
    OutboxFilled,
    ResendRequested,
    RestartAfterCrash,
    Severity,
)
from terminal.journal.outbox_rows import Cursor, Pending

#: After these the half-written transaction cannot come back by itself: its commit frame was never written.
_HARMLESS = frozenset({FileTrouble.DISK_FULL, FileTrouble.READ_ONLY, FileTrouble.BUSY, FileTrouble.DUPLICATE})


@dataclass(frozen=True)
class Committed:
    """The record is durable, together with its audit row."""

    journal: str
    seq: int
    id: str


@dataclass(frozen=True)
class OutboxFull:
    """Nothing was stored: `depth` rows wait already."""

    depth: int
    limit: int


@dataclass(frozen=True)
class CommitFailed:
    """Nothing was stored. `settled` is false if a power cut right now might still bring the row back:
    the disk failed after the bytes had been handed to it, and refused the next commit too. Go out of service then.
    """

    reason: FileTrouble
    settled: bool = True


class Outbox:
    """Safe to call from any thread; calls wait for one another. A commit waits for the disk (SD card: 5–100 ms)."""

    def __init__(
        self, connection: sqlite3.Connection, lock: int, now: Callable[[], datetime], limit: int
    ) -> None:
        """Use `outbox_opening.open_outbox`: the file must be sound, and `lock` the writer's, which `close` lets go."""
        self._connection = connection
        self._lock_file = lock
        self._now = now
        self._limit = limit
        self._mutex = RLock()
        self.closed = False
        self._owed: AuditEvent | None = None
        self._told_full = False
        self._digests: tuple[DayDigest, ...] = ()
        self._digests_of = (-1, date.min)
        state = outbox_rows.state(connection)
        self._journal: str = state.journal
        self._last_seq: int = state.last_seq
        self._last_row: int = state.last_row
        self._anchor: audit.Head = state.anchor
        self._head: audit.Head = audit.head(connection, state.anchor)
        self._alarms = AlarmReader(self._head.n)
        self._depth: int = outbox_rows.depth(connection)
        #: The last run ended without closing the file: crash, kill or power cut.
        self.crashed_before: bool = bool(state.in_use)
        self._begin(crashed=self.crashed_before)

    def _begin(self, *, crashed: bool) -> None:
        """Marks the file as in use, and says so if the last run never took that mark away."""
        with transaction(self._connection):
            self._connection.execute("UPDATE state SET in_use = 1")
            head = self._head
            if crashed:
                head = audit.append(self._connection, head, RestartAfterCrash(), self._ms())
        self._head = head
        # The mark must stand in the main file: it is how a WAL that vanished is noticed (outbox_file).
        self._connection.execute("PRAGMA wal_checkpoint(FULL)")

    def _ms(self) -> int:
        return int(self.wall_now().timestamp() * 1000)

    def wall_now(self) -> datetime:
        """The time that its rows are stamped with and signed words are judged at."""
        return self._now()

    # ---------------------------------------------------------------- writing

    def append(
        self,
        seal: Callable[[str, int], bytes],
        *,
        id: str,  # noqa: A002
        event: AuditEvent,
    ) -> Committed | OutboxFull | CommitFailed:
        """Stores one enrolment and its audit row in one transaction; both are on the disk when it returns.

        `seal(journal, seq)` gives the envelope's bytes; whatever it raises leaves the outbox unchanged. Raises
        ValueError if they are not an envelope of this id, journal and seq: plaintext never gets into the file.
        """
        with self._mutex:
            if self._depth >= self._limit:
                self._tell_full()
                return OutboxFull(self._depth, self._limit)
            try:
                self._pay_owed()
                seq, head = self._store(seal, id, event)
            except sqlite3.Error as error:
                return self._refuse(file_trouble_of(error))
            self._last_seq, self._last_row, self._head = seq, self._last_row + 1, head
            self._depth += 1
            return Committed(self._journal, seq, id)

    def _store(
        self, seal: Callable[[str, int], bytes], id_: str, event: AuditEvent
    ) -> tuple[int, audit.Head]:
        seq, row, at = self._last_seq + 1, self._last_row + 1, self._ms()
        with transaction(self._connection):
            sealed = seal(self._journal, seq)
            _must_be_envelope(sealed, id_, self._journal, seq)
            sha256 = hashlib.sha256(sealed).hexdigest()
            self._connection.execute(
                "INSERT INTO enrolment VALUES (?, ?, ?, ?, ?, ?, NULL)",
                (row, self._journal, seq, id_, sha256, at),
            )
            self._connection.execute("INSERT INTO sealed VALUES (?, ?)", (row, sealed))
            self._connection.execute("UPDATE state SET last_seq = ?, last_row = ?", (seq, row))
            record = audit.EnrolmentRef(self._journal, seq, sha256)
            head = audit.append(self._connection, self._head, event, at, record)
        return seq, head

    def record(self, event: AuditEvent) -> bool:
        """Writes one audit row; False if the disk refused.

        Warnings and alarms are on the disk when it returns, the rest with the next enrolment at the latest: a visit
        leaves about ten rows, and each durable one costs an SD card a flush.
        """
        durable = event.severity in (Severity.WARNING, Severity.ALARM)
        with self._mutex:
            try:
                self._pay_owed()
                self._write_event(event, durable=durable)
            except sqlite3.Error:
                return False
            return True

    def _write_event(self, event: AuditEvent, *, durable: bool) -> None:
        if not durable:
            self._connection.execute("PRAGMA synchronous = NORMAL")
        try:
            with transaction(self._connection):
                head = audit.append(self._connection, self._head, event, self._ms())
            self._head = head
        finally:
            self._connection.execute("PRAGMA synchronous = FULL")

    def _refuse(self, reason: FileTrouble) -> CommitFailed:
        """After a failed flush the frames of the refused record may lie in the WAL with a valid commit mark.

        Until something is written over them a restart would take them for committed: the resident was told
        「受け付けていません」 and the record would be sent. So the alarm is written over them at once.
        """
        self._owed = CommitRefused(reason.value)
        try:
            self._pay_owed()
        except sqlite3.Error:
            return CommitFailed(reason, settled=reason in _HARMLESS)
        return CommitFailed(reason)

    def _pay_owed(self) -> None:
        if self._owed is not None:
            self._write_event(self._owed, durable=True)
            self._owed = None

    def _tell_full(self) -> None:
        if not self._told_full:
            self._told_full = self.record(OutboxFilled(self._depth))

    # ---------------------------------------------------------------- acknowledgements

    def mark_acked(
        self, acks: Sequence[Ack], *, cursor: Cursor | None = None, events: Sequence[AuditEvent] = ()
    ) -> AckReport | CommitFailed:
        """Marks what the acks (signature already verified) name, moves the mailbox cursor, in one transaction.

        Not flushed: a mark lost by a power cut means that the row is sent and acknowledged once more. What does
        not fit what is stored marks nothing, is counted in the report and audited, as are `events`.
        """
        with self._mutex:
            try:
                self._pay_owed()
                return self._mark(acks, cursor, events)
            except sqlite3.Error as error:
                return self._refuse(file_trouble_of(error))

    def _mark(self, acks: Sequence[Ack], cursor: Cursor | None, events: Sequence[AuditEvent]) -> AckReport:
        self._connection.execute("PRAGMA synchronous = NORMAL")
        try:
            with transaction(self._connection):
                at = self._ms()
                report = mark(self._connection, acks, at)
                if cursor is not None:
                    self._connection.execute(
                        "UPDATE state SET mailbox = ?, mailbox_n = ?", (cursor.mailbox, cursor.n)
                    )
                head = self._head
                left = self._depth - report.marked
                drained = (OutboxDrained(left),) if self._told_full and left < self._limit else ()
                for event in (*_mismatches(report), *events, *drained):
                    head = audit.append(self._connection, head, event, at)
        finally:
            self._connection.execute("PRAGMA synchronous = FULL")
        self._head = head
        self._depth = left
        self._told_full = self._told_full and left >= self._limit
        return report

    def requeue(self, since: int) -> int | CommitFailed:
        """Queues acknowledged rows stored at or after `since` (wall ms) again; those already wiped are gone."""
        with self._mutex:
            try:
                with transaction(self._connection):
                    count = retention.requeue(self._connection, since)
                    event = ResendRequested(max(since, 0), count)
                    head = audit.append(self._connection, self._head, event, self._ms())
            except sqlite3.Error as error:
                return self._refuse(file_trouble_of(error))
            self._head = head
            self._depth += count
            return count

    def tidy(self) -> retention.Tidied | CommitFailed:
        """One bounded step of retention; call again while `more`. Meant for the time between visits."""
        with self._mutex:
            try:
                with transaction(self._connection):
                    tidied = retention.tidy(self._connection, self._ms())
            except sqlite3.Error as error:
                return self._refuse(file_trouble_of(error))
            self._anchor = outbox_rows.state(self._connection).anchor
            return tidied

    # ---------------------------------------------------------------- asking

    @property
    def journal(self) -> str:
        return self._journal

    @property
    def last_seq(self) -> int:
        """0 before the first enrolment of this journal."""
        return self._last_seq

    @property
    def depth(self) -> int:
        """Rows that wait for their acknowledgement."""
        return self._depth

    @property
    def room(self) -> int:
        """How many more enrolments are taken; the attract screen asks."""
        return max(0, self._limit - self._depth)

    @property
    def audit_head(self) -> str:
        """Hex of the chain's last link, for health messages."""
        return self._head.link.hex()

    def pending(self, after: int = 0, limit: int = 100) -> tuple[Pending, ...]:
        """The oldest waiting rows above row number `after`."""
        with self._mutex:
            return outbox_rows.pending(self._connection, after, limit)

    def oldest_age_s(self) -> int | None:
        """Seconds since the oldest waiting row was stored, None if none waits."""
        with self._mutex:
            at = outbox_rows.oldest(self._connection)
        return None if at is None else max(0, (self._ms() - at) // 1000)

    def is_acked(self, id: str) -> bool:  # noqa: A002
        """Has the fleet's signed word for this enrolment arrived?"""
        with self._mutex:
            query = "SELECT 1 FROM enrolment WHERE id = ? AND acked_at IS NOT NULL"
            return self._connection.execute(query, (id,)).fetchone() is not None

    def cursor(self) -> Cursor:
        with self._mutex:
            return outbox_rows.state(self._connection).cursor

    def digests(self) -> tuple[DayDigest, ...]:
        """Of the last UTC days that are over, oldest first.

        Made anew with each record and each day only: past midnight a record may still bring an id from before it.
        """
        now = self.wall_now()
        with self._mutex:
            made_of = (self._last_seq, now.astimezone(UTC).date())
            if made_of != self._digests_of:
                self._digests, self._digests_of = retention.digests(self._connection, now), made_of
            return self._digests

    def alarms(self) -> RecentAlarms:
        """What somebody must look at, of the last 24 hours."""
        with self._mutex:
            return self._alarms.recent(self._connection, self._head.n, self._ms())

    def verify_chain(self) -> audit.ChainWhole | audit.ChainBroken:
        with self._mutex:
            return audit.verify_chain(self._connection, self._anchor)

    def audit_rows(self, after: int = 0, limit: int = 100) -> tuple[audit.AuditRow, ...]:
        with self._mutex:
            return audit.rows_after(self._connection, after, limit)

    def close(self) -> bool:
        """Takes the in-use mark away and closes; False if the disk refused the mark (the next start then tells)."""
        with self._mutex:
            try:
                with transaction(self._connection):
                    self._connection.execute("UPDATE state SET in_use = 0")
                self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
                clean = True
            except sqlite3.Error:
                clean = False
            close_leaving_wal(self._connection)
            os.close(self._lock_file)
            self.closed = True
            return clean


def _must_be_envelope(sealed: bytes, id_: str, journal: str, seq: int) -> None:
    envelope = read_envelope(sealed)
    wanted = (id_, journal, seq)
    if not isinstance(envelope, Envelope) or (envelope.id, envelope.journal, envelope.seq) != wanted:
        raise ValueError("seal() gave no envelope for this id, journal and seq")


def _mismatches(report: AckReport) -> tuple[AuditEvent, ...]:
    found = (
        AckMismatch("other-journal", report.other_journal),
        AckMismatch("other-bytes", report.other_bytes),
        AckMismatch("unknown-id", report.unknown),
    )
    return tuple(event for event in found if event.count)
