"""All card readers of the terminal behind one port: which reader is bound, what its listeners hear, time limits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from drivers.cards.apdu import DIGEST_BYTES, PIN_DIGITS, wipe
from drivers.cards.channel import ApduChannel
from drivers.cards.jpki import Identity
from drivers.readers.device_thread import Abandon, DeviceThread
from drivers.readers.session import CardSession
from terminal.ports import (
    CardEvent,
    CardIn,
    CardLost,
    CardOut,
    CardRefused,
    Condition,
    DeviceHealth,
    Holder,
    ReaderFound,
    ReaderKind,
    ReaderLost,
    ReadOutcome,
    Signed,
    SignedInPart,
    SignOutcome,
)

T = TypeVar("T")

READ_S = 8.0
"""14 APDUs of a slow contactless card take about 2 s; what takes four times that is no reading."""

SIGN_S = 15.0
"""Up to three signatures of 0.4 to 1 s and 8 APDUs each."""

RELEASE_S = 3.0
"""How long the end of a visit waits for an APDU in flight (a signature takes 1 s at the most)."""

WEDGED_S = 20.0
"""A device thread that has been in one job for longer than any job may take does not answer any more."""


class ReaderBackend(Protocol):
    """One kind of reader hardware (PC/SC, NFC) with any number of readers, each known by its name.

    The backend watches its readers in a thread or process of its own and heals itself. The station gives every
    reader one device thread and calls `open` and the channel from it only.
    """

    def start(self, report: Callable[[CardEvent], None]) -> None:
        """Begins to watch. `report` may be called from any thread, in the order of events of each reader:
        ReaderFound before its cards, CardOut before ReaderLost. A card found together with its reader (at start,
        after a restart of the service, after replugging) is reported with `visible_from_start=True`, after its
        power was taken once. A swap that the hardware noticed is CardOut and CardIn.
        """

    def open(self, reader: str) -> ApduChannel | CardRefused | CardLost:
        """Powers the card exclusively. Blocks (bounded, at most about 5 s). CardRefused for what is no APDU card
        at all, e.g. CardKind.E_MONEY; CardLost if there is no card or reader."""

    def health(self) -> tuple[DeviceHealth, ...]:
        """Never blocks; any thread."""

    def stop(self) -> None:
        """Ends watching. May block up to 3 s. Events after it are allowed and ignored."""


@dataclass
class _Reader:
    """One reader: where it comes from, its thread, and what lies on it."""

    backend: ReaderBackend
    kind: ReaderKind
    session: CardSession
    attached: bool = True
    card: CardIn | None = None
    told: bool = False  # whether listeners believe that a card lies here


class CardStation:
    """`terminal.ports.CardReaders` over any number of backends. Everything here runs in one event loop."""

    def __init__(self, backends: Sequence[ReaderBackend]) -> None:
        self._backends = tuple(backends)
        self._readers: dict[str, _Reader] = {}
        self._listeners: list[Callable[[CardEvent], None]] = []
        self._bound: str | None = None
        self._closed = False
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self) -> None:
        """Begins to watch. Call once, in the running event loop."""
        self._loop = asyncio.get_running_loop()
        for backend in self._backends:
            backend.start(lambda event, source=backend: self._from_thread(source, event))  # type: ignore[misc]

    # ------------------------------------------------------------------ events

    def subscribe(self, listener: Callable[[CardEvent], None]) -> Callable[[], None]:
        """A card that is there already is told with `visible_from_start`: whoever comes late sees no edge."""
        self._listeners.append(listener)
        for name, reader in list(self._readers.items()):
            if reader.attached:
                listener(ReaderFound(name, reader.kind))
            if reader.told and reader.card is not None:
                listener(replace(reader.card, visible_from_start=True))

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    def present(self) -> frozenset[str]:
        return frozenset(name for name, reader in self._readers.items() if reader.card is not None)

    def health(self) -> tuple[DeviceHealth, ...]:
        """A reader whose thread hangs is unknown, whatever its backend sees from outside."""
        wedged = {name for name, r in self._readers.items() if r.session.thread.busy_s > WEDGED_S}
        return tuple(
            DeviceHealth(state.name, Condition.UNKNOWN, "no-answer") if state.name in wedged else state
            for backend in self._backends
            for state in backend.health()
        )

    def _from_thread(self, backend: ReaderBackend, event: CardEvent) -> None:
        if self._loop is not None and not self._closed and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._on_event, backend, event)

    def _on_event(self, backend: ReaderBackend, event: CardEvent) -> None:
        if self._closed:
            return
        if isinstance(event, ReaderFound):
            known = self._readers.get(event.reader)
            if known is None:
                session = CardSession(event.reader, backend.open, DeviceThread(event.reader))
                self._readers[event.reader] = _Reader(backend, event.kind, session)
            else:
                known.attached = True
            self._tell(event)
            return
        reader = self._readers.get(event.reader)
        if reader is None:
            return
        if isinstance(event, ReaderLost):
            reader.attached = False
            self._tell(event)
            return
        reader.card = event if isinstance(event, CardIn) else None
        if self._bound is None or self._bound == event.reader:
            reader.told = reader.card is not None
            self._tell(event)

    def _tell(self, event: CardEvent) -> None:
        for listener in list(self._listeners):
            listener(event)

    def _tell_withheld(self) -> None:
        """After the bound reader is free: what changed on the others meanwhile. Their cards are no edges any more."""
        for name, reader in self._readers.items():
            if reader.card is not None and not reader.told:
                reader.told = True
                self._tell(replace(reader.card, visible_from_start=True))
            elif reader.card is None and reader.told:
                reader.told = False
                self._tell(CardOut(name))

    # ------------------------------------------------------------------ cards

    async def read(self, reader: str) -> ReadOutcome:
        """Binds the reader until `release` if a card was read; a slip or a refused card binds nothing.

        While it reads, the others are ignored as well: what came to them meanwhile is told afterwards, but no edge.
        """
        bound = self._bind(reader)
        if isinstance(bound, CardLost):
            return bound
        abandon, session = Abandon(), bound.session
        identity = await self._run(session, abandon, lambda: session.read(abandon), READ_S)
        if isinstance(identity, Identity):
            return Holder(reader, bound.kind, identity.certificate, identity.tries_left)
        if self._bound == reader:
            self._bound = None
            self._tell_withheld()
        return CardLost("timeout") if identity is None else identity

    async def sign(self, holder: Holder, pin: bytearray, digests: Sequence[bytes]) -> SignOutcome:
        """Raises ValueError for a PIN that is not four digits or a digest that is not 32 bytes: asked wrongly."""
        try:
            if len(pin) != PIN_DIGITS or any(not 0x30 <= digit <= 0x39 for digit in pin):
                raise ValueError("the PIN has four digits")
            if not digests or any(len(digest) != DIGEST_BYTES for digest in digests):
                raise ValueError("SHA-256 digests have 32 bytes")
            bound = self._bind(holder.reader)
            if isinstance(bound, CardLost):
                return bound
            abandon, session = Abandon(), bound.session
            wanted = tuple(digests)
            ending = await self._run(
                session, abandon, lambda: session.sign(abandon, holder.certificate, pin, wanted), SIGN_S
            )
            return _summary(abandon.set("over"), len(wanted), ending or CardLost("timeout"))
        finally:
            wipe(pin)

    async def release(self) -> None:
        name, self._bound = self._bound, None
        if name is None:
            return
        session = self._readers[name].session
        if session.abandon is not None:
            session.abandon.set("released")
        ended = asyncio.wrap_future(session.thread.submit(session.end))
        await asyncio.wait(
            {ended}, timeout=RELEASE_S
        )  # not wait_for: the end of the session must stay queued
        if self._bound is None:
            self._tell_withheld()

    async def close(self) -> None:
        """Releases, then stops backends and threads. Nothing is told any more."""
        await self.release()
        self._closed = True
        for backend in self._backends:
            backend.stop()
        for reader in self._readers.values():
            reader.session.thread.stop()

    def _bind(self, name: str) -> _Reader | CardLost:
        reader = self._readers.get(name)
        if reader is None or not reader.attached:
            return CardLost("no-reader")
        if self._bound not in (None, name):
            return CardLost("other-reader-bound")
        self._bound = name
        return reader

    async def _run(
        self, session: CardSession, abandon: Abandon, job: Callable[[], T], limit_s: float
    ) -> T | None:
        """The job's value, or None when its time was over: the job stops before its next APDU."""
        session.abandon = abandon
        waiting = asyncio.wrap_future(session.thread.submit(job))
        try:
            return await asyncio.wait_for(waiting, limit_s)
        except TimeoutError:
            abandon.set("timeout")
            return None
        except asyncio.CancelledError:
            abandon.set("abandoned")
            raise


def _summary(signatures: tuple[bytes, ...], wanted: int, ending: SignOutcome) -> SignOutcome:
    """What a series of signatures came to: what came back before the ending is there, whatever ended it."""
    if len(signatures) == wanted:
        return Signed(signatures)
    if not signatures:
        return ending
    return SignedInPart(signatures, ending if isinstance(ending, CardLost) else CardLost("refused"))
