"""The NFC reader: real child process, real nfcpy, emulated PN532."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest

from contract.certificate_chain import signed_with
from drivers.cards.apdu import Aid, ResponseApdu, select_application
from drivers.cards.jpki import Identity, JpkiCard
from drivers.readers.nfc import NfcBackend, NfcSettings
from drivers.readers.station import ReaderBackend
from terminal.ports import (
    CardIn,
    CardKind,
    CardLost,
    CardOut,
    CardRefused,
    Condition,
    OtherCard,
    PinWrong,
    ReaderFound,
    ReaderKind,
)
from tests.bench.nfc.chip_process import ChipProcess
from tests.drivers.readers.nfc_reader_log import NAME, ReaderLog, pin_of

pytestmark = pytest.mark.servers

DIGEST = hashlib.sha256(b"enrolment").digest()
IN = CardIn(NAME, ReaderKind.FIELD)
OUT = CardOut(NAME)


@pytest.fixture(scope="module")
def chip(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChipProcess]:
    with ChipProcess(tmp_path_factory.mktemp("n"), tmp_path_factory.mktemp("cards")) as chip:
        for name in ("happy", "child", "juki"):
            chip.ask(op="insert", name=name)  # makes its keys
        chip.ask(op="remove")
        yield chip


@pytest.fixture
def log(chip: ChipProcess) -> Iterator[ReaderLog]:
    chip.ask(op="remove")
    with ReaderLog(chip.device) as log:
        assert log.next() == ReaderFound(NAME, ReaderKind.FIELD)
        yield log


def test_it_is_a_backend_of_the_station_and_well(log: ReaderLog) -> None:
    backend: ReaderBackend = log.reader
    (health,) = backend.health()
    assert (health.name, health.condition) == (NAME, Condition.GOOD)


def test_a_card_is_an_edge_in_and_an_edge_out_and_nothing_in_between(
    chip: ChipProcess, log: ReaderLog
) -> None:
    chip.ask(op="insert", name="happy")
    assert log.next() == IN
    channel = log.channel()
    assert isinstance(JpkiCard(channel).read(), Identity)
    channel.close()
    chip.ask(op="remove")
    assert log.next() == OUT
    chip.ask(op="insert", name="happy")
    assert log.next() == IN


def test_a_card_that_lay_there_before_is_marked(chip: ChipProcess) -> None:
    chip.ask(op="insert", name="happy")
    with ReaderLog(chip.device) as log:
        assert log.next() == ReaderFound(NAME, ReaderKind.FIELD)
        assert log.next() == CardIn(NAME, ReaderKind.FIELD, visible_from_start=True)
        chip.ask(op="remove")
        assert log.next() == OUT
        chip.ask(op="insert", name="happy")
        assert log.next() == IN


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("happy", "child"),
        ("happy", "edy"),
        ("e-money", "child"),
        ("door-card", "child"),
        ("e-money", "door-card"),
    ],
)
def test_a_swap_faster_than_the_eye_is_an_edge_out_and_an_edge_in(
    chip: ChipProcess, log: ReaderLog, before: str, after: str
) -> None:
    chip.ask(op="insert", name=before)
    assert log.next() == IN
    chip.ask(op="swap", name=after)
    assert log.next() == OUT
    assert log.next() == IN


def test_certificate_and_tries_are_read_and_a_signature_comes_back(chip: ChipProcess, log: ReaderLog) -> None:
    chip.ask(op="insert", name="happy")
    log.next()
    card = JpkiCard(log.channel())
    identity = card.read()
    assert isinstance(identity, Identity)
    assert identity.tries_left == 3
    signature = card.sign(identity.certificate, pin_of("happy", chip.cards), DIGEST)
    assert isinstance(signature, bytes)
    assert signed_with(identity.certificate, DIGEST, signature)


def test_a_session_is_over_when_it_is_closed_and_the_next_begins_unpowered(
    chip: ChipProcess, log: ReaderLog
) -> None:
    chip.ask(op="insert", name="happy")
    log.next()
    first = log.channel()
    assert isinstance(first.transmit(select_application(Aid.JPKI).encode()), ResponseApdu)
    first.close()
    first.close()
    assert isinstance(first.transmit(select_application(Aid.JPKI).encode()), CardLost)
    second = log.channel()
    answer = second.transmit(bytes.fromhex("00200080"))
    assert isinstance(answer, ResponseApdu)
    assert answer.hex != "63C3"  # no file is selected after power-up
    second.close()


def test_a_wrong_pin_is_a_wrong_pin_and_counted_on_the_card(chip: ChipProcess, log: ReaderLog) -> None:
    chip.ask(op="insert", name="happy")
    log.next()
    card = JpkiCard(log.channel())
    identity = card.read()
    assert isinstance(identity, Identity)
    right = pin_of("happy", chip.cards)
    wrong = bytearray(b"0000") if right != b"0000" else bytearray(b"1111")
    assert card.sign(identity.certificate, wrong, DIGEST) == PinWrong(2)
    assert isinstance(card.sign(identity.certificate, right, DIGEST), bytes)


def test_another_card_gets_no_pin(chip: ChipProcess, log: ReaderLog) -> None:
    chip.ask(op="insert", name="happy")
    log.next()
    channel = log.channel()
    identity = JpkiCard(channel).read()
    assert isinstance(identity, Identity)
    channel.close()
    chip.ask(op="swap", name="child")
    log.next()
    log.next()
    before = len(chip.apdus())
    outcome = JpkiCard(log.channel()).sign(identity.certificate, pin_of("happy", chip.cards), DIGEST)
    assert outcome == OtherCard()
    assert not any(apdu.startswith("0020") for apdu in chip.apdus()[before:])


@pytest.mark.parametrize(
    ("card", "kind"),
    [
        ("e-money", CardKind.E_MONEY),
        ("edy", CardKind.E_MONEY),
        ("staff-badge", CardKind.UNKNOWN),
        ("door-card", CardKind.UNKNOWN),
    ],
)
def test_a_card_of_another_kind_is_named_and_gets_no_apdu(
    chip: ChipProcess, log: ReaderLog, card: str, kind: CardKind
) -> None:
    before = len(chip.apdus())
    chip.ask(op="insert", name=card)
    log.next()
    assert log.reader.open(NAME) == CardRefused(kind)
    assert log.reader.open(NAME) == CardRefused(kind)
    assert len(chip.apdus()) == before
    chip.ask(op="remove")
    assert log.next() == OUT


def test_of_an_e_money_card_nothing_is_asked_but_its_system_codes(chip: ChipProcess, log: ReaderLog) -> None:
    chip.ask(op="insert", name="e-money")
    log.next()
    log.reader.open(NAME)
    words = (one["what"].split() for one in chip.ask(op="log")["log"])
    assert {word[1] for word in words if word[0] == "felica"} == {"00", "0c"}


def test_a_juki_card_is_named_by_its_label_as_on_any_reader(chip: ChipProcess, log: ReaderLog) -> None:
    chip.ask(op="insert", name="juki")
    log.next()
    outcome = JpkiCard(log.channel()).read()
    assert isinstance(outcome, CardRefused)
    assert outcome.kind is CardKind.JUKI


def test_no_card_and_no_such_reader_are_losses_not_errors(log: ReaderLog) -> None:
    assert log.reader.open(NAME) == CardLost("removed")
    assert log.reader.open("another") == CardLost("no-reader")


def test_a_card_pulled_at_any_apdu_is_lost_and_never_a_wrong_pin(chip: ChipProcess, log: ReaderLog) -> None:
    pin = pin_of("happy", chip.cards)

    def visit() -> object:
        card = JpkiCard(log.channel())
        identity = card.read()
        if not isinstance(identity, Identity):
            return identity
        assert identity.tries_left == 3
        return card.sign(identity.certificate, pin, DIGEST)

    chip.ask(op="insert", name="happy")
    assert log.next() == IN
    before = len(chip.apdus())
    assert isinstance(visit(), bytes)
    headers = chip.apdus()[before:]
    # SELECT ISD is the last: without it the signature is there all the same.
    pulled_at_the_end = len(headers) - 1
    chip.ask(op="remove")
    assert log.next() == OUT
    for answered in range(len(headers)):
        chip.ask(op="insert", name="happy")
        assert log.next() == IN
        chip.ask(op="pull-after", apdus=answered)
        outcome = visit()
        where = f"pulled at APDU {answered + 1}, {headers[answered]}"
        if answered == pulled_at_the_end:
            assert isinstance(outcome, bytes), where
        else:
            assert outcome == CardLost("removed"), where
        assert log.next() == OUT, where
    assert len(headers) >= 12


def test_a_channel_whose_card_is_gone_stays_lost_when_another_card_comes(
    chip: ChipProcess, log: ReaderLog
) -> None:
    chip.ask(op="insert", name="happy")
    log.next()
    channel = log.channel()
    chip.ask(op="remove")
    assert isinstance(channel.transmit(select_application(Aid.JPKI).encode()), CardLost)
    assert log.next() == OUT
    chip.ask(op="insert", name="child")
    assert log.next() == IN
    assert isinstance(channel.transmit(select_application(Aid.JPKI).encode()), CardLost)
    channel.close()


def test_a_removed_card_is_noticed_within_a_session_without_any_apdu(
    chip: ChipProcess, log: ReaderLog
) -> None:
    chip.ask(op="insert", name="happy")
    log.next()
    log.channel()
    chip.ask(op="remove")
    assert log.next() == OUT


def test_a_chip_we_do_not_know_is_refused_with_the_ones_we_do() -> None:
    with pytest.raises(ValueError, match="pn532"):
        NfcBackend(NfcSettings("/dev/null", chip="rc-s300"))
