"""Small files that two processes leave for one another: never half, and never through somebody else's link."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from contract.status import Birth
from terminal.clock import save_floor
from terminal.journal.link import LinkState, write_link
from terminal.journal.replaced_file import replace_file
from terminal.journal.status import write_status

BIRTH = Birth(1, "boot", 1, "site", "board", {}, (), "", "synced", False)
WRITERS: dict[str, Callable[[Path], object]] = {
    "birth.json": lambda folder: write_status(folder, BIRTH),
    "link.json": lambda folder: write_link(folder, LinkState(True, True, 1)),
    "clock-floor": lambda folder: save_floor(folder, datetime(2026, 11, 21, tzinfo=UTC)),
}


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("left", ["", ".new"], ids=["the file itself", "the half-written one"])
def test_a_link_that_the_other_process_left_leads_nowhere(name: str, left: str, tmp_path: Path) -> None:
    outbox = tmp_path / "outbox.db"
    outbox.write_bytes(b"accepted enrolments")
    (tmp_path / (name + left)).symlink_to(outbox)
    WRITERS[name](tmp_path)
    assert outbox.read_bytes() == b"accepted enrolments"
    assert (tmp_path / name).is_file()
    assert not (tmp_path / name).is_symlink()


def test_a_disk_that_refuses_leaves_the_old_file(tmp_path: Path) -> None:
    replace_file(tmp_path / "word", b"old")
    (tmp_path / "word.new").mkdir()
    with pytest.raises(OSError, match=r"word\.new"):
        replace_file(tmp_path / "word", b"new")
    assert (tmp_path / "word").read_bytes() == b"old"
