"""Two times: the visit clock ticks from where it was set, wall time never runs below what is known to be past."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import terminal.clock
from terminal.clock import (
    EARLIEST,
    JUMP,
    LATEST,
    SystemClock,
    image_build,
    jumped,
    known_past,
    read_floor,
    save_floor,
)
from terminal.ports import ClockState

PAST = datetime(2020, 1, 1, tzinfo=UTC)
FUTURE = datetime(2999, 1, 1, tzinfo=UTC)
SET = datetime.fromisoformat("2022-07-15T10:00:00+09:00")


def test_wall_time_never_runs_below_the_floor_and_is_not_believed_there() -> None:
    clock = SystemClock(floor=FUTURE)
    assert clock.wall_now() == FUTURE
    assert clock.state() is ClockState.UNTRUSTED


def test_above_the_floor_the_machine_is_believed() -> None:
    clock = SystemClock(floor=PAST)
    assert abs(clock.wall_now() - datetime.now(UTC)) < timedelta(seconds=5)
    assert clock.state() in (ClockState.SYNCED, ClockState.UNSYNCED)


def test_a_set_visit_clock_ticks_on_from_there_in_japanese_time_and_leaves_wall_time_alone() -> None:
    clock = SystemClock(floor=PAST, visit_start=SET)
    assert timedelta() <= clock.visit_now() - SET < timedelta(seconds=5)
    assert clock.visit_now().utcoffset() == timedelta(hours=9)
    assert clock.state() is ClockState.SET
    assert abs(clock.wall_now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_an_unset_visit_clock_is_wall_time_in_japan() -> None:
    clock = SystemClock(floor=PAST)
    assert clock.visit_now().utcoffset() == timedelta(hours=9)
    assert abs(clock.visit_now() - clock.wall_now()) < timedelta(seconds=5)


@pytest.mark.parametrize(("seconds", "is_jump"), [(0, False), (299, False), (301, True), (-301, True)])
def test_only_more_than_five_minutes_is_a_jump(seconds: float, is_jump: bool) -> None:
    assert timedelta(minutes=5) == JUMP
    assert jumped(1000.0, 1000.0 + seconds) is is_jump


def test_the_saved_time_comes_back(tmp_path: Path) -> None:
    save_floor(tmp_path, SET)
    assert read_floor(tmp_path) == SET


@pytest.mark.parametrize("content", [b"", b"yesterday", b"\xff\xfe", b"2022-13-45"])
def test_a_saved_time_that_cannot_be_read_is_none(tmp_path: Path, content: bytes) -> None:
    save_floor(tmp_path, SET)
    (file,) = tmp_path.iterdir()
    file.write_bytes(content)
    assert read_floor(tmp_path) == datetime.fromtimestamp(0, UTC)
    assert read_floor(tmp_path / "nowhere") == datetime.fromtimestamp(0, UTC)


def test_a_flipped_bit_in_the_saved_time_is_noticed(tmp_path: Path) -> None:
    """One bit makes 2036 of 2026: the terminal would wait ten years for its own clock."""
    saved = EARLIEST + timedelta(days=100)
    save_floor(tmp_path, saved)
    (file,) = tmp_path.iterdir()
    whole = file.read_bytes()
    believed = set()
    for bit in range(8 * len(whole)):
        byte = whole[bit // 8] ^ (1 << bit % 8)
        file.write_bytes(whole[: bit // 8] + bytes([byte]) + whole[bit // 8 + 1 :])
        believed.add(read_floor(tmp_path))
    assert believed <= {saved, datetime.fromtimestamp(0, UTC)}


@pytest.mark.parametrize(
    ("saved", "past"),
    [
        (None, EARLIEST),
        (EARLIEST - timedelta(days=1), EARLIEST),
        (EARLIEST + timedelta(days=1), EARLIEST + timedelta(days=1)),
        (LATEST, LATEST),
        (LATEST + timedelta(seconds=1), EARLIEST),
        (FUTURE, EARLIEST),
    ],
)
def test_a_saved_time_counts_within_a_terminals_life(
    tmp_path: Path, saved: datetime | None, past: datetime
) -> None:
    if saved is not None:
        save_floor(tmp_path, saved)
    assert known_past(tmp_path, _program(tmp_path, PAST)) == past


def _program(folder: Path, written: datetime) -> Path:
    """A program file that was put onto its image at that time."""
    file = folder / "program.py"
    file.touch()
    os.utime(file, (written.timestamp(), written.timestamp()))
    return file


DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("written", "built"),
    [
        (EARLIEST + 400 * DAY, EARLIEST + 400 * DAY),
        (EARLIEST, EARLIEST),
        (datetime.fromtimestamp(0, UTC), EARLIEST),
        (EARLIEST - DAY, EARLIEST),
        (LATEST, LATEST),
        (LATEST + DAY, EARLIEST),
        (FUTURE, EARLIEST),
    ],
    ids=[
        "an image",
        "the first",
        "no time at all",
        "older than the project",
        "the last",
        "damage",
        "far damage",
    ],
)
def test_the_image_was_built_when_its_program_was_written(
    tmp_path: Path, written: datetime, built: datetime
) -> None:
    assert image_build(_program(tmp_path, written)) == built


def test_a_program_that_cannot_be_asked_is_as_old_as_the_project(tmp_path: Path) -> None:
    assert image_build(tmp_path / "nowhere.py") == EARLIEST


@pytest.mark.parametrize("saved", [None, EARLIEST + 10 * DAY, EARLIEST + 900 * DAY])
def test_time_never_runs_below_what_was_saved_nor_below_the_images_build(
    tmp_path: Path, saved: datetime | None
) -> None:
    built = EARLIEST + 400 * DAY
    if saved is not None:
        save_floor(tmp_path, saved)
    floor = known_past(tmp_path, _program(tmp_path, built))
    assert floor == max(built, saved or built)
    assert SystemClock(floor=floor).wall_now() >= built


def test_a_clock_that_runs_behind_the_images_build_is_not_believed(tmp_path: Path) -> None:
    """As on a terminal without a battery, which wakes on the day on which its systemd was built."""
    floor = known_past(tmp_path, _program(tmp_path, datetime.now(UTC) + DAY))
    assert SystemClock(floor=floor).state() is ClockState.UNTRUSTED


def test_the_program_asked_is_this_one(tmp_path: Path) -> None:
    assert known_past(tmp_path) == image_build(Path(terminal.clock.__file__))
