"""A small file replaced whole, in a folder that two processes write to."""

from __future__ import annotations

import os
from pathlib import Path

#: Readable by the group: terminal and uplink run as two users and read one another's words.
_FILE_MODE = 0o640


def replace_file(target: Path, content: bytes, *, durable: bool = False) -> None:
    """A reader sees the old or the new file and never a half. Raises OSError; the old file then stays.

    The half-written file is always a new one: whoever else may write to the folder could have left a link there, and
    with it have any file of ours overwritten, the outbox for one. `durable` flushes before the file takes its name.
    """
    half = target.with_name(target.name + ".new")
    half.unlink(missing_ok=True)
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(half, flags, _FILE_MODE), "wb") as file:
        file.write(content)
        if durable:
            file.flush()
            os.fsync(file.fileno())
    half.replace(target)
