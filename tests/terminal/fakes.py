"""A terminal without pixels and devices: scripted ports around the real core, with a clock that tests turn.

The cards are the bench's virtual ones behind the real `JpkiCard`, so that a pulled card, a wrong PIN and a swap are
what they are on a reader. `TurnedInbox` is where time passes: the core waits in it, and the test lets minutes go by.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from bench.card.model import CardModel
from drivers.cards.apdu import ResponseApdu
from drivers.cards.jpki import Identity, JpkiCard
from terminal.clock import JAPAN
from terminal.controls import Answer
from terminal.enrolment_store import NotStored, Stored
from terminal.inbox import Event, Inbox
from terminal.journal.events import AuditEvent
from terminal.ports import (
    CardEvent,
    CardIn,
    CardLost,
    CardOut,
    ClockState,
    Condition,
    DeviceHealth,
    Holder,
    Lamp,
    OtherCard,
    PanelEvent,
    Paper,
    PaperState,
    Printed,
    PrinterStatus,
    PrintOutcome,
    ReaderFound,
    ReaderKind,
    ReaderLost,
    ReadOutcome,
    Signed,
    SignedInPart,
    SignOutcome,
    Sound,
)
from terminal.presentation import Presentation
from terminal.views import View

#: More empty turns than this in one moment of virtual time are a busy loop of the core.
TURNS = 200


class BusyLoopError(AssertionError):
    """The core asked for the next event again and again without letting time pass."""


class TurnedClock:
    """Stands still until a test turns it. Wall time and visit time are the same moment."""

    def __init__(self, start: datetime) -> None:
        self.start = start
        self.passed = 0.0
        self.trust = ClockState.SET

    def visit_now(self) -> datetime:
        return (self.start + timedelta(seconds=self.passed)).astimezone(JAPAN)

    def wall_now(self) -> datetime:
        return self.visit_now().astimezone(UTC)

    def monotonic(self) -> float:
        return 1000.0 + self.passed

    def state(self) -> ClockState:
        return self.trust

    async def sleep(self, seconds: float) -> None:
        self.passed += seconds


class TurnedInbox(Inbox):
    """The real queue, but a time limit ends when the test has turned the clock that far."""

    def __init__(self, clock: TurnedClock) -> None:
        super().__init__()
        self._clock = clock
        self._alarm: asyncio.Event = asyncio.Event()
        self.waiting = False
        self.rings_at: float | None = None
        self._turns = 0

    def put(self, event: Event) -> None:
        self.waiting = False
        super().put(event)

    async def next(self, timeout: float | None) -> Event | None:
        if not self._queue.empty():
            self._turns = 0
            return self._queue.get_nowait()
        if timeout is not None and timeout <= 0:
            self._turns += 1
            if self._turns > TURNS:
                raise BusyLoopError("the core spins")
            await asyncio.sleep(0)
            return None
        self.rings_at = None if timeout is None else self._clock.passed + timeout
        self.waiting = True
        getting = asyncio.ensure_future(self._queue.get())
        ringing = asyncio.ensure_future(self._alarm.wait())
        try:
            await asyncio.wait((getting, ringing), return_when=asyncio.FIRST_COMPLETED)
        finally:
            self.waiting = False
            self._alarm.clear()
            ringing.cancel()
            if not getting.done():
                getting.cancel()
        return getting.result() if getting.done() and not getting.cancelled() else None

    def ring(self) -> None:
        """The time limit that the core waits for has come."""
        self._turns = 0
        self.waiting = False
        self._alarm.set()


@dataclass(frozen=True, repr=False)
class Shown:
    view: View
    presentation: Presentation
    covered: bool


class ScriptedScreen:
    """Remembers everything that was shown, in order."""

    def __init__(self) -> None:
        self.history: list[Shown] = []

    def show(self, view: View, presentation: Presentation, *, covered: bool = False) -> None:
        self.history.append(Shown(view, presentation, covered))

    async def answer(self) -> Answer:
        return await asyncio.Future()

    async def drawn(self) -> None:
        return None

    @property
    def now(self) -> Shown:
        return self.history[-1]


class _Channel:
    """APDUs straight to the card that lies on the reader at that moment."""

    def __init__(self, readers: CardTable, reader: str) -> None:
        self._readers, self._reader = readers, reader
        card = readers.lying.get(reader)
        if card is not None:
            card.power_on()
        self._card = card

    def transmit(self, apdu: bytes | bytearray) -> ResponseApdu | CardLost:
        card = self._readers.lying.get(self._reader)
        if card is None or card is not self._card:
            return CardLost("removed")
        self._readers.sent.append((self._reader, bytes(apdu)))
        answer = card.transmit(bytes(apdu))
        if self._readers.pull_at == len(self._readers.sent):
            self._readers.take(self._reader)
            return CardLost("removed")
        return CardLost("removed") if answer is None else ResponseApdu.of(answer)

    def close(self) -> None:
        if self._card is not None:
            self._card.power_off()


class CardTable:
    """`CardReaders` on which tests put virtual cards. `pull_at`: the card is gone before this APDU's answer."""

    def __init__(self, *names: str, kind: ReaderKind = ReaderKind.CONTACT) -> None:
        self.kinds = dict.fromkeys(names or ("reader",), kind)
        self.lying: dict[str, CardModel] = {}
        self.lost: set[str] = set()
        self.sent: list[tuple[str, bytes]] = []
        self.pull_at: int | None = None
        self.pins: list[bytearray] = []
        self.released = 0
        #: Given by the next `read`s instead of what the card says.
        self.answers: list[ReadOutcome] = []
        self.before_sign: Callable[[], None] = lambda: None
        self._listeners: list[Callable[[CardEvent], None]] = []
        self._cards: dict[str, JpkiCard] = {}

    # what tests do

    def put(self, card: CardModel, reader: str = "reader", *, from_start: bool = False) -> None:
        self.lying[reader] = card
        self._tell(CardIn(reader, self.kinds[reader], from_start))

    def take(self, reader: str = "reader") -> None:
        if self.lying.pop(reader, None) is not None:
            self._cards.pop(reader, None)
            self._tell(CardOut(reader))

    def swap(self, card: CardModel, reader: str = "reader") -> None:
        """So quickly that no edge was seen: only the certificate can tell."""
        self.lying[reader] = card

    def unplug(self, reader: str = "reader") -> None:
        self.take(reader)
        self.lost.add(reader)
        self._tell(ReaderLost(reader))

    def plug(self, reader: str = "reader") -> None:
        self.lost.discard(reader)
        self._tell(ReaderFound(reader, self.kinds[reader]))

    def _tell(self, event: CardEvent) -> None:
        for listener in self._listeners:
            listener(event)

    # the port

    def subscribe(self, listener: Callable[[CardEvent], None]) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def present(self) -> frozenset[str]:
        return frozenset(self.lying)

    def health(self) -> tuple[DeviceHealth, ...]:
        return tuple(
            DeviceHealth(name, Condition.BAD if name in self.lost else Condition.GOOD) for name in self.kinds
        )

    async def read(self, reader: str) -> ReadOutcome:
        if self.answers:
            return self.answers.pop(0)
        card = JpkiCard(_Channel(self, reader))
        self._cards[reader] = card
        outcome = card.read()
        if isinstance(outcome, Identity):
            return Holder(reader, self.kinds[reader], outcome.certificate, outcome.tries_left)
        return outcome

    async def sign(self, holder: Holder, pin: bytearray, digests: Sequence[bytes]) -> SignOutcome:
        self.pins.append(pin)
        try:
            self.before_sign()
            return self._sign(holder, pin, digests)
        finally:
            pin[:] = bytes(len(pin))

    def _sign(self, holder: Holder, pin: bytearray, digests: Sequence[bytes]) -> SignOutcome:
        signatures: list[bytes] = []
        for digest in digests:
            card = self._cards.get(holder.reader)
            if card is None or not self._same(holder.reader):
                card = self._cards[holder.reader] = JpkiCard(_Channel(self, holder.reader))
            outcome = card.sign(holder.certificate, pin, digest)
            if isinstance(outcome, bytes):
                signatures.append(outcome)
                continue
            if isinstance(outcome, CardLost | OtherCard) and signatures:
                return SignedInPart(tuple(signatures), CardLost("removed"))
            return outcome
        return Signed(tuple(signatures))

    def _same(self, reader: str) -> bool:
        channel = self._cards[reader]._channel
        return isinstance(channel, _Channel) and channel._card is self.lying.get(reader)

    async def release(self) -> None:
        self.released += 1

    async def close(self) -> None:
        return None

    def verifies(self, reader: str = "reader") -> int:
        """How often a PIN went to a card."""
        return sum(1 for name, apdu in self.sent if name == reader and apdu[1] == 0x20 and len(apdu) > 4)


