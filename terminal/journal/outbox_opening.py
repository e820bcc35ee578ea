"""From a path to an outbox that may be written: nobody else's file, one writer, a sound database, in this order."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from terminal.journal import outbox_file
from terminal.journal.database import FileTrouble, connect_writer, file_trouble_of
from terminal.journal.events import ForeignFilesSetAside
from terminal.journal.foreign_files import owner_of, set_foreign_aside
from terminal.journal.outbox import Outbox
from terminal.journal.writer_lock import take_writer_lock

#: 100,000 waiting rows are about 0.8 GB, years of a busy terminal without network.
DEFAULT_LIMIT = 100_000


@dataclass(frozen=True)
class OutboxUnavailable:
    """The journal cannot be written at all; nothing was changed. The terminal is out of service."""

    reason: FileTrouble


def open_outbox(
    path: Path,
    *,
    now: Callable[[], datetime],
    random: Callable[[int], bytes],
    limit: int = DEFAULT_LIMIT,
    owner: Callable[[Path], int | None] = owner_of,
) -> Outbox | OutboxUnavailable:
    """Opens or creates the journal; a damaged one is moved aside and what can be read is queued again.

    `now` gives aware wall time, `random(n)` n random bytes; `limit` is the most rows that may wait; `owner` the
    user id of a file. What belongs to another user than this process's is never opened.
    """
    foreign = set_foreign_aside(path, owner)
    if isinstance(foreign, FileTrouble):
        return OutboxUnavailable(foreign)
    lock = take_writer_lock(path)
    if isinstance(lock, FileTrouble):
        return OutboxUnavailable(lock)
    trouble = outbox_file.prepare(path, now=now, random=random)
    if trouble is None:
        opened = _connect(path, lock, now, limit)
        if isinstance(opened, Outbox):
            if foreign:
                opened.record(ForeignFilesSetAside(foreign))
            return opened
        trouble = opened
    os.close(lock)
    return OutboxUnavailable(trouble)


def _connect(path: Path, lock: int, now: Callable[[], datetime], limit: int) -> Outbox | FileTrouble:
    try:
        connection = connect_writer(path, synchronous="FULL")
    except sqlite3.Error as error:
        return file_trouble_of(error)
    except OSError:
        return FileTrouble.CANNOT_OPEN
    try:
        return Outbox(connection, lock, now, limit)
    except sqlite3.Error as error:
        connection.close()
        return file_trouble_of(error)
