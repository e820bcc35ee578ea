"""How far records have come, read from outside: the terminal's outbox and the fleet's database, side by side."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bench.run_folder import RunFolder
from contract.reference_number import reference_number


@dataclass(frozen=True)
class TracedRecord:
    """One enrolment. `rows`: how often it stands in the fleet's table (0 or 1 when nothing is wrong).

    `stage` is the fleet's word, `verdict` the opener's, `answers` how many were sent back to the terminal.
    """

    id: str
    number: str
    stored: bool
    acked: bool
    rows: int
    procedure: str
    stage: str
    verdict: str
    answers: int


@dataclass(frozen=True)
class Chain:
    records: tuple[TracedRecord, ...]
    quarantined: int

    @property
    def waiting(self) -> int:
        """Stored here, not acknowledged."""
        return sum(record.stored and not record.acked for record in self.records)

    def numbered(self, number: str) -> tuple[TracedRecord, ...]:
        """Records of this 受付番号."""
        return tuple(record for record in self.records if record.number == number)


def read_chain(folder: RunFolder) -> Chain:
    """Both sides now; a file that is not there yet, or locked, counts as empty."""
    stored = {
        str(row[0]): bool(row[1])
        for row in _rows(
            folder.data / "outbox.db", "SELECT id, acked_at IS NOT NULL FROM enrolment ORDER BY row"
        )
    }
    arrived = {
        str(row[0]): row
        for row in _rows(
            folder.fleet_db,
            "SELECT e.id, count(*), e.stage, coalesce(max(o.verdict), ''), coalesce(max(o.procedure), ''),"
            " (SELECT count(*) FROM answers a WHERE a.id = e.id AND a.sent_at IS NOT NULL)"
            " FROM enrolments e LEFT JOIN openings o USING (terminal, id) GROUP BY e.id ORDER BY min(e.received_at)",
        )
    }
    ids = [*arrived, *(one for one in stored if one not in arrived)]
    aside = _rows(folder.fleet_db, "SELECT coalesce(sum(times), 0) FROM quarantine")
    return Chain(
        tuple(
            TracedRecord(
                id=one,
                number=reference_number(one),
                stored=one in stored,
                acked=stored.get(one, False),
                rows=int(arrived[one][1]) if one in arrived else 0,
                stage=str(arrived[one][2]) if one in arrived else "",
                verdict=str(arrived[one][3]) if one in arrived else "",
                procedure=str(arrived[one][4]) if one in arrived else "",
                answers=int(arrived[one][5]) if one in arrived else 0,
            )
            for one in ids
        ),
        int(aside[0][0]) if aside else 0,
    )


def _rows(database: Path, query: str) -> list[tuple[str | int, ...]]:
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=1.0)) as connection:
            return list(connection.execute(query))
    except sqlite3.OperationalError:
        return []
