"""Opens one envelope and believes it or not. Pure but for the keys; no text that leaves here holds personal data."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from contract import sealing
from contract.certificate_chain import NotTrusted, TrustAnchors, holder_key_digest, signed_with
from contract.encoding import Malformed
from contract.envelope import Envelope, read_envelope, signed_by
from contract.record import Body, card_digest, unpack
from fleet.intake import Device
from fleet.programme_rules import misfit_of
from programmes.loader import Programme

BODY_VERSION = 1
_MAX_AHEAD_S = 600  # a terminal's clock may run ahead by this much
#: How long a record may have been under way. Longer ones are for a person: the terminal writes the time that the card
#: signs, so who holds its keys could date records back into a campaign that is long over. 30 days for a terminal without
#: a line, and the 30 for which it keeps what was acknowledged, for a fleet that lost it and asks again (DESIGN §8).
MAX_AGE = timedelta(days=60)
_SYNCED = "synced"


class RecordFault(StrEnum):
    """Why the opener does not believe a record. `certificate-…` faults carry the chain's own reason; what does not
    fit its programme is a `Misfit`.
    """

    ENVELOPE = "envelope"
    DEVICE_SIGNATURE = "device-signature"
    UNKNOWN_KEY = "unknown-key"
    CANNOT_OPEN = "cannot-open"
    MALFORMED = "malformed"
    OTHER_VERSION = "other-version"
    OTHER_ID = "other-id"
    OTHER_TERMINAL = "other-terminal"
    ANSWER_KEY = "answer-key"
    TIME = "time"
    FUTURE = "future"
    TOO_OLD = "too-old"  # signed longer before its receipt than any line is down
    DEMO = "demo"  # a demo record in a fleet that is not in demo mode
    CARD_SIGNATURE = "card-signature"
    STOPPED_OPENER = "stopped-opener"  # processes died at it: nobody knows yet what is wrong with it


@dataclass(frozen=True, repr=False)
class Opened:
    """A record that card, certificate and terminal vouch for. `person` is a keyed hash; `signed_at` aware."""

    body: Body
    certificate: bytes
    person: str
    signed_at: datetime


@dataclass(frozen=True)
class Rejected:
    """`fault` is a slug. `body` is there if it could be read: then the visit can be told."""

    fault: str
    body: Body | None = None


@dataclass(frozen=True, repr=False)
class OpeningKeys:
    """The private sealing keys by id, and the secret that makes person keys useless outside the opener."""

    sealing: Mapping[str, X25519PrivateKey]
    person_secret: bytes


@dataclass(frozen=True)
class OpeningRules:
    """Which cards are believed, which programmes there are (by the pack's name), whether demo records are taken."""

    anchors: TrustAnchors
    programmes: Mapping[str, Programme]
    demo: bool


def open_record(
    envelope_bytes: bytes,
    *,
    received_at: datetime,
    find_device: Callable[[str], Device | None],
    keys: OpeningKeys,
    rules: OpeningRules,
) -> Opened | Rejected:
    """Checks in this order: terminal's signature, seal, shape, what the body must agree with, certificate, card,
    and last what the programme allows: only a record that somebody vouches for is worth that name.
    """
    envelope = read_envelope(envelope_bytes)
    if isinstance(envelope, Malformed):
        return Rejected(RecordFault.ENVELOPE)
    device = find_device(envelope.terminal)
    if device is None or not signed_by(envelope, device.key):
        return Rejected(RecordFault.DEVICE_SIGNATURE)
    key = keys.sealing.get(envelope.kid)
    if key is None:
        return Rejected(RecordFault.UNKNOWN_KEY)
    packed = sealing.unseal(envelope.sealed(), key, envelope.info())
    if isinstance(packed, sealing.CannotOpen):
        return Rejected(RecordFault.CANNOT_OPEN)
    unpacked = unpack(packed)
    if isinstance(unpacked, Malformed):
        return Rejected(RecordFault.MALFORMED)
    plaintext, body = unpacked
    signed_at = _aware(body.time)
    wrong = _body_fault(body, envelope, signed_at, received_at, rules)
    if wrong is not None or signed_at is None:
        return Rejected(wrong or RecordFault.TIME, body)
    untrusted = _certificate_fault(plaintext.certificate, body, signed_at, received_at, rules)
    if untrusted is not None:
        return Rejected(untrusted, body)
    if not signed_with(plaintext.certificate, card_digest(plaintext.body), plaintext.signature):
        return Rejected(RecordFault.CARD_SIGNATURE, body)
    misfit = misfit_of(body, signed_at, rules.programmes)
    if misfit is not None:
        return Rejected(misfit, body)
    return Opened(body, plaintext.certificate, _person(plaintext.certificate, keys.person_secret), signed_at)


def _body_fault(
    body: Body, envelope: Envelope, signed_at: datetime | None, received_at: datetime, rules: OpeningRules
) -> RecordFault | None:
    checks = (
        (body.v == BODY_VERSION, RecordFault.OTHER_VERSION),
        (body.id == envelope.id, RecordFault.OTHER_ID),
        (body.terminal == envelope.terminal, RecordFault.OTHER_TERMINAL),
        (usable_answer_key(body.answer_key), RecordFault.ANSWER_KEY),
        (signed_at is not None, RecordFault.TIME),
        (rules.demo or not body.demo, RecordFault.DEMO),
    )
    failed = next((fault for holds, fault in checks if not holds), None)
    if failed is None and signed_at is not None and not body.demo:
        if (signed_at - received_at).total_seconds() > _MAX_AHEAD_S:
            return RecordFault.FUTURE
        return RecordFault.TOO_OLD if received_at - signed_at > MAX_AGE else None
    return failed


def _certificate_fault(
    certificate: bytes, body: Body, signed_at: datetime, received_at: datetime, rules: OpeningRules
) -> str | None:
    """Valid when the card signed, and at receipt. It may run out on the way, for terminals work for days without a
    network, but only a synchronised clock can vouch that it signed in time. A demo clock has nothing to do with the
    time of receipt.
    """
    found = rules.anchors.check(certificate, signed_at)
    if isinstance(found, NotTrusted):
        return f"certificate-{found.reason}"
    if body.demo:
        return None
    at_receipt = rules.anchors.check(certificate, received_at)
    if isinstance(at_receipt, NotTrusted) and body.clock != _SYNCED:
        return f"certificate-{at_receipt.reason}"
    return None


def usable_answer_key(key: bytes) -> bool:
    """Can something be sealed to it? Points of low order (all zeros is one) give no shared secret (RFC 7748 §6.1)."""
    try:
        X25519PrivateKey.generate().exchange(X25519PublicKey.from_public_bytes(key))
    except ValueError:
        return False
    return True


def _aware(text: str) -> datetime | None:
    """An ISO 8601 time with offset as UTC; None for every other text."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    if time.tzinfo is None:
        return None
    try:
        return time.astimezone(UTC)
    except OverflowError:  # the year 1 or 9999 beyond UTC
        return None


def _person(certificate: bytes, secret: bytes) -> str:
    digest = holder_key_digest(certificate) or b""
    return hmac.new(secret, b"mynapo/person/1\0" + digest, hashlib.sha256).hexdigest()


def slot_of(body: Body, person: str, secret: bytes) -> str:
    """The once-only place: one per programme, measure, procedure and person. Keyed, so the column links nobody."""
    text = "\n".join((body.programme, body.measure, body.procedure, person))
    return hmac.new(secret, b"mynapo/slot/1\0" + text.encode(), hashlib.sha256).hexdigest()
