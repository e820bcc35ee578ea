"""What both readers of the other process's file rest on: the file that has the name now, and no other, is asked."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from terminal.journal.database import FileTrouble
from terminal.journal.followed_file import FollowedFile


def write(path: Path, word: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS said (word TEXT)")
        connection.execute("INSERT INTO said VALUES (?)", (word,))
        connection.commit()


def said(connection: sqlite3.Connection) -> list[str]:
    return [row[0] for row in connection.execute("SELECT word FROM said ORDER BY rowid")]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "words.db"


@pytest.fixture
def followed(path: Path) -> Iterator[FollowedFile]:
    file = FollowedFile(path)
    yield file
    file.close()


def test_a_file_that_is_not_there_yet_is_trouble_until_it_is(followed: FollowedFile, path: Path) -> None:
    assert followed.ask(said) is FileTrouble.CANNOT_OPEN
    assert not followed.changed()
    write(path, "first")
    assert followed.ask(said) == ["first"]


def test_only_what_was_committed_since_the_last_look_is_a_change(followed: FollowedFile, path: Path) -> None:
    write(path, "first")
    assert [followed.changed(), followed.changed()] == [True, False]
    write(path, "second")
    assert [followed.changed(), followed.changed()] == [True, False]


def test_another_file_under_the_name_is_a_change_and_is_the_one_asked(
    followed: FollowedFile, path: Path, tmp_path: Path
) -> None:
    write(path, "old")
    followed.changed()
    write(tmp_path / "salvaged.db", "new")
    (tmp_path / "salvaged.db").replace(path)
    assert followed.changed()
    assert followed.ask(said) == ["new"]


def test_a_question_that_fails_is_answered_the_next_time(followed: FollowedFile, path: Path) -> None:
    write(path, "first")
    assert (
        followed.ask(lambda asked: asked.execute("SELECT word FROM nothing").fetchall()) is FileTrouble.OTHER
    )
    assert followed.ask(said) == ["first"]


def test_every_question_is_bounded_before_it_is_asked(path: Path) -> None:
    write(path, "first")
    bounded: list[sqlite3.Connection] = []
    file = FollowedFile(path, bound=bounded.append)
    assert [file.ask(bounded.count), file.ask(bounded.count)] == [1, 2]
    file.close()
