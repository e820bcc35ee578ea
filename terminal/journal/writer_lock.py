"""One writer: two would give one seq twice and salvage each other's file, so the second is turned away."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from terminal.journal.database import Trouble


def take_writer_lock(path: Path) -> int | Trouble:
    """A descriptor that holds the lock beside `path` until it is closed, by the kernel if the process dies."""
    try:
        lock = os.open(path.with_name(path.name + ".lock"), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError:
        return Trouble.CANNOT_OPEN
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        return Trouble.IN_USE
    return lock
