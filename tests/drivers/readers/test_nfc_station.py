"""The card port over NFC: the same card behaves as it does without a reader between, and trouble stays where it is."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bench.card.model import CardModel
from bench.card.residents import Residents
from contract.certificate_chain import signed_with
from drivers.cards.apdu import ResponseApdu
from drivers.cards.jpki import Identity, JpkiCard
from drivers.readers.nfc import NfcBackend, NfcSettings
from drivers.readers.station import CardStation
from terminal.ports import (
    CardEvent,
    CardIn,
    CardKind,
    CardLost,
    CardOut,
    CardReaders,
    CardRefused,
    Condition,
    Holder,
    ReaderFound,
    Signed,
    SignedInPart,
)
from tests.bench.nfc.chip_process import NOW, ChipProcess
from tests.drivers.readers.nfc_reader_log import pin_of
from tests.waiting import until_async

pytestmark = pytest.mark.servers

DIGESTS = tuple(hashlib.sha256(text).digest() for text in (b"reservation", b"application"))


@pytest.fixture(scope="module")
def cards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cards")


@pytest.fixture(scope="module")
def chip(tmp_path_factory: pytest.TempPathFactory, cards: Path) -> Iterator[ChipProcess]:
    with ChipProcess(tmp_path_factory.mktemp("n"), cards) as chip:
        yield chip


class Watched:
    def __init__(self, *chips: ChipProcess) -> None:
        self.station = CardStation(
            [NfcBackend(NfcSettings(one.device), f"nfc{n}") for n, one in enumerate(chips)]
        )
        self.port: CardReaders = self.station
        self.events: list[CardEvent] = []

    async def begin(self, readers: int) -> None:
        self.station.subscribe(self.events.append)
        self.station.start()
        await until_async(lambda: sum(isinstance(event, ReaderFound) for event in self.events) == readers)

    async def lay(self, chip: ChipProcess, name: str, reader: str = "nfc0") -> None:
        before = len(self.events)
        await asyncio.to_thread(chip.ask, op="insert", name=name)
        await until_async(
            lambda: any(isinstance(e, CardIn) and e.reader == reader for e in self.events[before:])
        )


@pytest.fixture
async def watched(chip: ChipProcess) -> AsyncIterator[Watched]:
    chip.ask(op="remove")
    watched = Watched(chip)
    await watched.begin(1)
    yield watched
    await watched.station.close()


async def read(watched: Watched, reader: str = "nfc0") -> Holder:
    holder = await watched.port.read(reader)
    assert isinstance(holder, Holder)
    return holder


async def test_two_digests_are_signed_and_the_pin_is_overwritten(chip: ChipProcess, watched: Watched) -> None:
    await watched.lay(chip, "happy")
    holder = await read(watched)
    pin = pin_of("happy", chip.cards)
    outcome = await watched.port.sign(holder, pin, DIGESTS)
    assert isinstance(outcome, Signed)
    assert all(
        signed_with(holder.certificate, digest, signature)
        for signature, digest in zip(outcome.signatures, DIGESTS, strict=True)
    )
    assert pin == bytes(4)
    await watched.port.release()
    assert (await read(watched)).certificate == holder.certificate


async def test_a_card_taken_between_two_signatures_is_signed_in_part(
    chip: ChipProcess, watched: Watched
) -> None:
    await watched.lay(chip, "happy")
    holder = await read(watched)
    before = len(chip.apdus())
    assert isinstance(await watched.port.sign(holder, pin_of("happy", chip.cards), DIGESTS[:1]), Signed)
    one_signature = len(chip.apdus()) - before
    chip.ask(op="pull-after", apdus=one_signature + 3)
    outcome = await watched.port.sign(holder, pin_of("happy", chip.cards), DIGESTS)
    assert isinstance(outcome, SignedInPart)
    assert signed_with(holder.certificate, DIGESTS[0], outcome.signatures[0])
    assert outcome.lost == CardLost("removed")
    await until_async(lambda: CardOut("nfc0") in watched.events)


async def test_an_e_money_card_is_refused_as_such(chip: ChipProcess, watched: Watched) -> None:
    await watched.lay(chip, "e-money")
    assert await watched.port.read("nfc0") == CardRefused(CardKind.E_MONEY)


async def test_a_silent_reader_costs_only_itself(chip: ChipProcess, cards: Path, tmp_path: Path) -> None:
    chip.ask(op="remove")
    with ChipProcess(tmp_path, cards) as other:
        watched = Watched(chip, other)
        await watched.begin(2)
        await watched.lay(chip, "happy", "nfc0")
        await watched.lay(other, "happy", "nfc1")
        chip.ask(op="silent", how="ack")
        assert await watched.port.read("nfc0") == CardLost("timeout")
        await watched.port.release()
        assert isinstance(await read(watched, "nfc1"), Holder)
        states = {state.name: state.condition for state in watched.port.health()}
        assert states == {"nfc0": Condition.UNKNOWN, "nfc1": Condition.GOOD}
        chip.ask(op="silent", how="")
        await watched.station.close()


class Direct:
    """A channel without a reader: the yardstick."""

    def __init__(self, model: CardModel) -> None:
        self._model = model
        model.power_on()

    def transmit(self, apdu: bytes | bytearray) -> ResponseApdu | CardLost:
        answer = self._model.transmit(bytes(apdu))
        return CardLost("removed") if answer is None else ResponseApdu.of(answer)

    def close(self) -> None:
        self._model.power_off()


@pytest.mark.parametrize(
    "name",
    [
        "one-try-left",
        "locked",
        "short-length",
        "first-command-fails",
        "no-auth-certificate",
        "next-generation",
        "juki",
        "licence",
        "android-token",
        "unknown",
        "damaged",
    ],
)
async def test_every_card_is_the_same_over_nfc_as_without_a_reader(
    chip: ChipProcess, watched: Watched, name: str
) -> None:
    await watched.lay(chip, name)
    over_nfc = await watched.port.read("nfc0")
    direct = JpkiCard(Direct(Residents(chip.cards, NOW).card(name))).read()
    if isinstance(direct, Identity):
        assert isinstance(over_nfc, Holder)
        assert (over_nfc.certificate, over_nfc.tries_left) == (direct.certificate, direct.tries_left)
    else:
        assert over_nfc == direct
