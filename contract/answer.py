"""The programme port's answer to one enrolment, sealed to the key of the visit that made it (DESIGN §8, §9)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from contract import sealing
from contract.encoding import Malformed, canonical, read, text_of
from contract.keys import KeyRing, KeyUse
from contract.signed_word import doubt_about

VERSION = 1
_CONTEXT = "mynapo/signed-answer/1\n"


class Verdict(StrEnum):
    DONE = "done"  # できました
    REFUSED = "refused"  # できませんでした, with a coded reason
    ALREADY = "already"  # 受付ずみ: an earlier record of this person stands


class ProgrammeAnswer(msgspec.Struct, frozen=True):
    """What the programme said. `mykey_id` is 8 characters, only after a 予約; `code` only with a refusal."""

    id: str
    verdict: Verdict
    ts: int
    code: str = ""
    mykey_id: str = ""
    sample: bool = True

    def __repr__(self) -> str:
        return "ProgrammeAnswer(…)"


class SealedAnswer(msgspec.Struct, frozen=True):
    v: int
    id: str
    terminal: str
    enc: bytes
    ct: bytes
    kid: str
    sig: bytes


def _signed_part(id_: str, terminal: str, sealed: sealing.Sealed, kid: str) -> bytes:
    fields = (str(VERSION), id_, terminal, text_of(sealed.enc), text_of(sealed.ct), kid)
    return (_CONTEXT + "\n".join(fields)).encode()


def seal_answer(
    answer: ProgrammeAnswer, *, terminal: str, answer_key: bytes, key: Ed25519PrivateKey, kid: str
) -> bytes:
    """Sealed to `answer_key` (32-byte X25519 public), signed with the fleet's answer key."""
    info = sealing.answer_info(id=answer.id, terminal=terminal)
    sealed = sealing.seal(canonical(answer), answer_key, info)
    sig = key.sign(_signed_part(answer.id, terminal, sealed, kid))
    return canonical(SealedAnswer(VERSION, answer.id, terminal, sealed.enc, sealed.ct, kid, sig))


def read_answer(payload: bytes, ring: KeyRing, *, terminal: str, at: datetime) -> SealedAnswer | Malformed:
    """Checks shape, addressee and signature at the aware time `at`; opening needs the visit's key, see `open_answer`."""
    signed = read(SealedAnswer, payload)
    if isinstance(signed, Malformed):
        return signed
    part = _signed_part(signed.id, signed.terminal, sealing.Sealed(signed.enc, signed.ct), signed.kid)
    return doubt_about(signed, part, ring, KeyUse.ANSWER, version=VERSION, terminal=terminal, at=at) or signed


def open_answer(signed: SealedAnswer, visit_key: X25519PrivateKey) -> ProgrammeAnswer | Malformed:
    info = sealing.answer_info(id=signed.id, terminal=signed.terminal)
    opened = sealing.unseal(sealing.Sealed(signed.enc, signed.ct), visit_key, info)
    if isinstance(opened, sealing.CannotOpen):
        return Malformed("ProgrammeAnswer", "not sealed to this visit")
    answer = read(ProgrammeAnswer, opened)
    if isinstance(answer, ProgrammeAnswer) and answer.id != signed.id:
        return Malformed("ProgrammeAnswer", "answers another enrolment than its envelope says")
    return answer
