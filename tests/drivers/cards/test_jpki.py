"""The JPKI application over a channel: kinds of cards, faults at every APDU, what a signature takes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.card.faults import BentCard
from bench.card.iso7816 import IsoCard, Key, PinFile
from bench.card.residents import ROLES
from drivers.cards.apdu import ResponseApdu
from drivers.cards.jpki import Identity, JpkiCard
from terminal.ports import CardKind, CardLost, CardRefused, OtherCard, PinBlocked, PinWrong
from tests.bench.card.rig import DirectChannel, pin_of, residents, wrong_pin_of

DIGEST = hashlib.sha256(b"mynapo/enrolment/1\0body").digest()

KINDS: dict[str, CardKind] = {
    "juki": CardKind.JUKI,
    "licence": CardKind.DRIVERS_LICENCE,
    "e-money": CardKind.UNKNOWN,  # without a reader that names it, FeliCa is a card without applications
    "android-token": CardKind.ANDROID_TOKEN,
    "next-generation": CardKind.NEXT_GENERATION,
    "no-auth-certificate": CardKind.NO_AUTH_CERTIFICATE,
    "unknown": CardKind.UNKNOWN,
    "not-der": CardKind.DAMAGED,
    "oversize-certificate": CardKind.DAMAGED,
    **{name: CardKind.DAMAGED for name in ROLES if name.startswith("damaged")},
}
TRIES = {"one-try-left": 1, "locked": 0}


def card_of(name: str) -> IsoCard:
    card = residents().card(name)
    assert isinstance(card, IsoCard)
    return card


def pin_file(card: IsoCard) -> PinFile:
    pin = card.applications[0].files[0x0018]
    assert isinstance(pin, PinFile)
    return pin


def read_identity(jpki: JpkiCard) -> Identity:
    identity = jpki.read()
    assert isinstance(identity, Identity)
    return identity


@pytest.mark.parametrize("name", ROLES)
def test_every_card_is_named(name: str) -> None:
    outcome = JpkiCard(DirectChannel(residents().card(name))).read()
    if name in KINDS:
        assert isinstance(outcome, CardRefused)
        assert outcome.kind is KINDS[name]
    else:
        assert isinstance(outcome, Identity)
        assert outcome.tries_left == TRIES.get(name, 3)


def test_the_certificate_is_the_one_on_the_card() -> None:
    card = card_of("happy")
    file = card.applications[0].files[0x000A]
    assert read_identity(JpkiCard(DirectChannel(card))).certificate == file.content  # type: ignore[union-attr]


def test_a_signature_takes_14_apdus_and_at_most_15_percent_more_than_its_substance() -> None:
    channel = DirectChannel(card_of("happy"))
    jpki = JpkiCard(channel)
    identity = read_identity(jpki)
    signature = jpki.sign(identity.certificate, pin_of("happy"), DIGEST)
    assert isinstance(signature, bytes)
    assert len(channel.sent) <= 14
    substance = len(identity.certificate) + len(signature) + channel.bytes_up
    assert channel.bytes_up + channel.bytes_down <= 1.15 * substance


def test_a_second_signature_selects_the_application_anew_and_verifies_again() -> None:
    channel = DirectChannel(card_of("happy"))
    jpki = JpkiCard(channel)
    identity = read_identity(jpki)
    for _ in range(2):
        assert isinstance(jpki.sign(identity.certificate, pin_of("happy"), DIGEST), bytes)
    verifies = [apdu for apdu in channel.sent if apdu[1] == 0x20 and len(apdu) > 4]
    ends = [index for index, apdu in enumerate(channel.sent) if apdu.hex() == "00a4040c07a0000001510000"]
    assert len(verifies) == 2
    assert len(ends) == 2
    assert ends[-1] == len(channel.sent) - 1


def test_after_a_signature_the_card_refuses_another_without_a_pin() -> None:
    card = card_of("happy")
    channel = DirectChannel(card)
    jpki = JpkiCard(channel)
    assert isinstance(jpki.sign(read_identity(jpki).certificate, pin_of("happy"), DIGEST), bytes)
    for command in ("00A4040C0AD392F000260100000001", "00A4020C020017"):
        assert card.transmit(bytes.fromhex(command)) == b"\x90\x00"
    assert card.transmit(bytes.fromhex("802A0080") + b"\x01\x00\x00") == b"\x69\x82"


def test_a_card_without_extended_length_is_read_in_chunks() -> None:
    channel = DirectChannel(card_of("short-length"))
    read_identity(JpkiCard(channel))
    refused = [apdu for apdu in channel.sent if len(apdu) == 7 and apdu[1] == 0xB0]
    assert len(refused) == 1


def test_a_wrong_pin_costs_one_try_and_says_how_many_are_left() -> None:
    card = card_of("happy")
    jpki = JpkiCard(DirectChannel(card))
    certificate = read_identity(jpki).certificate
    assert jpki.sign(certificate, wrong_pin_of("happy"), DIGEST) == PinWrong(2)
    assert jpki.sign(certificate, wrong_pin_of("happy"), DIGEST) == PinWrong(1)
    assert isinstance(jpki.sign(certificate, pin_of("happy"), DIGEST), bytes)
    assert pin_file(card).left == 3


def test_the_wrong_pin_that_blocks_is_told_from_one_that_was_blocked_before() -> None:
    card = card_of("one-try-left")
    jpki = JpkiCard(DirectChannel(card))
    certificate = read_identity(jpki).certificate
    assert jpki.sign(certificate, wrong_pin_of("one-try-left"), DIGEST) == PinWrong(0)
    assert jpki.sign(certificate, pin_of("one-try-left"), DIGEST) == PinBlocked()
    assert read_identity(jpki).tries_left == 0


@pytest.mark.parametrize("other", ["child", "juki", "licence", "unknown", "no-auth-certificate", "locked"])
def test_another_card_gets_no_pin(other: str) -> None:
    certificate = read_identity(JpkiCard(DirectChannel(card_of("happy")))).certificate
    channel = DirectChannel(card_of(other))
    assert JpkiCard(channel).sign(certificate, pin_of("happy"), DIGEST) == OtherCard()
    assert not [apdu for apdu in channel.sent if apdu[1] == 0x20]


def test_a_false_signature_is_no_signature() -> None:
    jpki = JpkiCard(DirectChannel(residents().card("false-signature")))
    certificate = read_identity(jpki).certificate
    assert jpki.sign(certificate, pin_of("false-signature"), DIGEST) == CardRefused(CardKind.DAMAGED)


def test_a_pin_wiped_meanwhile_costs_no_try() -> None:
    card = card_of("happy")
    jpki = JpkiCard(DirectChannel(card))
    certificate = read_identity(jpki).certificate
    assert jpki.sign(certificate, bytearray(4), DIGEST) == CardLost("abandoned")
    assert pin_file(card).left == 3


@pytest.mark.parametrize("at", range(1, 9))
def test_a_card_lifted_at_any_apdu_of_the_reading_is_lost_and_nothing_else(at: int) -> None:
    outcome = JpkiCard(DirectChannel(card_of("happy"), lost_after=at)).read()
    assert outcome == CardLost("removed")


@pytest.mark.parametrize("at", range(9, 15))
def test_a_card_lifted_at_any_apdu_of_the_signing_is_never_a_wrong_pin(at: int) -> None:
    card = card_of("happy")
    jpki = JpkiCard(DirectChannel(card, lost_after=at))
    certificate = read_identity(jpki).certificate
    outcome = jpki.sign(certificate, pin_of("happy"), DIGEST)
    if at < 14:
        assert outcome == CardLost("removed")
    else:
        assert isinstance(outcome, bytes)  # lost at SELECT ISD: the signature had come back
    assert pin_file(card).left == 3
    assert card.signatures == (1 if at >= 13 else 0)


def test_no_file_with_the_individual_number_is_ever_selected() -> None:
    for name in ROLES:
        card = residents().card(name)
        jpki = JpkiCard(DirectChannel(card))
        identity = jpki.read()
        if isinstance(identity, Identity):
            jpki.sign(identity.certificate, pin_of(name), DIGEST)
        while isinstance(card, BentCard):
            card = card.card
        assert isinstance(card, IsoCard)
        assert {line.application for line in card.access_log} <= {"JPKI"}
        assert {line.fid for line in card.access_log} <= {0x0006, 0x000A, 0x0017, 0x0018}
        assert {line.how for line in card.access_log} <= {"select"}


@dataclass(frozen=True)
class Fault:
    """The answer with this index (0 = first) of an honest sequence becomes `answer`."""

    at: int
    answer: str
    outcome: object


READ_FAULTS = [
    Fault(0, "6A82", CardRefused(CardKind.UNKNOWN, "6A82")),
    Fault(0, "6881", CardRefused(CardKind.UNKNOWN, "6881")),
    Fault(0, "6D00", CardRefused(CardKind.UNKNOWN, "6D00")),
    Fault(0, "1234", CardRefused(CardKind.DAMAGED, "1234")),
    Fault(1, "6A82", CardRefused(CardKind.NEXT_GENERATION, "6A82")),
    Fault(1, "6F00", CardRefused(CardKind.DAMAGED, "6F00")),
    Fault(2, "6982", CardRefused(CardKind.NEXT_GENERATION, "6982")),
    Fault(2, "9000", CardRefused(CardKind.DAMAGED)),
    Fault(2, b"JPKIAPICCTOKEN9".ljust(32).hex() + "9000", CardRefused(CardKind.NEXT_GENERATION)),
    Fault(2, b"SOMETHING".ljust(32).hex() + "9000", CardRefused(CardKind.UNKNOWN)),
    Fault(2, "FF" * 32 + "9000", CardRefused(CardKind.DAMAGED)),
    Fault(3, "6A82", CardRefused(CardKind.NO_AUTH_CERTIFICATE, "6A82")),
    Fault(4, "9000", CardRefused(CardKind.DAMAGED, "9000")),
    Fault(4, "63CF", CardRefused(CardKind.DAMAGED, "63CF")),
    Fault(4, "6C01", CardRefused(CardKind.DAMAGED, "6C01")),
    Fault(5, "6A82", CardRefused(CardKind.NO_AUTH_CERTIFICATE, "6A82")),
    Fault(6, "6982", CardRefused(CardKind.NEXT_GENERATION, "6982")),
    Fault(6, "6B00", CardRefused(CardKind.NO_AUTH_CERTIFICATE, "6B00")),
    Fault(6, "9000", CardRefused(CardKind.NO_AUTH_CERTIFICATE)),
    Fault(6, "FFFFFFFF9000", CardRefused(CardKind.NO_AUTH_CERTIFICATE)),
    Fault(6, "000000009000", CardRefused(CardKind.NO_AUTH_CERTIFICATE)),
    Fault(6, "30829000", CardRefused(CardKind.DAMAGED)),
    Fault(6, "308210009000", CardRefused(CardKind.DAMAGED)),
    Fault(6, "3081B0309000", CardRefused(CardKind.NEXT_GENERATION)),
    Fault(6, "308201809000", CardRefused(CardKind.NEXT_GENERATION)),
    Fault(6, "0482010A9000", CardRefused(CardKind.DAMAGED)),
    Fault(7, "6B00", CardRefused(CardKind.DAMAGED, "6B00")),
    Fault(7, "9000", CardRefused(CardKind.DAMAGED)),
    Fault(7, "00" * 5000 + "9000", CardRefused(CardKind.DAMAGED)),
]


@pytest.mark.parametrize("fault", READ_FAULTS, ids=lambda f: f"{f.at}-{f.answer[-12:]}")
def test_a_bad_answer_while_reading_has_one_exact_outcome(fault: Fault) -> None:
    assert _bent("happy", fault).read() == fault.outcome


@pytest.mark.parametrize("blocked", ["6984", "6983", "63C0"])
def test_a_blocked_pin_reads_as_no_tries_left(blocked: str) -> None:
    assert read_identity(_bent("happy", Fault(4, blocked, None))).tries_left == 0


@pytest.mark.parametrize(
    ("at", "answer"),
    [(0, "6F00"), (6, "6C04"), (7, "6700"), (7, "6C00"), (7, "6A86"), (7, "6282")],
)
def test_an_answer_that_asks_for_another_try_is_followed(at: int, answer: str) -> None:
    outcome = _bent("happy", Fault(at, answer, None)).read()
    if answer == "6282":
        assert outcome == CardRefused(CardKind.DAMAGED)  # an end of file before the certificate's end
    else:
        assert isinstance(outcome, Identity)


SIGN_FAULTS = [
    Fault(8, "6982", OtherCard()),
    Fault(8, "6B00", OtherCard()),
    Fault(8, "00" * 64 + "9000", OtherCard()),
    Fault(8, "9000", OtherCard()),
    Fault(8, "6F00", CardRefused(CardKind.DAMAGED, "6F00")),
    Fault(9, "6A82", CardRefused(CardKind.DAMAGED, "6A82")),
    Fault(10, "63C2", PinWrong(2)),
    Fault(10, "63C0", PinWrong(0)),
    Fault(10, "6983", PinBlocked()),
    Fault(10, "6984", PinBlocked()),
    Fault(10, "6700", CardRefused(CardKind.DAMAGED, "6700")),
    Fault(10, "6C04", CardRefused(CardKind.DAMAGED, "6C04")),
    Fault(10, "6104", CardRefused(CardKind.DAMAGED, "6104")),
    Fault(10, "6300", CardRefused(CardKind.DAMAGED, "6300")),
    Fault(10, "6F00", CardRefused(CardKind.DAMAGED, "6F00")),
    Fault(10, "6881", CardRefused(CardKind.DAMAGED, "6881")),
    Fault(10, "", CardRefused(CardKind.DAMAGED)),
    Fault(11, "6A82", CardRefused(CardKind.DAMAGED, "6A82")),
    Fault(12, "6982", CardRefused(CardKind.DAMAGED, "6982")),
    Fault(12, "9000", CardRefused(CardKind.DAMAGED)),
    Fault(12, "00" * 256 + "9000", CardRefused(CardKind.DAMAGED)),
    Fault(12, "00" * 255 + "9000", CardRefused(CardKind.DAMAGED)),
]


@pytest.mark.parametrize("fault", SIGN_FAULTS, ids=lambda f: f"{f.at}-{f.answer[-12:]}")
def test_a_bad_answer_while_signing_has_one_exact_outcome(fault: Fault) -> None:
    jpki = _bent("happy", fault)
    certificate = read_identity(jpki).certificate
    assert jpki.sign(certificate, pin_of("happy"), DIGEST) == fault.outcome


def test_a_verify_is_never_repeated_whatever_the_card_answers() -> None:
    for answer in ("6C04", "6104", "6F00", "6700", ""):
        channel = DirectChannel(_bent_card("happy", Fault(10, answer, None)))
        jpki = JpkiCard(channel)
        jpki.sign(read_identity(jpki).certificate, pin_of("happy"), DIGEST)
        assert len([apdu for apdu in channel.sent if apdu[1] == 0x20 and len(apdu) > 4]) == 1


def test_a_card_that_lost_its_current_file_is_selected_anew_before_it_is_judged() -> None:
    jpki = _bent("happy", Fault(8, "6986", None))
    certificate = read_identity(jpki).certificate
    assert isinstance(jpki.sign(certificate, pin_of("happy"), DIGEST), bytes)


def test_a_signature_in_two_parts_is_put_together() -> None:
    halves: list[bytes] = []

    def in_parts(apdu: bytes, answer: bytes) -> bytes:
        if apdu[1] == 0x2A and len(answer) == 258:
            halves[:] = [answer[:128], answer[128:256]]
            return halves[0] + b"\x61\x80"
        return halves[1] + b"\x90\x00" if apdu[1] == 0xC0 else answer

    jpki = JpkiCard(DirectChannel(BentCard(residents().card("happy"), in_parts)))
    signature = jpki.sign(read_identity(jpki).certificate, pin_of("happy"), DIGEST)
    assert signature == b"".join(halves)


class GarbageChannel:
    """Answers from a list, then loses the card."""

    def __init__(self, answers: list[bytes]) -> None:
        self._answers = list(answers)

    def transmit(self, apdu: bytes | bytearray) -> ResponseApdu | CardLost:
        return ResponseApdu.of(self._answers.pop(0)) if self._answers else CardLost("removed")

    def close(self) -> None:
        pass


WORDS = st.sampled_from(
    [b"\x90\x00", b"\x61\xff", b"\x6c\x10", b"\x63\xc2", b"\x69\x82", b"\x6a\x82", b"\x67\x00"]
)
GARBAGE = st.one_of(
    st.binary(max_size=300),
    WORDS,
    st.builds(lambda data, word: data + word, st.binary(max_size=300), WORDS),
    st.just(b"JPKIAPICCTOKEN2".ljust(32) + b"\x90\x00"),
    st.just(b"\x30\x82\x03\x00\x90\x00"),
    st.builds(lambda data: data.ljust(768, b"\x30") + b"\x90\x00", st.binary(max_size=300)),
)
HAPPY_BEGINNING = [
    b"\x90\x00",
    b"\x90\x00",
    b"JPKIAPICCTOKEN2".ljust(32) + b"\x90\x00",
    b"\x90\x00",
    b"\x63\xc3",
    b"\x90\x00",
    b"\x30\x82\x03\x00\x90\x00",
]


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(HAPPY_BEGINNING)), st.lists(GARBAGE, max_size=60))
def test_garbage_while_reading_gives_a_typed_result(honest: int, answers: list[bytes]) -> None:
    outcome = JpkiCard(GarbageChannel(HAPPY_BEGINNING[:honest] + answers)).read()
    assert isinstance(outcome, Identity | CardRefused | CardLost)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 5), st.lists(GARBAGE, max_size=60))
def test_garbage_while_signing_gives_a_typed_result_and_never_a_signature(
    honest: int, answers: list[bytes]
) -> None:
    certificate = read_identity(JpkiCard(DirectChannel(card_of("happy")))).certificate
    beginning = [b"\x90\x00", b"\x90\x00", certificate[-64:] + b"\x90\x00", b"\x90\x00", b"\x90\x00"]
    jpki = JpkiCard(GarbageChannel(beginning[:honest] + answers))
    outcome = jpki.sign(certificate, bytearray(b"1234"), DIGEST)
    assert isinstance(outcome, PinWrong | PinBlocked | OtherCard | CardRefused | CardLost)


def test_the_virtual_card_holds_its_key_behind_the_pin() -> None:
    key = card_of("happy").applications[0].files[0x0017]
    assert isinstance(key, Key)
    assert key.opened_by == 0x0018


def _bent_card(name: str, fault: Fault) -> BentCard:
    seen = iter(range(1000))

    def bend(_apdu: bytes, answer: bytes) -> bytes:
        return bytes.fromhex(fault.answer) if next(seen) == fault.at else answer

    return BentCard(residents().card(name), bend)


def _bent(name: str, fault: Fault) -> JpkiCard:
    return JpkiCard(DirectChannel(_bent_card(name, fault)))
