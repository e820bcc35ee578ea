"""What somebody may lay down in the place of a file, to keep its reader waiting or to fill its memory."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

#: More bytes than any memory; the file system stores none of them.
ENDLESS = 1 << 40


def _endless(path: Path) -> None:
    path.touch()
    os.truncate(path, ENDLESS)


STRANGE: dict[str, Callable[[Path], None]] = {
    "a FIFO": os.mkfifo,
    "a folder": Path.mkdir,
    "a file without end": _endless,
    "a link to a device without end": lambda path: path.symlink_to("/dev/zero"),
}
