"""What the terminal says about itself, handed to the uplink: one small file each for birth and health.

Files and not tables: they describe a running process, so after a power cut they are worthless, and replacing a file
needs no flush, no lock and no schema. One writer, the terminal process.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from contract.encoding import MAX_PAYLOAD, Malformed, canonical, read
from contract.status import Birth, Health
from terminal.journal.replaced_file import replace_file

_NAMES = {Birth: "birth.json", Health: "health.json"}


@dataclass(frozen=True)
class StatusNotWritten:
    """The disk refused; `reason` is the system's word. The old status stays."""

    reason: str


def write_status(folder: Path, status: Birth | Health) -> StatusNotWritten | None:
    """Replaces the file in one step, so that a reader sees the old or the new one and never a half."""
    target = folder / _NAMES[type(status)]
    try:
        replace_file(target, canonical(status))
    except OSError as error:
        return StatusNotWritten(error.strerror or type(error).__name__)
    return None


class StatusReader:
    """The uplink's side: notices a new file by its inode and time (one stat each)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: dict[type[Birth] | type[Health], tuple[int, int]] = {}

    def changed(self, kind: type[Birth] | type[Health]) -> bytes | None:
        """The canonical bytes if there is a status not yet read; None if not, or if it is none of this kind."""
        path = self._folder / _NAMES[kind]
        try:
            stat = path.stat()
            mark = (stat.st_ino, stat.st_mtime_ns)
            if self._seen.get(kind) == mark or stat.st_size > MAX_PAYLOAD:
                return None
            payload = path.read_bytes()
        except OSError:
            return None
        self._seen[kind] = mark
        status = read(kind, payload)
        return None if isinstance(status, Malformed) else canonical(status)
