"""The enrolment record: body, what the card signs, and the plaintext that is sealed (DESIGN §8)."""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import Annotated

import msgspec

from contract.encoding import Malformed, canonical, read

#: Separates this use of the card's key from every other. The NUL ends it: no body can continue the prefix.
SIGNATURE_CONTEXT = b"mynapo/enrolment/1\0"

#: Sealed length tells nothing finer than this many bytes.
PADDING_STEP = 256


class Procedure(StrEnum):
    RESERVATION = "reservation"  # 予約
    APPLICATION = "application"  # 申込


class ChosenService(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The cashless service and what identifies the resident there.

    `id` is the row of the service catalogue, `service_id` the 決済サービスID, `codes` the セキュリティコード in order.
    """

    id: str
    service_id: str
    codes: tuple[str, ...] = ()
    phone_last4: str = ""

    def __repr__(self) -> str:
        return "ChosenService(…)"  # a log must not hold what was typed


class ConsentGiven(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which text the resident agreed to: its version and the SHA-256 (hex) of its canonical bytes."""

    version: str
    sha256: str


#: As the packs name them. Nothing else gets into a database's column or beside another name into a once-only place.
_Slug = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*\Z", max_length=64)]


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One enrolment. `id` and `visit` are UUIDv7 texts; `time` is visit time, ISO 8601 with offset.

    `clock` is the clock's state (`terminal.ports.ClockState`); `answer_key` the 32-byte X25519 public key whose
    private half lives only in this visit.

    `represented`: a legal representative acts for a child, as declared. It belongs to the bytes of version 1, which are
    signed, so it is written always. There is no procedure for children yet: whose card is a child's is turned away at
    S8, and every record says false.
    """

    v: int
    id: str
    visit: str
    procedure: Procedure
    programme: _Slug
    measure: _Slug
    consent: ConsentGiven
    terminal: str
    site: str
    time: str
    clock: str
    answer_key: bytes
    demo: bool
    service: ChosenService | None = None
    represented: bool = False

    def __repr__(self) -> str:
        return "Body(…)"


class Plaintext(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is sealed: the body's very bytes, the 利用者証明用 certificate (DER) and the card's signature."""

    body: bytes
    certificate: bytes
    signature: bytes

    def __repr__(self) -> str:
        return "Plaintext(…)"


def body_bytes(body: Body) -> bytes:
    """The bytes that are signed, sealed and stored; made once, never made again from a parsed body."""
    return canonical(body)


def card_digest(body: bytes) -> bytes:
    """The 32 bytes that the card signs: SHA-256 over context and body."""
    return hashlib.sha256(SIGNATURE_CONTEXT + body).digest()


def pack(plaintext: Plaintext) -> bytes:
    """Plaintext bytes, padded with blanks (legal JSON white space) to the padding step."""
    packed = canonical(plaintext)
    return packed + b" " * (-len(packed) % PADDING_STEP)


def unpack(packed: bytes) -> tuple[Plaintext, Body] | Malformed:
    """Plaintext and parsed body of unsealed bytes."""
    plaintext = read(Plaintext, packed)
    if isinstance(plaintext, Malformed):
        return plaintext
    body = read(Body, plaintext.body)
    if isinstance(body, Malformed):
        return body
    return plaintext, body
