"""Every field of everything signed or sealed: changed, it is noticed; garbage never raises."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from contract.ack import MAX_ENTRIES, Ack, read_ack, sign_ack
from contract.answer import ProgrammeAnswer, SealedAnswer, Verdict, open_answer, read_answer, seal_answer
from contract.encoding import MAX_PAYLOAD, Malformed, canonical, read
from contract.envelope import Envelope, read_envelope, signed_by
from contract.keys import KeyRing, SignedKeys, read_keys, sign_keys
from contract.record import Body, Plaintext, pack, unpack
from contract.sealing import CannotOpen, Sealed, seal, unseal
from contract.status import Birth, FleetState, Health, State
from tests.contract.parties import (
    ACK_KEY,
    ANSWER_KEY,
    AT,
    BODY,
    DEVICE,
    ID,
    JOURNAL,
    KEYS,
    KEYS_DOCUMENT,
    PLAINTEXT,
    ROOT,
    SEALING_KEY,
    TERMINAL,
    TS,
    VISIT_KEY,
    ring,
    sealed_enrolment,
)

RING = ring()
ENVELOPE = sealed_enrolment()
ACK = sign_ack(ACK_KEY, "ack-1", terminal=TERMINAL, journal=JOURNAL, entries=((ID, "cd" * 32),), ts=TS)
ANSWER = seal_answer(
    ProgrammeAnswer(ID, Verdict.ALREADY, TS),
    terminal=TERMINAL,
    answer_key=VISIT_KEY.public_key().public_bytes_raw(),
    key=ANSWER_KEY,
    kid="answer-1",
)


def believes_envelope(payload: bytes) -> bool:
    envelope = read_envelope(payload)
    return isinstance(envelope, Envelope) and signed_by(envelope, DEVICE.public_key())


def opens_envelope(payload: bytes) -> bool:
    envelope = read_envelope(payload)
    if not isinstance(envelope, Envelope):
        return False
    return not isinstance(unseal(envelope.sealed(), SEALING_KEY, envelope.info()), CannotOpen)


def believes_ack(payload: bytes) -> bool:
    return isinstance(read_ack(payload, RING, terminal=TERMINAL, at=AT), Ack)


def believes_answer(payload: bytes) -> bool:
    return isinstance(read_answer(payload, RING, terminal=TERMINAL, at=AT), SealedAnswer)


def believes_keys(payload: bytes) -> bool:
    return isinstance(read_keys(payload, ROOT.public_key()), KeyRing)


DOCUMENTS: list[tuple[str, bytes, Callable[[bytes], bool]]] = [
    ("envelope", ENVELOPE, believes_envelope),
    ("ack", ACK, believes_ack),
    ("answer", ANSWER, believes_answer),
    ("keys", KEYS_DOCUMENT, believes_keys),
]


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Paths to every text and number of a JSON value."""
    if isinstance(value, dict):
        return [leaf for key, inner in value.items() for leaf in leaves(inner, (*path, key))]
    if isinstance(value, list):
        return [leaf for index, inner in enumerate(value) for leaf in leaves(inner, (*path, index))]
    return [path]


def changed(value: Any, path: tuple[Any, ...]) -> Any:
    """A copy with another value of the same type at `path`."""
    copy = json.loads(json.dumps(value))
    holder = copy
    for step in path[:-1]:
        holder = holder[step]
    old = holder[path[-1]]
    if isinstance(old, int):
        holder[path[-1]] = old + 1
    elif path[-1] in ("not_before", "not_after"):
        holder[path[-1]] = old.replace("20", "19", 1)
    else:
        # The first sign: the last of a base64 text may carry unused bits only.
        holder[path[-1]] = ("B" if old[0] == "A" else "A") + old[1:]
    return copy


@pytest.mark.parametrize(("name", "document", "believes"), DOCUMENTS, ids=[d[0] for d in DOCUMENTS])
def test_untouched_it_is_believed_and_with_any_field_changed_it_is_not(
    name: str, document: bytes, believes: Callable[[bytes], bool]
) -> None:
    assert believes(document)
    value = json.loads(document)
    paths = leaves(value)
    assert len(paths) >= 6
    for path in paths:
        assert not believes(json.dumps(changed(value, path)).encode()), f"{name}: {path} changed unnoticed"


@pytest.mark.parametrize(("name", "document", "believes"), DOCUMENTS, ids=[d[0] for d in DOCUMENTS])
def test_a_missing_field_is_named_and_an_unknown_one_ignored(
    name: str, document: bytes, believes: Callable[[bytes], bool]
) -> None:
    value = json.loads(document)
    for field in value:
        assert not believes(json.dumps({k: v for k, v in value.items() if k != field}).encode())
    assert believes(json.dumps({**value, "of_a_later_version": {"x": [1]}}).encode())


