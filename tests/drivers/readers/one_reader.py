"""A reader made for tests: a `ReaderBackend` with one reader, which can be stopped before any APDU."""

from __future__ import annotations

import threading
from collections.abc import Callable

from bench.card.iso7816 import IsoCard
from bench.card.model import CardModel
from drivers.cards.apdu import ResponseApdu
from drivers.cards.channel import ApduChannel
from terminal.ports import (
    CardEvent,
    CardIn,
    CardLost,
    CardOut,
    CardRefused,
    Condition,
    DeviceHealth,
    ReaderFound,
    ReaderKind,
)
from tests.bench.card.rig import DirectChannel, residents


class Gate:
    """A channel that stops before the APDU for which `shut` is true, until opened."""

    def __init__(self, inner: ApduChannel, shut: Callable[[bytes], bool]) -> None:
        self._inner = inner
        self._shut = shut
        self.reached = threading.Event()
        self.opened = threading.Event()
        self.closed = False

    def transmit(self, apdu: bytes | bytearray) -> ResponseApdu | CardLost:
        if self._shut(bytes(apdu)) and not self.opened.is_set():
            self.reached.set()
            self.opened.wait(10)
        return self._inner.transmit(apdu)

    def close(self) -> None:
        self.closed = True
        self._inner.close()


class OneReader:
    """A backend with one reader and the card that the test lays on it."""

    def __init__(self, name: str = "desk", kind: ReaderKind = ReaderKind.FIELD) -> None:
        self.name, self.kind = name, kind
        self.card: CardModel | None = None
        self.shut: Callable[[bytes], bool] = lambda apdu: False
        self.refuses_extended = False
        self.refusal: CardRefused | None = None
        self.gates: list[Gate] = []
        self.report: Callable[[CardEvent], None] = lambda event: None

    def start(self, report: Callable[[CardEvent], None]) -> None:
        self.report = report
        report(ReaderFound(self.name, self.kind))

    def open(self, reader: str) -> ApduChannel | CardRefused | CardLost:
        if self.refusal is not None:
            return self.refusal
        if self.card is None:
            return CardLost("removed")
        channel: ApduChannel = DirectChannel(self.card)
        if self.refuses_extended:
            channel = ShortOnly(channel)
        self.gates.append(Gate(channel, self.shut))
        return self.gates[-1]

    def health(self) -> tuple[DeviceHealth, ...]:
        return (DeviceHealth(self.name, Condition.GOOD),)

    def lay(self, name: str = "happy") -> IsoCard:
        card = residents().card(name)
        assert isinstance(card, IsoCard)
        self.card = card
        self.report(CardIn(self.name, self.kind))
        return card

    def lift(self) -> None:
        self.card = None
        self.report(CardOut(self.name))

    def stop(self) -> None:
        for gate in self.gates:
            gate.opened.set()


class ShortOnly:
    """A reader that answers an APDU of extended length as if the card had gone."""

    def __init__(self, inner: ApduChannel) -> None:
        self._inner = inner

    def transmit(self, apdu: bytes | bytearray) -> ResponseApdu | CardLost:
        return CardLost("no-answer") if len(apdu) == 7 and apdu[1] == 0xB0 else self._inner.transmit(apdu)

    def close(self) -> None:
        self._inner.close()
