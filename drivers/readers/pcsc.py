"""PC/SC readers: watched by a thread of our own that outlives pcscd and replugging.

pyscard's CardMonitor ends for good with SCARD_E_NO_SERVICE; here the context is made anew instead.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from smartcard import scard

from drivers.cards.channel import ApduChannel
from drivers.readers.pcsc_channel import open_session, take_power
from drivers.readers.pcsc_codes import slug
from terminal.ports import (
    CardEvent,
    CardIn,
    CardLost,
    CardOut,
    CardRefused,
    Condition,
    DeviceHealth,
    ReaderFound,
    ReaderKind,
    ReaderLost,
)

PNP = "\\\\?PnP?\\Notification"
"""Pseudo reader of pcsc-lite that changes when a reader comes or goes."""

WAIT_MS = 10_000
"""SCardGetStatusChange returns at an event; this only bounds how long a missed cancel could cost."""

BACKOFF_S = (0.1, 0.2, 0.5, 1.0, 2.0)
"""Between attempts to reach pcscd; the last is kept. systemd's socket activation needs well under a second."""

SETTLE_S = 1.0
"""A card that shows within this time of its reader lay there before: pcscd polls every 0.4 s (measured)."""

POWER_TRIES = 3
"""A terminal process that is being replaced may hold its card for a moment longer."""

_FIELD_WORDS = ("picc", "contactless", "rc-s", "nfc", " cl ")
"""Parts of PC/SC names whose readers have a field; PC/SC itself does not tell."""

log = logging.getLogger(__name__)


@dataclass
class _Seen:
    """What is known of one reader."""

    since: float
    kind: ReaderKind
    present: bool = False
    mute: bool = False
    raw_state: int = scard.SCARD_STATE_UNAWARE  # as pcsc-lite gave it, event counter in the upper half


