"""Compares each terminal's daily digests with what the fleet holds: nothing missing, nothing added."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection, delete, select

from contract.day_digest import DAYS, DayDigest, digest_of, ids_of
from fleet.store import enrolments, insert_new, proofs

#: A difference stays to be seen this long; what a terminal says of older or future days is not kept.
KEPT_DAYS = 31


@dataclass(frozen=True)
class DayDifference:
    """A UTC day of which the terminal says that it stored `told` records, while the fleet holds `held` of its own.

    Equal numbers mean that the ids differ.
    """

    day: str
    told: int
    held: int


@dataclass(frozen=True)
class Proof:
    """The last days of one terminal: how many days agree, with how many records, and the days that do not."""

    days: int
    records: int
    differences: tuple[DayDifference, ...]


def compare_days(connection: Connection, terminal: str, digests: Sequence[DayDigest], now_ms: int) -> None:
    """Keeps the outcome of each day. A day that was equal is looked at again only if the terminal says otherwise."""
    today = _utc_day(now_ms)
    oldest = today - timedelta(days=KEPT_DAYS)
    of_terminal = select(proofs).where(proofs.c.terminal == terminal)
    known = {row.day: row for row in connection.execute(of_terminal)}
    if any(day < oldest.isoformat() for day in known):
        old = proofs.c.day < oldest.isoformat()
        connection.execute(delete(proofs).where(proofs.c.terminal == terminal, old))
    for told in digests:
        before = known.get(told.day)
        day = _day(told.day)
        settled = before is not None and before.equal and before.sha256 == told.sha256
        if settled or day is None or not oldest <= day <= today:
            continue
        held = _held(connection, terminal, day)
        outcome = {"told": told.count, "sha256": told.sha256, "held": held.count, "equal": held == told}
        connection.execute(delete(proofs).where(proofs.c.terminal == terminal, proofs.c.day == told.day))
        insert_new(connection, proofs, [{"terminal": terminal, "day": told.day, **outcome}])


def read_proofs(connection: Connection, now_ms: int) -> dict[str, Proof]:
    """By terminal. Days that agreed count for a week, differences as long as they are kept."""
    since = (_utc_day(now_ms) - timedelta(days=DAYS)).isoformat()
    by_terminal = defaultdict(list)
    for row in connection.execute(select(proofs).order_by(proofs.c.terminal, proofs.c.day)):
        by_terminal[row.terminal].append(row)
    found = {}
    for terminal, rows in by_terminal.items():
        equal = [row for row in rows if row.equal and row.day >= since]
        differences = tuple(DayDifference(row.day, row.told, row.held) for row in rows if not row.equal)
        found[terminal] = Proof(len(equal), sum(row.told for row in equal), differences)
    return found


def _held(connection: Connection, terminal: str, day: date) -> DayDigest:
    first, after = ids_of(day)
    of_day = select(enrolments.c.id).where(
        enrolments.c.terminal == terminal, enrolments.c.id >= first, enrolments.c.id < after
    )
    return digest_of(day, connection.execute(of_day).scalars())


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _utc_day(now_ms: int) -> date:
    return datetime.fromtimestamp(now_ms / 1000, UTC).date()
