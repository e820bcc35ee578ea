"""The cards one can lay on the reader, by name. A card keeps its state (tries left) while the process lives."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from bench.card.model import CardModel
from bench.card.residents import Residents
from bench.nfc.cards import FelicaCard, TypeACard

# System codes as published by projects that read such cards; the first is the primary one.
FELICA_SYSTEMS: dict[str, tuple[int, ...]] = {
    "e-money": (0x0003, 0xFE00, 0x86A7),
    "transport": (0x0003,),
    "suica": (0x0003, 0xFE00, 0x86A7),
    "edy": (0x04C0, 0xFE00),
    "nanaco": (0x04C7, 0xFE00),
    "waon": (0x852B, 0xFE00),
    "staff-badge": (0x8A15,),
}

DrawerCard = CardModel | FelicaCard | TypeACard


class Drawer:
    def __init__(self, folder: Path, now: datetime, seed: int = 0) -> None:
        self._residents = Residents(folder, now, seed)
        self._cards: dict[str, DrawerCard] = {}

    def card(self, name: str) -> DrawerCard:
        """Raises KeyError for an unknown name."""
        if name not in self._cards:
            self._cards[name] = self._make(name)
        return self._cards[name]

    def _make(self, name: str) -> DrawerCard:
        if name in FELICA_SYSTEMS:
            number = list(FELICA_SYSTEMS).index(name)
            return FelicaCard(bytes.fromhex("01140000000000") + bytes([number]), FELICA_SYSTEMS[name])
        if name == "door-card":
            return TypeACard()
        return self._residents.card(name)
