"""The power may go at any flush: nothing promised is lost. And the rig would notice if it were."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bench.__main__ import main
from bench.chaos.disk_recording import Act, Disk, DiskCall, Fate
from bench.chaos.power_cuts import judge_cuts, memory_folder, record_writer

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="strace records the writer")


@pytest.fixture(scope="module")
def recording() -> Iterator[list[DiskCall]]:
    with TemporaryDirectory(dir=memory_folder()) as folder:
        yield record_writer(16, Path(folder))


@pytest.fixture
def after() -> Iterator[Path]:
    """Where states are laid out."""
    with TemporaryDirectory(dir=memory_folder()) as folder:
        yield Path(folder) / "after"


def test_no_enrolment_that_was_promised_is_lost_by_a_power_cut(
    recording: list[DiskCall], after: Path
) -> None:
    seed = int(os.environ.get("MYNAPO_SEED") or int.from_bytes(os.urandom(4)))
    report = judge_cuts(recording, 16, seed, after)
    assert report.promised == 16
    assert report.states > 300
    assert report.troubles == (), f"seed {seed}"
    assert report.passed


def test_the_recording_holds_checkpoints_and_a_clean_end(recording: list[DiskCall]) -> None:
    flushed = [step.name for step in recording if step.act is Act.FLUSH]
    assert flushed.count("outbox.db") >= 3
    assert any(step.act is Act.RENAME and step.to == "outbox.db" for step in recording)
    last_word = max(number for number, step in enumerate(recording) if step.act is Act.SAY)
    assert any(step.act is Act.FLUSH and step.name == "outbox.db" for step in recording[last_word:])


@pytest.mark.parametrize(
    ("unsafe", "complaint"),
    [
        ("outbox.db-wal", "is lost"),
        ("outbox.db", "is lost"),
    ],
)
def test_the_rig_notices_when_flushes_are_left_out(
    recording: list[DiskCall], after: Path, unsafe: str, complaint: str
) -> None:
    lying = [step for step in recording if not (step.act is Act.FLUSH and step.name == unsafe)]
    report = judge_cuts(lying, 16, 1, after)
    assert any(complaint in trouble for trouble in report.troubles), report.troubles[:3]
    assert not report.passed


def test_the_rig_notices_a_promise_made_before_the_commit(recording: list[DiskCall], after: Path) -> None:
    early = list(recording)
    for number, step in enumerate(recording):
        if step.act is Act.SAY and step.to.startswith("committed"):
            early.remove(step)
            early.insert(max(i for i in range(number) if early[i].act is Act.FLUSH), step)
    assert any("is lost" in trouble for trouble in judge_cuts(early, 16, 1, after).troubles)


# --------------------------------------------------------------------------------------------- the model of the disk


def disk_after(*steps: DiskCall) -> Disk:
    disk = Disk()
    for step in steps:
        disk.take(step)
    return disk


CREATE = DiskCall(Act.CREATE, "a")
WRITE = DiskCall(Act.WRITE, "a", b"x" * 4096)
FLUSHED = (CREATE, WRITE, DiskCall(Act.FLUSH, "a"), DiskCall(Act.FLUSH_FOLDER))


@pytest.mark.parametrize("fate", list(Fate))
def test_flushed_bytes_under_a_flushed_name_survive_every_fate(fate: Fate) -> None:
    assert disk_after(*FLUSHED).after_cut(fate, random.Random(1)) == {"a": b"x" * 4096}


def test_a_name_whose_folder_was_not_flushed_may_be_missing_though_its_bytes_are_safe() -> None:
    disk = disk_after(CREATE, WRITE, DiskCall(Act.FLUSH, "a"))
    assert disk.after_cut(Fate.NONE, random.Random(1)) == {}
    assert disk.after_cut(Fate.ALL, random.Random(1)) == {"a": b"x" * 4096}


def test_unflushed_writes_are_lost_kept_or_torn_at_a_sector() -> None:
    disk = disk_after(*FLUSHED, DiskCall(Act.WRITE, "a", b"y" * 4096))
    assert disk.after_cut(Fate.NONE, random.Random(1))["a"] == b"x" * 4096
    assert disk.after_cut(Fate.ALL, random.Random(1))["a"] == b"y" * 4096
    torn = disk.after_cut(Fate.TORN, random.Random(1))["a"]
    assert 0 < torn.count(b"y") < 4096
    assert torn.count(b"y") % 512 == 0


def test_a_rename_and_an_unlink_hold_only_after_the_folder_is_flushed() -> None:
    renamed = disk_after(*FLUSHED, DiskCall(Act.RENAME, "a", to="b"))
    assert set(renamed.after_cut(Fate.NONE, random.Random(1))) == {"a"}
    assert set(renamed.after_cut(Fate.ALL, random.Random(1))) == {"b"}
    gone = disk_after(*FLUSHED, DiskCall(Act.UNLINK, "a"))
    assert set(gone.after_cut(Fate.NONE, random.Random(1))) == {"a"}
    assert gone.after_cut(Fate.ALL, random.Random(1)) == {}


def test_a_truncation_shortens_and_lengthens() -> None:
    shorter = disk_after(*FLUSHED, DiskCall(Act.TRUNCATE, "a", offset=10))
    assert shorter.after_cut(Fate.ALL, random.Random(1))["a"] == b"x" * 10
    longer = disk_after(CREATE, DiskCall(Act.TRUNCATE, "a", offset=3))
    assert longer.after_cut(Fate.ALL, random.Random(1))["a"] == bytes(3)


def test_the_command_prints_seed_and_states_and_succeeds(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["chaos", "--power-cuts", "--visits", "2", "--seed", "5"]) == 0
    assert "seed 5: 2 enrolments" in capsys.readouterr().out
