"""The thread that owns the journal: what it does by itself, and what must not end it."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
import uuid_utils

from bench.synthetic_fleet import TERMINAL, SyntheticFleet, store
from contract.day_digest import DAYS, digest_of
from contract.keys import KeyUse, sign_keys
from terminal import journal_thread
from terminal.enrolment_store import Stored
from terminal.journal.database import FileTrouble
from terminal.journal.events import KeysAdopted
from terminal.journal.folders import uplink_folder
from terminal.journal.mailbox import DocumentKind, Mailbox
from terminal.journal.outbox import CommitFailed, Outbox
from terminal.journal.outbox_opening import open_outbox
from terminal.journal_thread import JournalThread
from tests.terminal.journal.conftest import Wall
from tests.terminal.journal.strange_files import STRANGE
from tests.waiting import until_async

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def fleet() -> SyntheticFleet:
    return SyntheticFleet()


@pytest.fixture
def wall() -> Wall:
    return Wall(LONG_AGO)


@pytest.fixture
def outbox(tmp_path: Path, wall: Wall) -> Outbox:
    opened = open_outbox(tmp_path / "outbox.db", now=wall, random=os.urandom)
    assert isinstance(opened, Outbox)
    return opened


def begin(outbox: Outbox, folder: Path, fleet: SyntheticFleet) -> JournalThread:
    return JournalThread(
        outbox,
        folder,
        terminal=TERMINAL,
        ring=fleet.ring,
        root=fleet.root.public_key(),
        tell=lambda _event: None,
        loop=asyncio.get_running_loop(),
    )


def sealed_rows(folder: Path) -> int:
    with closing(sqlite3.connect(f"file:{folder / 'outbox.db'}?mode=ro", uri=True)) as connection:
        return int(connection.execute("SELECT count(*) FROM sealed").fetchone()[0])


def mailbox_of(folder: Path) -> Path:
    """The uplink's folder is made as the uplink does it."""
    uplink_folder(folder).mkdir(exist_ok=True)
    return uplink_folder(folder) / "mailbox.db"


def deliver_keys(folder: Path, fleet: SyntheticFleet, version: int) -> bytes:
    box = Mailbox.open(mailbox_of(folder), now=lambda: LONG_AGO, random=os.urandom)
    assert isinstance(box, Mailbox)
    document = sign_keys(fleet.root, version, tuple(key for use in KeyUse for key in fleet.ring.of_use(use)))
    box.put([(DocumentKind.KEYS, document)])
    box.close()
    return document


async def test_acknowledged_ciphertext_is_wiped_after_its_time_without_being_asked(
    outbox: Outbox, wall: Wall, fleet: SyntheticFleet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_thread, "TIDY_S", 0.2)
    monkeypatch.setattr(journal_thread, "TIDY_STEP_S", 0.0)
    for _ in range(2):
        store(outbox, fleet)
    box = Mailbox.open(mailbox_of(tmp_path), now=wall, random=os.urandom)
    assert isinstance(box, Mailbox)
    first = outbox.pending()[0]
    box.put([(DocumentKind.ACK, fleet.ack(outbox.journal, ((first.id, first.sha256),)))])
    box.close()
    thread = begin(outbox, tmp_path, fleet)
    await until_async(lambda: outbox.is_acked(first.id))
    wall.at = LONG_AGO + timedelta(days=31)
    await until_async(lambda: sealed_rows(tmp_path) == 1)
    assert outbox.depth == 1
    await thread.close()


async def test_the_digests_of_the_days_that_are_over_are_there_for_the_next_health_message(
    outbox: Outbox, wall: Wall, fleet: SyntheticFleet, tmp_path: Path
) -> None:
    wall.at = datetime.now(UTC)  # as the ids, which are made from the machine's clock
    id_ = store(outbox, fleet).id
    thread = begin(outbox, tmp_path, fleet)
    assert [told.count for told in thread.state().digests] == [0] * DAYS
    made = wall.at.date()
    wall.at += timedelta(days=1)
    await until_async(lambda: thread.state().digests[-1] == digest_of(made, [id_]))
    await thread.close()


async def test_new_keys_are_kept_beside_the_journal_and_not_where_a_link_leads(
    outbox: Outbox, fleet: SyntheticFleet, tmp_path: Path
) -> None:
    other = tmp_path / "precious"
    other.write_bytes(b"precious")
    (tmp_path / "keys.json").symlink_to(other)
    document = deliver_keys(tmp_path, fleet, 2)
    thread = begin(outbox, tmp_path, fleet)
    await until_async(lambda: thread.ring().version == 2 and not (tmp_path / "keys.json").is_symlink())
    await thread.close()
    assert other.read_bytes() == b"precious"
    assert (tmp_path / "keys.json").read_bytes() == document


async def test_a_disk_that_refuses_new_keys_ends_nothing_and_they_count_all_the_same(
    outbox: Outbox, fleet: SyntheticFleet, tmp_path: Path
) -> None:
    (tmp_path / "keys.json").mkdir()
    deliver_keys(tmp_path, fleet, 2)
    thread = begin(outbox, tmp_path, fleet)
    await until_async(lambda: thread.ring().version == 2)
    await until_async(lambda: outbox.cursor().n == 1)
    await thread.close()


