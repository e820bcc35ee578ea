"""What happens to one card in its reader's device thread, from power to power."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from drivers.cards.apdu import Aid, select_application
from drivers.cards.channel import ApduChannel
from drivers.cards.jpki import Identity, JpkiCard
from drivers.readers.device_thread import Abandon, DeviceThread, GuardedChannel
from terminal.ports import CardLost, CardRefused, OtherCard, PinBlocked, PinWrong, Signed

OpenChannel = Callable[[str], ApduChannel | CardRefused | CardLost]


class CardSession:
    """The sessions of one reader, one after another. `read`, `sign` and `end` are jobs for `thread` only.

    After `read` the card stays powered and its certificate file current, until `end`.
    """

    def __init__(self, reader: str, opener: OpenChannel, thread: DeviceThread) -> None:
        self.thread = thread
        self.abandon: Abandon | None = None  # of the latest job; set by the event loop
        self._reader = reader
        self._opener = opener
        self._channel: GuardedChannel | None = None
        self._card: JpkiCard | None = None
        self._extended = True

    def read(self, abandon: Abandon) -> Identity | CardRefused | CardLost:
        """Powers the card anew and reads it. A reader that loses the card over an APDU of extended length is asked
        once more in short ones, and remembered if that went well."""
        outcome = self._read_once(abandon, self._extended)
        if isinstance(outcome, CardLost) and self._card is not None and self._card.extended_failed:
            outcome = self._read_once(abandon, False)
            self._extended = not isinstance(outcome, Identity)
        if not isinstance(outcome, Identity) or abandon.detail:
            self.end()
        return outcome

    def sign(
        self, abandon: Abandon, certificate: bytes, pin: bytearray, digests: Sequence[bytes]
    ) -> Signed | PinWrong | PinBlocked | OtherCard | CardRefused | CardLost:
        """Signatures go to `abandon.came_back` one by one; the value says what ended the series."""
        signatures: list[bytes] = []
        for digest in digests:
            card = self._opened(abandon)
            if not isinstance(card, JpkiCard):
                return card
            outcome = card.sign(certificate, pin, digest, abandon.came_back)
            if isinstance(outcome, CardLost) or abandon.detail:
                self.end()
            if not isinstance(outcome, bytes):
                return outcome
            signatures.append(outcome)
        return Signed(tuple(signatures))

    def end(self) -> None:
        """SELECT ISD and power off: sources disagree on which of the two ends the security state, so both."""
        channel, self._channel, self._card = self._channel, None, None
        if channel is not None:
            channel.abandon = None
            channel.transmit(select_application(Aid.ISSUER_SECURITY_DOMAIN).encode())
            channel.close()

    def _read_once(self, abandon: Abandon, extended: bool) -> Identity | CardRefused | CardLost:
        self.end()
        card = self._open(abandon, extended)
        return card.read() if isinstance(card, JpkiCard) else card

    def _opened(self, abandon: Abandon) -> JpkiCard | CardRefused | CardLost:
        """The card as `read` left it, or, after a loss, whatever lies there now: the comparison tells."""
        if self._card is None or self._channel is None:
            return self._open(abandon, self._extended)
        self._channel.abandon = abandon
        return self._card

    def _open(self, abandon: Abandon, extended: bool) -> JpkiCard | CardRefused | CardLost:
        if abandon.detail:
            return CardLost(abandon.detail)
        channel = self._opener(self._reader)
        if isinstance(channel, CardRefused | CardLost):
            return channel
        self._channel = GuardedChannel(channel, abandon)
        self._card = JpkiCard(self._channel, extended=extended)
        return self._card
