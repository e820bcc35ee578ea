"""Judges what arrives from the broker: believed, or quarantined with a named reason. Pure; the store comes later."""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass
from enum import StrEnum

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from contract.encoding import MAX_PAYLOAD, Malformed, read
from contract.envelope import VERSION as ENVELOPE_VERSION
from contract.envelope import Envelope, fingerprint, read_envelope, signed_by
from contract.status import Birth, Health, State, StateWord
from contract.topics import Up, parse_up

_STATUS_VERSION = 1
#: A line delays messages by minutes at most; a word of the same boot that is older by more comes from a clock that
#: was set back, and is the newest there is.
_CLOCK_SET_BACK_MS = 600_000


class Reason(StrEnum):
    """Why a message lies in quarantine."""

    UNKNOWN_TOPIC = "unknown-topic"
    TOO_LARGE = "too-large"
    NOT_JSON = "not-json"
    OTHER_VERSION = "other-version"
    MALFORMED = "malformed"
    UNKNOWN_TERMINAL = "unknown-terminal"
    RETIRED_TERMINAL = "retired-terminal"
    OTHER_TERMINAL = "other-terminal"  # the envelope names another terminal than its topic
    WRONG_SIGNATURE = "wrong-signature"
    UNKNOWN_KEY = "unknown-key"  # sealed to a key that the fleet never published
    RETAINED = "retained"  # an enrolment is a message, never a retained word
    STALE = "stale"  # older than what this terminal already said
    ID_CONFLICT = "id-conflict"  # the terminal has used this id for other bytes
    SEQUENCE_CONFLICT = "sequence-conflict"  # terminal, journal and seq are taken by another id
    OVERFLOW = "overflow"  # the terminal's share of the quarantine, or all of it, is full; only counted


#: What cannot come from a healthy terminal on a healthy line, whatever the network does.
ALARMING = frozenset(
    {
        Reason.ID_CONFLICT,
        Reason.SEQUENCE_CONFLICT,
        Reason.WRONG_SIGNATURE,
        Reason.OTHER_TERMINAL,
        Reason.RETIRED_TERMINAL,
    }
)


@dataclass(frozen=True)
class Arrival:
    """One message as the broker delivered it."""

    topic: str
    payload: bytes
    retained: bool = False


@dataclass(frozen=True)
class Believed:
    """An envelope that this terminal's device key signed."""

    arrival: Arrival
    envelope: Envelope
    sha256: str


@dataclass(frozen=True)
class Said:
    """State, birth or health of one terminal."""

    arrival: Arrival
    terminal: str
    word: State | Birth | Health


@dataclass(frozen=True)
class Quarantined:
    """`terminal` is that of the topic, or empty: also if nobody of that name is registered. The topic still tells it."""

    arrival: Arrival
    terminal: str
    reason: Reason
    detail: str = ""


Judgement = Believed | Said | Quarantined


@dataclass(frozen=True)
class Device:
    """A registered terminal's device key; `active` until it is retired."""

    key: Ed25519PublicKey
    active: bool


FindDevice = Callable[[str], Device | None]


class _Versioned(msgspec.Struct):
    v: int


def judge(arrival: Arrival, find_device: FindDevice, seal_kids: Container[str]) -> Judgement:
    """What to make of one message. `seal_kids`: ids of every sealing key the fleet ever published and still holds."""
    topic = parse_up(arrival.topic)
    if topic is None:
        return Quarantined(arrival, "", Reason.UNKNOWN_TOPIC)

    def put_aside(reason: Reason, detail: str = "") -> Quarantined:
        return Quarantined(arrival, topic.terminal, reason, detail)

    device = find_device(topic.terminal)
    if device is None:
        # Names are free for whoever can write to the broker: they share one place, or each had a quarantine of its own.
        return Quarantined(arrival, "", Reason.UNKNOWN_TERMINAL)
    if not device.active:
        return put_aside(Reason.RETIRED_TERMINAL)
    shape = _shape_fault(arrival.payload, ENVELOPE_VERSION if topic.kind is Up.ENROLMENT else _STATUS_VERSION)
    if shape is not None:
        return put_aside(*shape)
    if topic.kind is not Up.ENROLMENT:
        word = _word(topic.kind, arrival.payload)
        if isinstance(word, Malformed):
            return put_aside(Reason.MALFORMED, word.reason)
        return Said(arrival, topic.terminal, word)
    envelope = read_envelope(arrival.payload)
    if isinstance(envelope, Malformed):
        return put_aside(Reason.MALFORMED, envelope.reason)
    if envelope.terminal != topic.terminal:
        return put_aside(Reason.OTHER_TERMINAL)
    if arrival.retained:
        return put_aside(Reason.RETAINED)
    if not signed_by(envelope, device.key):
        return put_aside(Reason.WRONG_SIGNATURE)
    if envelope.kid not in seal_kids:
        return put_aside(Reason.UNKNOWN_KEY, envelope.kid)
    return Believed(arrival, envelope, fingerprint(arrival.payload))


def _shape_fault(payload: bytes, version: int) -> tuple[Reason, str] | None:
    if len(payload) > MAX_PAYLOAD:
        return Reason.TOO_LARGE, f"{len(payload)} bytes, more than {MAX_PAYLOAD}"
    try:
        found = msgspec.json.decode(payload, type=_Versioned).v
    except msgspec.ValidationError as error:
        return Reason.MALFORMED, str(error)
    except RecursionError:
        return Reason.MALFORMED, "nested too deeply"
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return Reason.NOT_JSON, str(error)
    if found != version:
        return Reason.OTHER_VERSION, f"version {found}, this program knows {version}"
    return None


def _word(kind: Up, payload: bytes) -> State | Birth | Health | Malformed:
    if kind is Up.STATE:
        return read(State, payload)
    if kind is Up.BIRTH:
        return read(Birth, payload)
    return read(Health, payload)


def supersedes(stored: tuple[str, int, int] | None, said: State) -> bool:
    """Is `said` newer than the stored (boot, connection, ts)?

    Within a boot the connection counter decides: the will of an older connection may arrive after the `ready` of a
    newer one. Another boot's own words are believed (its clock may have been set back), but its will only if it
    connected later: it may be the will of the boot before.
    """
    if stored is None:
        return True
    boot, connection, ts = stored
    if said.boot == boot:
        return said.connection >= connection
    return said.state is not StateWord.LOST or said.ts >= ts


def is_stale(before_ts: int | None, ts: int) -> bool:
    """Was this birth or health said before the one already kept (both of the same boot, times in ms)?"""
    return before_ts is not None and 0 < before_ts - ts < _CLOCK_SET_BACK_MS
