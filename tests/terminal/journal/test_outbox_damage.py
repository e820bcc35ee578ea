"""A damaged journal: moved aside whole, readable rows queued again as they were, the rest told by an alarm."""

from __future__ import annotations

import json
import os
import random
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bench.synthetic_fleet import TERMINAL, SyntheticFleet, store
from contract.ack import Ack, read_ack
from terminal.journal import outbox_opening
from terminal.journal.audit import ChainWhole
from terminal.journal.database import connect_reader
from terminal.journal.outbox import Outbox
from terminal.journal.outbox_rows import Pending, queue_is_whole
from terminal.journal.salvage import UNREADABLE_JOURNAL
from tests.terminal.journal.conftest import OpenOutbox, Wall, crash, lay_down

PAGE = 4096
RECORDS = 40


@dataclass
class Before:
    """An outbox as it was: its files cleanly closed, its files as a power cut leaves them, and what is in it."""

    journal: str = ""
    rows: tuple[Pending, ...] = ()
    closed: dict[str, bytes] = field(default_factory=dict)
    cut: dict[str, bytes] = field(default_factory=dict)


@pytest.fixture
def before(open_outbox: OpenOutbox, outbox_path: Path, fleet: SyntheticFleet) -> Before:
    outbox = open_outbox()
    for _ in range(RECORDS):
        store(outbox, fleet)
    rows = outbox.pending(0, 1000)
    cut = crash(outbox, outbox_path)
    outbox.close()
    return Before(outbox.journal, rows, {"outbox.db": outbox_path.read_bytes()}, cut)


def reopened(path: Path, wall: Wall) -> Outbox:
    outbox = outbox_opening.open_outbox(path, now=wall, random=os.urandom)
    assert isinstance(outbox, Outbox), outbox
    return outbox


def alarm_of(outbox: Outbox) -> dict[str, Any]:
    rows = [row for row in outbox.audit_rows() if row.event == "journal-damaged"]
    assert len(rows) == 1, [row.event for row in outbox.audit_rows()]
    arguments: dict[str, Any] = json.loads(rows[0].arguments)
    return arguments


def same(rows: tuple[Pending, ...]) -> set[tuple[str, int, str, bytes]]:
    return {(row.journal, row.seq, row.id, row.sealed) for row in rows}


def _zero_first_page(data: bytearray) -> bytearray:
    data[:PAGE] = bytes(PAGE)
    return data


def _garbage_header(data: bytearray) -> bytearray:
    data[:100] = os.urandom(100)
    return data


def _zero_page(number: int) -> Callable[[bytearray], bytearray]:
    def zero(data: bytearray) -> bytearray:
        data[number * PAGE : (number + 1) * PAGE] = bytes(PAGE)
        return data

    return zero


