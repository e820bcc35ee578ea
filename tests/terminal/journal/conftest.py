from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bench.synthetic_fleet import SyntheticFleet
from terminal.journal import outbox_opening
from terminal.journal.outbox import Outbox
from terminal.journal.outbox_opening import DEFAULT_LIMIT


class Wall:
    """Wall time that stands still until it is moved."""

    def __init__(self, at: datetime = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def advance(self, **span: float) -> None:
        self.at += timedelta(**span)


OpenOutbox = Callable[..., Outbox]


@pytest.fixture(scope="session")
def fleet() -> SyntheticFleet:
    return SyntheticFleet()


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def outbox_path(tmp_path: Path) -> Path:
    return tmp_path / "outbox.db"


@pytest.fixture
def open_outbox(outbox_path: Path, wall: Wall) -> Iterator[OpenOutbox]:
    """Opens the test's outbox, any number of times; all are closed at the end."""
    opened: list[Outbox] = []

    def open_it(limit: int = DEFAULT_LIMIT) -> Outbox:
        outbox = outbox_opening.open_outbox(outbox_path, now=wall, random=os.urandom, limit=limit)
        assert isinstance(outbox, Outbox), outbox
        opened.append(outbox)
        return outbox

    yield open_it
    for outbox in opened:
        if not outbox.closed:
            outbox.close()


def crash(outbox: Outbox, path: Path) -> dict[str, bytes]:
    """The journal's files as a power cut would leave them now: copied from under the open outbox."""
    return {
        name: (path.parent / name).read_bytes()
        for name in (path.name, path.name + "-wal")
        if (path.parent / name).exists()
    }


def lay_down(files: dict[str, bytes], folder: Path) -> Path:
    """Puts such files into a new folder; returns the outbox's path there."""
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder / "outbox.db"
