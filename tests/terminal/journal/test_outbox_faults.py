"""A failing disk and a killed process: refused means not stored, accepted means stored, later commits work again."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from bench.synthetic_fleet import SyntheticFleet, new_id, store
from terminal.journal import outbox_opening
from terminal.journal.audit import ChainWhole
from terminal.journal.database import FileTrouble
from terminal.journal.events import EnrolmentCommitted, VisitStarted
from terminal.journal.outbox import CommitFailed, Outbox
from terminal.journal.outbox_opening import OutboxUnavailable
from tests.terminal.journal.conftest import OpenOutbox, Wall

EVENT = EnrolmentCommitted("application")
REPOSITORY = Path(__file__).parents[3]
needs_strace = pytest.mark.skipif(shutil.which("strace") is None, reason="strace injects the faults")


@dataclass(frozen=True)
class Told:
    """What a writer process said before it was gone."""

    accepted: dict[str, str]
    refused: tuple[tuple[str, str], ...]
    lines: tuple[str, ...]


def told(output: str) -> Told:
    lines = tuple(output.splitlines(keepends=True))
    whole = [line.split() for line in lines if line.endswith("\n")]
    accepted = {words[1]: words[2] for words in whole if words[0] == "accepted"}
    refused = tuple((words[1], words[2]) for words in whole if words[0] == "refused")
    return Told(accepted, refused, lines)


def run_writer(path: Path, count: int, *, before: tuple[str, ...] = ()) -> Told:
    command = [*before, sys.executable, "-m", "tests.terminal.journal.writer", str(path), str(count)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=REPOSITORY, check=False)
    assert "open" in done.stdout, done.stderr
    return told(done.stdout)


def stored(path: Path, wall: Wall) -> tuple[dict[str, str], list[str]]:
    """Ids and hashes that are there after the crash, and the audit's events; bytes and chain are checked."""
    outbox = outbox_opening.open_outbox(path, now=wall, random=os.urandom)
    assert isinstance(outbox, Outbox)
    rows = outbox.pending(0, 100_000)
    assert all(row.intact for row in rows)
    assert isinstance(outbox.verify_chain(), ChainWhole)
    events = [row.event for row in outbox.audit_rows(0, 100_000)]
    outbox.close()
    return {row.id: row.sha256 for row in rows}, events


def injected(path: Path, call: str, error: str, when: str) -> tuple[str, ...]:
    """strace makes `call` on the WAL fail with `error`: the real SQLite meets the real errno."""
    wal = f"{path}-wal"
    return (
        "strace",
        "-f",
        "-qq",
        "-o",
        "/dev/null",
        "-P",
        wal,
        "-e",
        f"inject={call}:error={error}:when={when}",
    )


@needs_strace
@pytest.mark.parametrize(
    ("call", "error", "when", "reason"),
    [
        ("pwrite64", "ENOSPC", "120..140", "disk-full"),
        ("pwrite64", "EDQUOT", "120..140", "io-error"),
        ("pwrite64", "EIO", "120", "io-error"),
        ("pwrite64", "EIO", "120..180", "io-error"),
        ("fdatasync", "EIO", "5", "io-error"),
        ("fdatasync", "EIO", "7", "io-error"),
    ],
)
def test_a_disk_error_refuses_that_enrolment_only_and_never_stores_it(
    outbox_path: Path, wall: Wall, call: str, error: str, when: str, reason: str
) -> None:
    said = run_writer(outbox_path, 40, before=injected(outbox_path, call, error, when))
    assert said.refused
    assert said.refused[0][0] == reason
    assert said.lines[-1].startswith("accepted"), "later commits work again"
    there, events = stored(outbox_path, wall)
    assert there == said.accepted
    assert "commit-failed" in events


@needs_strace
def test_a_refused_record_does_not_come_back_when_the_power_goes_right_after_the_refusal(
    outbox_path: Path, wall: Wall
) -> None:
    """The flush of the last append fails: its frames, commit mark included, are in the file when we are killed."""
    for last in range(4, 9):
        path = outbox_path.with_name(f"outbox-{last}.db")
        said = run_writer(path, 3, before=injected(path, "fdatasync", "EIO", str(last)))
        there, _ = stored(path, wall)
        assert there == said.accepted
        assert all(settled == "True" for _, settled in said.refused)