class PaperTray:
    """`Printer`. `outcomes` are given one after another, then `Printed`."""

    def __init__(self) -> None:
        self.papers: list[Paper] = []
        self.outcomes: list[PrintOutcome] = []
        self.during_print: Callable[[], None] = lambda: None
        self.state = PrinterStatus(Condition.GOOD, PaperState.FULL)

    def status(self) -> PrinterStatus:
        return self.state

    async def print(self, paper: Paper) -> PrintOutcome:
        self.papers.append(paper)
        self.during_print()
        return self.outcomes.pop(0) if self.outcomes else Printed()

    async def close(self) -> None:
        return None


class LampPanel:
    def __init__(self) -> None:
        self.lamps: list[Lamp] = []
        self.sounds: list[Sound] = []
        self.when_sounded: Callable[[], None] = lambda: None
        self.told: list[PanelEvent] = []
        self._listeners: list[Callable[[PanelEvent], None]] = []

    def subscribe(self, listener: Callable[[PanelEvent], None]) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def tell(self, event: PanelEvent) -> None:
        self.told.append(event)
        for listener in self._listeners:
            listener(event)

    def lamp(self, lamp: Lamp) -> None:
        self.lamps.append(lamp)

    def sound(self, sound: Sound) -> None:
        self.sounds.append(sound)
        self.when_sounded()

    def health(self) -> tuple[DeviceHealth, ...]:
        return ()

    async def close(self) -> None:
        return None


