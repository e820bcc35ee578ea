"""What the ingest believes, and what it puts aside with which reason."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contract.encoding import MAX_PAYLOAD, canonical
from contract.envelope import fingerprint
from contract.status import State, StateWord
from contract.topics import Up, up
from fleet.intake import Arrival, Believed, Device, Quarantined, Reason, Said, is_stale, judge, supersedes
from tests.fleet.records import SEAL_KID, TERMINAL, Terminal

terminal = Terminal()
RETIRED = "tk-0002"


def find_device(name: str) -> Device | None:
    known = {TERMINAL: True, RETIRED: False}
    return Device(terminal.device.public_key(), known[name]) if name in known else None


def judged(arrival: Arrival) -> Believed | Said | Quarantined:
    return judge(arrival, find_device, {SEAL_KID})


def on(kind: Up, payload: bytes, name: str = TERMINAL, *, retained: bool = False) -> Arrival:
    return Arrival(up(name, kind), payload, retained)


def changed(**fields: object) -> bytes:
    """A good envelope with fields replaced after signing."""
    return json.dumps({**json.loads(terminal.envelope()), **fields}).encode()


def said(**fields: object) -> bytes:
    """A state word with fields replaced."""
    word = State(1, StateWord.READY, "boot", 1, 5)
    return json.dumps({**json.loads(canonical(word)), **fields}).encode()


def test_an_envelope_signed_by_its_terminal_is_believed_and_hashed_as_it_came() -> None:
    payload = terminal.envelope()
    found = judged(on(Up.ENROLMENT, payload))
    assert isinstance(found, Believed)
    assert found.sha256 == fingerprint(payload)


def test_fields_of_a_newer_minor_version_are_ignored() -> None:
    assert isinstance(judged(on(Up.ENROLMENT, changed(colour="blue"))), Believed)


BAD: dict[str, tuple[Callable[[], Arrival], Reason]] = {
    "other topic": (lambda: Arrival("kiosk/v1/tk-0001/command", b"{}"), Reason.UNKNOWN_TOPIC),
    "other root": (lambda: Arrival("x/kiosk/v1/tk-0001/enrolment", b"{}"), Reason.UNKNOWN_TOPIC),
    "capital letters": (lambda: Arrival("kiosk/v1/TK/enrolment", b"{}"), Reason.UNKNOWN_TOPIC),
    "too large": (lambda: on(Up.ENROLMENT, b" " * (MAX_PAYLOAD + 1)), Reason.TOO_LARGE),
    "empty": (lambda: on(Up.ENROLMENT, b""), Reason.NOT_JSON),
    "not JSON": (lambda: on(Up.ENROLMENT, b"\x00\x01"), Reason.NOT_JSON),
    "not UTF-8": (lambda: on(Up.ENROLMENT, b'{"v":1,"id":"\xff"}'), Reason.MALFORMED),
    "cut off": (lambda: on(Up.ENROLMENT, terminal.envelope()[:-20]), Reason.NOT_JSON),
    "a list": (lambda: on(Up.ENROLMENT, b"[1]"), Reason.MALFORMED),
    "60,000 brackets": (lambda: on(Up.ENROLMENT, b'{"v":1,"x":' + b"[" * 60_000), Reason.MALFORMED),
    "no version": (lambda: on(Up.ENROLMENT, b"{}"), Reason.MALFORMED),
    "version 2": (lambda: on(Up.ENROLMENT, changed(v=2)), Reason.OTHER_VERSION),
    "version as text": (lambda: on(Up.ENROLMENT, changed(v="1")), Reason.MALFORMED),
    "seq 0": (lambda: on(Up.ENROLMENT, changed(seq=0)), Reason.MALFORMED),
    "line break in id": (lambda: on(Up.ENROLMENT, changed(id="a\nb")), Reason.MALFORMED),
    "sealed part no base64": (lambda: on(Up.ENROLMENT, changed(ct="%%%")), Reason.MALFORMED),
    "unknown terminal": (lambda: on(Up.ENROLMENT, terminal.envelope(), "tk-9999"), Reason.UNKNOWN_TERMINAL),
    "retired terminal": (lambda: on(Up.ENROLMENT, terminal.envelope(), RETIRED), Reason.RETIRED_TERMINAL),
    "names another": (lambda: on(Up.ENROLMENT, terminal.envelope(name="tk-0003")), Reason.OTHER_TERMINAL),
    "retained": (lambda: on(Up.ENROLMENT, terminal.envelope(), retained=True), Reason.RETAINED),
    "seq changed": (lambda: on(Up.ENROLMENT, changed(seq=7_777)), Reason.WRONG_SIGNATURE),
    "kid changed": (lambda: on(Up.ENROLMENT, changed(kid="seal-2")), Reason.WRONG_SIGNATURE),
    "signature cut": (lambda: on(Up.ENROLMENT, changed(sig="AAAA")), Reason.WRONG_SIGNATURE),
    "foreign device key": (
        lambda: on(Up.ENROLMENT, terminal.envelope(device=Ed25519PrivateKey.generate())),
        Reason.WRONG_SIGNATURE,
    ),
    "unknown sealing key": (lambda: on(Up.ENROLMENT, terminal.envelope(kid="seal-2")), Reason.UNKNOWN_KEY),
    "state of version 3": (lambda: on(Up.STATE, b'{"v":3}'), Reason.OTHER_VERSION),
    "state that is none": (lambda: on(Up.STATE, b'{"v":1,"state":"asleep"}'), Reason.MALFORMED),
    "health cut off": (lambda: on(Up.HEALTH, b'{"v":1'), Reason.NOT_JSON),
    "a time that no column holds": (lambda: on(Up.STATE, said(ts=2**63)), Reason.MALFORMED),
    "a counter that no column holds": (lambda: on(Up.STATE, said(connection=2**64 - 1)), Reason.MALFORMED),
    "a time before 1970": (lambda: on(Up.STATE, said(ts=-1)), Reason.MALFORMED),
    "a NUL in the boot id": (lambda: on(Up.STATE, said(boot="a\0")), Reason.MALFORMED),
    "a boot id without end": (lambda: on(Up.STATE, said(boot="a" * 65)), Reason.MALFORMED),
    "seq that no column holds": (lambda: on(Up.ENROLMENT, terminal.envelope(seq=2**63)), Reason.MALFORMED),
    "birth without fields": (lambda: on(Up.BIRTH, b'{"v":1}'), Reason.MALFORMED),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_message_is_put_aside_under_its_reason(name: str) -> None:
    make, reason = BAD[name]
    found = judged(make())
    assert isinstance(found, Quarantined)
    assert found.reason is reason


def test_a_state_word_is_read() -> None:
    word = State(1, StateWord.READY, "boot", 3, 5)
    found = judged(on(Up.STATE, canonical(word)))
    assert isinstance(found, Said)
    assert found.word == word


STATES: dict[str, tuple[tuple[str, int, int] | None, State, bool]] = {
    "the first word": (None, State(1, StateWord.LOST, "b1", 1, 5), True),
    "ready after init": (("b1", 2, 50), State(1, StateWord.READY, "b1", 2, 51), True),
    "the will of this connection": (("b1", 2, 50), State(1, StateWord.LOST, "b1", 2, 49), True),
    "the will of an older connection": (("b1", 3, 50), State(1, StateWord.LOST, "b1", 2, 49), False),
    "an old will with a late clock": (("b1", 3, 50), State(1, StateWord.LOST, "b1", 2, 99), False),
    "a new boot": (("b1", 9, 50), State(1, StateWord.INIT, "b2", 1, 60), True),
    "a new boot with its clock set back": (("b1", 9, 50), State(1, StateWord.INIT, "b2", 1, 7), True),
    "the will of the boot before": (("b2", 1, 60), State(1, StateWord.LOST, "b1", 9, 50), False),
    "the will of a boot we never saw": (("b1", 9, 50), State(1, StateWord.LOST, "b2", 1, 60), True),
}


@pytest.mark.parametrize("name", STATES)
def test_only_the_newest_state_counts(name: str) -> None:
    stored, said, newer = STATES[name]
    assert supersedes(stored, said) is newer


@pytest.mark.parametrize(
    ("before", "ts", "stale"),
    [(None, 5, False), (5, 5, False), (5, 6, False), (6, 5, True), (700_000, 5, False)],
)
def test_an_older_health_is_stale_unless_the_clock_was_set_back(
    before: int | None, ts: int, stale: bool
) -> None:
    assert is_stale(before, ts) is stale
