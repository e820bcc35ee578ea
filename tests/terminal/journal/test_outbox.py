"""What the outbox promises: durable when it says so, sealed only, one writer, nothing lost or doubled."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench.synthetic_fleet import TERMINAL, SyntheticFleet, new_id, store
from contract.ack import Ack, read_ack
from contract.day_digest import DAYS, digest_of
from contract.envelope import Envelope, read_envelope, signed_by
from terminal.journal import outbox_opening
from terminal.journal.audit import ChainBroken, ChainWhole
from terminal.journal.database import FileTrouble
from terminal.journal.events import EnrolmentCommitted, PinWrongEntered, VisitStarted
from terminal.journal.outbox import CommitFailed, Committed, Outbox, OutboxFull
from terminal.journal.outbox_opening import OutboxUnavailable
from terminal.journal.outbox_reader import OutboxReader, OutboxUnreadable
from terminal.journal.outbox_rows import Cursor
from terminal.journal.retention import Tidied
from terminal.journal.writer_lock import writer_of
from tests.terminal.journal.conftest import OpenOutbox, Wall, crash, lay_down

EVENT = EnrolmentCommitted("application")


def ack_for(
    fleet: SyntheticFleet, outbox: Outbox, *entries: tuple[str, str], journal: str | None = None
) -> Ack:
    ack = read_ack(
        fleet.ack(journal or outbox.journal, entries), fleet.ring, terminal=TERMINAL, at=outbox.wall_now()
    )
    assert isinstance(ack, Ack)
    return ack


def ack_all(fleet: SyntheticFleet, outbox: Outbox) -> None:
    entries = [(row.id, row.sha256) for row in outbox.pending(0, 1000)]
    report = outbox.mark_acked([ack_for(fleet, outbox, *entries)])
    assert not isinstance(report, CommitFailed)
    assert report.marked == len(entries)


def test_an_enrolment_is_stored_as_its_envelope_with_journal_and_seq_from_one(
    open_outbox: OpenOutbox, fleet: SyntheticFleet
) -> None:
    outbox = open_outbox()
    outcomes = [store(outbox, fleet) for _ in range(3)]
    assert [outcome.seq for outcome in outcomes] == [1, 2, 3]
    assert {outcome.journal for outcome in outcomes} == {outbox.journal}
    rows = outbox.pending()
    assert [row.id for row in rows] == [outcome.id for outcome in outcomes]
    for row in rows:
        envelope = read_envelope(row.sealed)
        assert isinstance(envelope, Envelope)
        assert signed_by(envelope, fleet.device.public_key())
        assert (envelope.journal, envelope.seq, envelope.id) == (row.journal, row.seq, row.id)
        assert row.intact
        assert row.sha256 == hashlib.sha256(row.sealed).hexdigest()


def test_record_and_audit_row_are_one_commit_and_the_chain_names_the_record(
    open_outbox: OpenOutbox, fleet: SyntheticFleet
) -> None:
    outbox = open_outbox()
    stored = store(outbox, fleet)
    row = outbox.audit_rows()[-1]
    assert row.event == "enrolment-committed"
    assert row.record is not None
    assert (row.record.journal, row.record.seq) == (stored.journal, stored.seq)
    assert row.record.sha256 == outbox.pending()[0].sha256
    assert outbox.audit_head == row.link.hex()


def test_numbers_go_on_after_a_restart_and_the_journal_stays(
    open_outbox: OpenOutbox, fleet: SyntheticFleet
) -> None:
    first = open_outbox()
    stored = store(first, fleet)
    journal = first.journal
    assert first.close()
    second = open_outbox()
    assert second.journal == journal
    assert store(second, fleet).seq == stored.seq + 1
    assert isinstance(second.verify_chain(), ChainWhole)
    assert "restart-after-crash" not in [row.event for row in second.audit_rows()]


def test_a_seq_is_not_given_twice_even_when_every_row_is_long_forgotten(
    open_outbox: OpenOutbox, fleet: SyntheticFleet, wall: Wall
) -> None:
    outbox = open_outbox()
    store(outbox, fleet)
    ack_all(fleet, outbox)
    wall.advance(days=121)
    outbox.tidy()
    outbox.tidy()
    assert outbox.is_acked(new_id()) is False
    assert store(outbox, fleet).seq == 2


@pytest.mark.parametrize(
    "wrong",
    ["plaintext", "other id", "other seq", "other journal"],
)
def test_what_is_not_this_records_envelope_never_gets_into_the_file(
    open_outbox: OpenOutbox, fleet: SyntheticFleet, wrong: str
) -> None:
    outbox = open_outbox()
    id_ = new_id()

    def seal(journal: str, seq: int) -> bytes:
        if wrong == "plaintext":
            return fleet.plaintext(id_)
        other = {
            "other id": (new_id(), journal, seq),
            "other seq": (id_, journal, seq + 1),
            "other journal": (id_, "f" * 32, seq),
        }
        named, in_journal, at = other[wrong]
        return fleet.seal(named)(in_journal, at)

    with pytest.raises(ValueError, match="no envelope"):
        outbox.append(seal, id=id_, event=EVENT)
    assert outbox.pending() == ()
    assert outbox.audit_rows() == ()
    assert store(outbox, fleet).seq == 1


def test_a_seal_that_raises_leaves_nothing_behind(open_outbox: OpenOutbox, fleet: SyntheticFleet) -> None:
    outbox = open_outbox()

    def seal(_journal: str, _seq: int) -> bytes:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        outbox.append(seal, id=new_id(), event=EVENT)
    assert outbox.pending() == ()
    assert store(outbox, fleet).seq == 1


def test_the_same_id_twice_is_refused_and_the_first_stands(
    open_outbox: OpenOutbox, fleet: SyntheticFleet
) -> None:
    outbox = open_outbox()
    stored = store(outbox, fleet)
    again = outbox.append(fleet.seal(stored.id), id=stored.id, event=EVENT)
    assert again == CommitFailed(FileTrouble.DUPLICATE)
    assert [row.seq for row in outbox.pending()] == [1]
    assert store(outbox, fleet).seq == 2


def test_a_full_outbox_refuses_says_so_once_and_takes_again_after_an_ack(
    open_outbox: OpenOutbox, fleet: SyntheticFleet
) -> None:
    outbox = open_outbox(limit=2)
    store(outbox, fleet)
    store(outbox, fleet)
    assert outbox.room == 0
    for _ in range(3):
        id_ = new_id()
        assert outbox.append(fleet.seal(id_), id=id_, event=EVENT) == OutboxFull(2, 2)
    ack_all(fleet, outbox)
    assert outbox.room == 2
    store(outbox, fleet)
    events = [row.event for row in outbox.audit_rows()]
    assert events.count("outbox-full") == 1
    assert events.count("outbox-has-room") == 1


def test_a_second_writer_is_turned_away(open_outbox: OpenOutbox, outbox_path: Path, wall: Wall) -> None:
    first = open_outbox()
    assert outbox_opening.open_outbox(outbox_path, now=wall, random=os.urandom) == OutboxUnavailable(
        FileTrouble.IN_USE
    )
    assert writer_of(outbox_path) == os.getpid()
    first.close()
    assert writer_of(outbox_path) is None
    open_outbox()


def test_a_file_of_a_newer_format_is_refused_and_left_as_it_is(
    open_outbox: OpenOutbox, outbox_path: Path, wall: Wall, fleet: SyntheticFleet
) -> None:
    outbox = open_outbox()
    store(outbox, fleet)
    outbox.close()
    with sqlite3.connect(outbox_path) as newer:
        newer.execute("PRAGMA user_version = 2")
    newer.close()
    before = outbox_path.read_bytes()
    assert outbox_opening.open_outbox(outbox_path, now=wall, random=os.urandom) == OutboxUnavailable(
        FileTrouble.NEWER_FORMAT
    )
    assert outbox_path.read_bytes() == before


# ------------------------------------------------------------------------------------------ acknowledgements


def test_an_ack_marks_exactly_what_it_names(open_outbox: OpenOutbox, fleet: SyntheticFleet) -> None:
    outbox = open_outbox()
    for _ in range(3):
        store(outbox, fleet)
    first, second, third = outbox.pending()
    report = outbox.mark_acked([ack_for(fleet, outbox, (first.id, first.sha256), (third.id, third.sha256))])
    assert not isinstance(report, CommitFailed)
    assert (report.marked, report.refused) == (2, 0)
    assert [row.id for row in outbox.pending()] == [second.id]
    assert outbox.depth == 1
    assert outbox.is_acked(first.id)
    assert not outbox.is_acked(second.id)


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        ("other journal", "other-journal"),
        ("other bytes", "other-bytes"),
        ("unknown id", "unknown-id"),
    ],
)
def test_an_ack_that_does_not_fit_marks_nothing_and_is_audited(
    open_outbox: OpenOutbox, fleet: SyntheticFleet, case: str, reason: str
) -> None:
    outbox = open_outbox()
    store(outbox, fleet)
    store(outbox, fleet)
    row, good = outbox.pending()
    acks = {
        "other journal": ack_for(fleet, outbox, (row.id, row.sha256), journal="f" * 32),
        "other bytes": ack_for(fleet, outbox, (row.id, "0" * 64), (good.id, good.sha256)),
        "unknown id": ack_for(fleet, outbox, (new_id(), row.sha256), (good.id, good.sha256)),
    }
    report = outbox.mark_acked([acks[case]])
    assert not isinstance(report, CommitFailed)
    assert report.refused == 1
    assert report.already == 0
    assert report.marked == (0 if case == "other journal" else 1)
    assert row.id in [left.id for left in outbox.pending()]
    mismatch = outbox.audit_rows()[-1]
    assert mismatch.event == "ack-mismatch"
    assert reason.encode() in mismatch.arguments


def test_the_same_ack_again_changes_nothing(open_outbox: OpenOutbox, fleet: SyntheticFleet) -> None:
    outbox = open_outbox()
    store(outbox, fleet)
    row = outbox.pending()[0]
    entry = (row.id, row.sha256)
    report = outbox.mark_acked([ack_for(fleet, outbox, entry), ack_for(fleet, outbox, entry, entry)])
    assert not isinstance(report, CommitFailed)
    assert (report.marked, report.already, report.refused) == (1, 2, 0)
    assert outbox.depth == 0


def test_a_mark_moves_the_mailbox_cursor_with_it(open_outbox: OpenOutbox) -> None:
    outbox = open_outbox()
    outbox.mark_acked([], cursor=Cursor("box", 7))
    assert outbox.cursor() == Cursor("box", 7)


def test_ciphertext_goes_after_30_days_the_tombstone_after_90_more_and_what_waits_never(
    open_outbox: OpenOutbox, fleet: SyntheticFleet, wall: Wall, outbox_path: Path
) -> None:
    outbox = open_outbox()
    store(outbox, fleet)
    acked = outbox.pending()[0]
    ack_all(fleet, outbox)
    waiting = store(outbox, fleet)
    wall.advance(days=29.9)
    assert outbox.tidy() == Tidied(0, 0, 0)
    wall.advance(days=0.2)
    tidied = outbox.tidy()
    assert not isinstance(tidied, CommitFailed)
    assert (tidied.wiped, tidied.forgotten) == (1, 0)
    outbox.close()
    assert acked.sealed[100:200] not in outbox_path.read_bytes()
    outbox = open_outbox()
    assert outbox.is_acked(acked.id)
    wall.advance(days=90)
    assert not isinstance(outbox.tidy(), CommitFailed)
    assert not outbox.is_acked(acked.id)
    wall.advance(days=1000)
    outbox.tidy()
    assert [row.id for row in outbox.pending()] == [waiting.id]
    assert isinstance(outbox.verify_chain(), ChainWhole)


def test_acknowledged_rows_are_queued_again_on_request_with_the_same_bytes(
    open_outbox: OpenOutbox, fleet: SyntheticFleet, wall: Wall
) -> None:
    outbox = open_outbox()
    store(outbox, fleet)
    wall.advance(hours=1)
    since = int(wall().timestamp() * 1000)
    store(outbox, fleet)
    late = outbox.pending()[1]
    ack_all(fleet, outbox)
    assert outbox.requeue(since) == 1
    assert outbox.pending() == (late,)
    assert outbox.depth == 1


def test_a_day_that_is_over_is_told_with_every_record_of_it_and_stays_so_after_delivery(
    open_outbox: OpenOutbox, fleet: SyntheticFleet, wall: Wall
) -> None:
    outbox = open_outbox()
    ids = [store(outbox, fleet).id for _ in range(3)]
    made = datetime.fromtimestamp(int(ids[0].replace("-", "")[:12], 16) / 1000, UTC)
    wall.at = made
    assert all(told.count == 0 for told in outbox.digests())  # the day is not over yet
    wall.advance(days=1)
    ack_all(fleet, outbox)
    assert outbox.digests()[-1] == digest_of(made.date(), ids)
    assert [told.count for told in outbox.digests()] == [0] * (DAYS - 1) + [3]
    wall.advance(days=DAYS)
    assert all(told.count == 0 for told in outbox.digests())


# ------------------------------------------------------------------------------------------ audit


def test_an_event_with_a_field_outside_its_declaration_is_never_written(open_outbox: OpenOutbox) -> None:
    outbox = open_outbox()
    with pytest.raises(ValueError, match="regex"):
        outbox.record(EnrolmentCommitted("山田 太郎"))
    with pytest.raises(ValueError, match="int"):
        outbox.record(PinWrongEntered("1234"))  # type: ignore[arg-type]
    assert outbox.audit_rows() == ()
    assert outbox.record(VisitStarted())


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE audit SET at = at + 1 WHERE n = 3",
        "UPDATE audit SET event = 'door-open' WHERE n = 3",
        "UPDATE audit SET arguments = '{}' WHERE n = 3",
        "UPDATE audit SET arguments = CAST(arguments AS TEXT) WHERE n = 3",
        "UPDATE audit SET event = CAST(x'ff00ff' AS TEXT) WHERE n = 3",
        "UPDATE audit SET seq = seq + 1 WHERE n = 3",
        "UPDATE audit SET sha256 = replace(sha256, '0', '1') WHERE n = 3",
        "UPDATE audit SET journal = NULL, seq = NULL, sha256 = NULL WHERE n = 3",
        "DELETE FROM audit WHERE n = 3",
        "DELETE FROM audit WHERE n = 1",
        "UPDATE audit SET link = zeroblob(32) WHERE n = 3",
        "UPDATE enrolment SET sha256 = replace(sha256, '0', '1') WHERE seq = 3",
    ],
)
def test_every_tampering_with_the_audit_breaks_the_chain(
    open_outbox: OpenOutbox, fleet: SyntheticFleet, outbox_path: Path, tampering: str
) -> None:
    outbox = open_outbox()
    for _ in range(6):
        store(outbox, fleet)
    assert isinstance(outbox.verify_chain(), ChainWhole)
    intruder = sqlite3.connect(outbox_path)
    with intruder:
        intruder.execute(tampering)
    intruder.close()
    broken = outbox.verify_chain()
    assert isinstance(broken, ChainBroken)
    assert broken.n == (1 if "n = 1" in tampering or "ff00ff" in tampering else 3)


def test_old_audit_rows_are_cut_off_and_the_rest_still_verifies(
    open_outbox: OpenOutbox, fleet: SyntheticFleet, wall: Wall
) -> None:
    outbox = open_outbox()
    store(outbox, fleet)
    wall.advance(days=401)
    store(outbox, fleet)
    tidied = outbox.tidy()
    assert not isinstance(tidied, CommitFailed)
    assert tidied.audit_rows == 1
    chain = outbox.verify_chain()
    assert isinstance(chain, ChainWhole)
    assert chain.rows == 1
    outbox.close()
    assert isinstance(open_outbox().verify_chain(), ChainWhole)


def test_a_run_that_was_cut_off_is_told_at_the_next_start(
    open_outbox: OpenOutbox, fleet: SyntheticFleet, outbox_path: Path, tmp_path: Path, wall: Wall
) -> None:
    outbox = open_outbox()
    stored = store(outbox, fleet)
    path = lay_down(crash(outbox, outbox_path), tmp_path / "after")
    after = outbox_opening.open_outbox(path, now=wall, random=os.urandom)
    assert isinstance(after, Outbox)
    assert [row.id for row in after.pending()] == [stored.id]
    assert after.audit_rows()[-1].event == "restart-after-crash"
    assert after.journal == outbox.journal
    assert isinstance(after.verify_chain(), ChainWhole)
    after.close()


# ------------------------------------------------------------------------------------------ the uplink's view


def test_the_reader_sees_each_commit_and_is_told_of_it_cheaply(
    open_outbox: OpenOutbox, fleet: SyntheticFleet, outbox_path: Path, wall: Wall
) -> None:
    reader = OutboxReader(outbox_path, now=wall)
    assert isinstance(reader.pending(), OutboxUnreadable)
    assert not reader.changed()
    outbox = open_outbox()
    assert reader.changed()
    assert not reader.changed()
    store(outbox, fleet)
    wall.advance(seconds=90)
    assert reader.changed()
    rows = reader.pending()
    assert rows == outbox.pending()
    overview = reader.overview()
    assert not isinstance(overview, OutboxUnreadable)
    assert (overview.depth, overview.last_seq, overview.oldest_age_s) == (1, 1, 90)
    assert outbox.oldest_age_s() == 90
    assert (overview.journal, overview.audit_head) == (outbox.journal, outbox.audit_head)
    assert reader.acked([rows[0].row]) == frozenset()
    ack_all(fleet, outbox)
    assert reader.changed()
    assert reader.acked([rows[0].row]) == frozenset({rows[0].row})
    assert reader.pending() == ()
    reader.close()


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM enrolment", "DELETE FROM sealed", "UPDATE enrolment SET acked_at = 1", "DROP TABLE sealed"],
)
def test_the_readers_connection_cannot_delete_an_enrolment(
    open_outbox: OpenOutbox, fleet: SyntheticFleet, outbox_path: Path, wall: Wall, statement: str
) -> None:
    outbox = open_outbox()
    store(outbox, fleet)
    reader = OutboxReader(outbox_path, now=wall)
    reader.changed()
    connection = reader._file._connection
    assert connection is not None
    connection.execute("PRAGMA query_only = OFF")
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        connection.execute(statement)
    reader.close()
    assert outbox.depth == len(outbox.pending()) == 1


@pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("setpriv") is None, reason="needs root to become another user"
)
def test_another_user_with_reading_rights_only_reads_while_the_terminal_runs(
    open_outbox: OpenOutbox, fleet: SyntheticFleet, outbox_path: Path, wall: Wall
) -> None:
    outbox = open_outbox()
    stored = store(outbox, fleet)
    for folder in (outbox_path.parent, *outbox_path.parent.parents):
        if str(folder).startswith("/tmp/pytest"):  # noqa: S108
            folder.chmod(0o755)
    for file in outbox_path.parent.glob("outbox.db*"):
        file.chmod(0o640)
        shutil.chown(file, group=65534)
    script = (
        "import sqlite3, sys\n"
        "c = sqlite3.connect(f'file:{sys.argv[1]}?mode=ro', uri=True)\n"
        "print(c.execute('SELECT id FROM enrolment').fetchone()[0])\n"
    )
    command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    python = str(Path(sys.executable).resolve())
    done = subprocess.run(
        [*command, python, "-I", "-c", script, str(outbox_path)], capture_output=True, text=True, timeout=20
    )
    assert done.stdout.strip() == stored.id, done.stderr


def test_the_reader_follows_when_the_file_is_replaced(
    open_outbox: OpenOutbox, fleet: SyntheticFleet, outbox_path: Path, wall: Wall
) -> None:
    outbox = open_outbox()
    stored = store(outbox, fleet)
    reader = OutboxReader(outbox_path, now=wall)
    assert reader.changed()
    old = outbox.journal
    outbox.close()
    content = bytearray(outbox_path.read_bytes())
    content[0:100] = bytes(100)
    outbox_path.write_bytes(content)
    for side in ("-wal", "-shm"):
        outbox_path.with_name(outbox_path.name + side).unlink()
    renewed = open_outbox()
    assert reader.changed()
    rows = reader.pending()
    assert not isinstance(rows, OutboxUnreadable)
    assert [row.id for row in rows] == [stored.id]
    assert renewed.journal != old
    reader.close()


def test_committed_says_what_was_stored(open_outbox: OpenOutbox, fleet: SyntheticFleet) -> None:
    outbox = open_outbox()
    id_ = new_id()
    outcome = outbox.append(fleet.seal(id_), id=id_, event=EVENT)
    assert outcome == Committed(outbox.journal, 1, id_)
