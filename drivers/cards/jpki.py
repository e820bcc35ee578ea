"""The JPKI application (公的個人認証AP) of a My Number card, over any channel.

Order of the APDUs: token name, tries, certificate. The certificate is read last so that its file is still the
current one when the signature begins: the comparison then needs no SELECT, and the whole way from an unknown card
to one signature takes 14 APDUs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from contract.certificate_chain import signed_with
from drivers.cards.apdu import (
    SHORT_LE_MAX,
    Aid,
    Ef,
    ResponseApdu,
    StatusWord,
    compute_signature,
    query_tries,
    read_binary,
    select_application,
    select_file,
    verify,
    wipe,
)
from drivers.cards.channel import MALFORMED, ApduChannel, exchange
from drivers.cards.profile import (
    HEADER_BYTES,
    LABEL_BYTES,
    certificate_bytes,
    kind_of_certificate,
    kind_of_label,
    refused_application,
    refused_file,
)
from terminal.ports import CardKind, CardLost, CardRefused, OtherCard, PinBlocked, PinWrong

COMPARED_BYTES = 64
"""End of the certificate that is compared before VERIFY: 512 bits of the issuer's signature, different for every one."""


TRIES = 3
"""The counter of the 利用者証明用 PIN begins here; a higher one is no counter."""

READS_MAX = 32
"""READ BINARYs for one value: 4096 bytes in chunks of 256 are 16; a card that answers in smaller bites is damaged."""


@dataclass(frozen=True, repr=False)
class Identity:
    """What a My Number card shows without PIN."""

    certificate: bytes  # DER
    tries_left: int  # 0..3


