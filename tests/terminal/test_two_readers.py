"""The core over the real card station with two readers: one into which the card is put, one on which it is laid."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest_asyncio

from drivers.readers.station import CardStation
from terminal.ports import ReaderKind
from tests.drivers.readers.one_reader import OneReader
from tests.terminal.flow import RESERVE, after, walk
from tests.terminal.rig import Rig, running


class TwoReaders(Rig):
    """The rig's table of cards is replaced by the station; cards come and go at `slot` and `pad`."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.slot, self.pad = OneReader("slot", ReaderKind.CONTACT), OneReader("pad", ReaderKind.FIELD)
        self.station = CardStation([self.slot, self.pad])
        self.around = replace(self.around, readers=self.station)
        self.terminal = replace(self.terminal, around=self.around)

    async def until(self, view: str, id_: str = "") -> None:
        """Device threads answer in their own time. `id_` is a message that must stand on the view."""
        deadline = time.monotonic() + 5
        while self.view.name != view or (id_ and id_ not in self.ids()):
            assert time.monotonic() < deadline, f"{self.view.name} {self.ids()}"
            await asyncio.sleep(0.01)
            await self.settle()


@pytest_asyncio.fixture
async def rig() -> AsyncIterator[TwoReaders]:
    made = TwoReaders()
    made.station.start()
    await asyncio.sleep(0)
    made.station.subscribe(made.inbox.put)
    async with running(made):
        yield made
    await made.station.close()


async def test_after_a_slip_at_the_slot_the_card_may_be_laid_on_the_pad(rig: TwoReaders) -> None:
    await walk(rig, after(RESERVE, "PlaceCard"))
    rig.slot.lay()
    rig.slot.lift()
    await rig.until("PlaceCard", "card.slipped")
    rig.pad.lay()
    await rig.until("ConfirmCard")
    await rig.press("mine")
    assert rig.view.name == "ConfirmApplication"


async def test_while_the_card_lies_on_the_pad_the_slot_says_nothing(rig: TwoReaders) -> None:
    await walk(rig, after(RESERVE, "PlaceCard"))
    rig.pad.lay()
    await rig.until("ConfirmCard")
    rig.slot.lay("resident-1")
    rig.slot.lift()
    await asyncio.sleep(0.05)
    await rig.settle()
    assert (rig.view.name, rig.covered) == ("ConfirmCard", False)
    assert rig.slot.gates == []
