"""The mailbox is written by the process with the network: whatever it writes there, the terminal goes on."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from terminal.journal.mailbox import DocumentKind, Documents, MailboxReader, MailboxUnavailable
from terminal.journal.outbox_rows import Cursor

SOUND = (
    "CREATE TABLE box (one INTEGER PRIMARY KEY, id TEXT)",
    "INSERT INTO box VALUES (1, 'b0')",
    "CREATE TABLE document (n INTEGER PRIMARY KEY, kind, payload, received_at INTEGER)",
    "INSERT INTO document VALUES (1, 'ack', x'7b7d', 0)",
)
#: Statements after SOUND; the good document must still be read.
ODD_ROWS = {
    "a payload that is missing": "INSERT INTO document VALUES (2, 'ack', NULL, 0)",
    "a payload that is text": "INSERT INTO document VALUES (2, 'ack', '{}', 0)",
    "a payload that is a number": "INSERT INTO document VALUES (2, 'answer', 5, 0)",
    "a payload without end": "INSERT INTO document VALUES (2, 'ack', zeroblob(1000000), 0)",
    "a kind that is a number": "INSERT INTO document VALUES (2, 7, x'7b7d', 0)",
    "a kind that nobody knows": "INSERT INTO document VALUES (2, 'command', x'7b7d', 0)",
}
#: Statements after SOUND; nothing can be read, and that is all.
ODD_FILES = {
    "no box": ("DELETE FROM box",),
    "a box without id": ("UPDATE box SET id = NULL",),
    "an id that is bytes": ("UPDATE box SET id = x'ff'",),
    "no tables": ("DROP TABLE box", "DROP TABLE document"),
    "documents without end": (
        "DROP TABLE document",
        "CREATE VIEW document AS WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r)"
        " SELECT n, 'none' AS kind, x'' AS payload FROM r WHERE n < 0",
    ),
}


#: What makes the list of tables no UTF-8 any more.
ODD_SCHEMAS = {
    "a table's name": "UPDATE sqlite_master SET name = CAST(x'ff' AS TEXT) WHERE name = 'box'",
    "a table's statement": "UPDATE sqlite_master SET sql = CAST(x'43524541544520ff' AS TEXT) WHERE name = 'box'",
    "both": "UPDATE sqlite_master SET name = CAST(x'ff' AS TEXT), sql = CAST(x'43524541544520ff' AS TEXT)"
    " WHERE name = 'box'",
}


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[MailboxReader]:
    found = MailboxReader(tmp_path / "mailbox.db")
    yield found
    found.close()


def write(folder: Path, *statements: str) -> None:
    with closing(sqlite3.connect(folder / "mailbox.db", isolation_level=None)) as connection:
        for statement in (*SOUND, *statements):
            connection.execute(statement)


@pytest.mark.parametrize("name", ODD_ROWS)
def test_a_row_that_is_no_document_is_passed_over(name: str, reader: MailboxReader, tmp_path: Path) -> None:
    write(tmp_path, ODD_ROWS[name])
    found = reader.after(Cursor("", 0), 100)
    assert isinstance(found, Documents)
    assert [(one.n, one.kind, one.payload) for one in found.documents] == [(1, DocumentKind.ACK, b"{}")]


@pytest.mark.parametrize("name", ODD_FILES)
def test_a_file_that_is_no_mailbox_is_unavailable(name: str, reader: MailboxReader, tmp_path: Path) -> None:
    write(tmp_path, *ODD_FILES[name])
    assert isinstance(reader.after(Cursor("", 0), 100), MailboxUnavailable)


@pytest.mark.parametrize("name", ODD_SCHEMAS)
def test_a_schema_that_is_no_text_is_unavailable_and_ends_nothing(
    name: str, reader: MailboxReader, tmp_path: Path
) -> None:
    write(tmp_path, "PRAGMA writable_schema = ON", ODD_SCHEMAS[name])
    assert isinstance(reader.after(Cursor("", 0), 100), MailboxUnavailable)
