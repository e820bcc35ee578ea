"""Slugs for what pcsc-lite returns instead of an answer."""

from __future__ import annotations

from smartcard import scard

from terminal.ports import CardLost

_SLUGS: dict[int, str] = {
    scard.SCARD_W_REMOVED_CARD: "removed",
    scard.SCARD_E_NO_SMARTCARD: "removed",
    scard.SCARD_W_RESET_CARD: "reset",
    scard.SCARD_W_UNPOWERED_CARD: "unpowered",
    scard.SCARD_W_UNRESPONSIVE_CARD: "mute",  # lies there and has no ATR: wrong way round, dirty, broken
    scard.SCARD_W_UNSUPPORTED_CARD: "mute",
    scard.SCARD_E_PROTO_MISMATCH: "mute",
    scard.SCARD_E_NOT_TRANSACTED: "no-answer",
    scard.SCARD_E_COMM_DATA_LOST: "no-answer",
    scard.SCARD_F_COMM_ERROR: "no-answer",
    scard.SCARD_E_TIMEOUT: "timeout",
    scard.SCARD_E_SHARING_VIOLATION: "in-use",
    scard.SCARD_E_UNKNOWN_READER: "no-reader",
    scard.SCARD_E_READER_UNAVAILABLE: "no-reader",
    scard.SCARD_E_NO_READERS_AVAILABLE: "no-reader",
    scard.SCARD_E_NO_SERVICE: "no-service",
    scard.SCARD_E_SERVICE_STOPPED: "no-service",
    scard.SCARD_E_INVALID_HANDLE: "no-service",  # a handle of a pcscd that is gone
}


def slug(code: int) -> str:
    """What a return code of pcsc-lite means, `pcsc-XXXXXXXX` for one without a word here."""
    return _SLUGS.get(code, f"pcsc-{code & 0xFFFFFFFF:08x}")


def lost(code: int) -> CardLost:
    return CardLost(slug(code))
