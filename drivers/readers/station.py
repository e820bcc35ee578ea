"""All card readers of the terminal behind one port."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from drivers.cards.channel import ApduChannel
from terminal.ports import CardEvent, CardLost, CardRefused, DeviceHealth


class ReaderBackend(Protocol):
    """One kind of reader hardware (PC/SC, NFC) with any number of readers, each known by its name.

    The backend watches its readers in a thread or process of its own and heals itself. The station gives every
    reader one device thread and calls `open` and the channel from it only.
    """

    def start(self, report: Callable[[CardEvent], None]) -> None:
        """Begins to watch. `report` may be called from any thread, in the order of events of each reader:
        ReaderFound before its cards, CardOut before ReaderLost. A card found together with its reader (at start,
        after a restart of the service, after replugging) is reported with `visible_from_start=True`, after its
        power was taken once. A swap that the hardware noticed is CardOut and CardIn.
        """

    def open(self, reader: str) -> ApduChannel | CardRefused | CardLost:
        """Powers the card exclusively. Blocks (bounded, at most about 5 s). CardRefused for what is no APDU card
        at all, e.g. CardKind.E_MONEY; CardLost if there is no card or reader."""

    def health(self) -> tuple[DeviceHealth, ...]:
        """Never blocks; any thread."""

    def stop(self) -> None:
        """Ends watching. May block up to 3 s. Events after it are allowed and ignored."""
