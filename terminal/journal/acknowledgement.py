"""Marking rows that the fleet has acknowledged: only for the very bytes, under the journal they were sealed to."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from contract.ack import Ack


@dataclass(frozen=True)
class AckReport:
    """Counts of entries: newly marked, marked before, and those that fit nothing stored."""

    marked: int = 0
    already: int = 0
    other_journal: int = 0
    other_bytes: int = 0
    unknown: int = 0

    def __add__(self, other: AckReport) -> AckReport:
        return AckReport(
            self.marked + other.marked,
            self.already + other.already,
            self.other_journal + other.other_journal,
            self.other_bytes + other.other_bytes,
            self.unknown + other.unknown,
        )

    @property
    def refused(self) -> int:
        return self.other_journal + self.other_bytes + self.unknown


def mark(connection: sqlite3.Connection, acks: Sequence[Ack], at: int) -> AckReport:
    """Marks inside the caller's transaction; `at` is wall time in ms."""
    return sum((_mark_one(connection, ack, at) for ack in acks), AckReport())


def _mark_one(connection: sqlite3.Connection, ack: Ack, at: int) -> AckReport:
    """All entries in one statement; only if some did not fit is each looked at."""
    cursor = connection.executemany(
        "UPDATE enrolment SET acked_at = ? WHERE id = ? AND journal = ? AND sha256 = ? AND acked_at IS NULL",
        ((at, id_, ack.journal, sha256) for id_, sha256 in ack.entries),
    )
    marked = max(0, cursor.rowcount)
    if marked == len(ack.entries):
        return AckReport(marked=marked)
    judged = sum((_judge(connection, ack.journal, *entry) for entry in ack.entries), AckReport())
    # Those just marked look like marked before.
    return AckReport(marked=marked, already=-marked) + judged


def _judge(connection: sqlite3.Connection, journal: str, id_: str, sha256: str) -> AckReport:
    row = connection.execute("SELECT journal, sha256 FROM enrolment WHERE id = ?", (id_,)).fetchone()
    if row is None:
        return AckReport(unknown=1)
    if row[0] != journal:
        return AckReport(other_journal=1)
    if row[1] != sha256:
        return AckReport(other_bytes=1)
    return AckReport(already=1)
