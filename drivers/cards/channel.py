"""The way to a card, the same for every reader: APDUs in, R-APDUs or the loss of the card out."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from drivers.cards.apdu import SHORT_LE_MAX, CommandApdu, ResponseApdu, StatusWord, get_response
from terminal.ports import CardLost

MAX_PARTS = 16
"""GET RESPONSE is followed at most so often: 16 × 256 bytes is more than any answer asked for here."""


class ApduChannel(Protocol):
    """An exclusive session with one powered card. Used from one thread at a time, which it may block."""

    def transmit(self, apdu: bytes | bytearray) -> ResponseApdu | CardLost:
        """One exchange. Keeps no copy of `apdu` (it may hold a PIN). After a CardLost every later call is CardLost too.

        Whatever the transport answers that is not an R-APDU is CardLost with a slug; bytes that are too short to be
        an R-APDU are `ResponseApdu.of(raw)`.
        """

    def close(self) -> None:
        """Takes the power (or the field) from the card and gives the reader back. May be called twice. Never raises."""


MALFORMED = ResponseApdu(b"", 0)


def exchange(channel: ApduChannel, command: CommandApdu) -> ResponseApdu | CardLost:
    """Sends `command`; follows 61xx with GET RESPONSE and 6Cxx with one repetition, both bounded.

    Not for VERIFY, whose repetition could spend a try. More data than asked for, a second 6Cxx or endless 61xx
    come back as MALFORMED.
    """
    answer = channel.transmit(command.encode())
    if isinstance(answer, ResponseApdu) and answer.status is StatusWord.WRONG_LE and command.le:
        shorter = replace(command, le=answer.announced)
        answer = channel.transmit(shorter.encode())
        if isinstance(answer, ResponseApdu) and answer.status is StatusWord.WRONG_LE:
            return MALFORMED
    parts = bytearray()
    for _ in range(MAX_PARTS):
        if isinstance(answer, CardLost):
            return answer
        parts += answer.data
        if len(parts) > max(command.le, SHORT_LE_MAX):
            return MALFORMED
        if answer.status is not StatusWord.MORE_DATA:
            return ResponseApdu(bytes(parts), answer.sw)
        answer = channel.transmit(get_response(answer.announced).encode())
    return MALFORMED
