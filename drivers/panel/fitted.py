"""The port `Panel` on real pins. One thread owns the board; the event loop only ever leaves wishes in its queue."""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from drivers.panel.patterns import LampDesk, TunePlayer
from drivers.panel.pins import PanelLost, PanelUnusable, Pins, open_pins
from drivers.panel.settings import PanelSettings
from terminal.ports import (
    Condition,
    DeviceHealth,
    DoorChanged,
    Lamp,
    PanelEvent,
    PresenceChanged,
    Sound,
)

log = logging.getLogger(__name__)

T = TypeVar("T")

CHECK_EVERY_S = 1.0
# Doubled after each failure: a daemon that restarts is back within a second, one that is gone costs little.
RETRY_FIRST_S, RETRY_LAST_S = 0.25, 10.0
OPEN_LIMIT_S = 5.0
CLOSE_LIMIT_S = 3.0


class _Stop:
    pass


Wish = Lamp | Sound | _Stop


class FittedPanel:
    """Implements `terminal.ports.Panel`. Make it with `open_panel`. Listeners are called in the event loop."""

    def __init__(self, settings: PanelSettings, loop: asyncio.AbstractEventLoop) -> None:
        self._settings = settings
        self._loop = loop
        self._wishes: queue.SimpleQueue[Wish] = queue.SimpleQueue()
        self._listeners: list[Callable[[PanelEvent], None]] = []
        self._known: dict[type[PanelEvent], PanelEvent] = {}
        self._health = DeviceHealth("panel", Condition.UNKNOWN, "starting")
        self._opened: asyncio.Future[PanelUnusable | None] = loop.create_future()
        self._closed: asyncio.Future[None] = loop.create_future()
        self._trouble = ""
        self._desk = LampDesk(settings.lamps)
        self._tunes = TunePlayer()
        self._thread = threading.Thread(target=self._run, name="panel", daemon=True)

    # ------------------------------------------------------------------ the port, in the event loop

    def subscribe(self, listener: Callable[[PanelEvent], None]) -> Callable[[], None]:
        """Calls `listener` for each change, first for the door and presence as they are known now."""
        self._listeners.append(listener)
        for event in self._known.values():
            self._loop.call_soon(self._tell_one, listener, event)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def lamp(self, lamp: Lamp) -> None:
        self._wishes.put(lamp)

    def sound(self, sound: Sound) -> None:
        self._wishes.put(sound)

    def health(self) -> tuple[DeviceHealth, ...]:
        return (self._health,)

    async def close(self) -> None:
        """Lamps out. Gives up on a board that does not answer within 3 s."""
        self._listeners.clear()
        self._wishes.put(_Stop())
        try:
            async with asyncio.timeout(CLOSE_LIMIT_S):
                await asyncio.shield(self._closed)
        except TimeoutError:
            log.warning("panel thread did not end within %s s", CLOSE_LIMIT_S)

    async def opened(self) -> PanelUnusable | None:
        """After the first try, or `OPEN_LIMIT_S`. A board that does not answer yet is unknown, and tried again."""
        self._thread.start()
        try:
            async with asyncio.timeout(OPEN_LIMIT_S):
                return await asyncio.shield(self._opened)
        except TimeoutError:
            return None

    def _hear(self, event: PanelEvent) -> None:
        if self._known.get(type(event)) == event:
            return
        self._known[type(event)] = event
        for listener in tuple(self._listeners):
            listener(event)

    def _tell_one(self, listener: Callable[[PanelEvent], None], event: PanelEvent) -> None:
        if listener in self._listeners:
            listener(event)

    def _set_health(self, condition: Condition, detail: str) -> None:
        self._health = DeviceHealth("panel", condition, detail)

    # ------------------------------------------------------------------ the panel's thread

    def _to_loop(self, call: Callable[..., None], *args: object) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(call, *args)

    def _missing(self, trouble: str) -> None:
        """Told once, not at every try."""
        if trouble != self._trouble:
            self._trouble = trouble
            log.warning("panel lost: %s", trouble)
        self._to_loop(self._set_health, Condition.UNKNOWN, "no-answer")
        self._to_loop(_settle, self._opened, None)

    def _run(self) -> None:
        retry_s = RETRY_FIRST_S
        ended = False
        while not ended:
            pins: Pins | None = None
            try:
                opened = open_pins(self._settings, self._door_is, self._presence_is)
                if isinstance(opened, PanelUnusable):
                    self._to_loop(_settle, self._opened, opened)
                    raise PanelLost(f"{opened.rule}; {opened.way_out}")
                pins, retry_s = opened, RETRY_FIRST_S
                self._to_loop(_settle, self._opened, None)
                self._serve(pins)
                ended = True
            except PanelLost as trouble:
                self._missing(str(trouble))
                if pins is not None:
                    pins.abandon()
                ended = self._drain(retry_s)
                retry_s = min(retry_s * 2, RETRY_LAST_S)
            else:
                pins.close()
        self._to_loop(_settle, self._closed, None)

    def _serve(self, pins: Pins) -> None:
        """Until told to stop; raises `PanelLost`."""
        pins.check()
        self._trouble = ""
        self._to_loop(self._set_health, Condition.GOOD, "")
        check_at = time.monotonic() + CHECK_EVERY_S
        while True:
            now = time.monotonic()
            if now >= check_at:
                pins.check()
                check_at = now + CHECK_EVERY_S
            for pin, lit in self._desk.step(now).items():
                pins.light(pin, lit)
            pins.buzz(self._tunes.step(now))
            due = [at for at in (self._desk.next_step_at(now), self._tunes.next_step_at()) if at is not None]
            wait_s = max(0.0, min([check_at, *due]) - time.monotonic())
            try:
                if not self._take(self._wishes.get(timeout=wait_s)):
                    return
            except queue.Empty:
                continue

    def _take(self, wish: Wish) -> bool:
        now = time.monotonic()
        if isinstance(wish, Lamp):
            self._desk.want(wish, now)
        elif isinstance(wish, Sound):
            self._tunes.play(wish, now)
        else:
            return False
        return True

    def _drain(self, seconds: float) -> bool:
        """Waits for the next try. The last lamp wish is kept, sounds are not saved up. True = told to stop."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            try:
                wish = self._wishes.get(timeout=left)
            except queue.Empty:
                return False
            if isinstance(wish, _Stop):
                return True
            if isinstance(wish, Lamp):
                self._take(wish)
        return False

    def _door_is(self, is_open: bool) -> None:
        self._to_loop(self._hear, DoorChanged(is_open))

    def _presence_is(self, present: bool) -> None:
        self._to_loop(self._hear, PresenceChanged(present))


async def open_panel(settings: PanelSettings) -> FittedPanel | PanelUnusable:
    """Opens the board and claims its pins. A board that does not answer now is a panel whose health is unknown."""
    panel = FittedPanel(settings, asyncio.get_running_loop())
    unusable = await panel.opened()
    if unusable is None:
        return panel
    await panel.close()
    return unusable


def _settle(future: asyncio.Future[T], result: T) -> None:
    if not future.done():
        future.set_result(result)
