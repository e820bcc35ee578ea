"""What the PC/SC backend makes of names, codes and states, without a pcscd."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from smartcard import scard

import drivers.readers.pcsc as pcsc
from drivers.readers.pcsc import PcscBackend, kind_of_name
from drivers.readers.pcsc_channel import PcscChannel
from drivers.readers.pcsc_codes import lost, slug
from terminal.ports import (
    CardEvent,
    CardIn,
    CardLost,
    CardOut,
    Condition,
    ReaderFound,
    ReaderKind,
    ReaderLost,
)

DESK = "ACS ACR39U ICC Reader 00 00"
PRESENT, EMPTY = scard.SCARD_STATE_PRESENT, scard.SCARD_STATE_EMPTY
CHANGED, MUTE = scard.SCARD_STATE_CHANGED, scard.SCARD_STATE_MUTE


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        (DESK, ReaderKind.CONTACT),
        ("Virtual PCD A 00 00", ReaderKind.CONTACT),
        ("Gemalto PC Twin Reader 00 00", ReaderKind.CONTACT),
        ("SONY FeliCa RC-S300/P (1234567) 00 00", ReaderKind.FIELD),
        ("ACS ACR1252 Dual Reader [ACR1252 Dual Reader PICC] 00 00", ReaderKind.FIELD),
        ("HID OMNIKEY 5422 Contactless Reader 00 00", ReaderKind.FIELD),
        ("OMNIKEY CardMan 5321 CL 00 00", ReaderKind.FIELD),
    ],
)
def test_the_kind_of_a_reader_is_read_from_its_name(name: str, kind: ReaderKind) -> None:
    assert kind_of_name(name) is kind


@pytest.mark.parametrize(
    ("code", "word"),
    [
        (scard.SCARD_W_REMOVED_CARD, "removed"),
        (scard.SCARD_W_RESET_CARD, "reset"),
        (scard.SCARD_W_UNRESPONSIVE_CARD, "mute"),
        (scard.SCARD_E_NOT_TRANSACTED, "no-answer"),
        (scard.SCARD_E_SHARING_VIOLATION, "in-use"),
        (scard.SCARD_E_NO_SERVICE, "no-service"),
        (scard.SCARD_E_INVALID_HANDLE, "no-service"),
        (scard.SCARD_E_UNKNOWN_READER, "no-reader"),
        (scard.SCARD_E_INVALID_PARAMETER, "pcsc-80100004"),
    ],
)
def test_every_code_of_the_service_has_a_word(code: int, word: str) -> None:
    assert slug(code) == word
    assert lost(code) == CardLost(word)


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[int, list[int]]]]:
    """SCardTransmit answers from this list; what it was given is kept by the list's owner."""
    queue: list[tuple[int, list[int]]] = []
    monkeypatch.setattr(scard, "SCardTransmit", lambda card, protocol, octets: queue.pop(0))
    yield queue


def test_after_a_loss_no_apdu_goes_out_any_more(answers: list[tuple[int, list[int]]]) -> None:
    answers.extend([(scard.SCARD_W_RESET_CARD, []), (scard.SCARD_S_SUCCESS, [0x90, 0x00])])
    channel = PcscChannel(0, 0, scard.SCARD_PROTOCOL_T1)
    assert channel.transmit(b"\x00\xa4\x00\x00") == CardLost("reset")
    assert channel.transmit(b"\x00\xa4\x00\x00") == CardLost("reset")
    assert len(answers) == 1


def test_success_without_a_byte_is_a_loss(answers: list[tuple[int, list[int]]]) -> None:
    answers.append((scard.SCARD_S_SUCCESS, []))
    assert PcscChannel(0, 0, scard.SCARD_PROTOCOL_T1).transmit(b"\x00\xa4\x00\x00") == CardLost("no-answer")


