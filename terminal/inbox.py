"""Everything that can happen to a visit comes through one queue, in the order in which it happened.

Presses, card edges, door and presence, acknowledgements, the order to stop: one reader takes them one by one, so
that no two watchers can race for the same visit (docs/decisions/0002-one-inbox.md).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from contract.answer import ProgrammeAnswer
from terminal.controls import Answer
from terminal.ports import CardEvent, DoorChanged, PanelEvent, PresenceChanged


@dataclass(frozen=True)
class Shutdown:
    """The process was told to stop. The running visit ends; a commit that has begun is finished."""


@dataclass(frozen=True)
class Delivered:
    """The fleet's signed acknowledgement for this enrolment is here and marked."""

    enrolment: str


@dataclass(frozen=True, repr=False)
class ProgrammeAnswered:
    """The programme's answer, opened with this visit's key."""

    answer: ProgrammeAnswer


Event = Answer | CardEvent | PanelEvent | Delivered | ProgrammeAnswered | Shutdown


class Inbox:
    """One queue; `put` only from the event loop's thread."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Event] = asyncio.Queue()

    def put(self, event: Event) -> None:
        self._queue.put_nowait(event)

    async def next(self, timeout: float | None) -> Event | None:
        """The next event, or None when `timeout` seconds (None: no limit) passed without one."""
        if timeout is None:
            return await self._queue.get()
        try:
            return await asyncio.wait_for(self._queue.get(), max(timeout, 0))
        except TimeoutError:
            return None

    def clear(self) -> None:
        """Forgets what nobody took and may hold what a resident typed; the terminal's own state and orders stay."""
        waiting = [self._queue.get_nowait() for _ in range(self._queue.qsize())]
        for event in waiting:
            if isinstance(event, Shutdown | DoorChanged | PresenceChanged):
                self._queue.put_nowait(event)
