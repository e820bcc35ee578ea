"""The alarms of the last 24 hours: what the fleet is told that somebody must look at."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bench.synthetic_fleet import SyntheticFleet, store
from terminal.journal import alarms, audit
from terminal.journal.alarms import MOST_DAMAGED, AlarmReader, RecentAlarms
from terminal.journal.events import (
    BY_ID,
    AckMismatch,
    AuditEvent,
    CommitRefused,
    DoorOpened,
    ForeignFilesSetAside,
    JournalDamaged,
    KeysExpired,
    OutboxFilled,
    PaperRefused,
    Severity,
)
from terminal.journal.salvage import UNREADABLE_JOURNAL
from tests.terminal.journal.conftest import OpenOutbox, Wall

DAMAGED = JournalDamaged("ab" * 16, 17, 15, 2, "0" * 64)
#: One event of every kind that is an alarm.
ALARMS: tuple[AuditEvent, ...] = (
    OutboxFilled(3),
    CommitRefused("disk-full"),
    DAMAGED,
    ForeignFilesSetAside(2),
    AckMismatch("unknown-id", 1),
    KeysExpired(5),
)
IDS = tuple(alarm.id for alarm in ALARMS)


def test_the_table_has_every_alarm_there_is() -> None:
    assert list(IDS) == [id_ for id_, kind in BY_ID.items() if kind.severity is Severity.ALARM]


@pytest.mark.parametrize("alarm", ALARMS, ids=IDS)
def test_an_alarm_is_told_for_24_hours_and_no_longer(
    open_outbox: OpenOutbox, wall: Wall, alarm: AuditEvent
) -> None:
    outbox = open_outbox()
    assert outbox.alarms() == RecentAlarms()
    assert outbox.record(alarm)
    for passed, told in ((timedelta(), True), (timedelta(hours=24), True), (timedelta(seconds=1), False)):
        wall.at += passed
        assert outbox.alarms().slugs == ((alarm.id,) if told else ())


def test_an_alarm_that_comes_again_is_told_once_and_from_the_last_time_on(
    open_outbox: OpenOutbox, wall: Wall
) -> None:
    outbox = open_outbox()
    for _ in range(3):
        outbox.record(KeysExpired(5))
        wall.at += timedelta(hours=20)
        assert outbox.alarms().slugs == ("keys-expired",)


def test_all_of_them_stand_in_one_order_however_they_came(open_outbox: OpenOutbox) -> None:
    outbox = open_outbox()
    for alarm in reversed(ALARMS):
        outbox.record(alarm)
    assert outbox.alarms() == RecentAlarms(IDS, (DAMAGED,))


@pytest.mark.parametrize("event", [DoorOpened(), PaperRefused("cutter")], ids=lambda event: event.id)
def test_what_is_less_than_an_alarm_is_not_told_as_one(open_outbox: OpenOutbox, event: AuditEvent) -> None:
    outbox = open_outbox()
    outbox.record(event)
    assert outbox.alarms() == RecentAlarms()


def test_alarms_outlive_the_process(open_outbox: OpenOutbox) -> None:
    outbox = open_outbox()
    outbox.record(DAMAGED)
    outbox.close()
    assert open_outbox().alarms() == RecentAlarms(("journal-damaged",), (DAMAGED,))


def test_a_journal_that_was_damaged_is_told_with_its_id_and_its_last_number(
    open_outbox: OpenOutbox, outbox_path: Path, fleet: SyntheticFleet
) -> None:
    outbox = open_outbox()
    for _ in range(5):
        store(outbox, fleet)
    outbox.close()
    for side in ("-wal", "-shm"):
        outbox_path.with_name(outbox_path.name + side).unlink(missing_ok=True)
    with outbox_path.open("r+b") as file:
        file.write(bytes(100))  # the header of the database
    (damage,) = open_outbox().alarms().damaged
    assert damage.last_seq == 5
    assert damage.journal in (outbox.journal, UNREADABLE_JOURNAL)


def test_of_many_damaged_files_the_newest_are_told(open_outbox: OpenOutbox) -> None:
    outbox = open_outbox()
    told = [JournalDamaged(f"{number:032x}", number, 0, 0, "0" * 64) for number in range(MOST_DAMAGED + 3)]
    for event in told:
        outbox.record(event)
    assert outbox.alarms() == RecentAlarms(("journal-damaged",), tuple(told[-MOST_DAMAGED:]))


def test_an_alarm_is_told_although_the_clock_was_ahead_when_it_came(
    open_outbox: OpenOutbox, wall: Wall
) -> None:
    outbox = open_outbox()
    wall.at += timedelta(days=400)
    outbox.record(CommitRefused("disk-full"))
    wall.at -= timedelta(days=400)
    assert outbox.alarms().slugs == ("commit-failed",)


def test_a_start_looks_back_over_so_many_rows_only(
    open_outbox: OpenOutbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alarms, "MOST_ROWS", 3)
    outbox = open_outbox()
    outbox.record(KeysExpired(5))
    outbox.record(CommitRefused("disk-full"))
    outbox.record(DoorOpened())
    outbox.record(DoorOpened())
    outbox.close()
    assert open_outbox().alarms().slugs == ("commit-failed",)


#: Columns `at` and `arguments` of a damaged row, and what is told of it.
DAMAGED_ROWS: dict[str, tuple[object, object, RecentAlarms]] = {
    "no JSON": (5, b"{", RecentAlarms(("journal-damaged",))),
    "other fields": (5, b'{"journal":1}', RecentAlarms(("journal-damaged",))),
    "no bytes": (5, 7, RecentAlarms(("journal-damaged",))),
    "no time": ("yesterday", b"{}", RecentAlarms()),
}


@pytest.mark.parametrize(("at", "arguments", "told"), DAMAGED_ROWS.values(), ids=DAMAGED_ROWS)
def test_a_row_that_is_damaged_itself_stops_nothing(
    at: object, arguments: object, told: RecentAlarms
) -> None:
    with closing(sqlite3.connect(":memory:")) as disk:
        disk.execute(audit.SCHEMA)
        row = (1, at, "journal-damaged", arguments, None, None, None, b"")
        disk.execute("INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        assert AlarmReader(0).recent(disk, 1, 5) == told


def test_a_table_that_cannot_be_read_leaves_what_was_known() -> None:
    with closing(sqlite3.connect(":memory:")) as disk, closing(sqlite3.connect(":memory:")) as unreadable:
        disk.execute(audit.SCHEMA)
        head = audit.append(disk, audit.genesis("0"), KeysExpired(5), 5)
        reader = AlarmReader(0)
        assert reader.recent(disk, head.n, 5).slugs == ("keys-expired",)
        head = audit.append(disk, head, CommitRefused("disk-full"), 6)
        assert reader.recent(unreadable, head.n, 6).slugs == ("keys-expired",)
        assert reader.recent(disk, head.n, 6).slugs == ("commit-failed", "keys-expired")
