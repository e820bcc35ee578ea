"""Figures of the journal: what a durable enrolment costs, and how fast acknowledgements are applied."""

from __future__ import annotations

import os
import re
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import uuid_utils
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from contract.ack import MAX_ENTRIES, sign_ack
from contract.envelope import fingerprint, seal_enrolment
from contract.keys import FleetKey, KeyRing, KeyUse, read_keys, sign_keys
from contract.record import Body, ChosenService, Consent, Plaintext, Procedure, body_bytes, pack
from terminal.journal.delivery import DeliveryReport, apply_mailbox
from terminal.journal.events import EnrolmentCommitted
from terminal.journal.mailbox import DocumentKind, Mailbox, MailboxReader, Stored
from terminal.journal.outbox import Committed, Outbox

TERMINAL = "bench-0001"


def wall_now() -> datetime:
    return datetime.now(UTC)


class SyntheticFleet:
    """Keys of a fleet and of one terminal, made at run time, and records of the size of real ones."""

    def __init__(self) -> None:
        self.root = Ed25519PrivateKey.generate()
        self.ack_key = Ed25519PrivateKey.generate()
        self.answer_key = Ed25519PrivateKey.generate()
        self.sealing_key = X25519PrivateKey.generate()
        self.device = Ed25519PrivateKey.generate()
        begin = datetime(2020, 1, 1, tzinfo=UTC)
        publics = (
            ("seal-1", KeyUse.SEAL, self.sealing_key.public_key().public_bytes_raw()),
            ("ack-1", KeyUse.ACK, self.ack_key.public_key().public_bytes_raw()),
            ("answer-1", KeyUse.ANSWER, self.answer_key.public_key().public_bytes_raw()),
        )
        end = begin + timedelta(days=36500)
        keys = tuple(FleetKey(kid, use, public, begin, end) for kid, use, public in publics)
        self.keys_document = sign_keys(self.root, 1, keys)
        ring = read_keys(self.keys_document, self.root.public_key())
        if not isinstance(ring, KeyRing):
            raise RuntimeError(ring.reason)
        self.ring = ring
        self.recipient = keys[0]

    def plaintext(self, id_: str) -> bytes:
        """A packed 申込 with a certificate of 1.5 kB and an RSA-2048 signature, both random."""
        body = Body(
            v=1,
            id=id_,
            visit=id_,
            procedure=Procedure.APPLICATION,
            programme="bench",
            measure="1",
            consent=Consent("1", "0" * 64),
            terminal=TERMINAL,
            site="bench",
            time="2022-07-15T10:00:00+09:00",
            clock="set",
            answer_key=bytes(32),
            demo=True,
            service=ChosenService("bench-pay", "0000000000000000", ("000000",)),
        )
        return pack(Plaintext(body_bytes(body), os.urandom(1500), os.urandom(256)))

    def seal(self, id_: str) -> Callable[[str, int], bytes]:
        """What `Outbox.append` wants: builds plaintext and envelope when journal and seq are known."""

        def sealed(journal: str, seq: int) -> bytes:
            return seal_enrolment(
                self.plaintext(id_),
                id=id_,
                terminal=TERMINAL,
                journal=journal,
                seq=seq,
                ts=int(time.time() * 1000),
                recipient=self.recipient,
                device=self.device,
            )

        return sealed

    def ack(self, journal: str, entries: tuple[tuple[str, str], ...]) -> bytes:
        return sign_ack(
            self.ack_key, "ack-1", terminal=TERMINAL, journal=journal, entries=entries, ts=1_700_000_000_000
        )


def new_id() -> str:
    return str(uuid_utils.uuid7())


def store(outbox: Outbox, fleet: SyntheticFleet) -> Committed:
    """One enrolment; raises RuntimeError if it was not stored."""
    id_ = new_id()
    outcome = outbox.append(fleet.seal(id_), id=id_, event=EnrolmentCommitted("application"))
    if not isinstance(outcome, Committed):
        raise RuntimeError(f"not stored: {outcome}")
    return outcome


@contextmanager
def opened(path: Path) -> Iterator[Outbox]:
    """An outbox for the block; raises RuntimeError if it cannot be opened."""
    outbox = Outbox.open(path, now=wall_now, random=os.urandom)
    if not isinstance(outbox, Outbox):
        raise RuntimeError(f"cannot open: {outbox.reason}")
    try:
        yield outbox
    finally:
        outbox.close()


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
            command = [sys.executable, "-m", "bench.perf_journal", "append", folder, str(records)]
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
            if not isinstance(mailbox.put([(DocumentKind.ACK, ack) for ack in acks[i : i + 500]]), Stored):
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
