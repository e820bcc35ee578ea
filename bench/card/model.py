"""What every virtual card is to a virtual reader: something that is powered and answers APDUs.

`bench.card.vpcd` puts such a card into the real pcscd, `bench.nfc.pn532` into the field of an emulated PN532.
"""

from __future__ import annotations

from typing import Protocol


class CardModel(Protocol):
    """A contact or contactless ISO 7816 card. Not thread-safe: one reader at a time."""

    @property
    def atr(self) -> bytes: ...

    @property
    def atqb(self) -> bytes:
        """12 bytes of ATQB (ISO 14443-3 type B), for the contactless side."""

    def power_on(self) -> None: ...

    def power_off(self) -> None:
        """Loses selected application and security state. An unpowered card answers nothing."""

    def transmit(self, apdu: bytes) -> bytes | None:
        """R-APDU to a C-APDU; None when the card stays silent (pulled, unpowered, or made to hang)."""
