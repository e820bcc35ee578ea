"""Which card is it? Pure decisions on what a card answered: by application, token name and certificate, never by ATR."""

from __future__ import annotations

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from drivers.cards.apdu import ResponseApdu, StatusWord
from terminal.ports import CardKind, CardRefused

LABEL_BYTES = 32
"""Field `label` at the head of EF 0006 (PKCS#11 CK_TOKEN_INFO), padded with spaces."""

HEADER_BYTES = 4
"""`30 82 hh ll`: tag and length of every DER certificate of 256..65535 bytes."""

CERTIFICATE_MAX = 4096
"""Certificates of JPKI measure about 1.3 to 1.8 kB; what claims more than this is not read at all."""

CERTIFICATE_MIN = 512
"""An RSA-2048 certificate holds a 256-byte modulus and a 256-byte signature at the least."""

RSA_BITS = 2048

_LABELS = {
    b"JPKIAPICCTOKEN2": CardKind.MY_NUMBER,
    b"JPKIAPICCTOKEN": CardKind.JUKI,
    b"JPKIAPGPSETOKEN": CardKind.ANDROID_TOKEN,
    b"JPKIAPIOSTOKEN": CardKind.ANDROID_TOKEN,  # a telephone as well; one source, and the same advice applies
}


def kind_of_label(label: bytes) -> CardKind:
    """What the token's name (32 bytes of EF 0006) says. A name of the family that is not in the list is newer than we."""
    name = label.rstrip(b" ")
    if len(label) != LABEL_BYTES or not name or any(not 0x20 <= byte < 0x7F for byte in name):
        return CardKind.DAMAGED
    known = _LABELS.get(name)
    if known is not None:
        return known
    return CardKind.NEXT_GENERATION if name.startswith(b"JPKIAP") else CardKind.UNKNOWN


def certificate_bytes(header: bytes) -> int | CardKind:
    """Length of the certificate whose first four bytes these are, or what it means that none begins here.

    An EF that was never filled holds FF or 00 throughout.
    """
    if len(header) < HEADER_BYTES:
        return CardKind.DAMAGED if header else CardKind.NO_AUTH_CERTIFICATE
    if header in (b"\xff" * HEADER_BYTES, b"\x00" * HEADER_BYTES):
        return CardKind.NO_AUTH_CERTIFICATE
    total = HEADER_BYTES + int.from_bytes(header[2:], "big")
    if header[:2] != b"\x30\x82" or total > CERTIFICATE_MAX or total < CERTIFICATE_MIN:
        return _of_unexpected_der(header)
    return total


def _of_unexpected_der(header: bytes) -> CardKind:
    # `30 81`, or `30 82` below 512 bytes: well-formed DER too short for RSA-2048, as an elliptic-curve one may be.
    short = header[:2] == b"\x30\x81" or (header[:2] == b"\x30\x82" and header[2] < CERTIFICATE_MIN >> 8)
    return CardKind.NEXT_GENERATION if short else CardKind.DAMAGED


def kind_of_certificate(der: bytes) -> CardKind:
    """MY_NUMBER if it is an X.509 certificate with an RSA-2048 key; the key type decides, not the card's age."""
    try:
        key = x509.load_der_x509_certificate(der).public_key()
    except UnsupportedAlgorithm:
        return CardKind.NEXT_GENERATION
    except (ValueError, x509.InvalidVersion):
        return CardKind.DAMAGED
    if isinstance(key, RSAPublicKey) and key.key_size == RSA_BITS:
        return CardKind.MY_NUMBER
    return CardKind.NEXT_GENERATION


def refused_application(answer: ResponseApdu) -> CardKind | None:
    """The card said no to SELECT of the JPKI application: None = ask what else it is, else its kind."""
    return CardKind.DAMAGED if answer.status is StatusWord.MALFORMED else None


def refused_file(answer: ResponseApdu, missing: CardKind) -> CardRefused:
    """The card said no to a file: `missing` if the file is not there, NEXT_GENERATION if it is protected where
    My Number cards leave it free, else the card answers against its standard."""
    if answer.status is StatusWord.NOT_FOUND:
        return CardRefused(missing, answer.hex)
    if answer.status is StatusWord.NOT_ALLOWED:
        return CardRefused(CardKind.NEXT_GENERATION, answer.hex)
    return CardRefused(CardKind.DAMAGED, answer.hex)
