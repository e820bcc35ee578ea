"""What the screens said beside what is in the journal and in the fleet's database, and whether it agrees."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from bench.run_folder import RunFolder
from contract.reference_number import reference_number


class VisitResult(StrEnum):
    ACCEPTED = "accepted"  # 受け付けました stood on the screen
    DIED = "died"  # the terminal was gone before the screen could say anything
    TURNED_AWAY = "turned away"  # the terminal ended it in words


@dataclass(frozen=True)
class Lived:
    """One visit as its resident lived it. Times: wall time in s. `numbers`: 受付番号 seen with 受け付けました."""

    person: str
    began: float
    ended: float
    outcome: VisitResult
    numbers: tuple[str, ...] = ()
    said: str = ""


@dataclass(frozen=True)
class StoredRow:
    id: str
    stored_at: float  # wall time, s
    acked: bool


@dataclass(frozen=True)
class ArrivedRow:
    id: str
    stage: str
    slot: str
    procedure: str


@dataclass(frozen=True)
class Found:
    """Both databases at the end. `quarantined`: messages set aside. `stale`: old status messages set aside; a broker that
    was killed comes back with retained words as old as its last autosave.
    """

    stored: tuple[StoredRow, ...]
    arrived: tuple[ArrivedRow, ...]
    quarantined: int
    stale: int = 0


@dataclass(frozen=True)
class LedgerVerdict:
    """`explained`: records past the point of no return when the terminal was killed before its screen."""

    accepted: int
    explained: int
    standing: int
    already: int
    stale: int
    violations: tuple[str, ...]


def read_found(folder: RunFolder) -> Found:
    stored = _rows(
        folder.data / "outbox.db", "SELECT id, stored_at, acked_at IS NOT NULL FROM enrolment ORDER BY row"
    )
    arrived = _rows(
        folder.fleet_db,
        "SELECT e.id, e.stage, coalesce(o.slot, ''), coalesce(o.procedure, '')"
        " FROM enrolments e LEFT JOIN openings o USING (terminal, id)",
    )
    aside = _rows(folder.fleet_db, "SELECT n, reason FROM quarantine")
    stale = sum(row[1] == "stale" for row in aside)
    return Found(
        tuple(StoredRow(str(row[0]), int(row[1]) / 1000, bool(row[2])) for row in stored),
        tuple(ArrivedRow(*(str(column) for column in row)) for row in arrived),
        len(aside) - stale,
        stale,
    )


def is_drained(found: Found) -> bool:
    """Everything stored is acknowledged and marked, and everything that arrived has its verdict."""
    return all(row.acked for row in found.stored) and all(
        row.stage not in ("received", "handed") for row in found.arrived
    )


def judge_visits(lived: Sequence[Lived], terminal_killed: Sequence[float], found: Found) -> LedgerVerdict:
    """Pure: the promises of DESIGN §2.3 to §2.5, held against what was found."""
    arrived = Counter(row.id for row in found.arrived)
    owners = {row.id: _owner(row, lived) for row in found.stored}
    accepted = [number for visit in lived for number in visit.numbers]
    troubles = [
        *_of_the_accepted(accepted, found, arrived),
        *_of_the_stored(found, arrived),
        *_of_the_business(found, owners),
    ]
    explained = 0
    for row in found.stored:
        if reference_number(row.id) in accepted:
            continue
        visit = owners[row.id]
        killed = visit is not None and any(visit.began <= at <= visit.ended for at in terminal_killed)
        if visit is not None and visit.outcome is VisitResult.DIED and killed:
            explained += 1
        else:
            troubles.append(f"{row.id}: stored, accepted by no screen, and the terminal was not killed")
    if found.quarantined:
        troubles.append(f"{found.quarantined} messages in quarantine")
    stages = Counter(row.stage for row in found.arrived)
    return LedgerVerdict(
        len(accepted), explained, stages["done"], stages["already"], found.stale, tuple(troubles)
    )


def _of_the_accepted(accepted: Sequence[str], found: Found, arrived: Counter[str]) -> list[str]:
    troubles = []
    ids = {reference_number(row.id): row.id for row in found.arrived}
    for number, times in Counter(accepted).items():
        if times > 1:
            troubles.append(f"{number}: shown to {times} residents")
        if number not in ids:
            troubles.append(f"{number}: the screen said 受け付けました, but it is not in the fleet")
        elif arrived[ids[number]] != 1:
            troubles.append(f"{number}: {arrived[ids[number]]} times in the fleet")
    return troubles


def _of_the_stored(found: Found, arrived: Counter[str]) -> list[str]:
    stored = {row.id for row in found.stored}
    return [
        *(f"{row.id}: stored, never acknowledged" for row in found.stored if not row.acked),
        *(
            f"{row.id}: stored and marked, but not in the fleet"
            for row in found.stored
            if row.acked and not arrived[row.id]
        ),
        *(f"{id_}: in the fleet, but in no journal" for id_ in arrived if id_ not in stored),
    ]


def _of_the_business(found: Found, owners: dict[str, Lived | None]) -> list[str]:
    """Per person and procedure one record stands, the rest is told 受付ずみ, and one person has one slot."""
    groups: dict[tuple[str, str], list[ArrivedRow]] = {}
    for row in found.arrived:
        visit = owners.get(row.id)
        groups.setdefault((visit.person if visit else row.id, row.procedure), []).append(row)
    troubles = []
    for (person, procedure), rows in groups.items():
        stages = Counter(row.stage for row in rows)
        if stages["done"] != 1 or stages["done"] + stages["already"] != len(rows):
            troubles.append(f"{person}, {procedure or 'unopened'}: {dict(stages)}")
        if len({row.slot for row in rows}) != 1:
            troubles.append(f"{person}, {procedure}: not one slot")
    slots = Counter(row.slot for row in found.arrived if row.stage == "done")
    troubles += [f"slot {slot[:8]}: {times} records stand" for slot, times in slots.items() if times > 1]
    return troubles


def _owner(row: StoredRow, lived: Sequence[Lived]) -> Lived | None:
    """The visit in which it was committed: visits of one terminal follow one another."""
    return next((visit for visit in lived if visit.began <= row.stored_at <= visit.ended), None)


def _rows(database: Path, query: str) -> list[tuple[str | int, ...]]:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10.0)) as connection:
        return list(connection.execute(query))
