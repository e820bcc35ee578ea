"""A virtual My Number card, byte for byte as public measurements of test cards describe it.

Files of 公的個人認証AP, 券面事項入力補助AP (with the 個人番号, so that the access log can prove that nobody selects
it) and 共通カードAP, filled for a person and with certificates that the bench's own authority issued.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256, Hash
from cryptography.hazmat.primitives.serialization import Encoding

from bench.card.iso7816 import Application, ElementaryFile, IsoCard, Key, Manner, PinFile

JPKI_AP = "JPKI"
TEXT_AP = "券面事項入力補助"
COMMON_AP = "共通カード"
INDIVIDUAL_NUMBER_FID = 0x0001  # in 券面事項入力補助AP

AUTH_TRIES = 3
SIGN_TRIES = 5


@dataclass(frozen=True, repr=False)
class Person:
    """Whom a card was made for; generated, nobody's data."""

    name: str  # U+3000 between family and given name
    address: str
    birth: date
    sex: str  # "1" male, "2" female, "9" not applicable
    individual_number: str  # 12 digits
    auth_pin: str  # 4 digits
    sign_password: str  # 6..16 of A-Z and 0-9
    text_pin: str  # 4 digits, 券面事項入力補助用
    card_serial: str  # 15 digits
    municipality: str  # 5 digits
    card_expiry: date


@dataclass(frozen=True, repr=False)
class Certificates:
    """What the JPKI application holds; DER, None = file empty (`FF`)."""

    auth: bytes | None
    auth_ca: bytes
    sign: bytes | None
    sign_ca: bytes


def token_info(label: str, model: str = "E16R01NJ", serial: str = "0000000020500003") -> bytes:
    """EF 0006: CK_TOKEN_INFO of PKCS#11, big-endian, 160 bytes."""
    numbers = (0x0000040D, 0, 0, 0, 0, 16, 6, *(0xFFFFFFFF,) * 4)
    return b"".join(
        (
            label.encode().ljust(32),
            b"JPKI".ljust(32),
            model.encode().ljust(16),
            serial.encode().ljust(16),
            *(number.to_bytes(4, "big") for number in numbers),
            b"03",
            b"01",
            b"9" * 16,
        )
    )


def four_items(name: str, address: str, birth: date, sex: str) -> bytes:
    """EF 0002 of 券面事項入力補助AP: FF20 with the offsets of the four items from the start of the file."""
    items = [
        tlv(0xDF22, name.encode()),
        tlv(0xDF23, address.encode()),
        tlv(0xDF24, f"{birth:%Y%m%d}".encode()),
        tlv(0xDF25, sex.encode()),
    ]
    length = 11 + sum(len(item) for item in items)
    at = len(tlv(0xFF20, bytes(length))) - length + 11
    offsets = bytearray()
    for item in items:
        offsets += at.to_bytes(2, "big")
        at += len(item)
    return tlv(0xFF20, tlv(0xDF21, bytes(offsets)) + b"".join(items))


def tlv(tag: int, value: bytes) -> bytes:
    """BER-TLV with a two-byte tag and the shortest length form."""
    size = len(value)
    if size < 0x80:
        length = bytes((size,))
    elif size < 0x100:
        length = bytes((0x81, size))
    else:
        length = b"\x82" + size.to_bytes(2, "big")
    return tag.to_bytes(2, "big") + length + value


def raw_pkcs1_sign(key: rsa.RSAPrivateKey, message: bytes) -> bytes:
    """PKCS#1 v1.5 padding of `message` as it is, then the private operation: what the card does with P1 = 00."""
    numbers = key.private_numbers()
    modulus = numbers.public_numbers.n
    padded = b"\x00\x01" + b"\xff" * (256 - 3 - len(message)) + b"\x00" + message
    at_p = pow(int.from_bytes(padded, "big"), numbers.dmp1, numbers.p)
    at_q = pow(int.from_bytes(padded, "big"), numbers.dmq1, numbers.q)
    combined = at_q + numbers.q * ((at_p - at_q) * numbers.iqmp % numbers.p)
    return (combined % modulus).to_bytes(256, "big")


