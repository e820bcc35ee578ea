"""Figures of the journal: what a durable enrolment costs, and how fast acknowledgements are applied."""

from __future__ import annotations

import os
import re
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.synthetic_fleet import TERMINAL, SyntheticFleet, opened, store, wall_now
from contract.ack import MAX_ENTRIES
from contract.envelope import fingerprint
from terminal.journal.delivery import DeliveryReport, apply_mailbox
from terminal.journal.mailbox import DocumentKind, DocumentsStored, Mailbox, MailboxReader
from terminal.journal.outbox import Outbox


@dataclass(frozen=True)
class AppendFigures:
    """Per append, sealing and audit included. Yardstick: `bare_*`, the same bytes by one INSERT in its own file."""

    records: int
    cpu_ms: float
    wall_ms_median: float
    flushes: float
    bare_cpu_ms: float
    bare_wall_ms_median: float


def _flushes_of(appends: int) -> float:
    """fdatasync and fsync calls per append, counted by strace in a process of its own (start and end taken off)."""

    def count(records: int) -> int:
        with TemporaryDirectory() as folder:
            command = [sys.executable, "-m", "bench.perf.journal", "append", folder, str(records)]
            traced = subprocess.run(
                ["strace", "-f", "-qq", "-e", "trace=fsync,fdatasync", *command],
                capture_output=True,
                text=True,
                timeout=120,
                check=True,
            )
        return len(re.findall(r"\b(?:fsync|fdatasync)\(", traced.stderr))

    return (count(appends) - count(0)) / appends


@dataclass
class _Spent:
    """CPU seconds and wall seconds of each call."""

    cpu: float = 0.0
    walls: list[float] = field(default_factory=list)

    def on(self, work: Callable[[], object]) -> None:
        cpu, wall = time.process_time(), time.perf_counter()
        work()
        self.cpu += time.process_time() - cpu
        self.walls.append(time.perf_counter() - wall)


def measure_append(records: int = 500) -> AppendFigures:
    """On the file system of the temporary folder; `strace` must be installed.

    Ours and the yardstick take turns, for how long a flush takes changes with what else the disk has to do.
    """
    fleet, ours, bare = SyntheticFleet(), _Spent(), _Spent()
    blob = os.urandom(7000)
    with (
        TemporaryDirectory() as folder,
        opened(Path(folder) / "outbox.db") as outbox,
        closing(sqlite3.connect(Path(folder) / "bare.db", isolation_level=None)) as yardstick,
    ):
        yardstick.execute("PRAGMA journal_mode = WAL")
        yardstick.execute("PRAGMA synchronous = FULL")
        yardstick.execute("CREATE TABLE bare (n INTEGER PRIMARY KEY, bytes BLOB)")
        for _ in range(20):
            store(outbox, fleet)
        for _ in range(records):
            ours.on(lambda: store(outbox, fleet))
            bare.on(lambda: yardstick.execute("INSERT INTO bare (bytes) VALUES (?)", (blob,)))
    return AppendFigures(
        records,
        ours.cpu / records * 1000,
        statistics.median(ours.walls) * 1000,
        _flushes_of(200),
        bare.cpu / records * 1000,
        statistics.median(bare.walls) * 1000,
    )


@dataclass(frozen=True)
class ApplyFigures:
    """Rows marked per second by `apply_mailbox`, for acks of `per_ack` entries, all signatures verified."""

    records: int
    per_ack: int
    rows_per_s: float
    acks_per_s: float


def measure_apply(records: int = 5000, per_ack: int = MAX_ENTRIES) -> ApplyFigures:
    """Mailbox on the disk → verified → marked on the disk, as the terminal does it."""
    fleet = SyntheticFleet()
    with TemporaryDirectory() as folder, opened(Path(folder) / "outbox.db") as outbox:
        for _ in range(records):
            store(outbox, fleet)
        rows = outbox.pending(0, records)
        entries = [(row.id, fingerprint(row.sealed)) for row in rows]
        acks = [
            fleet.ack(outbox.journal, tuple(entries[i : i + per_ack])) for i in range(0, records, per_ack)
        ]
        path = Path(folder) / "mailbox.db"
        mailbox = Mailbox.open(path, now=wall_now, random=os.urandom)
        if not isinstance(mailbox, Mailbox):
            raise RuntimeError(f"no mailbox: {mailbox.reason}")
        reader, spent, marked = MailboxReader(path), 0.0, 0
        for i in range(0, len(acks), 500):
            if not isinstance(
                mailbox.put([(DocumentKind.ACK, ack) for ack in acks[i : i + 500]]), DocumentsStored
            ):
                raise RuntimeError("the mailbox took no more")
            begin = time.perf_counter()
            marked += _apply_all(outbox, reader, fleet)
            spent += time.perf_counter() - begin
            mailbox.discard(outbox.cursor())
        reader.close()
        mailbox.close()
        if marked != records or outbox.depth:
            raise RuntimeError(f"{marked} of {records} marked")
    return ApplyFigures(records, per_ack, records / spent, len(acks) / spent)


def _apply_all(outbox: Outbox, reader: MailboxReader, fleet: SyntheticFleet) -> int:
    marked = 0
    while True:
        report = apply_mailbox(
            outbox,
            reader,
            fleet.ring,
            terminal=TERMINAL,
            on_answer=lambda _answer: None,
            on_keys=lambda _keys: None,
        )
        if not isinstance(report, DeliveryReport):
            raise RuntimeError(f"not applied: {report}")
        marked += report.acks.marked
        if not report.more:
            return marked


def main(argv: list[str]) -> int:
    """`append FOLDER N` stores N records (what strace looks at); without arguments: prints all figures."""
    if argv[:1] == ["append"]:
        fleet = SyntheticFleet()
        with opened(Path(argv[1]) / "outbox.db") as outbox:
            for _ in range(int(argv[2])):
                store(outbox, fleet)
        return 0
    for figures in (measure_append(), measure_apply(), measure_apply(per_ack=20), measure_apply(per_ack=1)):
        sys.stdout.write(f"{figures}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
