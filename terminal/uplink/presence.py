"""Who we are to the broker: the state word with its connection counter, and the will that carries the same counter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from contract.broker_line import Retained
from contract.encoding import Malformed, canonical, read
from contract.status import Birth, State, StateWord
from contract.topics import Up, up

_VERSION = 1


def life_word(*, born: bool, alarms: Sequence[str]) -> StateWord:
    """What a connected terminal is: `init` until it has said who it is, `alert` while its health has an alarm."""
    if not born:
        return StateWord.INIT
    return StateWord.ALERT if alarms else StateWord.READY


def with_certificate(birth: bytes, ends: datetime | None) -> bytes:
    """The terminal's birth with the end of the TLS certificate, which only the uplink may read."""
    said = read(Birth, birth)
    if ends is None or isinstance(said, Malformed):
        return birth
    return canonical(msgspec.structs.replace(said, certificate_expires=ends.isoformat()))


class _Counted(msgspec.Struct, frozen=True):
    boot: str
    connection: int


class Presence:
    """Counts connections within one boot of the machine, also over restarts of this process.

    The counter's file needs no flush: what a power cut takes away belonged to the boot that ended with it.
    """

    def __init__(self, terminal: str, boot: str, file: Path, now_ms: Callable[[], int]) -> None:
        self._terminal = terminal
        self._boot = boot
        self._file = file
        self._now_ms = now_ms
        self._connection = self._counted()

    def next_connection(self) -> Retained:
        """Counts one connection more, and gives the will for it."""
        self._connection += 1
        half = self._file.with_name(self._file.name + ".new")
        try:
            half.write_bytes(canonical(_Counted(self._boot, self._connection)))
            half.replace(self._file)
        except OSError:
            pass  # a full disk must not cut the line; at worst an old will is believed until the next state word
        return self.word(StateWord.LOST)

    def word(self, word: StateWord) -> Retained:
        state = State(_VERSION, word, self._boot, self._connection, self._now_ms())
        return Retained(up(self._terminal, Up.STATE), canonical(state))

    def _counted(self) -> int:
        try:
            found = read(_Counted, self._file.read_bytes())
        except OSError:
            return 0
        return 0 if isinstance(found, Malformed) or found.boot != self._boot else found.connection
