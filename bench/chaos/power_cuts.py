"""`mynapo-bench chaos --power-cuts`: cuts the power at every flush of the journal, in many ways, and looks what is left.

A writer fills an outbox under strace. For each point just before and after a flush, and just after the outbox said
"committed", the files are put together as the disk might hold them, then opened by the real `open_outbox`.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.chaos.disk_recording import Act, Disk, DiskCall, Fate, record
from bench.synthetic_fleet import TERMINAL, SyntheticFleet, new_id, wall_now
from contract.ack import Ack, read_ack
from terminal.journal.audit import ChainWhole
from terminal.journal.events import EnrolmentCommitted, VisitStarted
from terminal.journal.outbox import Committed, Outbox
from terminal.journal.outbox_opening import open_outbox

#: Checkpoints come 25 times as often as in service, so that their flushes are among the cuts of a short run.
_CHECKPOINT_PAGES = 40
#: Most states opened in one run; more cuts than that are chosen from at random (with the seed).
_MOST_STATES = 6_000


@dataclass(frozen=True)
class PowerCutReport:
    """`states` laid out and opened for `cuts` points of the recording, in which `promised` enrolments were accepted.

    Each of `troubles` names point, fate and what was wrong.
    """

    records: int
    seed: int
    cuts: int
    states: int
    promised: int
    troubles: tuple[str, ...]
    seconds: float

    @property
    def passed(self) -> bool:
        return not self.troubles and self.states > 0


@dataclass(frozen=True)
class _Cut:
    """Power goes after `step` steps; until then `committed` (id → hash) and `acked` ids had been said."""

    step: int
    committed: dict[str, str]
    acked: frozenset[str]


def memory_folder() -> Path | None:
    """A folder in memory, if there is one: thousands of states are laid out, and none needs a real flush."""
    shared = Path("/dev/shm")  # noqa: S108
    return shared if os.access(shared, os.W_OK) else None


def run(records: int, seed: int, folder: Path) -> PowerCutReport:
    """Records a writer of `records` enrolments (≥ 2) below `folder` and judges every cut; needs strace."""
    return judge_cuts(record_writer(records, folder), records, seed, folder / "after")


def record_writer(records: int, folder: Path) -> list[DiskCall]:
    """What the writer asked of the disk and said, from the first creation of the file on."""
    written = folder / "written"
    written.mkdir(parents=True)
    command = [sys.executable, "-m", "bench.chaos.power_cuts", str(written), str(records)]
    return record(command, written, folder / "strace.log")


def judge_cuts(steps: list[DiskCall], records: int, seed: int, folder: Path) -> PowerCutReport:
    """Every cut of the recording in every fate, each laid out in `folder` and opened."""
    begin = time.monotonic()
    chance = random.Random(seed)
    cuts = _cuts(steps)
    wanted = [(cut, fate) for cut in cuts for fate in Fate]
    if len(wanted) > _MOST_STATES:
        wanted = sorted(chance.sample(wanted, _MOST_STATES), key=lambda state: state[0].step)
    troubles = tuple(_judge_all(steps, wanted, chance, folder))
    promised = max((len(cut.committed) for cut in cuts), default=0)
    return PowerCutReport(records, seed, len(cuts), len(wanted), promised, troubles, time.monotonic() - begin)


def _cuts(steps: list[DiskCall]) -> list[_Cut]:
    """Before and after each flush, and after each word of the outbox."""
    points: list[_Cut] = []
    committed: dict[str, str] = {}
    acked: frozenset[str] = frozenset()
    for number, step in enumerate(steps):
        if step.act in (Act.FLUSH, Act.FLUSH_FOLDER):
            points.append(_Cut(number, dict(committed), acked))
        if step.act is Act.SAY:
            for line in step.to.splitlines():
                words = line.split()
                if words[0] == "committed":
                    committed[words[1]] = words[2]
                elif words[0] == "acknowledging":
                    acked |= {words[1]}
        if step.act in (Act.FLUSH, Act.FLUSH_FOLDER, Act.SAY):
            points.append(_Cut(number + 1, dict(committed), acked))
    return points


def _judge_all(
    steps: list[DiskCall], wanted: list[tuple[_Cut, Fate]], chance: random.Random, folder: Path
) -> Iterator[str]:
    disk, at = Disk(), 0
    for cut, fate in wanted:
        for step in steps[at : cut.step]:
            disk.take(step)
        at = cut.step
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for name, content in disk.after_cut(fate, chance).items():
            # The shared memory is rebuilt from the WAL: whatever is in it after a cut must not matter.
            shared = name.endswith("-shm")
            (folder / name).write_bytes(chance.randbytes(32768) if shared else content)
        for trouble in _judge(folder / "outbox.db", cut):
            yield f"after step {cut.step}, fate {fate}: {trouble}"


def _judge(path: Path, cut: _Cut) -> Iterator[str]:
    outbox = open_outbox(path, now=wall_now, random=os.urandom)
    if not isinstance(outbox, Outbox):
        yield f"cannot be opened: {outbox.reason}"
        return
    if not isinstance(outbox.verify_chain(), ChainWhole):
        yield "the audit chain is broken"
    events = {row.event for row in outbox.audit_rows(0, 1_000_000)}
    if "journal-damaged" in events:
        yield "a mere power cut was taken for damage"
    found, marked, seqs = _stored(path)
    for id_, sha256 in cut.committed.items():
        if id_ not in found:
            yield f"{id_} was promised and is lost"
        elif found[id_] != sha256:
            yield f"{id_} has other bytes than were promised"
    if marked - cut.acked:
        yield "rows are marked that nobody had acknowledged"
    if seqs != list(range(1, len(seqs) + 1)) or outbox.last_seq != len(seqs):
        yield f"seqs are {seqs}, the last one given is {outbox.last_seq}"
    outbox.close()


def _stored(path: Path) -> tuple[dict[str, str], frozenset[str], list[int]]:
    """Straight from the tables: id → hash of the bytes, ids marked, seqs in order."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute(
            "SELECT e.id, s.bytes, e.acked_at, e.seq FROM enrolment e JOIN sealed s ON s.row = e.row ORDER BY e.row"
        ).fetchall()
    found = {row[0]: hashlib.sha256(row[1]).hexdigest() for row in rows}
    return found, frozenset(row[0] for row in rows if row[2] is not None), [row[3] for row in rows]


