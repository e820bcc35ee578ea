"""The field of the antenna: whether it is on, what lies in it, and when a hand takes it away."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass

from bench.card.model import CardModel
from bench.nfc.cards import FelicaCard, FieldCard, TypeACard, TypeBCard

LOG_ENTRIES = 2000


@dataclass(frozen=True)
class Seen:
    """One entry of the log: an APDU's header (never its data), a FeliCa command code, or what happened to the card."""

    at: float
    what: str


class RfField:
    """One card at most, as the terminal's tray allows."""

    def __init__(self) -> None:
        self.on = False
        self.card: FieldCard | None = None
        self.name: str | None = None
        self.answers_left: int | None = None
        self.log: deque[Seen] = deque(maxlen=LOG_ENTRIES)

    def note(self, what: str) -> None:
        self.log.append(Seen(time.monotonic(), what))

    def switch(self, on: bool) -> None:
        if on == self.on:
            return
        self.on = on
        if self.card is not None:
            self.card.power(on)

    def insert(self, name: str, card: CardModel | FelicaCard | TypeACard) -> None:
        self.remove()
        self.card = card if isinstance(card, FelicaCard | TypeACard) else TypeBCard(card, self._admit)
        self.name = name
        self.note(f"insert {name}")
        self.card.power(self.on)

    def remove(self) -> None:
        if self.card is not None:
            self.card.power(False)
            self.note(f"remove {self.name}")
        self.card = self.name = self.answers_left = None

    def send(self, frame: bytes, modulation: str) -> bytes | None:
        """What comes back from the air; None when nobody answers."""
        if not self.on or self.card is None or self.card.modulation != modulation:
            return None
        card = self.card
        if modulation == "F" and len(frame) > 1:
            self.note(f"felica {frame[1]:02x}")
        answer = card.receive(frame)
        return answer if self.card is card else None

    def _admit(self, apdu: bytes) -> bool:
        if self.answers_left == 0:
            self.remove()
            return False
        if self.answers_left is not None:
            self.answers_left -= 1
        self.note(f"apdu {apdu[:4].hex()} {len(apdu)}")
        return True
