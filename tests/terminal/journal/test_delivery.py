"""What the fleet says reaches the outbox only with the fleet's signature, in order, and once."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from bench.synthetic_fleet import TERMINAL, SyntheticFleet, new_id, store
from contract.ack import sign_ack
from contract.answer import ProgrammeAnswer, SealedAnswer, Verdict, open_answer, seal_answer
from contract.encoding import MAX_PAYLOAD
from contract.keys import KeyRing, KeyUse
from contract.signed_word import GRACE
from terminal.journal import delivery, mailbox, outbox_opening
from terminal.journal.database import FileTrouble
from terminal.journal.delivery import DeliveryReport, apply_mailbox
from terminal.journal.mailbox import (
    DocumentKind,
    Documents,
    DocumentsStored,
    Mailbox,
    MailboxFull,
    MailboxReader,
    MailboxUnavailable,
)
from terminal.journal.outbox import Outbox
from terminal.journal.outbox_rows import Cursor
from tests.terminal.journal.conftest import OpenOutbox, Wall, crash, lay_down

ACK, ANSWER, KEYS = DocumentKind.ACK, DocumentKind.ANSWER, DocumentKind.KEYS


@pytest.fixture
def box_path(tmp_path: Path) -> Path:
    return tmp_path / "mailbox.db"


@pytest.fixture
def box(box_path: Path, wall: Wall) -> Iterator[Mailbox]:
    opened = Mailbox.open(box_path, now=wall, random=os.urandom)
    assert isinstance(opened, Mailbox)
    yield opened
    opened.close()


@pytest.fixture
def reader(box: Mailbox, box_path: Path) -> Iterator[MailboxReader]:
    found = MailboxReader(box_path)
    yield found
    found.close()


class Terminal:
    """The terminal's end: what it was called back with."""

    def __init__(self, outbox: Outbox, reader: MailboxReader, fleet: SyntheticFleet) -> None:
        self.outbox, self.reader, self.ring = outbox, reader, fleet.ring
        self.answers: list[SealedAnswer] = []
        self.keys: list[bytes] = []

    def apply(self) -> DeliveryReport:
        report = apply_mailbox(
            self.outbox,
            self.reader,
            self.ring,
            terminal=TERMINAL,
            on_answer=self.answers.append,
            on_keys=self.keys.append,
        )
        assert isinstance(report, DeliveryReport), report
        return report


@pytest.fixture
def terminal(open_outbox: OpenOutbox, reader: MailboxReader, fleet: SyntheticFleet) -> Terminal:
    return Terminal(open_outbox(), reader, fleet)


def acks(fleet: SyntheticFleet, outbox: Outbox) -> bytes:
    return fleet.ack(outbox.journal, tuple((row.id, row.sha256) for row in outbox.pending(0, 300)))


def test_a_signed_ack_marks_the_rows_and_lets_the_uplink_discard_it(
    terminal: Terminal, box: Mailbox, fleet: SyntheticFleet
) -> None:
    for _ in range(3):
        store(terminal.outbox, fleet)
    assert terminal.reader.changed()
    assert box.put([(ACK, acks(fleet, terminal.outbox))]) == DocumentsStored(1)
    assert terminal.reader.changed()
    report = terminal.apply()
    assert (report.documents, report.acks.marked, report.more) == (1, 3, False)
    assert terminal.outbox.depth == 0
    assert box.discard(terminal.outbox.cursor()) == 1
    assert terminal.apply().documents == 0


@pytest.mark.parametrize(
    "case",
    ["unknown key", "wrong signature", "other terminal", "not JSON", "other version", "an answer as ack"],
)
def test_an_ack_that_is_not_the_fleets_word_marks_nothing_is_audited_and_does_not_block(
    terminal: Terminal, box: Mailbox, fleet: SyntheticFleet, case: str
) -> None:
    store(terminal.outbox, fleet)
    row = terminal.outbox.pending()[0]
    journal, entries = terminal.outbox.journal, ((row.id, row.sha256),)
    good = fleet.ack(journal, entries)

    def signed(kid: str, terminal_id: str) -> bytes:
        key = Ed25519PrivateKey.generate() if kid == "ack-1" and terminal_id == TERMINAL else fleet.ack_key
        return sign_ack(key, kid, terminal=terminal_id, journal=journal, entries=entries, ts=1)

    wrong = {
        "unknown key": signed("ack-9", TERMINAL),
        "wrong signature": signed("ack-1", TERMINAL),
        "other terminal": signed("ack-1", "tk-0002"),
        "not JSON": b"\xff\x00 garbage",
        "other version": good.replace(b'"v":1', b'"v":2'),
        "an answer as ack": good[:-5],
    }[case]
    box.put([(ACK, wrong), (ACK, wrong)])
    report = terminal.apply()
    assert report.acks.marked == 0
    assert [refusal.kind for refusal in report.refusals] == [ACK, ACK]
    assert terminal.outbox.depth == 1
    last = terminal.outbox.audit_rows()[-1]
    assert (last.event, last.arguments) == ("document-refused", b'{"count":2,"kind":"ack"}')
    box.put([(ACK, good)])
    assert terminal.apply().acks.marked == 1


