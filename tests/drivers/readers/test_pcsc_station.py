"""The card port over the real pcscd: what is read, signed, lifted, swapped, wedged and healed."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from smartcard import scard

from drivers.cards.apdu import ResponseApdu
from drivers.readers.pcsc import SETTLE_S, PcscBackend
from drivers.readers.pcsc_channel import PcscChannel, open_session
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
    OtherCard,
    PinBlocked,
    PinWrong,
    ReaderFound,
    ReaderKind,
    ReaderLost,
    Signed,
    SignedInPart,
)
from tests.bench.card.rig import pcscd, pin_of, put_in, slot, take_out, wrong_pin_of

pytestmark = pytest.mark.servers

READER = "Virtual PCD A 00 00"
SECOND = "Virtual PCD B 00 00"
MESSAGES = (b"reservation", b"application")
DIGESTS = tuple(hashlib.sha256(message).digest() for message in MESSAGES)


OUT_AND_IN: list[CardEvent] = [CardOut(READER), CardIn(READER, ReaderKind.CONTACT)]


class Watched:
    """A started station and everything it told."""

    def __init__(self, name: str) -> None:
        self.station = CardStation([PcscBackend(name)])
        self.events: list[CardEvent] = []

    async def begin(self) -> None:
        self.station.subscribe(self.events.append)
        self.station.start()
        await self.until(lambda: any(isinstance(event, ReaderFound) for event in self.events), "a reader")

    async def until(self, true: Callable[[], bool], what: str, seconds: float = 8.0) -> None:
        deadline = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < deadline, f"waited {seconds} s in vain: {what}; told: {self.events}"
            await asyncio.sleep(0.01)

    async def holder(self) -> Holder:
        holder = await self.station.read(READER)
        assert isinstance(holder, Holder), holder
        return holder


@pytest_asyncio.fixture
async def watched() -> AsyncIterator[Watched]:
    """Watches the first slot of reader A, which is empty."""
    pcscd()
    take_out("A")
    one = Watched(READER)
    await one.begin()
    yield one
    await one.station.close()
    take_out("A")


@pytest_asyncio.fixture
async def both() -> AsyncIterator[Watched]:
    pcscd()
    take_out("A")
    take_out("B")
    two = Watched("Virtual PCD")
    await two.begin()
    await two.until(lambda: sum(isinstance(e, ReaderFound) for e in two.events) == 4, "four slots")
    yield two
    await two.station.close()
    take_out("A")
    take_out("B")


async def placed(watched: Watched, name: str) -> Holder:
    await asyncio.to_thread(put_in, name)
    await watched.until(lambda: READER in watched.station.present(), "the card")
    return await watched.holder()


def valid(holder: Holder, signature: bytes, message: bytes) -> bool:
    key = x509.load_der_x509_certificate(holder.certificate).public_key()
    assert isinstance(key, RSAPublicKey)
    key.verify(signature, message, PKCS1v15(), SHA256())
    return True


async def test_a_card_is_an_edge_once_in_and_once_out(watched: Watched) -> None:
    await asyncio.sleep(SETTLE_S)  # until then a card counts as lying there from the start
    await asyncio.to_thread(put_in, "happy")
    await watched.until(lambda: READER in watched.station.present(), "in")
    await asyncio.to_thread(take_out)
    await watched.until(lambda: not watched.station.present(), "out")
    assert watched.events == [
        ReaderFound(READER, ReaderKind.CONTACT),
        CardIn(READER, ReaderKind.CONTACT),
        CardOut(READER),
    ]


async def test_two_digests_are_signed_and_the_pin_is_overwritten(watched: Watched) -> None:
    holder = await placed(watched, "happy")
    typed = pin_of("happy")
    outcome = await watched.station.sign(holder, typed, DIGESTS)
    assert isinstance(outcome, Signed)
    assert all(valid(holder, s, m) for s, m in zip(outcome.signatures, MESSAGES, strict=True))
    assert typed == bytes(4)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("juki", CardKind.JUKI),
        ("licence", CardKind.DRIVERS_LICENCE),
        ("e-money", CardKind.E_MONEY),
        ("android-token", CardKind.ANDROID_TOKEN),
        ("next-generation", CardKind.NEXT_GENERATION),
        ("no-auth-certificate", CardKind.NO_AUTH_CERTIFICATE),
        ("unknown", CardKind.UNKNOWN),
        ("damaged", CardKind.DAMAGED),
        ("not-der", CardKind.DAMAGED),
        ("oversize-certificate", CardKind.DAMAGED),
        ("damaged-oversize-reads", CardKind.DAMAGED),
    ],
)
async def test_a_card_of_another_kind_is_named(watched: Watched, name: str, kind: CardKind) -> None:
    await asyncio.to_thread(put_in, name)
    await watched.until(lambda: READER in watched.station.present(), "the card")
    outcome = await watched.station.read(READER)
    assert isinstance(outcome, CardRefused)
    assert outcome.kind is kind


async def test_wrong_blocking_and_blocked_are_told_apart(watched: Watched) -> None:
    holder = await placed(watched, "one-try-left")
    assert holder.tries_left == 1
    typed = wrong_pin_of("one-try-left")
    assert await watched.station.sign(holder, typed, DIGESTS[:1]) == PinWrong(0)
    assert typed == bytes(4)
    assert await watched.station.sign(holder, pin_of("one-try-left"), DIGESTS[:1]) == PinBlocked()


@pytest.mark.parametrize("at", range(1, 9))
async def test_a_card_pulled_at_any_apdu_of_the_reading_is_lost(watched: Watched, at: int) -> None:
    await asyncio.to_thread(put_in, "resident-1")
    await watched.until(lambda: READER in watched.station.present(), "the card")
    slot("A").pull_after(at)
    assert isinstance(await watched.station.read(READER), CardLost)


@pytest.mark.parametrize("at", range(1, 15))
async def test_a_card_pulled_at_any_apdu_of_two_signatures_tells_exactly_what_came_back(
    watched: Watched, at: int
) -> None:
    """First signature: APDUs 1 to 5, ISD 6; second: 7 to 13, ISD 14. The card carries out the last one unanswered."""
    holder = await placed(watched, "resident-1")
    before = slot("A").status()["cards"]["resident-1"]["signatures"]
    slot("A").pull_after(at)
    outcome = await watched.station.sign(holder, pin_of("resident-1"), DIGESTS)
    if at <= 5:
        assert isinstance(outcome, CardLost)
    elif at <= 13:
        assert isinstance(outcome, SignedInPart)
        assert valid(holder, outcome.signatures[0], MESSAGES[0])
        assert len(outcome.signatures) == 1
    else:
        assert isinstance(outcome, Signed)
    made = slot("A").status()["cards"]["resident-1"]["signatures"] - before
    assert made == (0 if at < 5 else 1 if at < 13 else 2)
    assert slot("A").tries("resident-1") == 3


async def test_a_swap_faster_than_the_poll_is_noticed_and_the_other_card_gets_no_pin(
    watched: Watched,
) -> None:
    holder = await placed(watched, "happy")
    await asyncio.sleep(SETTLE_S)
    slot("A").swap("child")
    first = await watched.station.sign(holder, wrong_pin_of("happy"), DIGESTS[:1])
    assert isinstance(first, CardLost)
    await watched.until(lambda: watched.events[-2:] == OUT_AND_IN, "the swap told as out and in")
    assert await watched.station.sign(holder, wrong_pin_of("happy"), DIGESTS[:1]) == OtherCard()
    assert slot("A").tries("child") == 3


async def test_after_release_another_card_is_told_from_the_first(watched: Watched) -> None:
    holder = await placed(watched, "happy")
    await watched.station.release()
    await asyncio.to_thread(put_in, "child")
    assert await watched.station.sign(holder, wrong_pin_of("happy"), DIGESTS[:1]) == OtherCard()
    assert slot("A").tries("child") == 3


async def test_release_ends_the_session_and_a_new_one_needs_the_pin_again(watched: Watched) -> None:
    holder = await placed(watched, "resident-2")
    assert isinstance(await watched.station.sign(holder, pin_of("resident-2"), DIGESTS[:1]), Signed)
    await watched.station.release()
    await watched.station.release()
    log = slot("A").log()["resident-2"]
    again = await watched.holder()
    assert await watched.station.sign(again, wrong_pin_of("resident-2"), DIGESTS[:1]) == PinWrong(2)
    assert isinstance(await watched.station.sign(again, pin_of("resident-2"), DIGESTS[:1]), Signed)
    assert {line["application"] for line in log} == {"JPKI"}
    assert {line["fid"] for line in log} == {0x0006, 0x000A, 0x0017, 0x0018}


async def test_pcscd_killed_in_the_middle_of_a_session_heals_by_itself(watched: Watched) -> None:
    holder = await placed(watched, "happy")
    pcscd().kill()
    outcome = await watched.station.sign(holder, pin_of("happy"), DIGESTS[:1])
    assert isinstance(outcome, CardLost)
    await watched.until(lambda: ReaderLost(READER) in watched.events, "the loss told")
    assert not watched.station.present()
    bad = (DeviceHealth("pcsc", Condition.BAD, "no-service"),)
    await watched.until(lambda: watched.station.health() == bad, "the health told")
    watched.events.clear()
    pcscd().restart()
    await watched.until(lambda: READER in watched.station.present(), "reader and card again")
    assert watched.events == [
        ReaderFound(READER, ReaderKind.CONTACT),
        CardIn(READER, ReaderKind.CONTACT, visible_from_start=True),
    ]
    assert slot("A").tries("happy") == 3
    await watched.station.release()
    assert isinstance(
        await watched.station.sign(await watched.holder(), pin_of("happy"), DIGESTS[:1]), Signed
    )


async def test_a_reader_unplugged_and_plugged_in_again_is_found(watched: Watched) -> None:
    pcscd().restart(("B",))
    await watched.until(lambda: watched.station.health()[0].detail == "no-reader", "no reader")
    assert await watched.station.read(READER) == CardLost("no-reader")
    pcscd().restart()
    await watched.until(lambda: watched.station.health()[0].condition is Condition.GOOD, "the reader again")
    assert isinstance(await placed(watched, "happy"), Holder)


async def test_a_card_that_lies_there_at_the_start_is_no_edge_and_has_no_power_left() -> None:
    """As after a crash of the terminal: the card is verified, and nobody holds a session."""
    pcscd()
    await asyncio.to_thread(put_in, "resident-5")
    left = open_session(READER)
    assert isinstance(left, PcscChannel)
    verify = bytes.fromhex("0020008004") + pin_of("resident-5")
    for command in (bytes.fromhex("00A4040C0AD392F000260100000001"), bytes.fromhex("00A4020C020018"), verify):
        answer = left.transmit(command)
        assert isinstance(answer, ResponseApdu) and answer.ok
    scard.SCardDisconnect(left._card, scard.SCARD_LEAVE_CARD)
    assert slot("A").status()["cards"]["resident-5"]["powered"]
    late = Watched(READER)
    await late.begin()
    await late.until(lambda: READER in late.station.present(), "the card")
    assert late.events[-1] == CardIn(READER, ReaderKind.CONTACT, visible_from_start=True)
    assert not slot("A").status()["cards"]["resident-5"]["powered"]
    await late.station.close()
    await asyncio.to_thread(take_out)


async def test_the_other_reader_is_ignored_while_one_is_bound(both: Watched) -> None:
    await asyncio.to_thread(put_in, "happy", "A")
    await both.until(lambda: READER in both.station.present(), "the card")
    await both.holder()
    both.events.clear()
    await asyncio.to_thread(put_in, "child", "B")
    await both.until(lambda: SECOND in both.station.present(), "the second card")
    assert both.events == []
    assert await both.station.read(SECOND) == CardLost("other-reader-bound")
    await both.station.release()
    assert both.events == [CardIn(SECOND, ReaderKind.CONTACT, visible_from_start=True)]
    assert isinstance(await both.station.read(SECOND), Holder)


async def test_our_way_takes_no_more_apdus_than_promised_through_the_real_reader(watched: Watched) -> None:
    await asyncio.to_thread(put_in, "resident-3")
    await watched.until(lambda: READER in watched.station.present(), "the card")
    before = slot("A").status()["cards"]["resident-3"]
    holder = await watched.holder()
    assert isinstance(await watched.station.sign(holder, pin_of("resident-3"), DIGESTS[:1]), Signed)
    after = slot("A").status()["cards"]["resident-3"]
    sent, received = (after[key] - before[key] for key in ("bytes_in", "bytes_out"))
    assert after["apdus"] - before["apdus"] <= 14
    assert sent + received <= 1.15 * (len(holder.certificate) + 256 + sent)
