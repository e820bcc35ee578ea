"""The whole core in one test: `serve` runs, the test presses, types, lays cards down and turns the clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import UTC, datetime
from functools import cache

import uuid_utils
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from bench.card.model import CardModel
from contract import sealing
from contract.certificate_chain import TrustAnchors
from contract.encoding import Malformed
from contract.envelope import Envelope, read_envelope
from contract.keys import FleetKey, KeyRing, KeyUse
from contract.record import Body, Plaintext, unpack
from programmes.faults import PackFaults
from programmes.loader import Programme, load
from screens.catalogue import Catalogue, load_catalogue
from terminal.controls import KeyPressed, Pressed
from terminal.day import Terminal, serve
from terminal.facilities import Facilities, Operator, Place
from terminal.inbox import Event, Shutdown
from terminal.limits import Limits
from terminal.messages import Localised, Message
from terminal.ports import DoorChanged, PresenceChanged
from terminal.presentation import Language, Presentation
from terminal.readiness import Readiness, readiness
from terminal.view_parts import Number
from terminal.views import Trouble, View
from terminal.visit import Surroundings
from tests.bench.card.rig import NOW, residents
from tests.terminal.fakes import (
    CardTable,
    Drawer,
    LampPanel,
    Line,
    PaperTray,
    ScriptedScreen,
    TurnedClock,
    TurnedInbox,
)

OPERATOR = Operator(
    name=Localised("見本市 デジタル課"),
    contact=Localised("03-0000-0000 平日9時から17時"),
    purpose=Localised("ポイントの予約と申込みだけ"),
    retention=Localised("申込みの日から 1年"),
    disclosure=Localised("見本市役所 2階"),
)
PLACE = Place("tk-0042", "見本市役所 1階", "見本市例町1-1")


@cache
def programme(*packs: str) -> Programme:
    loaded = load(packs or ("national-2022", "demo-services"))
    assert not isinstance(loaded, PackFaults), loaded.text()
    return loaded[0]


@cache
def catalogue() -> Catalogue:
    return load_catalogue()


@cache
def anchors() -> TrustAnchors:
    return TrustAnchors.from_pem([residents().auth_ca_pem().read_bytes()], accept_test_ca=True)


@cache
def fleet_key() -> X25519PrivateKey:
    return X25519PrivateKey.generate()


@cache
def device_key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


def ring() -> KeyRing:
    public = fleet_key().public_key().public_bytes_raw()
    begins, ends = datetime(2020, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)
    return KeyRing(1, (FleetKey("seal-1", KeyUse.SEAL, public, begins, ends),))


def card(name: str = "happy") -> CardModel:
    return residents().card(name)


def pin_of(name: str = "happy") -> str:
    return residents().person(name).auth_pin


def wrong_pin_of(name: str = "happy") -> str:
    return f"{(int(pin_of(name)) + 1) % 10000:04}"


@dataclass
class Rig:
    """The ports are open to tests; everything between them is the real core."""

    start: datetime = NOW
    programme: Programme = field(default_factory=programme)
    language: Language = Language.JA
    restarted: bool = False
    limits: Limits = field(default_factory=Limits)
    readers: CardTable = field(default_factory=CardTable)
    with_printer: bool = True

    def __post_init__(self) -> None:
        self.clock = TurnedClock(self.start)
        self.inbox = TurnedInbox(self.clock)
        self.screen = ScriptedScreen()
        self.panel = LampPanel()
        self.printer = PaperTray()
        self.store = Drawer()
        self.link = Line()
        self.pressed: list[str] = []
        self.readers.subscribe(self.inbox.put)
        self.panel.subscribe(self.inbox.put)
        self.around = Surroundings(
            self.clock, self.screen, self.inbox, self.readers, self.panel, self.limits, sample=True
        )
        self.facilities = Facilities(
            programme=self.programme,
            anchors=anchors(),
            keys=ring,
            device_key=device_key(),
            store=self.store,
            printer=self.printer if self.with_printer else None,
            wording=catalogue(),
            link=self.link,
            operator=OPERATOR,
            place=PLACE,
            demo=True,
            new_id=lambda: str(uuid_utils.uuid7()),
            reader_kind=lambda: next(iter(self.readers.kinds.values())),
        )
        self.terminal = Terminal(
            self.around, self.facilities, self.readiness, Presentation(self.language), self.restarted
        )
        self.task: asyncio.Task[None] | None = None

    def readiness(self) -> Readiness:
        return readiness(
            readers=self.readers.health(),
            printer=self.printer.status() if self.with_printer else None,
            clock=self.clock.state(),
            store_accepts=self.store.accepts(),
            online=self.link.online(),
        )

    # ------------------------------------------------------------------ what happens

    async def settle(self) -> None:
        """Until the core waits for something that only a test can bring, or has ended."""
        assert self.task is not None
        for _ in range(10_000):
            await asyncio.sleep(0)
            if self.task.done():
                if not self.task.cancelled() and (error := self.task.exception()) is not None:
                    raise error
                return
            if self.inbox.waiting and self.inbox._queue.empty():
                await asyncio.sleep(0)
                if self.inbox.waiting and self.inbox._queue.empty():
                    return
        raise AssertionError("the core does not come to rest")

    async def put(self, event: Event) -> None:
        self.inbox.put(event)
        await self.settle()

    async def press(self, choice: str) -> None:
        """Presses a choice that must be there, or a tool of the header."""
        shown = [c.id for c in self.view.choices()]
        helped = any(f.find_help for f in self.view.fields()) and choice == "find"
        assert choice in shown or choice in ("language", "size", "contrast") or helped, (
            f"{choice} is not on {self.view.name}: {shown}"
        )
        self.pressed.append(choice)
        await self.put(Pressed(choice))

    async def type_in(self, text: str) -> None:
        for character in text:
            await self.key(character)

    async def key(self, key: str) -> None:
        boxes = list(self.view.fields())
        assert boxes, f"{self.view.name} has no keypad"
        await self.put(KeyPressed(boxes[0].id, key))

    async def lay(self, what: str | CardModel = "happy", reader: str = "reader") -> None:
        self.readers.put(card(what) if isinstance(what, str) else what, reader)
        await self.settle()

    async def lift(self, reader: str = "reader") -> None:
        self.readers.take(reader)
        await self.settle()

    async def go_away(self) -> None:
        self.panel.tell(PresenceChanged(False))
        await self.settle()

    async def come(self) -> None:
        self.panel.tell(PresenceChanged(True))
        await self.settle()

    async def door(self, *, open: bool) -> None:  # noqa: A002
        self.panel.tell(DoorChanged(open))
        await self.settle()

    async def stop(self) -> None:
        await self.put(Shutdown())

    async def stop_now(self, *, typed: bool) -> None:
        """やめる, and yes if it asks."""
        await self.press("stop")
        if typed:
            await self.press("stop-now")

    async def wait(self, seconds: float) -> None:
        """Lets virtual time pass; every limit on the way rings at its own moment."""
        assert self.task is not None
        until = self.clock.passed + seconds
        await self.settle()
        while not self.task.done() and self.inbox.rings_at is not None and self.inbox.rings_at <= until:
            self.clock.passed = max(self.clock.passed, self.inbox.rings_at)
            self.inbox.ring()
            await self.settle()
        self.clock.passed = max(self.clock.passed, until)

    # ------------------------------------------------------------------ what is seen

    @property
    def view(self) -> View:
        return self.screen.now.view

    @property
    def covered(self) -> bool:
        return self.screen.now.covered

    @property
    def trouble(self) -> str:
        """The code of the trouble on the screen, or the empty text."""
        return self.view.code if isinstance(self.view, Trouble) else ""

    def ids(self) -> list[str]:
        return [message.id for message in messages_of(self.view)]

    def words(self, language: Language | None = None) -> str:
        """Everything that stands on the screen, in one text."""
        return words_of(self.view, language or self.language)

    def noted(self, kind: type[object]) -> list[object]:
        return [event for event in self.store.notes if isinstance(event, kind)]

    # ------------------------------------------------------------------ what was kept

    def opened(self) -> list[tuple[Body, Plaintext, Envelope]]:
        """Every committed record, unsealed with the fleet's key."""
        records = []
        for kept in self.store.kept:
            envelope = read_envelope(kept.envelope)
            assert isinstance(envelope, Envelope)
            packed = sealing.unseal(envelope.sealed(), fleet_key(), envelope.info())
            assert isinstance(packed, bytes)
            unpacked = unpack(packed)
            assert not isinstance(unpacked, Malformed)
            plaintext, body = unpacked
            records.append((body, plaintext, envelope))
        return records


@asynccontextmanager
async def running(rig: Rig) -> AsyncIterator[Rig]:
    """`serve` runs, and is ended when the test is done."""
    rig.task = asyncio.create_task(serve(rig.terminal))
    try:
        await rig.settle()
        yield rig
    finally:
        rig.task.cancel()
        await asyncio.gather(rig.task, return_exceptions=True)


# --------------------------------------------------------------------------- texts of a view


def messages_of(thing: object) -> Iterator[Message]:
    """Every message in a view or a part of one, wherever it stands, in the order of the fields."""
    match thing:
        case Message():
            yield thing
        case tuple():
            for item in thing:
                yield from messages_of(item)
        case _ if is_dataclass(thing):
            for place in fields(thing):
                yield from messages_of(getattr(thing, place.name))
        case _:
            pass


def words_of(view: View, language: Language) -> str:
    """Everything that is to be read on a view: its messages, and the 受付番号."""
    numbers = [part.text for part in view.parts if isinstance(part, Number)]
    return "\n".join([*(catalogue().text(m, language) for m in messages_of(view)), *numbers])
