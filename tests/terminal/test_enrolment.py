"""From what was confirmed to the bytes that are signed, sealed and stored."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import load_der_x509_certificate

from contract.encoding import canonical
from contract.envelope import signed_by
from contract.record import SIGNATURE_CONTEXT, Body, ConsentGiven, Procedure
from terminal.enrolment import AcceptedRecord, Draft, Prepared, Unstored, prepare, seal_and_commit
from terminal.messages import Localised
from terminal.ports import ClockState, Holder
from terminal.presentation import Language, Presentation
from terminal.procedures.consent import VERSION, consent_given, whole_text_view
from terminal.view_parts import Paragraph, Stone, Stones
from terminal.visit import Visit
from tests.terminal.flow import APPLY, RESERVE, after, walk
from tests.terminal.rig import OPERATOR, Rig, card, device_key, pin_of, running

DRAFT = Draft("shisaku-1", "aoba", "1234567890123456", ("987",), "5678", ConsentGiven(VERSION, "0" * 64))


def visit_of(rig: Rig) -> Visit:
    return Visit(rig.facilities.new_id(), rig.around, Presentation())


def body_of(prepared: Prepared) -> Body:
    return msgspec.json.decode(prepared.body, type=Body)


@pytest.mark.parametrize("procedure", Procedure)
def test_the_bytes_are_canonical_and_the_digest_is_theirs(procedure: Procedure) -> None:
    rig = Rig()
    prepared = prepare(visit_of(rig), DRAFT, procedure, rig.facilities)
    assert canonical(msgspec.json.decode(prepared.body)) == prepared.body
    assert prepared.digest == hashlib.sha256(SIGNATURE_CONTEXT + prepared.body).digest()
    assert body_of(prepared).id == prepared.id


def test_the_body_says_what_was_decided_where_and_when() -> None:
    rig = Rig()
    visit = visit_of(rig)
    body = body_of(prepare(visit, DRAFT, Procedure.APPLICATION, rig.facilities))
    assert (body.visit, body.terminal, body.site) == (visit.id, "tk-0042", "見本市役所 1階")
    assert (body.programme, body.measure, body.demo) == ("national-2022", "shisaku-1", True)
    assert (body.time, body.clock) == ("2022-07-15T10:00:00+09:00", "set")
    assert body.service is not None
    assert (body.service.codes, body.service.phone_last4) == (("987",), "5678")
    assert body.answer_key == visit.answer_key.public_key().public_bytes_raw()


@pytest.mark.parametrize("procedure", Procedure)
def test_every_record_says_that_nobody_acts_for_another(procedure: Procedure) -> None:
    """Said, not left out: the card signs it, and records with another answer will follow."""
    rig = Rig()
    body = msgspec.json.decode(prepare(visit_of(rig), DRAFT, procedure, rig.facilities).body)
    assert body["represented"] is False


async def test_a_childs_card_leaves_no_record_of_any_kind() -> None:
    async with running(Rig()) as rig:
        await walk(rig, after(APPLY, "ConfirmCard"))
        await rig.press("child")
        assert rig.store.kept == []
        assert rig.trouble


def test_a_reservation_carries_nothing_of_a_service() -> None:
    rig = Rig()
    prepared = prepare(visit_of(rig), DRAFT, Procedure.RESERVATION, rig.facilities)
    assert body_of(prepared).service is None
    assert b"1234567890123456" not in prepared.body


def test_no_record_without_consent() -> None:
    rig = Rig()
    with pytest.raises(ValueError, match="without consent"):
        prepare(visit_of(rig), replace(DRAFT, consent=None), Procedure.RESERVATION, rig.facilities)


def test_each_visit_has_its_own_answer_key_and_each_record_its_own_id() -> None:
    rig = Rig()
    one, other = visit_of(rig), visit_of(rig)
    bodies = [body_of(prepare(v, DRAFT, p, rig.facilities)) for v in (one, other) for p in Procedure]
    assert len({body.id for body in bodies}) == 4
    assert len({body.answer_key for body in bodies}) == 2


# ------------------------------------------------------------------ consent


def test_the_hash_of_the_consent_is_stable_and_follows_language_and_operator() -> None:
    facilities = Rig().facilities
    given = {language: consent_given(facilities, language) for language in Language}
    assert given[Language.JA] == consent_given(facilities, Language.JA)
    assert len({consent.sha256 for consent in given.values()}) == len(Language)
    other = replace(facilities, operator=replace(OPERATOR, purpose=Localised("ほかの目的")))
    assert consent_given(other, Language.JA).sha256 != given[Language.JA].sha256


def test_the_hash_is_over_the_very_text_of_the_screen() -> None:
    rig = Rig()
    view = whole_text_view(rig.facilities, Stones((Stone.CONSENT,), Stone.CONSENT))
    shown = [
        rig.facilities.wording.text(part.text, Language.JA)
        for part in view.parts
        if isinstance(part, Paragraph) and part.text.id != "consent_text.version"
    ]
    expected = hashlib.sha256(canonical({"version": VERSION, "language": "ja", "texts": shown})).hexdigest()
    assert consent_given(rig.facilities, Language.JA).sha256 == expected


async def test_the_record_keeps_the_consent_in_the_language_that_was_read() -> None:
    for language in Language:
        async with running(Rig(language=language)) as rig:
            await walk(rig, RESERVE)
            ((body, _, _),) = rig.opened()
            assert body.consent == consent_given(rig.facilities, language)


# ------------------------------------------------------------------ sealing


async def test_what_is_stored_is_sealed_signed_by_the_device_and_by_the_card() -> None:
    async with running(Rig()) as rig:
        await walk(rig, APPLY)
        for kept, (body, plaintext, envelope) in zip(rig.store.kept, rig.opened(), strict=True):
            assert (
                (kept.id, kept.procedure) == (body.id, body.procedure.value) == (envelope.id, body.procedure)
            )
            assert signed_by(envelope, device_key().public_key())
            for secret in (b"1234567890123456", plaintext.certificate, plaintext.signature, b"shisaku"):
                assert secret not in kept.envelope
            key = load_der_x509_certificate(plaintext.certificate).public_key()
            assert isinstance(key, RSAPublicKey)
            key.verify(plaintext.signature, SIGNATURE_CONTEXT + plaintext.body, padding.PKCS1v15(), SHA256())


async def _signed(rig: Rig) -> tuple[Prepared, bytes, bytes]:
    prepared = prepare(visit_of(rig), DRAFT, Procedure.RESERVATION, rig.facilities)
    rig.readers.put(card())
    holder = await rig.readers.read("reader")
    assert isinstance(holder, Holder)
    signed = await rig.readers.sign(holder, bytearray(pin_of().encode()), [prepared.digest])
    (signature,) = signed.signatures  # type: ignore[union-attr]
    return prepared, holder.certificate, signature


async def test_a_signature_that_is_not_the_cards_is_not_stored() -> None:
    rig = Rig()
    prepared, certificate, signature = await _signed(rig)
    bent = bytes([signature[0] ^ 1]) + signature[1:]
    for wrong in (bent, b"", bytes(256)):
        outcome = await seal_and_commit(prepared, certificate, wrong, rig.facilities, rig.clock)
        assert outcome == Unstored("signature")
    assert rig.store.kept == []
    outcome = await seal_and_commit(prepared, certificate, signature, rig.facilities, rig.clock)
    assert isinstance(outcome, AcceptedRecord)


@pytest.mark.parametrize("reason", ["full", "disk", "damaged"])
async def test_a_store_that_refuses_is_passed_on_as_it_said(reason: str) -> None:
    rig = Rig()
    rig.store.refusals = [reason]
    outcome = await seal_and_commit(*await _signed(rig), rig.facilities, rig.clock)
    assert outcome == Unstored(reason)


def test_the_clocks_state_stands_in_the_record() -> None:
    for state in ClockState:
        rig = Rig()
        rig.clock.trust = state
        assert (
            body_of(prepare(visit_of(rig), DRAFT, Procedure.RESERVATION, rig.facilities)).clock == state.value
        )
