"""What lies beside the outbox and belongs to another user, set aside before anything is opened.

SQLite replays every WAL whose checksums are right, and they need no key: whoever may put an `outbox.db-wal` there could
mark all records as acknowledged. Folders keep others out; this holds when a folder's rights are wrong.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from terminal.journal.database import FileTrouble

_SIDES = ("", "-wal", "-shm", "-journal")
#: All names that are opened beside the outbox: SQLite's, the lock, and what `outbox_file` and `salvage` make.
_BESIDE = (
    *_SIDES[1:],
    ".lock",
    *(f".{what}{side}" for what in ("building", "fresh", "carved") for side in _SIDES),
)


def owner_of(path: Path) -> int | None:
    """The user to whom the name itself belongs (of a link, not of what it leads to); None if it is not there."""
    try:
        return path.lstat().st_uid
    except FileNotFoundError:
        return None


def set_foreign_aside(path: Path, owner: Callable[[Path], int | None]) -> int | FileTrouble:
    """Renames what is not ours to `*.foreign`, and says how many files that were; everything left is then ours.

    The outbox itself is refused and stays: set aside, its records would be out of the queue without a word.
    """
    aside = 0
    try:
        if _foreign(path, owner):
            return FileTrouble.FOREIGN
        for name in _BESIDE:
            beside = path.with_name(path.name + name)
            if _foreign(beside, owner):
                beside.rename(_free(beside.with_name(beside.name + ".foreign")))
                aside += 1
    except OSError:
        return FileTrouble.FOREIGN
    return aside


def _foreign(path: Path, owner: Callable[[Path], int | None]) -> bool:
    return owner(path) not in (None, os.geteuid())


def _free(path: Path) -> Path:
    candidate, number = path, 1
    while os.path.lexists(candidate):
        number += 1
        candidate = path.with_name(f"{path.name}-{number}")
    return candidate
