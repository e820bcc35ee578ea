"""The acknowledgement: the only word that counts as delivered (DESIGN §2.5). Sent after the fleet's COMMIT."""

from __future__ import annotations

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from contract.encoding import Malformed, canonical, read
from contract.keys import KeyRing, KeyUse

VERSION = 1
#: Most entries in one ack: 300 entries of id and hash stay below half of MAX_PAYLOAD.
MAX_ENTRIES = 300
_CONTEXT = "mynapo/ack/1\n"


class Ack(msgspec.Struct, frozen=True):
    """`entries` are (id, SHA-256 hex of the envelope's bytes); `ts` is wall time in ms since the epoch."""

    v: int
    terminal: str
    journal: str
    entries: tuple[tuple[str, str], ...]
    ts: int
    kid: str
    sig: bytes


def _signed_part(
    terminal: str, journal: str, entries: tuple[tuple[str, str], ...], ts: int, kid: str
) -> bytes:
    lines = [str(VERSION), terminal, journal, *(f"{id_} {sha}" for id_, sha in entries), str(ts), kid]
    return (_CONTEXT + "\n".join(lines)).encode()


def sign_ack(
    key: Ed25519PrivateKey,
    kid: str,
    *,
    terminal: str,
    journal: str,
    entries: tuple[tuple[str, str], ...],
    ts: int,
) -> bytes:
    sig = key.sign(_signed_part(terminal, journal, entries, ts, kid))
    return canonical(Ack(VERSION, terminal, journal, entries, ts, kid, sig))


def read_ack(payload: bytes, ring: KeyRing, *, terminal: str) -> Ack | Malformed:
    """An ack meant for `terminal` and signed by one of the fleet's ack keys."""
    ack = read(Ack, payload)
    if isinstance(ack, Malformed):
        return ack
    if ack.v != VERSION:
        return Malformed("Ack", f"version {ack.v}, this program knows {VERSION}")
    if ack.terminal != terminal:
        return Malformed("Ack", "meant for another terminal")
    key = ring.find(KeyUse.ACK, ack.kid)
    if key is None:
        return Malformed("Ack", f"signed with unknown key {ack.kid!r}")
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(
            ack.sig, _signed_part(ack.terminal, ack.journal, ack.entries, ack.ts, ack.kid)
        )
    except InvalidSignature:
        return Malformed("Ack", "wrong signature")
    return ack
