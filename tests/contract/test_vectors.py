"""Bytes that terminals in the field have already written: a change here is a new version, not a mended test."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from contract.ack import Ack, read_ack, sign_ack
from contract.answer import ProgrammeAnswer, SealedAnswer, Verdict, open_answer, read_answer
from contract.envelope import Envelope, fingerprint, read_envelope, signed_by
from contract.keys import KeyRing, read_keys, sign_keys
from contract.record import body_bytes, card_digest, pack, unpack
from contract.reference_number import reference_number
from contract.sealing import answer_info, enrolment_info, unseal
from tests.contract.parties import (
    ACK_KEY,
    AT,
    BODY,
    DEVICE,
    ID,
    JOURNAL,
    KEYS,
    PLAINTEXT,
    ROOT,
    SEALING_KEY,
    TERMINAL,
    TS,
    VISIT_KEY,
    ring,
)

PINNED = json.loads((Path(__file__).parent / "vectors.json").read_text(encoding="utf-8"))


def test_body_digest_packing_and_number_have_not_changed() -> None:
    assert body_bytes(BODY).decode() == PINNED["body"]
    assert card_digest(body_bytes(BODY)).hex() == PINNED["card_digest"]
    assert len(pack(PLAINTEXT)) == PINNED["packed_length"]
    assert hashlib.sha256(pack(PLAINTEXT)).hexdigest() == PINNED["packed_sha256"]
    assert reference_number(ID) == PINNED["reference_number"]


def test_what_the_card_signs_is_context_then_body() -> None:
    expected = hashlib.sha256(b"mynapo/enrolment/1\x00" + PINNED["body"].encode()).hexdigest()
    assert PINNED["card_digest"] == expected


def test_an_envelope_written_before_still_verifies_and_opens() -> None:
    envelope = read_envelope(PINNED["envelope"].encode())
    assert isinstance(envelope, Envelope)
    assert signed_by(envelope, DEVICE.public_key())
    packed = unseal(envelope.sealed(), SEALING_KEY, envelope.info())
    assert isinstance(packed, bytes)
    assert unpack(packed) == (PLAINTEXT, BODY)
    assert fingerprint(PINNED["envelope"].encode()) == hashlib.sha256(PINNED["envelope"].encode()).hexdigest()


def test_acks_and_keys_are_signed_the_same_way_as_before() -> None:
    ack = sign_ack(ACK_KEY, "ack-1", terminal=TERMINAL, journal=JOURNAL, entries=((ID, "cd" * 32),), ts=TS)
    assert ack.decode() == PINNED["ack"]
    assert isinstance(read_ack(ack, ring(), terminal=TERMINAL, at=AT), Ack)
    assert sign_keys(ROOT, 7, KEYS).decode() == PINNED["keys"]
    assert isinstance(read_keys(PINNED["keys"].encode(), ROOT.public_key()), KeyRing)


def test_an_answer_written_before_still_verifies_and_opens() -> None:
    signed = read_answer(PINNED["answer"].encode(), ring(), terminal=TERMINAL, at=AT)
    assert isinstance(signed, SealedAnswer)
    assert open_answer(signed, VISIT_KEY) == ProgrammeAnswer(ID, Verdict.DONE, TS, mykey_id="ABCD2345")


def test_what_ciphertexts_are_bound_to_is_spelled_as_in_the_design() -> None:
    info = enrolment_info(id="i", terminal="t", journal="j", seq=5, kid="k", v=1)
    assert info == b"mynapo/seal/1\ni\nt\nj\n5\nk\n1"
    assert answer_info(id="i", terminal="t") == b"mynapo/answer/1\ni\nt"