def _truncated(data: bytearray) -> bytearray:
    return data[: len(data) // 2 // PAGE * PAGE + 1000]


def _flipped_ciphertext(data: bytearray) -> bytearray:
    # The first bytes of an envelope are its ciphertext's, in base64: still JSON, no longer the same bytes.
    at = data.index(b'{"ct":"') + 40
    data[at] = ord("A") if data[at] != ord("A") else ord("B")
    return data


@pytest.mark.parametrize(
    ("damage", "all_saved"),
    [
        (_zero_first_page, True),
        (_garbage_header, True),
        (_zero_page(1), True),  # the state
        (_zero_page(2), True),  # the enrolment table's root: the envelopes say whose they are
        (_zero_page(4), False),  # the ciphertext table's root
        (_zero_page(20), False),
        (_zero_page(33), False),
        (_truncated, False),
        (_flipped_ciphertext, True),  # kept as it is: the fleet's check of the device signature decides
    ],
)
def test_each_damage_is_moved_aside_told_and_every_readable_row_waits_again(
    before: Before,
    tmp_path: Path,
    wall: Wall,
    damage: Callable[[bytearray], bytearray],
    all_saved: bool,
) -> None:
    broken = bytes(damage(bytearray(before.closed["outbox.db"])))
    path = lay_down({"outbox.db": broken}, tmp_path / "damaged")
    outbox = reopened(path, wall)
    alarm = alarm_of(outbox)
    saved = outbox.pending(0, 1000)
    ids = {row.id for row in before.rows}
    assert {row.id for row in saved} <= ids
    assert alarm["salvaged"] == len(saved)
    assert alarm["last_seq"] <= RECORDS
    assert alarm["journal"] in (before.journal, UNREADABLE_JOURNAL)
    if all_saved:
        assert len(saved) == RECORDS
    elif alarm["last_seq"] == RECORDS:
        assert alarm["unreadable"] == RECORDS - len(saved) > 0
    if damage is not _flipped_ciphertext:
        assert same(saved) <= same(before.rows), "journal id, seq and bytes are those they were sealed with"
    assert outbox.journal != before.journal
    assert isinstance(outbox.verify_chain(), ChainWhole)
    aside = path.with_name("outbox.db.damaged.20261121T090000Z")
    assert aside.read_bytes() == broken, "the evidence is untouched"
    outbox.close()
    again = reopened(path, wall)
    assert again.pending(0, 1000) == saved
    assert len([row for row in again.audit_rows() if row.event == "journal-damaged"]) == 1
    again.close()


def test_a_wal_taken_away_under_a_running_journal_begins_a_new_one(
    before: Before, tmp_path: Path, wall: Wall, fleet: SyntheticFleet
) -> None:
    """Otherwise the seqs of the rows that were in it would be given to others, under the same journal id."""
    path = lay_down({"outbox.db": before.cut["outbox.db"]}, tmp_path / "damaged")
    outbox = reopened(path, wall)
    assert alarm_of(outbox)["journal"] == before.journal
    assert outbox.journal != before.journal
    assert store(outbox, fleet).seq == 1
    outbox.close()


def test_a_damaged_database_keeps_what_its_wal_holds_and_both_go_aside_together(
    before: Before, tmp_path: Path, wall: Wall
) -> None:
    files = dict(before.cut)
    files["outbox.db"] = bytes(_garbage_header(bytearray(files["outbox.db"])))
    path = lay_down(files, tmp_path / "damaged")
    outbox = reopened(path, wall)
    assert same(outbox.pending(0, 1000)) == same(before.rows)
    outbox.close()


def test_a_database_and_wal_both_unusable_are_kept_and_a_new_journal_begins(
    before: Before, tmp_path: Path, wall: Wall, fleet: SyntheticFleet
) -> None:
    path = lay_down({"outbox.db": os.urandom(9000), "outbox.db-wal": os.urandom(9000)}, tmp_path / "damaged")
    outbox = reopened(path, wall)
    alarm = alarm_of(outbox)
    assert (alarm["journal"], alarm["salvaged"]) == (UNREADABLE_JOURNAL, 0)
    assert store(outbox, fleet).seq == 1
    names = {file.name for file in path.parent.iterdir()}
    assert {"outbox.db.damaged.20261121T090000Z", "outbox.db.damaged.20261121T090000Z-wal"} <= names
    outbox.close()


def test_salvaged_rows_are_acknowledged_under_their_own_journal(
    before: Before, tmp_path: Path, wall: Wall, fleet: SyntheticFleet
) -> None:
    broken = bytes(_garbage_header(bytearray(before.closed["outbox.db"])))
    outbox = reopened(lay_down({"outbox.db": broken}, tmp_path / "damaged"), wall)
    new = store(outbox, fleet)
    rows = outbox.pending(0, 1000)
    assert [row.seq for row in rows] == [*range(1, RECORDS + 1), 1]
    assert rows[-1].journal == new.journal
    entries = tuple((row.id, row.sha256) for row in rows[:-1])
    ack = read_ack(fleet.ack(before.journal, entries), fleet.ring, terminal=TERMINAL, at=outbox.wall_now())
    assert isinstance(ack, Ack)
    report = outbox.mark_acked([ack])
    assert (outbox.depth, getattr(report, "marked", None)) == (1, RECORDS)
    outbox.close()


def test_what_was_acknowledged_stays_acknowledged_through_a_salvage(
    open_outbox: OpenOutbox, outbox_path: Path, fleet: SyntheticFleet, wall: Wall
) -> None:
    outbox = open_outbox()
    done, waiting = store(outbox, fleet), store(outbox, fleet)
    row = outbox.pending()[0]
    ack = read_ack(
        fleet.ack(outbox.journal, ((row.id, row.sha256),)),
        fleet.ring,
        terminal=TERMINAL,
        at=outbox.wall_now(),
    )
    assert isinstance(ack, Ack)
    outbox.mark_acked([ack])
    outbox.close()
    outbox_path.write_bytes(_zero_page(1)(bytearray(outbox_path.read_bytes())))
    outbox = reopened(outbox_path, wall)
    assert outbox.is_acked(done.id)
    assert [row.id for row in outbox.pending()] == [waiting.id]
    assert outbox.requeue(0) == 1
    outbox.close()


@pytest.mark.parametrize(
    "left", ["building", "fresh beside the damaged", "moved aside only", "moved without its wal"]
)
def test_a_salvage_cut_short_at_any_step_is_finished_or_done_again(
    before: Before, tmp_path: Path, wall: Wall, left: str
) -> None:
    """The states a power cut leaves between the renames of `outbox_file`."""
    broken = {
        "outbox.db": bytes(_garbage_header(bytearray(before.closed["outbox.db"]))),
        "outbox.db-wal": b"a WAL that SQLite does not believe",
    }
    whole = lay_down(broken, tmp_path / "whole")
    outbox = reopened(whole, wall)
    new = outbox.journal
    outbox.close()
    fresh, aside = whole.read_bytes(), "outbox.db.damaged.20261121T090000Z"
    states: dict[str, dict[str, bytes]] = {
        "building": {**broken, "outbox.db.building": fresh[:5000], "outbox.db.building-wal": b"half"},
        "fresh beside the damaged": {**broken, "outbox.db.fresh": fresh},
        "moved aside only": {
            aside: broken["outbox.db"],
            aside + "-wal": broken["outbox.db-wal"],
            "outbox.db.fresh": fresh,
        },
        "moved without its wal": {
            aside: broken["outbox.db"],
            "outbox.db-wal": broken["outbox.db-wal"],
            "outbox.db.fresh": fresh,
        },
    }
    path = lay_down(states[left], tmp_path / "cut")
    outbox = reopened(path, wall)
    assert same(outbox.pending(0, 1000)) == same(before.rows)
    assert (outbox.journal == new) == left.startswith("moved")
    alarm_of(outbox)
    outbox.close()
    folder = {file.name for file in path.parent.iterdir()}
    assert (path.parent / (aside + "-wal")).read_bytes() == broken["outbox.db-wal"]
    assert not folder & {"outbox.db.fresh", "outbox.db.building", "outbox.db.building-wal"}


def test_random_damage_never_raises_never_invents_and_never_loses_silently(
    before: Before, tmp_path: Path, wall: Wall
) -> None:
    seed = int(os.environ.get("MYNAPO_SEED") or int.from_bytes(os.urandom(4)))
    sys.stdout.write(f"seed {seed}\n")
    chance = random.Random(seed)
    known = same(before.rows)
    for trial in range(60):
        files = dict(before.closed if trial % 2 else before.cut)
        name = chance.choice(sorted(files))
        data = bytearray(files[name])
        for _ in range(chance.choice((1, 3, 30))):
            at = chance.randrange(len(data))
            span = chance.choice((1, 8, 512, PAGE))
            data[at : at + span] = chance.randbytes(len(data[at : at + span]))
        files[name] = bytes(data)
        outbox = reopened(lay_down(files, tmp_path / f"trial-{trial}"), wall)
        rows = outbox.pending(0, 1000)
        events = [row.event for row in outbox.audit_rows(0, 1000)]
        intact = {row for row in same(rows) if row in known}
        if "journal-damaged" not in events and not name.endswith("-wal"):
            assert intact == known, f"trial {trial}: lost without an alarm"
        assert {row.id for row in rows} <= {row.id for row in before.rows} or "journal-damaged" in events
        assert all(row.intact for row in rows)
        assert isinstance(outbox.verify_chain(), ChainWhole)
        outbox.close()


def test_a_foreign_database_under_our_name_is_moved_aside(tmp_path: Path, wall: Wall) -> None:
    path = tmp_path / "outbox.db"
    foreign = sqlite3.connect(path)
    foreign.execute("CREATE TABLE recipes (name TEXT)")
    foreign.close()
    outbox = reopened(path, wall)
    assert alarm_of(outbox)["journal"] == UNREADABLE_JOURNAL
    outbox.close()


def _flip_acknowledgement(data: bytearray, row: Pending) -> None:
    """Gives a waiting row's table cell an acknowledgement; the indexes keep saying that it waits."""
    # A cell of the table: the id comes before the hash there, and in no index do they stand side by side.
    at = data.index((row.journal + "\x1a" + row.id + row.sha256).encode())
    # Serial types stand before the first text: that of acked_at is the last of them, NULL is 0, constant 1 is 9.
    assert data[at - 1] == 0
    data[at - 1] = 9


def test_the_queue_itself_is_compared_with_the_rows_whatever_the_version_of_sqlite_checks(
    before: Before, tmp_path: Path
) -> None:
    sound = before.closed["outbox.db"]
    damaged = bytearray(sound)
    _flip_acknowledgement(damaged, before.rows[25])
    for name, content, whole in (("sound", sound, True), ("damaged", bytes(damaged), False)):
        with closing(connect_reader(lay_down({"outbox.db": content}, tmp_path / name))) as connection:
            assert queue_is_whole(connection) is whole


@pytest.mark.parametrize("column", ["id", "journal", "sha256", "acked"])
def test_a_flipped_bit_in_a_waiting_rows_columns_never_takes_it_out_of_the_queue_silently(
    before: Before, tmp_path: Path, wall: Wall, column: str
) -> None:
    data = bytearray(before.closed["outbox.db"])
    row = before.rows[25]
    if column == "acked":
        _flip_acknowledgement(data, row)
    else:
        at = data.index((row.journal + "\x1a" + row.id + row.sha256).encode())
        start = data.index({"id": row.id, "journal": row.journal, "sha256": row.sha256}[column].encode(), at)
        data[start + 3] ^= 1
    outbox = reopened(lay_down({"outbox.db": bytes(data)}, tmp_path / "damaged"), wall)
    alarm_of(outbox)
    saved = {waiting.sealed for waiting in outbox.pending(0, 1000)}
    assert saved == {known.sealed for known in before.rows}
    outbox.close()