def test_the_octets_given_to_the_library_are_overwritten_after_use(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[list[int]] = []

    def transmit(_card: int, _protocol: int, octets: list[int]) -> tuple[int, list[int]]:
        given.append(octets)
        return scard.SCARD_S_SUCCESS, [0x90, 0x00]

    monkeypatch.setattr(scard, "SCardTransmit", transmit)
    PcscChannel(0, 0, scard.SCARD_PROTOCOL_T1).transmit(bytearray(b"\x00\x20\x00\x80\x041234"))
    assert given == [[0] * 9]


class Service:
    """A pcscd of three functions: readers and their states in steps, then stopped or gone."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, steps: list[dict[str, int]]) -> None:
        self.events: list[CardEvent] = []
        self.unpowered: list[str] = []
        self._steps = iter(steps)
        self._now: dict[str, int] = {}
        self.backend = PcscBackend("ACR39U")
        self.backend._report = self.events.append
        monkeypatch.setattr(scard, "SCardListReaders", self.list_readers)
        monkeypatch.setattr(scard, "SCardGetStatusChange", self.status)
        monkeypatch.setattr(pcsc, "take_power", self.take_power)

    def list_readers(self, _context: int, _groups: list[str]) -> tuple[int, list[str]]:
        step = next(self._steps, None)
        if step is None:
            return int(scard.SCARD_E_NO_SERVICE), []
        self._now = step
        return (scard.SCARD_S_SUCCESS, list(step)) if step else (scard.SCARD_E_NO_READERS_AVAILABLE, [])

    def status(
        self, _context: int, _wait: int, asked: list[tuple[str, int]]
    ) -> tuple[int, list[tuple[str, int, list[int]]]]:
        none: list[int] = []
        return 0, [(name, self._now.get(name, 0), none) for name, _ in asked]

    def take_power(self, name: str) -> str:
        self.unpowered.append(name)
        return ""

    def run(self) -> list[CardEvent]:
        assert self.backend._watch_context(0) == scard.SCARD_E_NO_SERVICE
        return self.events


def counted(state: int, counter: int) -> int:
    return int(state | CHANGED | counter << 16)


def test_a_card_that_was_changed_between_two_polls_is_out_and_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pcsc, "SETTLE_S", 0.0)
    steps = [{DESK: counted(EMPTY, 0)}, {DESK: counted(PRESENT, 1)}, {DESK: counted(PRESENT, 3)}]
    into = CardIn(DESK, ReaderKind.CONTACT)
    assert Service(monkeypatch, steps).run() == [
        ReaderFound(DESK, ReaderKind.CONTACT), into, CardOut(DESK), into,
    ]  # fmt: skip


def test_the_counter_may_pass_its_16_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pcsc, "SETTLE_S", 0.0)
    steps = [{DESK: counted(EMPTY, 0xFFFD)}, {DESK: counted(PRESENT, 0xFFFE)}, {DESK: counted(PRESENT, 0)}]
    assert Service(monkeypatch, steps).run()[-2:] == [CardOut(DESK), CardIn(DESK, ReaderKind.CONTACT)]


def test_a_card_in_use_by_the_session_is_no_event(monkeypatch: pytest.MonkeyPatch) -> None:
    in_use = scard.SCARD_STATE_INUSE | scard.SCARD_STATE_EXCLUSIVE
    steps = [{DESK: counted(PRESENT, 1)}, {DESK: counted(PRESENT | in_use, 1)}, {DESK: counted(PRESENT, 1)}]
    service = Service(monkeypatch, steps)
    assert service.run() == [
        ReaderFound(DESK, ReaderKind.CONTACT), CardIn(DESK, ReaderKind.CONTACT, visible_from_start=True),
    ]  # fmt: skip
    assert service.unpowered == [DESK]


def test_a_reader_that_goes_takes_its_card_along(monkeypatch: pytest.MonkeyPatch) -> None:
    service = Service(monkeypatch, [{DESK: counted(PRESENT, 1)}, {}])
    assert service.run()[-2:] == [CardOut(DESK), ReaderLost(DESK)]
    assert service.backend.health()[0].detail == "no-reader"


def test_readers_of_another_name_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    service = Service(monkeypatch, [{"Other Reader 00 00": counted(PRESENT, 1)}])
    assert service.run() == []
    assert service.backend.health()[0].condition is Condition.BAD


def test_a_card_without_an_answer_to_reset_is_seen_and_named_in_health(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    service = Service(monkeypatch, [{DESK: counted(PRESENT | MUTE, 1)}])
    assert isinstance(service.run()[-1], CardIn)
    assert service.backend.health()[0].detail == "card-mute"
