"""HPKE base mode (RFC 9180: X25519, HKDF-SHA256, AES-256-GCM): who has the network sees only sealed bytes.

`cryptography` offers no separate AAD, so everything that must not be exchanged around a ciphertext is bound by `info`.
"""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
#: Length of the encapsulated key in front of the ciphertext (RFC 9180 §7.1, Nenc of DHKEM(X25519)).
_ENC = 32
_TAG = 16


@dataclass(frozen=True)
class Sealed:
    enc: bytes
    ct: bytes


@dataclass(frozen=True)
class CannotOpen:
    """Wrong key, wrong binding or changed bytes; which of them is unknowable by design."""


def seal(plaintext: bytes, recipient: bytes, info: bytes) -> Sealed:
    """Seals to a 32-byte X25519 public key."""
    message = _SUITE.encrypt(plaintext, X25519PublicKey.from_public_bytes(recipient), info=info)
    return Sealed(message[:_ENC], message[_ENC:])


def unseal(sealed: Sealed, recipient: X25519PrivateKey, info: bytes) -> bytes | CannotOpen:
    if len(sealed.enc) != _ENC or len(sealed.ct) < _TAG:
        return CannotOpen()
    try:
        return _SUITE.decrypt(sealed.enc + sealed.ct, recipient, info=info)
    except (InvalidTag, ValueError):
        return CannotOpen()


def enrolment_info(*, id: str, terminal: str, journal: str, seq: int, kid: str, v: int) -> bytes:  # noqa: A002
    """What an enrolment's ciphertext is bound to (DESIGN §8)."""
    return f"mynapo/seal/1\n{id}\n{terminal}\n{journal}\n{seq}\n{kid}\n{v}".encode()


def answer_info(*, id: str, terminal: str) -> bytes:  # noqa: A002
    """What an answer to a visit is bound to: the enrolment it answers and the terminal it goes to."""
    return f"mynapo/answer/1\n{id}\n{terminal}".encode()