@needs_strace
def test_a_disk_that_stays_broken_refuses_everything_and_says_that_it_is_not_settled(
    outbox_path: Path, wall: Wall
) -> None:
    said = run_writer(outbox_path, 8, before=injected(outbox_path, "fdatasync", "EIO", "6+"))
    assert said.refused
    assert said.refused[-1] == ("io-error", "False")
    there, _ = stored(outbox_path, wall)
    assert said.accepted.items() <= there.items()
    assert len(there) <= len(said.accepted) + 1


def reading_fails(path: Path, when: str) -> tuple[str, ...]:
    """strace makes reads of the database file fail, for SQLite and for everybody else in the process."""
    fault = f"inject=pread64,read:error=EIO:when={when}"
    return ("strace", "-f", "-qq", "-o", "/dev/null", "-P", str(path), "-e", fault)


@needs_strace
@pytest.mark.parametrize("when", ["1", "2", "3", "5", "7", "9"])
def test_one_sector_that_cannot_be_read_costs_no_record(outbox_path: Path, wall: Wall, when: str) -> None:
    before = run_writer(outbox_path, 10)
    # Opening brings the WAL into the database.
    outbox = outbox_opening.open_outbox(outbox_path, now=wall, random=os.urandom)
    assert isinstance(outbox, Outbox)
    outbox.close()
    said = run_writer(outbox_path, 2, before=reading_fails(outbox_path, when))
    there, _ = stored(outbox_path, wall)
    assert there == before.accepted | said.accepted
    assert len(said.accepted) == 2


@needs_strace
def test_a_disk_that_gives_nothing_back_is_told_and_the_file_left_where_it_is(
    outbox_path: Path, wall: Wall
) -> None:
    """A loose contact rather than damage: a new journal would hide the old one's records."""
    outbox = outbox_opening.open_outbox(outbox_path, now=wall, random=os.urandom)
    assert isinstance(outbox, Outbox)
    kept = store(outbox, SyntheticFleet())
    outbox.close()
    command = [sys.executable, "-m", "tests.terminal.journal.writer", str(outbox_path), "1"]
    done = subprocess.run(
        [*reading_fails(outbox_path, "1+"), *command],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=REPOSITORY,
        check=False,
    )
    assert done.stdout == "cannot-open io-error\n", done.stderr
    assert [file.name for file in outbox_path.parent.glob("*.damaged*")] == []
    there, events = stored(outbox_path, wall)
    assert list(there) == [kept.id]
    assert "journal-damaged" not in events


def _can_mount() -> bool:
    script = "mount -t tmpfs -o size=64k tmpfs /mnt"
    return subprocess.run(["unshare", "-Urm", "sh", "-c", script], capture_output=True).returncode == 0


