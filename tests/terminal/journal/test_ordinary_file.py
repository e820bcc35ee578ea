"""What is read of the other process's folder is an ordinary file of a bounded size, or nothing."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contract.keys import KeyRing, sign_keys
from terminal.journal.database import FileTrouble
from terminal.journal.link import LinkState, read_link, write_link
from terminal.journal.mailbox import DocumentKind, Documents, Mailbox, MailboxReader, MailboxUnavailable
from terminal.journal.ordinary_file import read_ordinary
from terminal.journal.outbox_rows import Cursor
from terminal.trust import newest_ring
from tests.terminal.journal.strange_files import STRANGE

NOW = datetime(2026, 11, 21, tzinfo=UTC)
T = TypeVar("T")


def in_time(question: Callable[[], T]) -> T:
    """The answer, or a failure where it is waited for in vain: the thread that waits is left behind."""
    answers: list[T] = []
    thread = threading.Thread(target=lambda: answers.append(question()), daemon=True)
    thread.start()
    thread.join(5)
    assert answers, "it is still waiting"
    return answers[0]


@pytest.mark.parametrize("thing", STRANGE)
def test_a_link_that_is_no_ordinary_file_is_no_connection(thing: str, tmp_path: Path) -> None:
    STRANGE[thing](tmp_path / "link.json")
    assert in_time(lambda: read_link(tmp_path, NOW)) is False


def test_an_ordinary_link_is_believed(tmp_path: Path) -> None:
    write_link(tmp_path, LinkState(True, True, int(NOW.timestamp() * 1000)))
    assert read_link(tmp_path, NOW + timedelta(seconds=5))


@pytest.mark.parametrize("thing", STRANGE)
def test_received_keys_that_are_no_ordinary_file_leave_those_that_were_shipped(
    thing: str, tmp_path: Path
) -> None:
    root = Ed25519PrivateKey.generate()
    STRANGE[thing](tmp_path / "keys.json")
    shipped = KeyRing(1, ())
    assert in_time(lambda: newest_ring(shipped, tmp_path / "keys.json", root.public_key())) is shipped


def test_newer_received_keys_are_taken(tmp_path: Path) -> None:
    root = Ed25519PrivateKey.generate()
    (tmp_path / "keys.json").write_bytes(sign_keys(root, 2, ()))
    assert newest_ring(KeyRing(1, ()), tmp_path / "keys.json", root.public_key()).version == 2


@pytest.fixture
def mailbox(tmp_path: Path) -> Path:
    path = tmp_path / "mailbox.db"
    box = Mailbox.open(path, now=lambda: NOW, random=os.urandom)
    assert isinstance(box, Mailbox)
    box.put([(DocumentKind.ACK, b"{}")])
    box.close()
    return path


@pytest.mark.parametrize("side", ["", "-wal", "-shm", "-journal"])
@pytest.mark.parametrize("thing", STRANGE)
def test_a_mailbox_with_anything_else_than_ordinary_files_is_not_opened(
    thing: str, side: str, mailbox: Path
) -> None:
    planted = mailbox.with_name(mailbox.name + side)
    planted.unlink(missing_ok=True)
    STRANGE[thing](planted)
    reader = MailboxReader(mailbox)
    assert in_time(reader.changed) is False
    assert in_time(lambda: reader.after(Cursor("", 0), 10)) == MailboxUnavailable(FileTrouble.DAMAGED)
    reader.close()


@pytest.mark.parametrize("side", ["-wal", "-shm", "-journal"])
def test_a_mailbox_is_read_again_once_that_is_gone(side: str, mailbox: Path) -> None:
    reader = MailboxReader(mailbox)
    os.mkfifo(mailbox.with_name(mailbox.name + side))
    assert isinstance(reader.after(Cursor("", 0), 10), MailboxUnavailable)
    mailbox.with_name(mailbox.name + side).unlink()
    assert isinstance(reader.after(Cursor("", 0), 10), Documents)
    reader.close()


def test_a_file_may_be_as_long_as_it_is_allowed_to_be_and_no_longer(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"12345")
    assert read_ordinary(file, 5) == b"12345"
    with pytest.raises(OSError, match="too large"):
        read_ordinary(file, 4)


def open_descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_no_descriptor_is_left_open_by_what_is_refused(tmp_path: Path) -> None:
    for number, make in enumerate(STRANGE.values()):
        make(tmp_path / str(number))
    before = open_descriptors()
    for number in range(len(STRANGE)):
        with pytest.raises(OSError, match=r".+"):
            read_ordinary(tmp_path / str(number), 10)
    assert open_descriptors() == before
