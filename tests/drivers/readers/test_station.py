"""The station over a reader made for the test: time limits, abandonment, faults of the reader below."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio

import drivers.readers.station as station_module
from bench.card.iso7816 import IsoCard
from drivers.cards.channel import ApduChannel
from drivers.readers.device_thread import Abandon, DeviceThread
from drivers.readers.session import CardSession
from drivers.readers.station import CardStation
from terminal.ports import (
    CardEvent,
    CardIn,
    CardKind,
    CardLost,
    CardOut,
    CardRefused,
    Condition,
    DeviceHealth,
    Holder,
    ReaderFound,
    ReaderKind,
    Signed,
    SignedInPart,
)
from tests.bench.card.rig import DirectChannel, pin_of, residents
from tests.drivers.readers.one_reader import Gate, OneReader

DIGESTS = tuple(hashlib.sha256(bytes((n,))).digest() for n in range(2))


class Desk:
    def __init__(self) -> None:
        self.reader = OneReader()
        self.station = CardStation([self.reader])
        self.events: list[CardEvent] = []

    def lay(self, name: str = "happy") -> IsoCard:
        return self.reader.lay(name)

    async def holder(self) -> Holder:
        holder = await self.station.read("desk")
        assert isinstance(holder, Holder)
        return holder


@pytest_asyncio.fixture
async def desk() -> AsyncIterator[Desk]:
    made = Desk()
    made.station.start()
    await asyncio.sleep(0)
    made.station.subscribe(made.events.append)
    yield made
    made.reader.stop()
    await made.station.close()


def is_verify(apdu: bytes) -> bool:
    return apdu[1] == 0x20 and len(apdu) > 4


def is_signing(apdu: bytes) -> bool:
    return apdu[1] == 0x2A


def is_comparison(apdu: bytes) -> bool:
    return apdu[:2] == b"\x00\xb0" and apdu[-1] == 64


def sent(desk: Desk) -> list[bytes]:
    """Every APDU that reached the card in its latest session."""
    channel = desk.reader.gates[-1]._inner
    assert isinstance(channel, DirectChannel)
    return channel.sent


def verifies(desk: Desk) -> int:
    return len([apdu for apdu in sent(desk) if is_verify(apdu)])


async def until_closed(gate: Gate) -> None:
    deadline = time.monotonic() + 5
    while not gate.closed:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


async def test_a_reading_that_hangs_ends_at_its_time_limit_and_takes_the_power(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(station_module, "READ_S", 0.2)
    desk.lay()
    desk.reader.shut = lambda apdu: apdu[1] == 0xB0
    began = time.monotonic()
    assert await desk.station.read("desk") == CardLost("timeout")
    assert time.monotonic() - began < 1.0
    gate = desk.reader.gates[-1]
    before = len(sent(desk))
    gate.opened.set()
    await until_closed(gate)
    assert [apdu[:2].hex() for apdu in sent(desk)[before:]] == ["00b0", "00a4"]


async def test_a_signing_that_hangs_before_verify_never_sends_it_later(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(station_module, "SIGN_S", 0.2)
    card = desk.lay()
    desk.reader.shut = lambda apdu: apdu.hex() == "00a4020c020018" and len(card.access_log) >= 3
    holder = await desk.holder()
    typed = pin_of("happy")
    assert await desk.station.sign(holder, typed, DIGESTS) == CardLost("timeout")
    assert typed == bytes(4)
    desk.reader.gates[-1].opened.set()
    await desk.station.release()
    assert verifies(desk) == 0
    assert desk.reader.gates[-1].closed


@pytest.mark.parametrize("cancelled", [False, True], ids=["out of time", "cancelled"])
async def test_an_abandoned_signing_sends_nothing_but_the_end_of_the_session(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, cancelled: bool
) -> None:
    """Without waiting for `release`: the APDU in flight is finished, SELECT ISD and power off follow it."""
    monkeypatch.setattr(station_module, "SIGN_S", 10.0 if cancelled else 0.2)
    desk.lay()
    desk.reader.shut = is_comparison
    holder = await desk.holder()
    gate = desk.reader.gates[-1]
    typed = pin_of("happy")
    signing = asyncio.create_task(desk.station.sign(holder, typed, DIGESTS))
    await asyncio.to_thread(gate.reached.wait, 5)
    if cancelled:
        signing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await signing
    else:
        assert await signing == CardLost("timeout")
    assert typed == bytes(4)
    before = len(sent(desk))
    gate.opened.set()
    await until_closed(gate)
    assert [apdu[:2].hex() for apdu in sent(desk)[before:]] == ["00b0", "00a4"]
    assert sent(desk)[-1].hex() == "00a4040c07a0000001510000"


def test_a_job_that_nobody_waits_for_does_not_even_power_the_card() -> None:
    opened: list[str] = []

    def opener(reader: str) -> ApduChannel | CardRefused | CardLost:
        opened.append(reader)
        return CardLost("removed")

    thread = DeviceThread("desk")
    session, abandon = CardSession("desk", opener, thread), Abandon()
    abandon.set("released")
    assert session.read(abandon) == CardLost("released")
    assert session.sign(abandon, bytes(1000), pin_of("happy"), DIGESTS) == CardLost("released")
    assert opened == []
    thread.stop()
    thread.join(5)


async def test_a_signature_that_came_back_before_the_time_was_over_is_kept(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(station_module, "SIGN_S", 0.5)
    card = desk.lay()
    desk.reader.shut = lambda apdu: is_signing(apdu) and card.signatures == 1
    outcome = await desk.station.sign(await desk.holder(), pin_of("happy"), DIGESTS)
    assert isinstance(outcome, SignedInPart)
    assert len(outcome.signatures) == 1
    assert outcome.lost == CardLost("timeout")


async def test_all_signatures_that_came_back_count_even_if_the_end_of_the_session_hangs(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(station_module, "SIGN_S", 0.5)
    card = desk.lay()
    desk.reader.shut = lambda apdu: card.signatures == 2 and apdu[2] == 0x04
    assert isinstance(await desk.station.sign(await desk.holder(), pin_of("happy"), DIGESTS), Signed)


async def test_release_waits_three_seconds_at_most_and_still_takes_the_power_later(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(station_module, "SIGN_S", 0.1)
    monkeypatch.setattr(station_module, "RELEASE_S", 0.2)
    desk.lay()
    desk.reader.shut = is_comparison
    await desk.station.sign(await desk.holder(), pin_of("happy"), DIGESTS)
    began = time.monotonic()
    await desk.station.release()
    assert 0.15 < time.monotonic() - began < 1.0
    gate = desk.reader.gates[-1]
    assert not gate.closed
    gate.opened.set()
    await until_closed(gate)


async def test_a_wedged_reader_is_unknown_and_costs_nobody_else(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(station_module, "READ_S", 0.1)
    monkeypatch.setattr(station_module, "WEDGED_S", 0.1)
    desk.lay()
    assert desk.station.health()[0].condition is Condition.GOOD
    desk.reader.shut = lambda apdu: True
    await desk.station.read("desk")
    await asyncio.sleep(0.1)
    assert desk.station.health() == (DeviceHealth("desk", Condition.UNKNOWN, "no-answer"),)


async def test_a_reader_that_cannot_do_extended_length_is_asked_in_short_ones_and_remembered(
    desk: Desk,
) -> None:
    desk.lay()
    desk.reader.refuses_extended = True
    await desk.holder()
    assert len(desk.reader.gates) == 2
    await desk.holder()
    assert len(desk.reader.gates) == 3


async def test_a_second_application_in_one_call_is_told_apart_when_the_card_is_changed_between(
    desk: Desk,
) -> None:
    card = desk.lay()
    holder = await desk.holder()
    typed = pin_of("happy")
    other = residents().card("child")
    desk.reader.shut = lambda apdu: False
    assert isinstance(await desk.station.sign(holder, typed, DIGESTS[:1]), Signed)
    desk.reader.card = other
    card.power_off()
    assert isinstance(await desk.station.sign(holder, pin_of("happy"), DIGESTS[:1]), CardLost)


@pytest.mark.parametrize("wrong", [b"123", b"12345", b"abcd", b"\0\0\0\0"])
async def test_a_pin_that_is_none_is_refused_and_wiped(desk: Desk, wrong: bytes) -> None:
    desk.lay()
    holder = await desk.holder()
    typed = bytearray(wrong)
    with pytest.raises(ValueError, match="four digits"):
        await desk.station.sign(holder, typed, DIGESTS)
    assert typed == bytes(len(wrong))


async def test_what_is_no_apdu_card_at_all_keeps_the_name_its_reader_gave(desk: Desk) -> None:
    desk.reader.refusal = CardRefused(CardKind.E_MONEY)
    assert await desk.station.read("desk") == CardRefused(CardKind.E_MONEY)


async def test_who_subscribes_late_hears_what_is_there_but_no_edge(desk: Desk) -> None:
    desk.lay()
    await asyncio.sleep(0)
    late: list[CardEvent] = []
    unsubscribe = desk.station.subscribe(late.append)
    assert late == [
        ReaderFound("desk", ReaderKind.FIELD),
        CardIn("desk", ReaderKind.FIELD, visible_from_start=True),
    ]
    unsubscribe()
    desk.reader.report(CardOut("desk"))
    await asyncio.sleep(0)
    assert len(late) == 2
    assert desk.events[-1] == CardOut("desk")


async def test_a_reader_nobody_reported_has_no_card(desk: Desk) -> None:
    assert await desk.station.read("elsewhere") == CardLost("no-reader")


# ------------------------------------------------------------------ two readers


@pytest_asyncio.fixture
async def pair() -> AsyncIterator[tuple[CardStation, OneReader, OneReader, list[CardEvent]]]:
    """A reader into which the card is put, and one on which it is laid."""
    slot, pad = OneReader("slot", ReaderKind.CONTACT), OneReader("pad", ReaderKind.FIELD)
    station, events = CardStation([slot, pad]), list[CardEvent]()
    station.start()
    await asyncio.sleep(0)
    station.subscribe(events.append)
    events.clear()
    yield station, slot, pad, events
    slot.stop()
    pad.stop()
    await station.close()


def slips(slot: OneReader) -> None:
    slot.lay()
    slot.lift()


def is_licence(slot: OneReader) -> None:
    slot.lay("licence")


def hangs(slot: OneReader) -> None:
    slot.lay()
    slot.shut = lambda apdu: True


#: (what happens at the slot, what its reading comes to)
FAILED_READINGS = [(slips, CardLost), (is_licence, CardRefused), (hangs, CardLost)]


@pytest.mark.parametrize(("fault", "outcome"), FAILED_READINGS, ids=lambda value: value.__name__)
async def test_a_reading_that_failed_binds_nothing_and_a_card_at_the_other_reader_is_an_edge(
    pair: tuple[CardStation, OneReader, OneReader, list[CardEvent]],
    fault: Callable[[OneReader], None],
    outcome: type[CardLost | CardRefused],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As it was found: one slip at the slot, and the pad was deaf until the visit ended."""
    monkeypatch.setattr(station_module, "READ_S", 0.3)
    station, slot, pad, events = pair
    fault(slot)
    assert isinstance(await station.read("slot"), outcome)
    if slot.card is not None:
        slot.lift()
    await asyncio.sleep(0)
    assert station.present() == frozenset()
    events.clear()
    pad.lay()
    await asyncio.sleep(0)
    assert events == [CardIn("pad", ReaderKind.FIELD)]
    assert isinstance(await station.read("pad"), Holder)
    slot.lay()
    await asyncio.sleep(0)
    assert len(events) == 1  # bound now: the slot is ignored until the end
    assert await station.read("slot") == CardLost("other-reader-bound")


async def test_a_card_that_came_to_the_other_reader_during_a_failed_reading_must_be_laid_down_again(
    pair: tuple[CardStation, OneReader, OneReader, list[CardEvent]],
) -> None:
    station, slot, pad, events = pair
    slot.shut = lambda apdu: True
    slot.lay()
    reading = asyncio.create_task(station.read("slot"))
    while not slot.gates or not slot.gates[-1].reached.is_set():
        await asyncio.sleep(0.01)
    events.clear()
    pad.lay()
    slot.lift()
    slot.gates[-1]._inner.close()
    slot.shut = lambda apdu: False
    slot.gates[-1].opened.set()
    assert isinstance(await reading, CardLost)
    assert events == [CardOut("slot"), CardIn("pad", ReaderKind.FIELD, visible_from_start=True)]
