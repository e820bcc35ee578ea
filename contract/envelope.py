"""The envelope: a sealed enrolment as it lies in the outbox and travels on `{t}/enrolment` (DESIGN §8)."""

from __future__ import annotations

import hashlib
from typing import Annotated

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from contract import sealing
from contract.encoding import MAX_NUMBER, Malformed, canonical, read, text_of
from contract.keys import FleetKey

VERSION = 1
_CONTEXT = "mynapo/envelope/1\n"

#: No line break: the signed part joins the fields by one, and must be readable in one way only.
_Id = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._:-]{1,64}\Z")]


class Envelope(msgspec.Struct, frozen=True):
    """`ts` is wall time in ms since the epoch; `seq` ≥ 1 counts within `journal`; `sig` is the terminal's Ed25519."""

    v: int
    id: _Id
    terminal: _Id
    journal: _Id
    seq: Annotated[int, msgspec.Meta(ge=1, le=MAX_NUMBER)]
    ts: Annotated[int, msgspec.Meta(ge=0, le=MAX_NUMBER)]
    kid: _Id
    enc: bytes
    ct: bytes
    sig: bytes

    def sealed(self) -> sealing.Sealed:
        return sealing.Sealed(self.enc, self.ct)

    def info(self) -> bytes:
        return sealing.enrolment_info(
            id=self.id, terminal=self.terminal, journal=self.journal, seq=self.seq, kid=self.kid, v=self.v
        )


def _signed_part(
    v: int, id_: str, terminal: str, journal: str, seq: int, ts: int, kid: str, sealed: sealing.Sealed
) -> bytes:
    fields = (str(v), id_, terminal, journal, str(seq), str(ts), kid, text_of(sealed.enc), text_of(sealed.ct))
    return (_CONTEXT + "\n".join(fields)).encode()


def seal_enrolment(
    plaintext: bytes,
    *,
    id: str,  # noqa: A002
    terminal: str,
    journal: str,
    seq: int,
    ts: int,
    recipient: FleetKey,
    device: Ed25519PrivateKey,
) -> bytes:
    """Envelope bytes for a packed plaintext. These very bytes are stored, sent and hashed for the ack."""
    info = sealing.enrolment_info(
        id=id, terminal=terminal, journal=journal, seq=seq, kid=recipient.kid, v=VERSION
    )
    sealed = sealing.seal(plaintext, recipient.public, info)
    sig = device.sign(_signed_part(VERSION, id, terminal, journal, seq, ts, recipient.kid, sealed))
    return canonical(
        Envelope(VERSION, id, terminal, journal, seq, ts, recipient.kid, sealed.enc, sealed.ct, sig)
    )


def read_envelope(payload: bytes) -> Envelope | Malformed:
    """Shape and version only; the signature needs the terminal's key, see `signed_by`."""
    envelope = read(Envelope, payload)
    if isinstance(envelope, Envelope) and envelope.v != VERSION:
        return Malformed("Envelope", f"version {envelope.v}, this program knows {VERSION}")
    return envelope


def signed_by(envelope: Envelope, device: Ed25519PublicKey) -> bool:
    e = envelope
    try:
        device.verify(e.sig, _signed_part(e.v, e.id, e.terminal, e.journal, e.seq, e.ts, e.kid, e.sealed()))
    except InvalidSignature:
        return False
    return True


def fingerprint(envelope_bytes: bytes) -> str:
    """SHA-256 (hex) of the stored bytes: what an ack names."""
    return hashlib.sha256(envelope_bytes).hexdigest()
