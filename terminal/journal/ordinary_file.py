"""Reading what another process may have laid there: only an ordinary file, and never more of it than it may hold.

Opening a FIFO waits until somebody writes, reading a device may never end; the thread that commits enrolments must not
wait for either.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

_FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC


def read_ordinary(path: Path, most: int) -> bytes:
    """The whole content. Raises OSError, also for more than `most` bytes and for a link, FIFO, device or folder."""
    descriptor = os.open(path, _FLAGS)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "not an ordinary file")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            content = file.read(most + 1)
    finally:
        os.close(descriptor)
    if len(content) > most:
        raise OSError(errno.EFBIG, "too large")
    return content


def ordinary_or_absent(path: Path, most: int | None) -> bool:
    """For a program that opens `path` itself: not there, or an ordinary file of at most `most` bytes. Raises OSError."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return True
    return stat.S_ISREG(found.st_mode) and (most is None or found.st_size <= most)
