"""One store for processes of different users: all of the group write it, the page only reads it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from bench.fleet_keys import make_fleet
from fleet.intake_store import register_device
from fleet.overview import read_overview
from fleet.store import devices, metadata, open_store, open_store_to_read
from tests.fleet.records import NOW_MS

ROOT = Path(__file__).resolve().parents[2]
#: No users of this machine; setuid(2) takes any number.
INGEST, OPENER, DASHBOARD, GROUP = 61_001, 61_002, 61_003, 61_000


def test_who_opens_the_store_to_read_can_change_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'fleet.db'}"
    writer = open_store(url)
    assert register_device(writer, "tk-1", b"k" * 32, 1)
    reader = open_store_to_read(url)
    with pytest.raises(OperationalError, match="readonly"):
        register_device(reader, "tk-2", b"k" * 32, 1)
    with pytest.raises(OperationalError, match="readonly"):
        metadata.drop_all(reader)
    assert register_device(writer, "tk-3", b"k" * 32, 1)
    with reader.connect() as connection:
        names = connection.execute(select(devices.c.terminal)).scalars().all()
    assert sorted(names) == ["tk-1", "tk-3"]
    reader.dispose()
    writer.dispose()


def test_who_opens_the_store_to_read_makes_none(tmp_path: Path) -> None:
    reader = open_store_to_read(f"sqlite:///{tmp_path / 'fleet.db'}")
    with pytest.raises(OperationalError):
        read_overview(reader, NOW_MS)
    reader.dispose()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_odd_signs_can_be_read_too(tmp_path: Path) -> None:
    (tmp_path / "a b #1 店").mkdir()
    url = f"sqlite:///{tmp_path / 'a b #1 店' / 'fleet.db'}"
    open_store(url).dispose()
    reader = open_store_to_read(url)
    assert read_overview(reader, NOW_MS).terminals == ()
    reader.dispose()


def test_the_counts_of_one_page_are_of_one_moment(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'fleet.db'}"
    writer, reader = open_store(url), open_store_to_read(url)
    with reader.connect() as connection:
        before = connection.execute(select(devices.c.terminal)).all()
        register_device(writer, "tk-1", b"k" * 32, 1)
        assert connection.execute(select(devices.c.terminal)).all() == before == []
    reader.dispose()
    writer.dispose()


#: Everything is imported before the user changes: another user may not reach this checkout.
PROGRAM = """
import os, sys
from fleet.intake_store import read_devices, register_device
from fleet.overview import read_overview
from fleet.store import open_store, open_store_to_read
open_store("sqlite://").dispose()
uid, gid, umask, url, what = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3], 8), sys.argv[4], sys.argv[5]
os.setgroups([gid]); os.setgid(gid); os.setuid(uid); os.umask(umask)
if what == "read":
    engine = open_store_to_read(url)
    print(read_overview(engine, 1).conditions["unknown"])
else:
    engine = open_store(url)
    assert register_device(engine, what, what.encode() * 8, 1)
    print(len(read_devices(engine)))
sys.stdout.flush()
sys.stdin.read()
engine.dispose()
"""


def _umask() -> str:
    unit = (ROOT / "systemd/fleet/mynapo-ingest.service").read_text(encoding="utf-8")
    return str(re.findall(r"^UMask=(\d+)$", unit, re.MULTILINE)[0])


class As:
    """A process of one user with the store open; the first thing it says is in `said`."""

    def __init__(self, uid: int, url: str, what: str, umask: str) -> None:
        command = [sys.executable, "-c", PROGRAM, str(uid), str(GROUP), umask, url, what]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        assert self._process.stdout is not None
        self.said = self._process.stdout.readline().strip()

    def end(self) -> None:
        _, error = self._process.communicate("", timeout=20)
        assert self._process.returncode == 0, error


@pytest.fixture
def shared() -> Iterator[Path]:
    """As the tmpfiles file makes it; not below tmp_path, which other users cannot enter."""
    folder = Path(tempfile.mkdtemp(prefix="mn-store-"))
    os.chown(folder, INGEST, GROUP)
    folder.chmod(0o3770)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be several users")
def test_three_users_share_the_store_in_every_order_of_coming_and_going(shared: Path) -> None:
    url, umask = f"sqlite:///{shared / 'fleet.db'}", _umask()
    first = As(INGEST, url, "aaaa", umask)
    second, page = As(OPENER, url, "bbbb", umask), As(DASHBOARD, url, "read", umask)
    assert (first.said, second.said, page.said) == ("1", "2", "2")
    first.end()
    second.end()
    page.end()  # the last to go; the others' files are not its own to delete
    alone = As(DASHBOARD, url, "read", umask)
    opener = As(OPENER, url, "cccc", umask)
    ingest = As(INGEST, url, "dddd", umask)
    assert (alone.said, opener.said, ingest.said) == ("2", "3", "4")
    for process in (ingest, opener, alone):
        process.end()
    assert {oct(file.stat().st_mode & 0o777) for file in shared.iterdir()} == {"0o660"}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be several users")
def test_a_store_that_root_made_by_registering_serves_the_group_too(shared: Path) -> None:
    files, _ = make_fleet(shared / "keys")
    config = shared / "fleet.toml"
    config.write_text('[store]\nurl = "sqlite:///fleet.db"\n', encoding="utf-8")
    command = [sys.executable, "-m", "fleet", "register", "--config", str(config)]
    command += ["--terminal", "tk-1", "--public-key", str(files.root)]
    subprocess.run(command, check=True, timeout=60, cwd=ROOT, umask=0o022)
    ingest = As(INGEST, f"sqlite:///{shared / 'fleet.db'}", "aaaa", _umask())
    assert ingest.said == "2"
    ingest.end()
