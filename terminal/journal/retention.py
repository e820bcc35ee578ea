"""How long acknowledged enrolments stay, and the digests that prove that none is missing."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from contract.day_digest import DayDigest, digest_of, ended_days, ids_of
from terminal.journal import audit

_DAY_MS = 86_400_000
#: Acknowledged ciphertext stays this long, so that a fleet restored from a backup can ask for it again.
SEALED_KEPT_MS = 30 * _DAY_MS
#: Then id, seq and hash stay this much longer: a late repetition is still recognised.
TOMBSTONE_KEPT_MS = 90 * _DAY_MS
#: Audit rows stay longer than any enrolment they speak of.
AUDIT_KEPT_MS = 400 * _DAY_MS
#: Rows per step: one step overwrites at most about 1.6 MB of ciphertext and holds the writer for some 10 ms.
STEP = 200


@dataclass(frozen=True)
class Tidied:
    """Rows whose ciphertext was wiped, tombstones forgotten, audit rows cut off in this step."""

    wiped: int
    forgotten: int
    audit_rows: int

    @property
    def more(self) -> bool:
        return STEP in (self.wiped, self.forgotten, self.audit_rows)


def tidy(connection: sqlite3.Connection, now: int) -> Tidied:
    """One step inside the caller's transaction. What nobody has acknowledged is never touched."""
    wiped = connection.execute(
        "DELETE FROM sealed WHERE row IN (SELECT s.row FROM sealed s JOIN enrolment e ON e.row = s.row"
        " WHERE e.acked_at < ? LIMIT ?)",
        (now - SEALED_KEPT_MS, STEP),
    ).rowcount
    forgotten = connection.execute(
        "DELETE FROM enrolment WHERE row IN (SELECT e.row FROM enrolment e WHERE e.acked_at < ?"
        " AND NOT EXISTS (SELECT 1 FROM sealed s WHERE s.row = e.row) LIMIT ?)",
        (now - SEALED_KEPT_MS - TOMBSTONE_KEPT_MS, STEP),
    ).rowcount
    return Tidied(wiped, forgotten, _cut_audit(connection, now - AUDIT_KEPT_MS))


def _cut_audit(connection: sqlite3.Connection, before: int) -> int:
    """Takes off the oldest rows; the last one's link becomes the point from which the chain is verified."""
    rows = connection.execute("SELECT n, at, link FROM audit ORDER BY n LIMIT ?", (STEP,)).fetchall()
    old: list[tuple[int, bytes]] = []
    for n, at, link in rows:
        if at >= before:
            break
        old.append((n, link))
    if not old:
        return 0
    anchor = audit.Head(*old[-1])
    connection.execute("DELETE FROM audit WHERE n <= ?", (anchor.n,))
    connection.execute("UPDATE state SET anchor_n = ?, anchor_link = ?", (anchor.n, anchor.link))
    return len(old)


def requeue(connection: sqlite3.Connection, since: int) -> int:
    """Takes the mark off rows stored at or after `since` whose ciphertext is still there."""
    return connection.execute(
        "UPDATE enrolment SET acked_at = NULL WHERE acked_at IS NOT NULL AND stored_at >= ?"
        " AND EXISTS (SELECT 1 FROM sealed s WHERE s.row = enrolment.row)",
        (since,),
    ).rowcount


def digests(connection: sqlite3.Connection, now: datetime) -> tuple[DayDigest, ...]:
    """Of the days that are over at `now` (aware), each well within the time that ids are kept."""
    query = "SELECT id FROM enrolment WHERE id >= ? AND id < ?"
    return tuple(
        digest_of(day, (row[0] for row in connection.execute(query, ids_of(day)))) for day in ended_days(now)
    )