@pytest.mark.parametrize(("name", "document", "believes"), DOCUMENTS, ids=[d[0] for d in DOCUMENTS])
def test_another_version_is_refused_by_name(
    name: str, document: bytes, believes: Callable[[bytes], bool]
) -> None:
    readers: dict[str, Callable[[bytes], object]] = {
        "envelope": read_envelope,
        "ack": lambda payload: read_ack(payload, RING, terminal=TERMINAL, at=AT),
        "answer": lambda payload: read_answer(payload, RING, terminal=TERMINAL, at=AT),
        "keys": lambda payload: read_keys(payload, ROOT.public_key()),
    }
    refused = readers[name](json.dumps({**json.loads(document), "v": 2}).encode())
    assert isinstance(refused, Malformed)
    assert "version 2" in refused.reason


@pytest.mark.parametrize("field", ["id", "terminal", "journal", "seq", "kid", "enc", "ct"])
def test_a_ciphertext_moved_to_another_envelope_does_not_open(field: str) -> None:
    assert opens_envelope(ENVELOPE)
    moved = changed(json.loads(ENVELOPE), (field,))
    assert not opens_envelope(json.dumps(moved).encode())


def test_a_document_of_one_kind_is_not_believed_as_another() -> None:
    for name, _, believes in DOCUMENTS:
        for other, document, _ in DOCUMENTS:
            assert believes(document) == (name == other)


def test_nobody_elses_key_opens_or_verifies() -> None:
    envelope = read_envelope(ENVELOPE)
    assert isinstance(envelope, Envelope)
    assert not signed_by(envelope, Ed25519PrivateKey.generate().public_key())
    stranger = X25519PrivateKey.generate()
    assert unseal(envelope.sealed(), stranger, envelope.info()) == CannotOpen()
    signed = read_answer(ANSWER, RING, terminal=TERMINAL, at=AT)
    assert isinstance(signed, SealedAnswer)
    assert isinstance(open_answer(signed, stranger), Malformed)
    assert isinstance(open_answer(signed, VISIT_KEY), ProgrammeAnswer)


def test_an_answer_whose_inside_names_another_enrolment_is_refused() -> None:
    other = ProgrammeAnswer("another", Verdict.DONE, TS)
    sealed = seal(
        canonical(other),
        VISIT_KEY.public_key().public_bytes_raw(),
        b"mynapo/answer/1\n" + f"{ID}\n{TERMINAL}".encode(),
    )
    signed = SealedAnswer(1, ID, TERMINAL, sealed.enc, sealed.ct, "answer-1", b"")
    assert open_answer(signed, VISIT_KEY) == Malformed(
        "ProgrammeAnswer", "answers another enrolment than its envelope says"
    )


@pytest.mark.parametrize("use", ["seal-1", "answer-1"])
def test_an_ack_signed_under_a_key_of_another_use_is_refused(use: str) -> None:
    key = ANSWER_KEY if use == "answer-1" else ACK_KEY
    payload = sign_ack(key, use, terminal=TERMINAL, journal=JOURNAL, entries=(), ts=TS)
    refused = read_ack(payload, RING, terminal=TERMINAL, at=AT)
    assert isinstance(refused, Malformed)
    assert "unknown key" in refused.reason


def test_the_largest_ack_stays_below_half_of_the_largest_payload() -> None:
    entries = tuple((ID, f"{number:064x}") for number in range(MAX_ENTRIES))
    payload = sign_ack(ACK_KEY, "ack-1", terminal="t" * 40, journal=JOURNAL, entries=entries, ts=TS)
    assert len(payload) < MAX_PAYLOAD / 2


# ------------------------------------------------------------------------------------------ shapes and garbage

READERS: list[Callable[[bytes], object]] = [
    believes_envelope,
    opens_envelope,
    believes_ack,
    believes_answer,
    believes_keys,
    unpack,
    *(
        lambda payload, kind=kind: read(kind, payload)
        for kind in (Body, Plaintext, ProgrammeAnswer, State, Birth, Health, FleetState)
    ),
]

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(st.binary(max_size=300))
def test_garbage_bytes_never_raise(payload: bytes) -> None:
    for reader in READERS:
        reader(payload)


@given(json_values)
def test_json_of_any_shape_never_raises(value: object) -> None:
    payload = json.dumps(value).encode()
    for reader in READERS:
        reader(payload)