def jpki_application(
    person: Person,
    certificates: Certificates,
    auth_key: rsa.RSAPrivateKey | None,
    sign_key: rsa.RSAPrivateKey | None,
    label: str = "JPKIAPICCTOKEN2",
    auth_tries_left: int = AUTH_TRIES,
) -> Application:
    """公的個人認証AP. EFs are larger than the certificates in them: FF filler up to 2 kB."""
    available = bytes((0x8F if certificates.sign else 0, 0x8F if certificates.auth else 0, 0))
    files: dict[int, ElementaryFile | PinFile | Key] = {
        0x0001: _certificate_file(certificates.sign, frozenset({0x001B})),
        0x0002: _certificate_file(certificates.sign_ca),
        0x0006: ElementaryFile(token_info(label)),
        0x0008: ElementaryFile(available),
        0x000A: _certificate_file(certificates.auth),
        0x000B: _certificate_file(certificates.auth_ca),
        0x0018: PinFile(person.auth_pin.encode(), AUTH_TRIES, auth_tries_left),
        0x001B: PinFile(person.sign_password.encode(), SIGN_TRIES, SIGN_TRIES),
    }
    if auth_key is not None:
        files[0x0017] = Key(0x0018, lambda message: raw_pkcs1_sign(auth_key, message))
    if sign_key is not None:
        files[0x001A] = Key(0x001B, lambda message: raw_pkcs1_sign(sign_key, message))
    return Application(JPKI_AP, bytes.fromhex("D392F000260100000001"), files)


def _certificate_file(der: bytes | None, opened_by: frozenset[int] = frozenset()) -> ElementaryFile:
    content = der or b""
    return ElementaryFile(content, opened_by, filler=max(2048 - len(content), 0))


def text_application(person: Person) -> Application:
    """券面事項入力補助AP: individual number, four items, their hashes, certificate and keys (random here)."""
    number = tlv(0xFF10, person.individual_number.encode()) + b"\xff\xff"
    items = four_items(person.name, person.address, person.birth, person.sex)
    proof = (
        tlv(0xDF31, _sha256(number))
        + tlv(0xDF32, _sha256(items[items.index(b"\xdf\x22", 11) :]))
        + tlv(0xDF33, _filled(256))
    )
    face_code = (
        f"{_era_year(person.birth):02}{person.birth:%m%d}{person.card_expiry:%Y}{person.card_serial[-4:]}"
    )
    any_key = frozenset({0x0011, 0x0014, 0x0015})
    files: dict[int, ElementaryFile | PinFile | Key] = {
        INDIVIDUAL_NUMBER_FID: ElementaryFile(number, frozenset({0x0011, 0x0014})),
        0x0002: ElementaryFile(items, frozenset({0x0011, 0x0015})),
        0x0003: ElementaryFile(tlv(0xFF30, proof), any_key),
        0x0004: ElementaryFile(tlv(0x7F21, tlv(0x5F4E, _filled(297)) + tlv(0x5F37, _filled(256)))),
        0x0005: ElementaryFile(
            tlv(0xFF40, tlv(0xDF41, bytes(4)) + tlv(0xDF42, _filled(16)) + tlv(0xDF43, _filled(128)))
        ),
        0x0006: ElementaryFile(tlv(0xFF50, _filled(256)), any_key),
        0x0007: ElementaryFile(tlv(0xFF50, _filled(256)), any_key),
        0x0011: PinFile(person.text_pin.encode(), 3, 3),
        0x0012: PinFile(b"", 3, 0),
        0x0014: PinFile(person.individual_number.encode(), 10, 10),
        0x0015: PinFile(face_code.encode(), 10, 10),
    }
    return Application(TEXT_AP, bytes.fromhex("D3921000310001010408"), files)


def common_application(person: Person) -> Application:
    """共通カードAP: serial number, municipality and expiry of the card, free to read as record 1."""
    digits = f"{person.card_serial}{person.municipality}{person.card_expiry:%Y%m%d}".encode()
    record = bytes((0x01, len(digits))) + digits
    aid = bytes.fromhex("D3921000310001010100")
    return Application(COMMON_AP, aid, {0x0001: ElementaryFile(record)}, {0x0001: record})


def my_number_card(
    person: Person,
    certificates: Certificates,
    auth_key: rsa.RSAPrivateKey,
    sign_key: rsa.RSAPrivateKey | None,
    *,
    auth_tries_left: int = AUTH_TRIES,
    manner: Manner | None = None,
) -> IsoCard:
    """The whole card as its holder carries it."""
    jpki = jpki_application(person, certificates, auth_key, sign_key, auth_tries_left=auth_tries_left)
    return IsoCard([jpki, text_application(person), common_application(person)], manner)


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def _sha256(value: bytes) -> bytes:
    digest = Hash(SHA256())
    digest.update(value)
    return digest.finalize()


def _filled(size: int) -> bytes:
    return bytes(index * 37 & 0xFF for index in range(size))


def _era_year(birth: date) -> int:
    """Year of the Japanese era, as the face code uses it (昭和 from 1926-12-25, 平成 1989-01-08, 令和 2019-05-01)."""
    for begin in (date(2019, 5, 1), date(1989, 1, 8), date(1926, 12, 25)):
        if birth >= begin:
            return birth.year - begin.year + 1
    return birth.year - 1911