class JpkiCard:
    """One powered card. `extended` False reads in 256-byte chunks from the start.

    `extended_failed` is True when the exchange with extended length was the one that lost the card: some readers
    refuse such APDUs as if the card had gone.
    """

    def __init__(self, channel: ApduChannel, *, extended: bool = True) -> None:
        self._channel = channel
        self._extended = extended
        self._at_certificate = False
        self.extended_failed = False

    # ------------------------------------------------------------------ without PIN

    def read(self) -> Identity | CardRefused | CardLost:
        """Identifies the card; reads certificate and tries left. At most 8 APDUs on a card with extended length."""
        refused = self._select_jpki() or self._check_label()
        if refused is not None:
            return refused
        tries = self._tries()
        if isinstance(tries, CardLost):
            return tries
        certificate = self._certificate()
        if not isinstance(certificate, bytes):
            return certificate  # a card without certificate may well have no PIN either: this names it better
        kind = kind_of_certificate(certificate)
        if kind is not CardKind.MY_NUMBER:
            return CardRefused(kind)
        if isinstance(tries, CardRefused):
            return tries
        return Identity(certificate, tries)

    def _select_jpki(self) -> CardRefused | CardLost | None:
        answer = self._first_select()
        if isinstance(answer, CardLost):
            return answer
        if answer.ok:
            return None
        kind = refused_application(answer)
        if kind is None:
            licence = exchange(self._channel, select_application(Aid.DRIVERS_LICENCE))
            if isinstance(licence, CardLost):
                return licence
            kind = CardKind.DRIVERS_LICENCE if licence.ok else CardKind.UNKNOWN
        return CardRefused(kind, answer.hex)

    def _first_select(self) -> ResponseApdu | CardLost:
        """A card may answer its first command after power-up with 6F00 (measured on one): asked once more."""
        self._at_certificate = False
        answer = exchange(self._channel, select_application(Aid.JPKI))
        if isinstance(answer, ResponseApdu) and answer.status is StatusWord.NO_DIAGNOSIS:
            answer = exchange(self._channel, select_application(Aid.JPKI))
        return answer

    def _check_label(self) -> CardRefused | CardLost | None:
        answer = exchange(self._channel, select_file(Ef.TOKEN_INFO))
        if isinstance(answer, ResponseApdu) and answer.ok:
            answer = exchange(self._channel, read_binary(0, LABEL_BYTES))
        if isinstance(answer, CardLost):
            return answer
        if not answer.ok:
            return refused_file(answer, CardKind.NEXT_GENERATION)
        kind = kind_of_label(answer.data)
        return None if kind is CardKind.MY_NUMBER else CardRefused(kind)

    def _tries(self) -> int | CardRefused | CardLost:
        answer = exchange(self._channel, select_file(Ef.AUTH_PIN))
        if isinstance(answer, ResponseApdu) and answer.ok:
            answer = exchange(self._channel, query_tries())
        if isinstance(answer, CardLost):
            return answer
        if answer.status is StatusWord.PIN_COUNTER and answer.tries <= TRIES:
            return answer.tries
        if answer.status is StatusWord.PIN_BLOCKED:
            return 0
        return refused_file(answer, CardKind.NO_AUTH_CERTIFICATE)

    def _certificate(self) -> bytes | CardRefused | CardLost:
        answer = exchange(self._channel, select_file(Ef.AUTH_CERTIFICATE))
        if isinstance(answer, ResponseApdu) and answer.ok:
            answer = exchange(self._channel, read_binary(0, HEADER_BYTES))
        if isinstance(answer, CardLost):
            return answer
        if answer.status is StatusWord.BEYOND_END:
            return CardRefused(CardKind.NO_AUTH_CERTIFICATE, answer.hex)
        if answer.status not in (StatusWord.OK, StatusWord.END_OF_FILE):
            return refused_file(answer, CardKind.NO_AUTH_CERTIFICATE)
        header = answer.data
        total = certificate_bytes(header)
        if isinstance(total, CardKind):
            return CardRefused(total)
        if len(header) != HEADER_BYTES:
            return CardRefused(CardKind.DAMAGED)
        rest = self._read_exactly(HEADER_BYTES, total - HEADER_BYTES)
        if isinstance(rest, CardLost):
            return rest
        if isinstance(rest, ResponseApdu):
            return CardRefused(CardKind.DAMAGED, rest.hex)
        self._at_certificate = True
        return header + rest

    def _read_exactly(self, offset: int, length: int) -> bytes | ResponseApdu | CardLost:
        """`length` bytes of the current file, or the answer that stood in the way (MALFORMED for too many or none)."""
        value = bytearray()
        for _ in range(READS_MAX):
            missing = length - len(value)
            wanted = missing if self._extended else min(missing, SHORT_LE_MAX)
            answer = exchange(self._channel, read_binary(offset + len(value), wanted))
            if isinstance(answer, CardLost):
                self.extended_failed = wanted > SHORT_LE_MAX
                return answer
            if wanted > SHORT_LE_MAX and answer.status in (StatusWord.WRONG_LENGTH, StatusWord.OTHER):
                self._extended = False
                continue
            if answer.status not in (StatusWord.OK, StatusWord.END_OF_FILE):
                return answer
            if not answer.data or len(answer.data) > wanted:
                return MALFORMED
            value += answer.data
            if len(value) == length:
                return bytes(value)
            if len(answer.data) <= SHORT_LE_MAX:
                self._extended = (
                    False  # the card, or a reader between, gives no more than a short answer holds
                )
        return MALFORMED

    # ------------------------------------------------------------------ with PIN

    def sign(
        self,
        certificate: bytes,
        pin: bytearray,
        digest: bytes,
        came_back: Callable[[bytes], object] = lambda _signature: None,
    ) -> bytes | PinWrong | PinBlocked | OtherCard | CardRefused | CardLost:
        """One signature (256 bytes) by the card that holds `certificate`, with its own VERIFY and SELECT ISD.

        `came_back` is told the signature before SELECT ISD, which may hang: what came back counts from that moment.
        Does not overwrite `pin`. CardLost("abandoned") if `pin` is no longer four digits.
        """
        other = self._compare(certificate)
        if other is not None:
            return other
        refused = self._verify(pin)
        outcome = self._compute(certificate, digest) if refused is None else refused
        if isinstance(outcome, bytes):
            came_back(outcome)
        if not isinstance(outcome, CardLost):
            self.end()
        return outcome

    def _compare(self, certificate: bytes) -> OtherCard | CardRefused | CardLost | None:
        """Whether the certificate's end is on this card; None = the same. No PIN was sent before."""
        slice_at = len(certificate) - COMPARED_BYTES
        command = read_binary(slice_at, COMPARED_BYTES)
        answer = exchange(self._channel, command) if self._at_certificate else None
        if answer is None or (
            isinstance(answer, ResponseApdu) and answer.status is StatusWord.NO_CURRENT_FILE
        ):
            answer = self._first_select()
            if isinstance(answer, ResponseApdu) and answer.ok:
                answer = exchange(self._channel, select_file(Ef.AUTH_CERTIFICATE))
            if isinstance(answer, ResponseApdu) and answer.ok:
                answer = exchange(self._channel, command)
        self._at_certificate = False
        if isinstance(answer, CardLost):
            return answer
        if answer.status in (StatusWord.MALFORMED, StatusWord.NO_DIAGNOSIS):
            return CardRefused(CardKind.DAMAGED, answer.hex)
        return None if answer.ok and answer.data == certificate[slice_at:] else OtherCard()

    def _verify(self, pin: bytearray) -> PinWrong | PinBlocked | CardRefused | CardLost | None:
        """Sent once, never repeated: every VERIFY may spend a try."""
        answer = exchange(self._channel, select_file(Ef.AUTH_PIN))
        if isinstance(answer, ResponseApdu) and answer.ok:
            command = verify(pin)
            if not command:
                return CardLost("abandoned")
            try:
                answer = self._channel.transmit(command)
            finally:
                wipe(command)
            if isinstance(answer, ResponseApdu) and answer.status is StatusWord.PIN_COUNTER:
                return PinWrong(min(answer.tries, TRIES))
        if isinstance(answer, CardLost):
            return answer
        if answer.status is StatusWord.PIN_BLOCKED:
            return PinBlocked()
        return None if answer.ok else CardRefused(CardKind.DAMAGED, answer.hex)

    def _compute(self, certificate: bytes, digest: bytes) -> bytes | CardRefused | CardLost:
        answer = exchange(self._channel, select_file(Ef.AUTH_KEY))
        if isinstance(answer, ResponseApdu) and answer.ok:
            answer = exchange(self._channel, compute_signature(digest))
        if isinstance(answer, CardLost):
            return answer
        # Bit errors between card and reader end here, not at the fleet.
        if answer.ok and signed_with(certificate, digest, answer.data):
            return answer.data
        return CardRefused(CardKind.DAMAGED, "" if answer.ok else answer.hex)

    def end(self) -> None:
        """SELECT ISD: another application ends the security state, re-selecting JPKI itself would not."""
        self._at_certificate = False
        self._channel.transmit(select_application(Aid.ISSUER_SECURITY_DOMAIN).encode())
