"""Whatever is wrong with a file of the journal is said with its path, in Japanese, with a next step."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from terminal.journal.database import FileTrouble
from terminal.journal.trouble_words import trouble_fault
from terminal.journal.writer_lock import writer_of

FILE = Path("/var/lib/mynapo/outbox.db")


@pytest.mark.parametrize("trouble", FileTrouble)
def test_every_trouble_names_the_file_what_is_seen_and_the_way_out(trouble: FileTrouble) -> None:
    place, seen, next_step, english = trouble_fault(FILE, trouble).lines()
    assert place == str(FILE)
    assert seen.split(maxsplit=1)[0] == "見たもの"
    assert next_step.split(maxsplit=1)[0] == "つぎの一手"
    assert english.split(maxsplit=1)[0] == "English"
    assert not any(unicodedata.east_asian_width(letter) == "A" for letter in seen + next_step)


@pytest.mark.parametrize(
    "trouble", [FileTrouble.DAMAGED, FileTrouble.DUPLICATE, FileTrouble.OTHER, FileTrouble.DISK_FULL]
)
def test_nobody_is_told_to_delete_what_may_hold_records(trouble: FileTrouble) -> None:
    assert "消さ" in trouble_fault(FILE, trouble).way_out_ja


@pytest.mark.parametrize(("writer", "named"), [(4711, True), (None, False)])
def test_the_process_that_holds_the_journal_is_named_if_it_is_known(writer: int | None, named: bool) -> None:
    told = "\n".join(trouble_fault(FILE, FileTrouble.IN_USE, writer=writer).lines())
    assert "mynapo-terminal" in told
    assert ("4711" in told) is named


def test_a_journal_that_nobody_ever_opened_has_no_writer(tmp_path: Path) -> None:
    assert writer_of(tmp_path / "outbox.db") is None