def test_a_record_waits_while_its_ack_is_signed_with_a_key_long_expired(
    terminal: Terminal, box: Mailbox, fleet: SyntheticFleet, wall: Wall
) -> None:
    store(terminal.outbox, fleet)
    ack, ring = acks(fleet, terminal.outbox), terminal.ring
    (key,) = ring.of_use(KeyUse.ACK)
    expired = msgspec.structs.replace(key, not_after=wall.at - GRACE - timedelta(seconds=1))
    terminal.ring = KeyRing(ring.version, (expired,))
    box.put([(ACK, ack)])
    report = terminal.apply()
    assert (report.acks.marked, len(report.refusals), report.newest_ts) == (0, 1, 0)
    assert terminal.outbox.depth == 1
    terminal.ring = ring
    box.put([(ACK, ack)])
    assert terminal.apply().acks.marked == 1


def test_answers_are_handed_on_in_order_and_open_with_the_visits_key(
    terminal: Terminal, box: Mailbox, fleet: SyntheticFleet
) -> None:
    visit = X25519PrivateKey.generate()
    answers = [
        ProgrammeAnswer(new_id(), Verdict.DONE, 1),
        ProgrammeAnswer(new_id(), Verdict.REFUSED, 2, code="x"),
    ]
    for answer in answers:
        payload = seal_answer(
            answer,
            terminal=TERMINAL,
            answer_key=visit.public_key().public_bytes_raw(),
            key=fleet.answer_key,
            kid="answer-1",
        )
        box.put([(ANSWER, payload)])
    box.put([(ANSWER, b"{}")])
    report = terminal.apply()
    assert (report.answers, len(report.refusals)) == (2, 1)
    assert [open_answer(found, visit) for found in terminal.answers] == answers
    assert terminal.apply().answers == 0


def test_what_follows_a_key_document_is_judged_by_the_ring_it_brings(
    terminal: Terminal, box: Mailbox, fleet: SyntheticFleet
) -> None:
    store(terminal.outbox, fleet)
    old_ring, terminal.ring = terminal.ring, KeyRing(0, ())
    box.put([(KEYS, fleet.keys_document), (ACK, acks(fleet, terminal.outbox))])
    first = terminal.apply()
    assert (first.keys, first.documents, first.more) == (1, 1, True)
    assert terminal.keys == [fleet.keys_document]
    terminal.ring = old_ring
    assert terminal.apply().acks.marked == 1


def test_a_long_backlog_is_applied_in_steps(terminal: Terminal, box: Mailbox, fleet: SyntheticFleet) -> None:
    for _ in range(delivery.STEP + 20):
        store(terminal.outbox, fleet)
    rows = terminal.outbox.pending(0, 1000)
    box.put([(ACK, fleet.ack(row.journal, ((row.id, row.sha256),))) for row in rows])
    first, second = terminal.apply(), terminal.apply()
    assert (first.acks.marked, first.more) == (delivery.STEP, True)
    assert (second.acks.marked, second.more) == (20, False)


def test_a_new_mailbox_file_is_read_from_its_beginning(
    terminal: Terminal, box: Mailbox, fleet: SyntheticFleet, box_path: Path, wall: Wall
) -> None:
    for _ in range(3):
        box.put([(ANSWER, b"{}")])
    terminal.apply()
    box.close()
    for file in box_path.parent.glob("mailbox.db*"):
        file.unlink()
    renewed = Mailbox.open(box_path, now=wall, random=os.urandom)
    assert isinstance(renewed, Mailbox)
    store(terminal.outbox, fleet)
    renewed.put([(ACK, acks(fleet, terminal.outbox))])
    assert terminal.reader.changed()
    assert terminal.apply().acks.marked == 1
    assert terminal.outbox.cursor() == Cursor(renewed.id, 1)
    renewed.close()


