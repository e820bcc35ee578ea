"""A technician sees how much waits and what happened, and nothing of anybody."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bench.synthetic_fleet import SyntheticFleet, store
from contract.tables import Fault
from provisioning.__main__ import main
from provisioning.journal_view import journal_lines
from terminal.journal.events import PinWrongEntered
from terminal.journal.outbox import Outbox
from terminal.journal.outbox_opening import open_outbox

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Outbox]:
    opened = open_outbox(tmp_path / "outbox.db", now=lambda: NOW, random=os.urandom)
    assert isinstance(opened, Outbox)
    yield opened
    if not opened.closed:
        opened.close()


def test_depth_age_and_last_events_are_told(journal: Outbox, tmp_path: Path) -> None:
    fleet = SyntheticFleet()
    store(journal, fleet)
    store(journal, fleet)
    journal.record(PinWrongEntered(1))
    lines = journal_lines(tmp_path, NOW + timedelta(hours=3, minutes=5))
    assert not isinstance(lines, Fault)
    assert lines[0] == "送り待ち 2 件（いちばん古いもの 3 時間 5 分前）"
    assert "最後の番号 2" in lines[1]
    assert lines[-1] == '2026-11-21 21:00:00  通常  暗証番号がちがった。  pin-wrong  {"tries_left":1}'
    assert [line.split()[4] for line in lines[-3:]] == [
        "enrolment-committed",
        "enrolment-committed",
        "pin-wrong",
    ]


def test_only_the_newest_events_are_told_oldest_first(journal: Outbox, tmp_path: Path) -> None:
    for left in range(30):
        journal.record(PinWrongEntered(left))
    lines = journal_lines(tmp_path, NOW, events=3)
    assert not isinstance(lines, Fault)
    assert [line.split()[-1] for line in lines[-3:]] == [f'{{"tries_left":{n}}}' for n in (27, 28, 29)]


def test_looking_does_not_change_the_journal(journal: Outbox, tmp_path: Path) -> None:
    store(journal, SyntheticFleet())
    before = journal.audit_head
    journal_lines(tmp_path, NOW)
    assert journal.audit_head == before
    assert journal.depth == 1


def test_a_folder_without_a_journal_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["journal", "--data-dir", str(tmp_path / "nowhere")]) == 1
    head, place, seen, step, english = capsys.readouterr().err.splitlines()
    assert head.startswith("悪い  記録を読めません")
    assert "nowhere" in place
    assert "ありません" in seen
    assert "--data-dir" in step
    assert "--data-dir" in english


def test_a_journal_that_is_none_is_to_be_kept(tmp_path: Path) -> None:
    (tmp_path / "outbox.db").write_bytes(b"no database at all, only letters\n" * 40)
    refused = journal_lines(tmp_path, NOW)
    assert isinstance(refused, Fault)
    assert "消さず" in refused.way_out_ja
    assert (tmp_path / "outbox.db").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_journal_that_one_may_not_read_sends_to_sudo(journal: Outbox, tmp_path: Path) -> None:
    (tmp_path / "outbox.db").chmod(0)
    refused = journal_lines(tmp_path, NOW)
    assert isinstance(refused, Fault)
    assert "sudo" in refused.way_out_ja