@given(
    st.sampled_from([document for _, document, _ in DOCUMENTS]),
    st.data(),
)
def test_a_document_with_any_field_replaced_by_anything_never_raises(
    document: bytes, data: st.DataObject
) -> None:
    value = json.loads(document)
    value[data.draw(st.sampled_from(sorted(value)))] = data.draw(json_values)
    for reader in READERS:
        reader(json.dumps(value).encode())


def meaning(payload: bytes) -> tuple[object, ...]:
    """What the readers make of a payload; an unknown field beside the known ones means nothing."""
    found = (
        read(Envelope, payload),
        read(Ack, payload),
        read(SealedAnswer, payload),
        read(SignedKeys, payload),
    )
    return tuple(one if not isinstance(one, Malformed) else None for one in found)


@given(st.sampled_from([document for _, document, _ in DOCUMENTS]), st.data())
def test_a_document_with_any_byte_changed_is_never_believed_for_other_content(
    document: bytes, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(document) - 1))
    mutated = bytearray(document)
    mutated[at] = data.draw(st.integers(0, 255))
    for _, original, believes in DOCUMENTS:
        if original == document and believes(bytes(mutated)):
            # Base64 has unused bits, JSON has optional escapes: what is read must still be what was written.
            assert meaning(bytes(mutated)) == meaning(document)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"null",
        b"[" * MAX_PAYLOAD,
        b'{"v":' * 9000,
        b'{"id":"\\ud800"}',
        b'{"v":1e999}',
        b'{"v":' + b"9" * 5000 + b"}",
        b"\xef\xbb\xbf{}",
        b" " * MAX_PAYLOAD + b"{}",
    ],
)
def test_known_nasty_payloads_are_malformed_and_nothing_more(payload: bytes) -> None:
    for reader in READERS:
        assert isinstance(reader(payload), Malformed | bool)
        assert reader(payload) is not True


def test_what_is_too_large_is_refused_by_its_size_alone() -> None:
    refused = read(ProgrammeAnswer, b"x" * (MAX_PAYLOAD + 1))
    assert refused == Malformed("ProgrammeAnswer", f"{MAX_PAYLOAD + 1} bytes, more than {MAX_PAYLOAD}")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("procedure", "SECRET"),
        ("service", {"SECRET": 1}),
        ("SECRET", 1),
        ("id", ["SECRET"]),
        ("demo", "SECRET"),
    ],
)
def test_a_refusal_names_the_place_and_never_the_value(field: str, value: object) -> None:
    body = {**json.loads(canonical(BODY)), field: value}
    refused = read(Body, json.dumps(body).encode())
    assert isinstance(refused, Malformed)
    assert "SECRET" not in refused.reason
    if field in ("procedure", "id", "demo"):
        assert field in refused.reason


def test_a_record_with_unknown_fields_is_refused_because_it_was_signed_as_a_whole() -> None:
    packed = canonical(Plaintext(canonical({**json.loads(canonical(BODY)), "extra": 1}), b"", b""))
    assert isinstance(unpack(packed), Malformed)


@given(st.binary(max_size=3000))
def test_padding_hides_the_length_and_comes_off_again(certificate: bytes) -> None:
    plaintext = Plaintext(PLAINTEXT.body, certificate, b"s" * 256)
    packed = pack(plaintext)
    assert len(packed) % 256 == 0
    assert unpack(packed) == (plaintext, BODY)


@given(st.binary(max_size=2000), st.binary(max_size=100))
def test_sealing_opens_only_with_the_same_binding(plaintext: bytes, info: bytes) -> None:
    sealed = seal(plaintext, KEYS[0].public, info)
    assert unseal(sealed, SEALING_KEY, info) == plaintext
    assert unseal(sealed, SEALING_KEY, info + b"x") == CannotOpen()
    assert seal(plaintext, KEYS[0].public, info) != sealed


@pytest.mark.parametrize(
    "sealed",
    [
        Sealed(b"", b""),
        Sealed(bytes(32), bytes(16)),
        Sealed(b"\x01" + bytes(31), bytes(64)),
        Sealed(b"\xff" * 32, bytes(64)),
        Sealed(bytes(31), bytes(64)),
        Sealed(bytes(33), bytes(64)),
        Sealed(KEYS[0].public, b""),
    ],
)
def test_ciphertexts_of_wrong_length_or_low_order_do_not_open(sealed: Sealed) -> None:
    assert unseal(sealed, SEALING_KEY, b"info") == CannotOpen()


@given(st.text(), st.text())
def test_canonical_bytes_do_not_depend_on_the_order_of_keys(one: str, other: str) -> None:
    assert canonical({"a": one, "b": other}) == canonical({"b": other, "a": one})


def test_sign_keys_is_believed_only_from_the_root() -> None:
    assert not believes_keys(sign_keys(Ed25519PrivateKey.generate(), 7, KEYS))
