"""A reader's connection to an SQLite file that another process writes, and may put another file in the place of."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from terminal.journal.database import FileTrouble, connect_reader, file_trouble_of
from terminal.journal.ordinary_file import ordinary_or_absent

#: All that SQLite may open when it is asked to read.
_SIDES = ("", "-wal", "-shm", "-journal")

_Answer = TypeVar("_Answer")


class FollowedFile:
    """Opens lazily, and again when another file has the name (a salvage does that); belongs to one thread at a time."""

    def __init__(
        self,
        path: Path,
        *,
        bound: Callable[[sqlite3.Connection], None] = lambda _connection: None,
        most: int | None = None,
    ) -> None:
        """`bound` is called before every question, to bound how long its answer may take; `most` is the most bytes
        that the file, and each that SQLite keeps beside it, may have."""
        self._path = path
        self._opened = tuple(path.with_name(path.name + side) for side in _SIDES)
        self._bound = bound
        self._most = most
        self._connection: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None
        self._version = -1

    def changed(self) -> bool:
        """Has anything been committed since the last call? True at first, and when the file was replaced.

        Costs five stats and one PRAGMA (about 10 µs), so it can be asked many times a second.
        """
        version = self.ask(lambda connection: int(connection.execute("PRAGMA data_version").fetchone()[0]))
        if isinstance(version, FileTrouble):
            return False
        changed = version != self._version
        self._version = version
        return changed

    def ask(self, question: Callable[[sqlite3.Connection], _Answer]) -> _Answer | FileTrouble:
        """The answer of the file that has the name now; after trouble it is opened anew the next time."""
        try:
            # SQLite would wait for ever on a FIFO, and replays a WAL of any length without a look at `bound`.
            if not all(ordinary_or_absent(path, self._most) for path in self._opened):
                self.close()
                return FileTrouble.DAMAGED
            stat = self._path.stat()
            file = (stat.st_dev, stat.st_ino)
            if self._connection is None or self._file != file:
                self.close()
                self._connection = connect_reader(self._path)
                self._file = file
            self._bound(self._connection)
            return question(self._connection)
        except sqlite3.Error as error:
            self.close()
            return file_trouble_of(error)
        except UnicodeDecodeError:  # a table's name that is no text: SQLite quotes it in its message
            self.close()
            return FileTrouble.DAMAGED
        except OSError:
            self.close()
            return FileTrouble.CANNOT_OPEN

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection, self._file, self._version = None, None, -1