@dataclass(frozen=True, repr=False)
class Kept:
    """One committed record as the outbox would hold it."""

    id: str
    procedure: str
    envelope: bytes


class Drawer:
    """`EnrolmentStore` in memory. `refusals` are given to the next commits ("" commits), then it commits."""

    def __init__(self) -> None:
        self.kept: list[Kept] = []
        self.notes: list[AuditEvent] = []
        self.refusals: list[str] = []
        self.takes = True
        self.during_commit: Callable[[], None] = lambda: None

    async def commit(
        self, enrolment: str, procedure: str, seal: Callable[[str, int], bytes]
    ) -> Stored | NotStored:
        refusal = self.refusals.pop(0) if self.refusals else ""
        if refusal:
            return NotStored(refusal)
        journal, seq = "0" * 32, len(self.kept) + 1
        self.kept.append(Kept(enrolment, procedure, seal(journal, seq)))
        self.during_commit()
        await asyncio.sleep(0)
        return Stored(enrolment, journal, seq)

    def accepts(self) -> bool:
        return self.takes

    def note(self, event: AuditEvent) -> None:
        self.notes.append(event)


class Line:
    """`Link`."""

    def __init__(self) -> None:
        self.up = True
        self.expected: list[tuple[tuple[str, ...], X25519PrivateKey]] = []

    def online(self) -> bool:
        return self.up

    def expect_answers(self, enrolments: tuple[str, ...], key: X25519PrivateKey) -> None:
        self.expected.append((enrolments, key))

    def forget_answers(self) -> None:
        self.expected.clear()
