"""One exclusive session with a card in a PC/SC reader."""

from __future__ import annotations

from smartcard import scard

from drivers.cards.apdu import ResponseApdu
from drivers.cards.channel import ApduChannel
from drivers.readers.pcsc_codes import lost, slug
from terminal.ports import CardKind, CardLost, CardRefused

FELICA_HISTORICAL = bytes.fromhex("804F0CA00000030611")
"""Historical bytes that a PC/SC reader makes for a FeliCa card: RID of the PC/SC workgroup, standard 11
(PC/SC part 3, 3.1.3.2.3.2). Such a card has no ATR of its own, so the reader's word is the only one."""

_BOTH_PROTOCOLS = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1


class PcscChannel:
    """`ApduChannel` over SCardTransmit. Context and handle live as long as the session, none outlives pcscd."""

    def __init__(self, context: int, card: int, protocol: int) -> None:
        self._context = context
        self._card = card
        self._protocol = scard.SCARD_PCI_T0 if protocol == scard.SCARD_PROTOCOL_T0 else scard.SCARD_PCI_T1
        self._lost: CardLost | None = None
        self._open = True

    def transmit(self, apdu: bytes | bytearray) -> ResponseApdu | CardLost:
        """A lost session stays lost, so that no APDU of it reaches a card that was put in later."""
        if self._lost is not None or not self._open:
            return self._lost or CardLost("closed")
        octets = list(apdu)
        code, answer = scard.SCardTransmit(self._card, self._protocol, octets)
        octets[:] = [0] * len(octets)
        if code != scard.SCARD_S_SUCCESS or not answer:
            # Success without a byte is what the first exchange after a loss looks like: no card answers so.
            self._lost = lost(code) if code != scard.SCARD_S_SUCCESS else CardLost("no-answer")
            return self._lost
        return ResponseApdu.of(bytes(octet & 0xFF for octet in answer))

    def close(self) -> None:
        if not self._open:
            return
        self._open = False
        # Also after a loss: the card may lie there verified. pcscd 1.9.9 then has a gap: if this power-down fails
        # and a card is back within its poll of 0.4 s, it takes the reader for empty until that card is lifted.
        scard.SCardDisconnect(self._card, scard.SCARD_UNPOWER_CARD)
        scard.SCardReleaseContext(self._context)


def open_session(reader: str) -> ApduChannel | CardRefused | CardLost:
    """Connects exclusively; SCardConnect powers the card. Blocks while pcscd powers it (about 1 s at most)."""
    code, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    if code != scard.SCARD_S_SUCCESS:
        return lost(code)
    code, card, protocol = scard.SCardConnect(context, reader, scard.SCARD_SHARE_EXCLUSIVE, _BOTH_PROTOCOLS)
    if code != scard.SCARD_S_SUCCESS:
        scard.SCardReleaseContext(context)
        return lost(code)
    channel = PcscChannel(context, card, protocol)
    code, _, _, _, atr = scard.SCardStatus(card)
    if code == scard.SCARD_S_SUCCESS and FELICA_HISTORICAL in bytes(octet & 0xFF for octet in atr):
        channel.close()
        return CardRefused(CardKind.E_MONEY)
    return channel


def take_power(reader: str) -> str:
    """Unpowers whatever lies in the reader, which ends a security state left by a crash. Slug, empty if done."""
    code, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    if code != scard.SCARD_S_SUCCESS:
        return slug(code)
    code, card, _ = scard.SCardConnect(context, reader, scard.SCARD_SHARE_EXCLUSIVE, _BOTH_PROTOCOLS)
    if code == scard.SCARD_S_SUCCESS:
        code = scard.SCardDisconnect(card, scard.SCARD_UNPOWER_CARD)
    scard.SCardReleaseContext(context)
    return "" if code == scard.SCARD_S_SUCCESS else slug(code)
