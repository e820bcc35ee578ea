"""The acknowledgement: the only word that counts as delivered (DESIGN §2.5). Sent after the fleet's COMMIT."""

from __future__ import annotations

from datetime import datetime

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contract.encoding import Malformed, canonical, read
from contract.keys import KeyRing, KeyUse
from contract.signed_word import doubt_about

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


def read_ack(payload: bytes, ring: KeyRing, *, terminal: str, at: datetime) -> Ack | Malformed:
    """An ack meant for `terminal` and signed by an ack key of the fleet that is valid at the aware time `at`."""
    ack = read(Ack, payload)
    if isinstance(ack, Malformed):
        return ack
    part = _signed_part(ack.terminal, ack.journal, ack.entries, ack.ts, ack.kid)
    return doubt_about(ack, part, ring, KeyUse.ACK, version=VERSION, terminal=terminal, at=at) or ack
