"""What a signed word to a terminal must show before it is believed: version, addressee, key and signature (DESIGN §9)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from contract.encoding import Malformed
from contract.keys import KeyRing, KeyUse

#: How long after its end a key of the fleet is still believed. Refusing costs little: a record without an ack is sent
#: again and acknowledged with today's key, an answer is of no use after its visit. Believing costs much if an old key was
#: stolen: an ack strikes a record off, and 30 days later its sealed bytes are gone (DESIGN §8). So the grace only spans
#: what is nobody's attack: a terminal that was off for weeks with acks in its mailbox, a clock that runs ahead, a fleet
#: that changes its keys late. Before its beginning no key is believed: a terminal whose clock is behind waits with its
#: records until the clock is set, so the fleet signs with a new key only when it has been valid for some weeks.
GRACE = timedelta(days=30)


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
    word: SignedWord,
    signed_part: bytes,
    ring: KeyRing,
    use: KeyUse,
    *,
    version: int,
    terminal: str,
    at: datetime,
) -> Malformed | None:
    """Why `word` is not believed, or None: it is of `version`, meant for `terminal` and signed by a key of that use which
    is valid `at` (aware wall time of whoever asks; the word's own time proves nothing about a stolen key), or ended not
    longer than `GRACE` before.
    """
    what = type(word).__name__
    if word.v != version:
        return Malformed(what, f"version {word.v}, this program knows {version}")
    if word.terminal != terminal:
        return Malformed(what, "meant for another terminal")
    key = ring.find(use, word.kid)
    if key is None:
        return Malformed(what, f"signed with unknown key {word.kid!r}")
    if not key.not_before <= at <= key.not_after + GRACE:
        return Malformed(what, f"signed with key {word.kid!r}, which is not valid now")
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(word.sig, signed_part)
    except InvalidSignature:
        return Malformed(what, "wrong signature")
    return None