def write(folder: Path, records: int) -> None:
    """The recorded process: two runs of a terminal, with a clean end between them."""
    fleet = SyntheticFleet()
    for run_records in (records // 2, records - records // 2):
        outbox = open_outbox(folder / "outbox.db", now=wall_now, random=os.urandom)
        if not isinstance(outbox, Outbox):
            raise RuntimeError(f"cannot open: {outbox.reason}")
        outbox._connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
        for number in range(run_records):
            _visit(outbox, fleet)
            if number % 5 == 4:
                _acknowledge(outbox, fleet)
        outbox.close()


def _say(text: str) -> None:
    os.write(1, f"{text}\n".encode())


def _visit(outbox: Outbox, fleet: SyntheticFleet) -> None:
    id_, made = new_id(), [b""]

    def seal(journal: str, seq: int) -> bytes:
        made[0] = fleet.seal(id_)(journal, seq)
        return made[0]

    outbox.record(VisitStarted())
    outcome = outbox.append(seal, id=id_, event=EnrolmentCommitted("application"))
    if not isinstance(outcome, Committed):
        raise RuntimeError(f"not stored: {outcome}")
    _say(f"committed {id_} {hashlib.sha256(made[0]).hexdigest()}")


def _acknowledge(outbox: Outbox, fleet: SyntheticFleet) -> None:
    """Marks the oldest three; said before, for a mark may be on the disk before the call returns."""
    entries = tuple((row.id, row.sha256) for row in outbox.pending(0, 3))
    for id_, _ in entries:
        _say(f"acknowledging {id_}")
    ack = read_ack(fleet.ack(outbox.journal, entries), fleet.ring, terminal=TERMINAL, at=outbox.wall_now())
    if not isinstance(ack, Ack):
        raise RuntimeError(ack.reason)
    outbox.mark_acked([ack])


def cut(records: int, seed: int) -> int:
    """Prints what came of it; 0 if nothing promised was lost."""
    with TemporaryDirectory(dir=memory_folder()) as folder:
        report = run(records, seed, Path(folder))
    for trouble in report.troubles[:20]:
        print(trouble)
    print(
        f"seed {report.seed}: {report.records} enrolments, power cut at {report.cuts} points,"
        f" {report.states} states opened in {report.seconds:.0f} s, {len(report.troubles)} troubles"
    )
    return 0 if report.passed else 1


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]))