def test_a_really_full_disk_refuses_and_takes_again_when_there_is_room(tmp_path: Path, wall: Wall) -> None:
    if shutil.which("unshare") is None or not _can_mount():
        pytest.skip("this kernel lets no ordinary user mount a tmpfs")
    script = (
        f"mount -t tmpfs -o size=2000k tmpfs {tmp_path} && cd {REPOSITORY} &&"
        f" head -c 1600000 /dev/zero > {tmp_path}/ballast &&"
        f" {sys.executable} -m tests.terminal.journal.writer {tmp_path}/outbox.db 20 {tmp_path}/ballast;"
        f" {sys.executable} -m tests.terminal.journal.writer {tmp_path}/outbox.db 1"
    )
    done = subprocess.run(
        ["unshare", "-Urm", "sh", "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    said = told(done.stdout)
    assert said.refused == (("disk-full", "True"),), done.stderr
    assert len(said.accepted) == 20
    assert [line.split()[0] for line in said.lines].count("open") == 2


def test_a_disk_that_fills_up_in_the_middle_of_a_record_leaves_no_half(
    open_outbox: OpenOutbox, fleet: SyntheticFleet
) -> None:
    """max_page_count is SQLite's own full disk: every size once, so that each page of the record is the last."""
    outbox = open_outbox()
    store(outbox, fleet)
    pages = outbox._connection.execute("PRAGMA page_count").fetchone()[0]
    refused = 0
    for room in range(6):
        outbox._connection.execute(f"PRAGMA max_page_count = {pages + room}")
        before, events = outbox.pending(), len(outbox.audit_rows())
        id_ = new_id()
        outcome = outbox.append(fleet.seal(id_), id=id_, event=EVENT)
        if isinstance(outcome, CommitFailed):
            refused += 1
            assert outcome.reason is FileTrouble.DISK_FULL
            assert outbox.pending() == before
            kinds = [row.event for row in outbox.audit_rows(events)]
            assert "enrolment-committed" not in kinds
        else:
            assert len(outbox.pending()) == len(before) + 1
    assert refused >= 2
    outbox._connection.execute("PRAGMA max_page_count = 1000000")
    seqs = [row.seq for row in outbox.pending()]
    assert store(outbox, fleet).seq == seqs[-1] + 1
    assert seqs == list(range(1, len(seqs) + 1))
    assert isinstance(outbox.verify_chain(), ChainWhole)


def test_a_write_lock_held_by_an_intruder_refuses_in_time_and_takes_again_after(
    open_outbox: OpenOutbox, fleet: SyntheticFleet, outbox_path: Path
) -> None:
    outbox = open_outbox()
    intruder = sqlite3.connect(outbox_path, isolation_level=None)
    intruder.execute("BEGIN IMMEDIATE")
    outbox._connection.execute("PRAGMA busy_timeout = 50")
    id_ = new_id()
    begin = time.monotonic()
    assert outbox.append(fleet.seal(id_), id=id_, event=EVENT) == CommitFailed(FileTrouble.BUSY)
    assert not outbox.record(VisitStarted())
    assert time.monotonic() - begin < 5
    intruder.execute("ROLLBACK")
    intruder.close()
    assert store(outbox, fleet).seq == 1
    assert [row.event for row in outbox.audit_rows()] == ["commit-failed", "enrolment-committed"]


@pytest.mark.parametrize("obstacle", ["a folder has the name", "no folder there"])
def test_a_place_that_cannot_hold_a_journal_is_told_and_nothing_raised(
    tmp_path: Path, wall: Wall, obstacle: str
) -> None:
    path = tmp_path / "outbox.db"
    if obstacle == "a folder has the name":
        path.mkdir()
    else:
        path = tmp_path / "missing" / "outbox.db"
    assert isinstance(outbox_opening.open_outbox(path, now=wall, random=os.urandom), OutboxUnavailable)


def test_killed_at_random_and_started_again_nothing_accepted_is_lost_and_no_seq_given_twice(
    outbox_path: Path, wall: Wall
) -> None:
    seed = int(os.environ.get("MYNAPO_SEED") or int.from_bytes(os.urandom(4)))
    sys.stdout.write(f"seed {seed}\n")
    chance = random.Random(seed)
    accepted: dict[str, str] = {}
    for _ in range(6):
        command = [sys.executable, "-m", "tests.terminal.journal.writer", str(outbox_path), "100000"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "open\n"
            time.sleep(chance.uniform(0.0, 0.3))
            writer.kill()
            accepted |= told(writer.stdout.read()).accepted
    there, events = stored(outbox_path, wall)
    assert accepted.items() <= there.items()
    # One append at most can be committed without having been said, per kill.
    assert len(there) <= len(accepted) + 6
    assert events.count("restart-after-crash") == 6
    outbox = outbox_opening.open_outbox(outbox_path, now=wall, random=os.urandom)
    assert isinstance(outbox, Outbox)
    assert [row.seq for row in outbox.pending(0, 1_000_000)] == list(range(1, len(there) + 1))
    outbox.close()