def deliver(folder: Path, *documents: tuple[DocumentKind, bytes]) -> None:
    box = Mailbox.open(mailbox_of(folder), now=lambda: LONG_AGO, random=os.urandom)
    assert isinstance(box, Mailbox)
    box.put(list(documents))
    box.close()


async def test_only_a_signed_word_of_the_fleet_says_what_time_is_past(
    outbox: Outbox, fleet: SyntheticFleet, tmp_path: Path
) -> None:
    store(outbox, fleet)
    first = outbox.pending()[0]
    deliver(tmp_path, (DocumentKind.ACK, b'{"ts": 4102444800000}'))
    thread = begin(outbox, tmp_path, fleet)
    ack = fleet.ack(outbox.journal, ((first.id, first.sha256),))
    deliver(tmp_path, (DocumentKind.ACK, ack))
    await until_async(lambda: outbox.is_acked(first.id))
    await until_async(lambda: thread.confirmed_ms == read_ts(ack))
    await thread.close()


def read_ts(ack: bytes) -> int:
    read = msgspec.json.decode(ack)
    return int(read["ts"])


async def test_garbage_from_the_broker_is_noted_once_a_minute_and_not_at_every_look(
    outbox: Outbox, fleet: SyntheticFleet, tmp_path: Path
) -> None:
    thread = begin(outbox, tmp_path, fleet)
    for n in range(5):
        deliver(tmp_path, (DocumentKind.ACK, b"garbage %d" % n))
        await until_async(lambda n=n: outbox.cursor().n == n + 1)  # type: ignore[misc]
    rows = [row.event for row in outbox.audit_rows()]
    assert rows.count("document-refused") == 1
    await thread.close()


async def test_a_mark_that_the_disk_refused_is_tried_again_though_the_mailbox_stays_as_it_is(
    outbox: Outbox, fleet: SyntheticFleet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_thread, "AGAIN_S", 0.3)
    store(outbox, fleet)
    first = outbox.pending()[0]
    refused: list[CommitFailed] = []
    mark = outbox.mark_acked

    def refuse_twice(*arguments: Any, **options: Any) -> Any:
        if len(refused) == 2:
            return mark(*arguments, **options)
        refused.append(CommitFailed(FileTrouble.DISK_FULL))
        return refused[-1]

    monkeypatch.setattr(outbox, "mark_acked", refuse_twice)
    thread = begin(outbox, tmp_path, fleet)
    deliver(tmp_path, (DocumentKind.ACK, fleet.ack(outbox.journal, ((first.id, first.sha256),))))
    await until_async(lambda: outbox.is_acked(first.id))
    assert len(refused) == 2
    await thread.close()


async def test_a_disk_that_hangs_does_not_keep_the_process_from_ending(
    outbox: Outbox, fleet: SyntheticFleet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_thread, "CLOSE_S", 0.2)
    let_go = threading.Event()
    monkeypatch.setattr(outbox, "record", lambda _event: let_go.wait(30))
    thread = begin(outbox, tmp_path, fleet)
    thread.note(KeysAdopted(2))
    async with asyncio.timeout(5):
        await thread.close()
    let_go.set()
    await until_async(lambda: outbox.closed or not thread.state().depth)


async def test_a_job_that_hangs_lets_nobody_begin_and_is_no_sign_of_life(
    outbox: Outbox, fleet: SyntheticFleet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_thread, "STUCK_S", 0.5)
    let_go = threading.Event()
    monkeypatch.setattr(outbox, "record", lambda _event: let_go.wait(30))
    thread = begin(outbox, tmp_path, fleet)
    assert thread.accepts()
    thread.note(KeysAdopted(2))
    await until_async(lambda: not thread.keeps_up())
    assert not thread.accepts()
    let_go.set()
    await until_async(thread.accepts)
    await thread.close()


@pytest.mark.parametrize("name", ["link.json", "mailbox.db", "mailbox.db-wal", "mailbox.db-shm"])
@pytest.mark.parametrize("thing", STRANGE)
async def test_nothing_that_the_uplinks_user_lays_there_keeps_a_record_from_being_stored(
    outbox: Outbox,
    fleet: SyntheticFleet,
    tmp_path: Path,
    name: str,
    thing: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(journal_thread, "LINK_S", 0.1)
    deliver(tmp_path, (DocumentKind.ACK, b"{}"))
    planted = uplink_folder(tmp_path) / name
    planted.unlink(missing_ok=True)
    STRANGE[thing](planted)
    thread = begin(outbox, tmp_path, fleet)
    begun = thread.state()
    await until_async(lambda: thread.state() is not begun, "a look at everything")
    id_ = str(uuid_utils.uuid7())
    async with asyncio.timeout(10):
        stored = await thread.commit(id_, "application", fleet.seal(id_))
    assert isinstance(stored, Stored)
    assert not thread.online()
    await thread.close()
