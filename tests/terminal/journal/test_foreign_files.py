"""Beside the outbox only files of its own user are opened: a WAL's checksums need no key, so anybody can make one."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bench.synthetic_fleet import SyntheticFleet, store
from terminal.journal import outbox_opening
from terminal.journal.database import FileTrouble
from terminal.journal.foreign_files import owner_of
from terminal.journal.outbox import Outbox
from terminal.journal.outbox_opening import OutboxUnavailable
from tests.terminal.journal.conftest import OpenOutbox, Wall

ROOT = Path(__file__).resolve().parents[3]
STRANGER = os.geteuid() + 1


def all_acknowledged(outbox: Path, scratch: Path) -> bytes:
    """A WAL that SQLite believes, in which nothing waits any more."""
    copy = scratch / "copy.db"
    shutil.copy(outbox, copy)
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute("UPDATE enrolment SET acked_at = stored_at + 1")
        return copy.with_name("copy.db-wal").read_bytes()


@pytest.fixture
def three_wait(outbox_path: Path, open_outbox: OpenOutbox, fleet: SyntheticFleet) -> Path:
    """Three records in a file that was closed in good order, without WAL and index."""
    outbox = open_outbox()
    for _ in range(3):
        store(outbox, fleet)
    outbox.close()
    for side in ("-wal", "-shm"):
        outbox_path.with_name(outbox_path.name + side).unlink()
    return outbox_path


def strangers(*names: str) -> Callable[[Path], int | None]:
    """Files of these names belong to another user."""
    return lambda path: STRANGER if path.name in names and path.exists() else owner_of(path)


def waiting(path: Path, wall: Wall, owner: Callable[[Path], int | None] = owner_of) -> int:
    outbox = outbox_opening.open_outbox(path, now=wall, random=os.urandom, owner=owner)
    assert isinstance(outbox, Outbox), outbox
    depth = outbox.depth
    outbox.close()
    return depth


def test_such_a_wal_of_our_own_user_would_be_replayed(three_wait: Path, wall: Wall, tmp_path: Path) -> None:
    """What the other tests rest on: it is a good WAL."""
    three_wait.with_name("outbox.db-wal").write_bytes(all_acknowledged(three_wait, tmp_path))
    assert waiting(three_wait, wall) == 0


def test_a_wal_of_another_user_is_never_replayed_and_is_kept(
    three_wait: Path, wall: Wall, tmp_path: Path
) -> None:
    forged = all_acknowledged(three_wait, tmp_path)
    three_wait.with_name("outbox.db-wal").write_bytes(forged)
    assert waiting(three_wait, wall, strangers("outbox.db-wal")) == 3
    assert three_wait.with_name("outbox.db-wal.foreign").read_bytes() == forged


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file away")
def test_the_files_real_owner_is_asked(three_wait: Path, wall: Wall, tmp_path: Path) -> None:
    planted = three_wait.with_name("outbox.db-wal")
    planted.write_bytes(all_acknowledged(three_wait, tmp_path))
    os.chown(planted, STRANGER, STRANGER)
    assert waiting(three_wait, wall) == 3


@pytest.mark.parametrize(
    "name", ["-shm", "-journal", ".lock", ".fresh", ".fresh-wal", ".building", ".building-wal", ".carved-wal"]
)
def test_nothing_else_of_another_user_is_opened_either(three_wait: Path, wall: Wall, name: str) -> None:
    planted = three_wait.with_name(three_wait.name + name)
    planted.unlink(missing_ok=True)
    planted.write_bytes(b"planted")
    assert waiting(three_wait, wall, strangers(planted.name)) == 3
    assert three_wait.with_name(planted.name + ".foreign").read_bytes() == b"planted"


def test_a_second_one_does_not_overwrite_the_first(three_wait: Path, wall: Wall) -> None:
    planted = three_wait.with_name("outbox.db-journal")
    for word in (b"first", b"second"):
        planted.write_bytes(word)
        waiting(three_wait, wall, strangers(planted.name))
    kept = [path.read_bytes() for path in sorted(three_wait.parent.glob("outbox.db-journal.foreign*"))]
    assert kept == [b"first", b"second"]


def test_an_outbox_of_another_user_is_refused_and_stays(three_wait: Path, wall: Wall) -> None:
    """Set aside, its records would be out of the queue without a word."""
    before = three_wait.read_bytes()
    refused = outbox_opening.open_outbox(
        three_wait, now=wall, random=os.urandom, owner=strangers("outbox.db")
    )
    assert refused == OutboxUnavailable(FileTrouble.FOREIGN)
    assert three_wait.read_bytes() == before


#: Becomes another user, with the group only, once all is imported.
READER = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from terminal.journal.outbox_reader import OutboxOverview, OutboxReader
path, user, group = sys.argv[1:]
os.setgroups([])
os.setgid(int(group))
os.setuid(int(user))
found = OutboxReader(Path(path), now=lambda: datetime.now(UTC)).overview()
print(found.depth if isinstance(found, OutboxOverview) else found.reason)
"""
GROUP = 54_321


@pytest.fixture
def open_to_the_group() -> Iterator[Path]:
    """A folder as systemd-tmpfiles makes it; not below pytest's own, which lets in its own user only."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        os.chown(folder, -1, GROUP)
        folder.chmod(0o2750)
        yield folder


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
@pytest.mark.parametrize("stopped", [False, True], ids=["while the terminal runs", "when it was stopped"])
def test_the_uplinks_user_reads_in_the_terminals_folder_and_leaves_nothing_there(
    open_to_the_group: Path, wall: Wall, fleet: SyntheticFleet, stopped: bool
) -> None:
    path = open_to_the_group / "outbox.db"
    outbox = outbox_opening.open_outbox(path, now=wall, random=os.urandom)
    assert isinstance(outbox, Outbox)
    store(outbox, fleet)
    if stopped:
        outbox.close()
    before = sorted(open_to_the_group.iterdir())
    command = [sys.executable, "-c", READER, str(path), str(STRANGER), str(GROUP)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout.strip(), done.stderr) == ("1", "")
    assert sorted(open_to_the_group.iterdir()) == before
    if not stopped:
        outbox.close()


@pytest.mark.parametrize("names", [(), ("outbox.db-wal",), ("outbox.db-wal", "outbox.db-shm")], ids=len)
def test_the_fleet_is_told_how_many_files_were_set_aside(
    three_wait: Path, wall: Wall, names: tuple[str, ...]
) -> None:
    for name in names:
        three_wait.with_name(name).write_bytes(b"not ours")
    outbox = outbox_opening.open_outbox(three_wait, now=wall, random=os.urandom, owner=strangers(*names))
    assert isinstance(outbox, Outbox), outbox
    told = [row for row in outbox.audit_rows() if row.event == "foreign-files"]
    assert len(told) == bool(names)
    assert ("foreign-files" in outbox.alarms().slugs) == bool(names)
    outbox.close()
