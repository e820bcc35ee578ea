"""What a signed word to a terminal must show before it is believed: version, addressee, key and signature (DESIGN §9)."""

from __future__ import annotations

from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from contract.encoding import Malformed
from contract.keys import KeyRing, KeyUse


class SignedWord(Protocol):
    """A message from the fleet to one terminal, signed with the key `kid`."""

    @property
    def v(self) -> int: ...
    @property
    def terminal(self) -> str: ...
    @property
    def kid(self) -> str: ...
    @property
    def sig(self) -> bytes: ...


def doubt_about(
    word: SignedWord, signed_part: bytes, ring: KeyRing, use: KeyUse, *, version: int, terminal: str
) -> Malformed | None:
    """Why `word` is not believed, or None: it is of `version`, meant for `terminal` and signed by a key of that use."""
    what = type(word).__name__
    if word.v != version:
        return Malformed(what, f"version {word.v}, this program knows {version}")
    if word.terminal != terminal:
        return Malformed(what, "meant for another terminal")
    key = ring.find(use, word.kid)
    if key is None:
        return Malformed(what, f"signed with unknown key {word.kid!r}")
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(word.sig, signed_part)
    except InvalidSignature:
        return Malformed(what, "wrong signature")
    return None
