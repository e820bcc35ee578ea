"""Cards that go wrong: one that is pulled or falls silent after so many APDUs, and answers bent against the standard."""

from __future__ import annotations

import threading
from collections.abc import Callable

from bench.card.model import CardModel

Bend = Callable[[bytes, bytes], bytes | None]
"""(C-APDU, honest R-APDU) → the R-APDU sent instead; None = silence."""


class BentCard:
    """Answers of `card` bent by `bend`. Everything else is the card's own."""

    def __init__(self, card: CardModel, bend: Bend) -> None:
        self.card = card
        self._bend = bend

    @property
    def atr(self) -> bytes:
        return self.card.atr

    @property
    def atqb(self) -> bytes:
        return self.card.atqb

    def power_on(self) -> None:
        self.card.power_on()

    def power_off(self) -> None:
        self.card.power_off()

    def transmit(self, apdu: bytes) -> bytes | None:
        answer = self.card.transmit(apdu)
        return None if answer is None else self._bend(apdu, answer)


class HangingCard(BentCard):
    """Holds the answer to APDU number `at` (from 1) back until `let_go` or for `seconds`: a wedged reader."""

    def __init__(self, card: CardModel, at: int, seconds: float) -> None:
        super().__init__(card, self._hang)
        self.let_go = threading.Event()
        self.reached = threading.Event()
        self._left = at
        self._seconds = seconds

    def _hang(self, _apdu: bytes, answer: bytes) -> bytes:
        self._left -= 1
        if self._left == 0:
            self.reached.set()
            self.let_go.wait(self._seconds)
        return answer


def is_read(apdu: bytes) -> bool:
    return apdu[:2] == b"\x00\xb0"


def half_answers(_apdu: bytes, answer: bytes) -> bytes:
    """Every answer with data loses its second half, status word included."""
    return answer[: len(answer) // 2] if len(answer) > 2 else answer


def one_byte_answers(_apdu: bytes, answer: bytes) -> bytes:
    return answer[:1]


def empty_answers(_apdu: bytes, _answer: bytes) -> bytes:
    return b""


def empty_reads(apdu: bytes, answer: bytes) -> bytes:
    """9000 without data to every READ BINARY."""
    return b"\x90\x00" if is_read(apdu) else answer


def endless_more_data(apdu: bytes, answer: bytes) -> bytes:
    """61FF to every READ BINARY and every GET RESPONSE."""
    return b"\xaa" * 16 + b"\x61\xff" if is_read(apdu) or apdu[1] == 0xC0 else answer


def endless_wrong_le(apdu: bytes, answer: bytes) -> bytes:
    return b"\x6c\x10" if is_read(apdu) else answer


def one_byte_reads(apdu: bytes, answer: bytes) -> bytes:
    """READ BINARY gives one byte at a time: a way of never ending."""
    return answer[:1] + b"\x90\x00" if is_read(apdu) and len(answer) > 2 else answer


def oversize_reads(apdu: bytes, answer: bytes) -> bytes:
    """READ BINARY gives four kilobytes more than asked for."""
    return b"\x5a" * 4096 + answer if is_read(apdu) and answer.endswith(b"\x90\x00") else answer


def no_status_known(_apdu: bytes, answer: bytes) -> bytes:
    """A status word outside the standard's range."""
    return answer[:-2] + b"\x12\x34"


def wrong_signatures(apdu: bytes, answer: bytes) -> bytes:
    """One bit of every signature turned."""
    return bytes((answer[0] ^ 1,)) + answer[1:] if apdu[1] == 0x2A and len(answer) > 2 else answer


BENDS: dict[str, Bend] = {
    "half-answers": half_answers,
    "one-byte-answers": one_byte_answers,
    "empty-answers": empty_answers,
    "empty-reads": empty_reads,
    "endless-more-data": endless_more_data,
    "endless-wrong-le": endless_wrong_le,
    "one-byte-reads": one_byte_reads,
    "oversize-reads": oversize_reads,
    "no-status-known": no_status_known,
}
"""Every way of answering that makes a card a damaged one while it is read."""
