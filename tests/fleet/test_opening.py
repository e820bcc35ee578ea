"""What the opener believes. Each row breaks one thing that is otherwise in order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from contract.certificate_chain import TrustAnchors
from contract.record import Plaintext, body_bytes, pack
from fleet.intake import Device
from fleet.opening import MAX_AGE, Opened, OpeningKeys, OpeningRules, Rejected, open_record, slot_of
from tests.fleet.records import (
    NOW,
    SEAL_KID,
    TERMINAL,
    CardCa,
    Terminal,
    card_signature,
    make_body,
    national,
    rsa_key,
)

terminal = Terminal()
SECRET = b"s" * 32


def opened(
    envelope: bytes,
    *,
    received_at: datetime = NOW + timedelta(seconds=5),
    demo: bool = False,
    accept_test_ca: bool = True,
    keys: OpeningKeys | None = None,
) -> Opened | Rejected:
    return open_record(
        envelope,
        received_at=received_at,
        find_device={TERMINAL: Device(terminal.device.public_key(), True)}.get,
        keys=keys or OpeningKeys({SEAL_KID: terminal.seal}, SECRET),
        rules=OpeningRules(
            TrustAnchors.from_pem([terminal.ca.pem()], accept_test_ca=accept_test_ca),
            {"national-2022": national()},
            demo=demo,
        ),
    )


def test_a_record_whose_parts_vouch_for_each_other_is_opened() -> None:
    body = make_body()
    found = opened(terminal.record(body))
    assert isinstance(found, Opened)
    assert found.body == body
    assert found.signed_at == NOW


def test_the_person_key_follows_the_key_of_the_card_and_shows_nothing_of_it() -> None:
    first, again, other = (opened(terminal.record(make_body(), holder=name)) for name in ("a", "a", "b"))
    assert isinstance(first, Opened)
    assert isinstance(again, Opened)
    assert isinstance(other, Opened)
    assert first.person == again.person != other.person
    elsewhere = opened(
        terminal.record(make_body(), holder="a"), keys=OpeningKeys({SEAL_KID: terminal.seal}, b"t" * 32)
    )
    assert isinstance(elsewhere, Opened)
    assert elsewhere.person != first.person


def late(**changes: Any) -> bytes:
    return terminal.record(make_body(**changes))


def unpadded(plaintext: bytes) -> Callable[[], bytes]:
    return lambda: terminal.envelope(plaintext)


def forged_body() -> bytes:
    body = make_body()
    return terminal.record(body, signed_body=body_bytes(make_body(id=body.id, measure="shisaku-2")))


def foreign_certificate() -> bytes:
    return terminal.record(make_body(), certificate=CardCa("other-ca").issue("holder"))


def certificate(**dates: Any) -> Callable[[], bytes]:
    return lambda: terminal.record(make_body(), certificate=terminal.ca.issue("holder", **dates))


def broken_seal() -> bytes:
    return Terminal(device=terminal.device, seal=X25519PrivateKey.generate()).envelope()


FAULTS: dict[str, tuple[Callable[[], bytes], str]] = {
    "not an envelope": (lambda: b"{}", "envelope"),
    "another device's signature": (
        lambda: terminal.envelope(device=Ed25519PrivateKey.generate()),
        "device-signature",
    ),
    "a terminal nobody registered": (lambda: terminal.envelope(name="tk-0009"), "device-signature"),
    "sealed to a key we never had": (lambda: terminal.envelope(kid="seal-9"), "unknown-key"),
    "sealed to another key of that name": (broken_seal, "cannot-open"),
    "plaintext is no JSON": (unpadded(b"rubbish"), "malformed"),
    "plaintext lacks the signature": (unpadded(b'{"body":"e30=","certificate":""}'), "malformed"),
    "body is no JSON": (unpadded(pack(Plaintext(b"rubbish", b"", b""))), "malformed"),
    "body has a field we do not know": (unpadded(pack(Plaintext(b'{"x":1}', b"", b""))), "malformed"),
    "body of another version": (lambda: late(v=2), "other-version"),
    "envelope of another id": (lambda: terminal.record(make_body(), envelope_id="other"), "other-id"),
    "body of another terminal": (lambda: late(terminal="tk-0002"), "other-terminal"),
    "answer key too short": (lambda: late(answer_key=b"short"), "answer-key"),
    "answer key of low order": (lambda: late(answer_key=bytes(32)), "answer-key"),
    "a measure that no column holds": (lambda: late(measure="x" * 65), "malformed"),
    "a measure that is another's with a blank": (lambda: late(measure="1 "), "malformed"),
    "a programme with a NUL": (lambda: late(programme="a\0"), "malformed"),
    "a programme of two lines": (lambda: late(programme="a\nb"), "malformed"),
    "time without offset": (lambda: late(time="2022-07-15T01:00:00"), "time"),
    "time that is none": (lambda: late(time="yesterday"), "time"),
    "time beyond the calendar": (lambda: late(time="0001-01-01T00:00:00+14:00"), "time"),
    "signed tomorrow": (lambda: late(time=(NOW + timedelta(days=1)).isoformat()), "future"),
    "demo record": (lambda: late(demo=True), "demo"),
    "another person's signature": (lambda: terminal.record(make_body(), signer="somebody"), "card-signature"),
    "signature over another body": (forged_body, "card-signature"),
    "certificate of another CA": (foreign_certificate, "certificate-issuer"),
    "certificate that is rubbish": (
        lambda: terminal.record(make_body(), certificate=b"\x30\x03abc"),
        "certificate-damaged",
    ),
    "certificate run out before": (certificate(until=NOW - timedelta(days=1)), "certificate-expired"),
    "certificate not yet begun": (certificate(after=NOW + timedelta(days=1)), "certificate-not-yet"),
    "a programme that nobody runs": (lambda: late(programme="town-2026"), "unknown-programme"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_one_fault_is_enough_and_is_named(name: str) -> None:
    make, fault = FAULTS[name]
    found = opened(make())
    assert isinstance(found, Rejected)
    assert found.fault == fault


def test_a_certificate_of_an_algorithm_nobody_knows_is_rejected() -> None:
    """Signed by its own holder, in the issuer's name, with a hash in PSS's parameters that does not exist."""
    name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, terminal.ca.organisation)])
    builder = x509.CertificateBuilder(name, name, rsa_key("rogue").public_key(), 78)
    builder = builder.not_valid_before(NOW - timedelta(days=9)).not_valid_after(NOW + timedelta(days=99))
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    der = builder.sign(rsa_key("rogue"), hashes.SHA256(), rsa_padding=pss).public_bytes(Encoding.DER)
    sha256, nothing = bytes.fromhex("608648016503040201"), bytes.fromhex("60864801650304027f")
    envelope = terminal.record(make_body(), holder="rogue", certificate=der.replace(sha256, nothing))
    found = opened(envelope)
    assert isinstance(found, Rejected)
    assert found.fault == "certificate-issuer"


def test_a_fleet_in_demo_mode_takes_demo_records_of_any_year() -> None:
    body = make_body(demo=True, clock="set", time=(NOW + timedelta(days=30)).isoformat())
    assert isinstance(opened(terminal.record(body), demo=True), Opened)


def test_a_card_of_the_test_ca_is_refused_unless_allowed() -> None:
    found = opened(terminal.record(make_body()), accept_test_ca=False)
    assert isinstance(found, Rejected)
    assert found.fault == "certificate-test-ca"


@pytest.mark.parametrize(("clock", "believed"), [("synced", True), ("unsynced", False)])
def test_a_certificate_may_run_out_on_the_way_if_the_clock_was_sure(clock: str, believed: bool) -> None:
    der = terminal.ca.issue("holder", until=NOW + timedelta(hours=1))
    envelope = terminal.record(make_body(clock=clock), certificate=der)
    assert isinstance(opened(envelope, received_at=NOW + timedelta(days=3)), Opened) is believed


@pytest.mark.parametrize(
    ("under_way", "believed"),
    [(MAX_AGE, True), (MAX_AGE + timedelta(seconds=1), False), (timedelta(days=900), False)],
)
def test_a_record_under_way_for_longer_than_any_line_is_down_is_for_a_person(
    under_way: timedelta, believed: bool
) -> None:
    found = opened(terminal.record(make_body()), received_at=NOW + under_way)
    if believed:
        assert isinstance(found, Opened)
    else:
        assert isinstance(found, Rejected)
        assert found.fault == "too-old"


def test_what_does_not_fit_is_named_only_after_a_card_has_vouched_for_it() -> None:
    body = make_body(programme="town-2026")
    assert opened(terminal.record(body)) == Rejected("unknown-programme", body)
    assert opened(terminal.record(body, signer="somebody")) == Rejected("card-signature", body)


def test_the_once_only_place_differs_by_programme_measure_procedure_and_person() -> None:
    body = make_body()
    places = {
        slot_of(body, "p", SECRET),
        slot_of(body, "q", SECRET),
        slot_of(make_body(programme="other"), "p", SECRET),
        slot_of(make_body(measure="shisaku-2"), "p", SECRET),
        slot_of(make_body(procedure="reservation"), "p", SECRET),
    }
    assert len(places) == 5
    assert slot_of(make_body(), "p", SECRET) in places


def test_the_signature_of_the_card_covers_the_whole_body() -> None:
    body = make_body()
    assert card_signature("holder", body_bytes(body)) != card_signature("holder", body_bytes(body) + b" ")
