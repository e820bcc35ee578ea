"""An NFC reader under test, with its events in order and times."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from bench.card.residents import Residents
from drivers.cards.channel import ApduChannel
from drivers.readers.nfc import NfcBackend, NfcChannel, NfcSettings
from terminal.ports import CardEvent
from tests.bench.nfc.chip_process import NOW
from tests.waiting import until

NAME = "nfc"


class ReaderLog:
    """`with ReaderLog(device) as log:` — the reader runs; `log.next()` is the next event."""

    def __init__(self, device: str) -> None:
        self.reader = NfcBackend(NfcSettings(device), NAME)
        self.events: list[CardEvent] = []
        self._taken = 0

    def __enter__(self) -> ReaderLog:
        self.reader.start(self.events.append)
        return self

    def __exit__(self, *_: object) -> None:
        self.reader.stop()

    def next(self, limit_s: float = 8.0) -> CardEvent:
        until(lambda: len(self.events) > self._taken, "an edge", limit_s)
        self._taken += 1
        return self.events[self._taken - 1]

    def channel(self) -> ApduChannel:
        channel = self.reader.open(NAME)
        assert isinstance(channel, NfcChannel), channel
        return channel

    def child(self) -> int:
        """Process id of the child that serves now."""
        child = self.reader._child
        assert child is not None
        return child.process.pid

    def hit(self, number: signal.Signals) -> None:
        os.kill(self.child(), number)


def pin_of(name: str, cards: Path) -> bytearray:
    return bytearray(Residents(cards, NOW).person(name).auth_pin.encode())
