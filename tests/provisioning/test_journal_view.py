"""A technician sees how much waits and what happened, and nothing of anybody."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bench.perf_journal import SyntheticFleet, store
from provisioning.__main__ import main
from provisioning.journal_view import NotReadable, journal_lines
from terminal.journal.events import PinWrongEntered
from terminal.journal.outbox import Outbox

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture
def journal(tmp_path: Path) -> Outbox:
    opened = Outbox.open(tmp_path / "outbox.db", now=lambda: NOW, random=os.urandom)
    assert isinstance(opened, Outbox)
    return opened


def test_depth_age_and_last_events_are_told(journal: Outbox, tmp_path: Path) -> None:
    fleet = SyntheticFleet()
    store(journal, fleet)
    store(journal, fleet)
    journal.record(PinWrongEntered(1))
    lines = journal_lines(tmp_path, NOW + timedelta(hours=3, minutes=5))
    assert not isinstance(lines, NotReadable)
    assert lines[0] == "送り待ち 2 件（いちばん古いもの 3 時間 5 分前）"
    assert "最後の番号 2" in lines[1]
    assert lines[-1].endswith('pin-wrong  {"tries_left":1}')
    assert [line.split()[1] for line in lines[-3:]] == [
        "enrolment-committed",
        "enrolment-committed",
        "pin-wrong",
    ]


def test_only_the_newest_events_are_told_oldest_first(journal: Outbox, tmp_path: Path) -> None:
    for left in range(30):
        journal.record(PinWrongEntered(left))
    lines = journal_lines(tmp_path, NOW, events=3)
    assert not isinstance(lines, NotReadable)
    assert [line.split()[-1] for line in lines[-3:]] == [f'{{"tries_left":{n}}}' for n in (27, 28, 29)]


def test_looking_does_not_change_the_journal(journal: Outbox, tmp_path: Path) -> None:
    store(journal, SyntheticFleet())
    before = journal.audit_head
    journal_lines(tmp_path, NOW)
    assert journal.audit_head == before
    assert journal.depth == 1


def test_a_folder_without_a_journal_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["journal", "--data-dir", str(tmp_path / "nowhere")]) == 1
    told = capsys.readouterr().err
    assert "nowhere" in told
    assert "--data-dir" in told


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_journal_that_one_may_not_read_sends_to_sudo(journal: Outbox, tmp_path: Path) -> None:
    (tmp_path / "outbox.db").chmod(0)
    refused = journal_lines(tmp_path, NOW)
    assert isinstance(refused, NotReadable)
    assert "sudo" in refused.way_out
