"""One writer: two would give one seq twice and salvage each other's file, so the second is turned away."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from terminal.journal.database import FileTrouble

_LOCKS = Path("/proc/locks")


def take_writer_lock(path: Path) -> int | FileTrouble:
    """A descriptor that holds the lock beside `path` until it is closed, by the kernel if the process dies."""
    try:
        lock = os.open(_lock_of(path), os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError:
        return FileTrouble.CANNOT_OPEN
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        return FileTrouble.IN_USE
    return lock


def writer_of(path: Path) -> int | None:
    """The process that holds the lock, as far as the kernel says (proc_locks(5)); for people, not for decisions.

    None as well where it cannot be known: a file system whose device number is another there (Btrfs), a process of
    another PID namespace.
    """
    try:
        stat = _lock_of(path).stat()
        table = _LOCKS.read_text(encoding="ascii")
    except OSError:
        return None
    file = f"{os.major(stat.st_dev):02x}:{os.minor(stat.st_dev):02x}:{stat.st_ino}"
    for row in table.splitlines():
        # 12: FLOCK  ADVISORY  WRITE 3460 fe:00:2149600 0 EOF; one that only waits has "->" behind its number
        cells = row.split()
        if len(cells) == 8 and cells[1] == "FLOCK" and cells[5] == file and int(cells[4]) > 0:
            return int(cells[4])
    return None


def _lock_of(path: Path) -> Path:
    return path.with_name(path.name + ".lock")