class PcscBackend:
    """`ReaderBackend` for every PC/SC reader whose name contains `name` (None or empty: all).

    One process talks to one pcscd: the client library reads PCSCLITE_CSOCK_NAME once.
    """

    def __init__(self, name: str | None = None) -> None:
        self._name = name or ""
        self._report: Callable[[CardEvent], None] = _to_nobody
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._context: int | None = None
        self._lock = threading.Lock()  # guards _context against cancel after release
        self._readers: dict[str, _Seen] = {}
        self._health: tuple[DeviceHealth, ...] = (DeviceHealth("pcsc", Condition.UNKNOWN, "starting"),)

    # ------------------------------------------------------------------ ReaderBackend

    def start(self, report: Callable[[CardEvent], None]) -> None:
        self._report = report
        self._thread = threading.Thread(target=self._watch, name="pcsc-watch", daemon=True)
        self._thread.start()

    def open(self, reader: str) -> ApduChannel | CardRefused | CardLost:
        return open_session(reader)

    def health(self) -> tuple[DeviceHealth, ...]:
        return self._health

    def stop(self) -> None:
        self._stopping.set()
        deadline = time.monotonic() + 3.0
        while self._thread is not None and self._thread.is_alive() and time.monotonic() < deadline:
            with self._lock:  # again and again: a cancel between two waits is lost
                if self._context is not None:
                    scard.SCardCancel(self._context)
            self._thread.join(0.05)

    # ------------------------------------------------------------------ the watching thread

    def _watch(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            code, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
            if code == scard.SCARD_S_SUCCESS:
                with self._lock:
                    self._context = context
                began = time.monotonic()
                code = self._watch_context(context)
                with self._lock:
                    self._context = None
                scard.SCardReleaseContext(context)
                if time.monotonic() - began > BACKOFF_S[-1]:
                    failures = 0
            if self._stopping.is_set():
                return
            self._all_lost(slug(code))
            self._stopping.wait(BACKOFF_S[min(failures, len(BACKOFF_S) - 1)])
            failures += 1

    def _watch_context(self, context: int) -> int:
        """Until stopped (success) or the context is of no use any more (its code)."""
        code: int
        pnp_state = scard.SCARD_STATE_UNAWARE
        while not self._stopping.is_set():
            code = self._list(context)
            if code != scard.SCARD_S_SUCCESS:
                return code
            asked = [(PNP, pnp_state), *((name, seen.raw_state) for name, seen in self._readers.items())]
            code, states = scard.SCardGetStatusChange(context, WAIT_MS, asked)
            if code in (scard.SCARD_E_TIMEOUT, scard.SCARD_E_CANCELLED):
                continue
            if code in (scard.SCARD_E_UNKNOWN_READER, scard.SCARD_E_READER_UNAVAILABLE):
                self._stopping.wait(BACKOFF_S[0])  # one left between list and wait: list again
                continue
            if code != scard.SCARD_S_SUCCESS:
                return code
            for name, state, _atr in states:
                if name == PNP:
                    pnp_state = state & ~scard.SCARD_STATE_CHANGED
                elif name in self._readers:
                    self._note(name, self._readers[name], state)
            self._publish_health()
        return int(scard.SCARD_S_SUCCESS)

    def _list(self, context: int) -> int:
        """Finds readers that came and went since the last time."""
        code: int
        code, names = scard.SCardListReaders(context, [])
        if code == scard.SCARD_E_NO_READERS_AVAILABLE:
            names = []
        elif code != scard.SCARD_S_SUCCESS:
            return code
        wanted = [name for name in names if self._name in name]
        for name in [known for known in self._readers if known not in wanted]:
            self._lose(name)
        for name in wanted:
            if name not in self._readers:
                kind = kind_of_name(name)
                self._readers[name] = _Seen(time.monotonic(), kind)
                self._report(ReaderFound(name, kind))
        self._publish_health()
        return int(scard.SCARD_S_SUCCESS)

    def _note(self, name: str, seen: _Seen, state: int) -> None:
        """Compares two states of one reader. A counter that went on under a card that is still there is a swap."""
        if state & scard.SCARD_STATE_UNKNOWN:
            self._lose(name)
            return
        first = seen.raw_state == scard.SCARD_STATE_UNAWARE
        swapped = not first and (_counter(state) - _counter(seen.raw_state)) & 0xFFFF >= 2
        present = bool(state & scard.SCARD_STATE_PRESENT)
        seen.raw_state = state & ~scard.SCARD_STATE_CHANGED
        seen.mute = bool(state & scard.SCARD_STATE_MUTE)
        if seen.present and (not present or swapped):
            seen.present = False
            self._report(CardOut(name))
        if present and not seen.present:
            seen.present = True
            lay_there = first or time.monotonic() - seen.since < SETTLE_S
            if lay_there:
                _unpower(name)
            self._report(CardIn(name, seen.kind, visible_from_start=lay_there))

    def _lose(self, name: str) -> None:
        if self._readers.pop(name).present:
            self._report(CardOut(name))
        self._report(ReaderLost(name))

    def _all_lost(self, detail: str) -> None:
        for name in list(self._readers):
            self._lose(name)
        self._health = (DeviceHealth("pcsc", Condition.BAD, detail),)

    def _publish_health(self) -> None:
        if not self._readers:
            self._health = (DeviceHealth("pcsc", Condition.BAD, "no-reader"),)
            return
        self._health = tuple(
            DeviceHealth(name, Condition.GOOD, "card-mute" if seen.mute else "")
            for name, seen in self._readers.items()
        )


def kind_of_name(name: str) -> ReaderKind:
    """Whether a card is laid on or put in, by the words makers use in PC/SC names."""
    lowered = f"{name.lower()} "
    return ReaderKind.FIELD if any(word in lowered for word in _FIELD_WORDS) else ReaderKind.CONTACT


def _counter(state: int) -> int:
    """pcsc-lite counts insertions and removals in the upper 16 bits of dwEventState."""
    return state >> 16 & 0xFFFF


def _unpower(name: str) -> None:
    for _ in range(POWER_TRIES):
        trouble = take_power(name)
        if trouble != "in-use":
            break
        time.sleep(BACKOFF_S[0])
    if trouble:
        log.warning("card in %s was not unpowered: %s", name, trouble)


def _to_nobody(_event: CardEvent) -> None:
    """Before `start`."""