def test_a_mark_lost_in_a_power_cut_means_sending_again_and_nothing_else(
    terminal: Terminal, box: Mailbox, fleet: SyntheticFleet, outbox_path: Path, tmp_path: Path, wall: Wall
) -> None:
    """Marks are not flushed. The uplink may even have discarded the ack that the terminal forgot."""
    stored = store(terminal.outbox, fleet)
    unmarked = crash(terminal.outbox, outbox_path)
    ack = acks(fleet, terminal.outbox)
    box.put([(ACK, ack)])
    assert terminal.apply().acks.marked == 1
    assert box.discard(terminal.outbox.cursor()) == 1
    outbox = outbox_opening.open_outbox(lay_down(unmarked, tmp_path / "after"), now=wall, random=os.urandom)
    assert isinstance(outbox, Outbox)
    again = Terminal(outbox, terminal.reader, fleet)
    assert [row.id for row in outbox.pending()] == [stored.id]
    box.put([(ACK, ack)])  # the fleet knows the bytes and acknowledges them again
    assert again.apply().acks.marked == 1
    assert again.apply().documents == 0
    assert outbox.depth == 0
    outbox.close()


def test_a_mailbox_that_is_not_there_is_told_and_nothing_changes(
    open_outbox: OpenOutbox, tmp_path: Path, fleet: SyntheticFleet
) -> None:
    outbox = open_outbox()
    nothing = MailboxReader(tmp_path / "none.db")
    found = apply_mailbox(
        outbox, nothing, fleet.ring, terminal=TERMINAL, on_answer=lambda _: None, on_keys=lambda _: None
    )
    assert found == MailboxUnavailable(FileTrouble.CANNOT_OPEN)
    assert not nothing.changed()
    assert outbox.audit_rows() == ()


# ------------------------------------------------------------------------------------------------------- the box


def test_the_box_takes_no_more_than_its_limits_and_again_after_discarding(
    box: Mailbox, reader: MailboxReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox, "MOST_DOCUMENTS", 3)
    assert box.put([(ACK, b"1"), (ACK, b"2")]) == DocumentsStored(2)
    assert box.put([(ACK, b"3"), (ACK, b"4")]) == MailboxFull(2)
    found = reader.after(Cursor("", 0), 10)
    assert isinstance(found, Documents)
    assert [document.payload for document in found.documents] == [b"1", b"2"]
    assert box.discard(found.cursor) == 2
    assert box.put([(ACK, b"3"), (ACK, b"4")]) == DocumentsStored(2)
    monkeypatch.setattr(mailbox, "MOST_BYTES", 5)
    assert box.put([(ACK, b"5555")]) == MailboxFull(2)


def test_a_payload_above_the_limit_is_left_out(box: Mailbox) -> None:
    assert box.put([(ACK, bytes(MAX_PAYLOAD + 1)), (ACK, b"ok")]) == DocumentsStored(1)


def test_a_cursor_of_another_box_discards_nothing(box: Mailbox) -> None:
    box.put([(ACK, b"1")])
    assert box.discard(Cursor("other", 99)) == 0


def test_numbers_are_never_given_again_so_a_cursor_never_skips_a_document(
    box: Mailbox, reader: MailboxReader, box_path: Path, wall: Wall
) -> None:
    box.put([(ACK, b"1"), (ACK, b"2")])
    box.discard(Cursor(box.id, 2))
    box.close()
    again = Mailbox.open(box_path, now=wall, random=os.urandom)
    assert isinstance(again, Mailbox)
    again.put([(ACK, b"3")])
    found = reader.after(Cursor(again.id, 2), 10)
    assert isinstance(found, Documents)
    assert [document.payload for document in found.documents] == [b"3"]
    again.close()


@pytest.mark.parametrize("content", [b"", os.urandom(5000), b"SQLite format 3\0" + bytes(4080)])
def test_a_damaged_box_is_moved_aside_and_begun_anew(box_path: Path, wall: Wall, content: bytes) -> None:
    box_path.write_bytes(content)
    opened = Mailbox.open(box_path, now=wall, random=os.urandom)
    assert isinstance(opened, Mailbox)
    assert opened.put([(ACK, b"1")]) == DocumentsStored(1)
    opened.close()


def test_the_terminals_connection_cannot_write_the_box(box: Mailbox, reader: MailboxReader) -> None:
    box.put([(ACK, b"1")])
    reader.changed()
    assert reader._file._connection is not None
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader._file._connection.execute("DELETE FROM document")
