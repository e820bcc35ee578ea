"""The NFC reader as a backend of the station: a child process with nfcpy, watched, killed and started again.

nfcpy is not safe for threads and can hang in a wedged chip for ever; a process can be killed, and takes whatever
it held of the card's secrets with it.
"""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from drivers.cards.apdu import ResponseApdu
from drivers.cards.channel import ApduChannel
from drivers.readers.nfc_wire import ANSWERS, MessageKind, WireEnd, WireMessage, socket_pair
from terminal.ports import (
    CardEvent,
    CardIn,
    CardKind,
    CardLost,
    CardOut,
    CardRefused,
    Condition,
    DeviceHealth,
    ReaderFound,
    ReaderKind,
    ReaderLost,
)

log = logging.getLogger(__name__)

CHIPS = ("pn532",)
CHIP_SILENT = "no-answer"  # the child's last word when its chip fell silent
# A child that reports cards every 0.2 s and a sign of life every second has hung after five.
QUIET_LIMIT_S = 5.0
# A card signs in one to two seconds; with the waiting it asks for, five is the end.
EXCHANGE_LIMIT_S = 5.0
OPEN_LIMIT_S = 4.0
CLOSE_LIMIT_S = 2.0
RETRY_FIRST_S, RETRY_LAST_S = 0.25, 10.0
# A child that lived so long did not die of its own start; the next try begins without delay again.
SETTLED_S = 10.0
STOP_LIMIT_S = 2.0

# nfcpy makes copies of an APDU that only the allocator can reach. Measured: with Python's own allocator, and with
# glibc's as long as its per-thread cache takes small blocks back unwritten, the VERIFY command stays readable.
OVERWRITE_FREED = {
    "PYTHONMALLOC": "malloc",
    "MALLOC_PERTURB_": "165",
    "GLIBC_TUNABLES": "glibc.malloc.tcache_count=0",
}


def next_pause_s(last_pause_s: float, lived_s: float) -> float:
    """How long to wait before the next child: longer each time, until one has lived for `SETTLED_S`."""
    if not last_pause_s or lived_s >= SETTLED_S:
        return RETRY_FIRST_S
    return min(last_pause_s * 2, RETRY_LAST_S)


def _nobody_listens(_event: CardEvent) -> None:
    """Until `start`."""


@dataclass(frozen=True)
class NfcSettings:
    """Settings table [reader.nfc]. `device` is any path of a serial device, a link to a pty too."""

    device: str
    chip: str = "pn532"


class NfcBackend:
    """Implements `drivers.readers.station.ReaderBackend` for one reader, known as `name`."""

    def __init__(self, settings: NfcSettings, name: str = "nfc") -> None:
        """Raises ValueError for a chip that is not in `CHIPS`."""
        if settings.chip not in CHIPS:
            raise ValueError(f'[reader.nfc] chip = "{settings.chip}": only {", ".join(CHIPS)}')
        self.name = name
        self._settings = settings
        self._report: Callable[[CardEvent], None] = _nobody_listens
        self._child: _Child | None = None  # the one that is ready
        self._running: _Child | None = None
        self._health = DeviceHealth(name, Condition.UNKNOWN, "starting")
        self._stopping = threading.Event()
        # One thread for all children: the kernel's death signal counts from the thread that started them.
        self._thread = threading.Thread(target=self._keep_alive, name="nfc", daemon=True)

    def start(self, report: Callable[[CardEvent], None]) -> None:
        self._report = report
        self._thread.start()

    def health(self) -> tuple[DeviceHealth, ...]:
        return (self._health,)

    def open(self, reader: str) -> ApduChannel | CardRefused | CardLost:
        child = self._child
        if reader != self.name or child is None:
            return CardLost("no-reader")
        answer = child.ask(MessageKind.OPEN, b"", OPEN_LIMIT_S)
        if isinstance(answer, CardLost):
            return answer
        if answer.kind is MessageKind.REFUSED:
            return CardRefused(CardKind(answer.text))
        return NfcChannel(child)

    def stop(self) -> None:
        self._stopping.set()
        running = self._running
        if running is not None:
            running.line.hang_up()
        if self._thread.is_alive():
            self._thread.join(STOP_LIMIT_S + 1.0)

    # ------------------------------------------------------------------ the reader's thread

    def _keep_alive(self) -> None:
        pause_s = 0.0
        while not self._stopping.is_set():
            began = time.monotonic()
            child = self._running = _Child(self._settings)
            try:
                if not self._stopping.is_set():
                    self._listen(child)
            finally:
                child.end(kill=not self._stopping.is_set())
            pause_s = next_pause_s(pause_s, time.monotonic() - began)
            self._stopping.wait(pause_s)

    def _listen(self, child: _Child) -> None:
        """Until the child is gone or has to go."""
        found = card = False
        slug = "ended"
        while (message := child.hear()) is not None:
            if message.kind in ANSWERS:
                child.answers.put(message)
            elif message.kind is MessageKind.READY:
                found = True
                self._now_ready(child, message)
            elif message.kind is MessageKind.CARD_IN:
                card = True
                self._report(CardIn(self.name, ReaderKind.FIELD, bool(message.payload[0])))
            elif message.kind is MessageKind.CARD_OUT:
                card = False
                self._report(CardOut(self.name))
            elif message.kind is MessageKind.FAILED:
                slug = message.text
                break
        self._child = None
        bad = Condition.BAD if slug == "no-device" else Condition.UNKNOWN
        self._health = DeviceHealth(self.name, bad, slug)
        child.gone(slug)
        if card:
            self._report(CardOut(self.name))
        if found:
            if not self._stopping.is_set():
                log.warning("NFC reader lost: %s", slug)
            self._report(ReaderLost(self.name))

    def _now_ready(self, child: _Child, message: WireMessage) -> None:
        if not message.payload[0]:
            log.warning(
                "NFC child keeps the network: no namespace allowed; the unit's sandbox must forbid it"
            )
        self._child = child
        self._health = DeviceHealth(self.name, Condition.GOOD)
        self._report(ReaderFound(self.name, ReaderKind.FIELD))


class _Child:
    """One child process and the line to it."""

    def __init__(self, settings: NfcSettings) -> None:
        ours, theirs = socket_pair()
        with theirs:
            command = [sys.executable, "-m", "drivers.readers.nfc_child"]
            command += [str(theirs.fileno()), str(os.getpid()), settings.device]
            self.process = subprocess.Popen(
                command,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env={**os.environ, **OVERWRITE_FREED},
            )
        self.line = WireEnd(ours)
        self.line.set_timeout(1.0)
        self.answers: queue.SimpleQueue[WireMessage | CardLost] = queue.SimpleQueue()
        self._asking = threading.Lock()
        self._waiting = False
        self._lost: CardLost | None = None
        self._heard_at = time.monotonic()

    def hear(self) -> WireMessage | None:
        """The next message; None when the child is gone, or is killed because it has been quiet for too long."""
        while True:
            try:
                message = self.line.receive()
            except TimeoutError:
                if self._waiting:
                    continue  # whoever waits for the answer has a limit of its own
                if time.monotonic() - self._heard_at > QUIET_LIMIT_S:
                    self.process.kill()
                    return None
                continue
            self._heard_at = time.monotonic()
            return message

    def ask(self, kind: MessageKind, payload: bytes | bytearray, limit_s: float) -> WireMessage | CardLost:
        """One request and its answer. Past the limit the child is killed, and with it what it still may do."""
        with self._asking:
            if self._lost is not None:
                return self._lost
            self._waiting = True
            try:
                self.line.send(kind, payload)
                answer = self.answers.get(timeout=limit_s)
            except queue.Empty:
                self._lost = CardLost("timeout")
                self.process.kill()
                return self._lost
            except OSError:
                return self._lost or CardLost("no-reader")
            finally:
                self._heard_at = time.monotonic()
                self._waiting = False
            if isinstance(answer, WireMessage) and answer.kind is MessageKind.LOST:
                return CardLost(answer.text)
            return answer

    def gone(self, slug: str) -> None:
        """Nobody will answer any more."""
        lost = CardLost("timeout" if slug == CHIP_SILENT else "no-reader")
        self._lost = self._lost or lost
        self.answers.put(lost)

    def end(self, kill: bool) -> None:
        """Gives an orderly child time to put the chip to sleep."""
        self.line.hang_up()
        if kill:
            self.process.kill()
        try:
            self.process.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.line.close()


class NfcChannel:
    """Implements `drivers.cards.channel.ApduChannel`."""

    def __init__(self, child: _Child) -> None:
        self._child = child
        self._lost: CardLost | None = None

    def transmit(self, apdu: bytes | bytearray) -> ResponseApdu | CardLost:
        if self._lost is not None:
            return self._lost
        answer = self._child.ask(MessageKind.APDU, apdu, EXCHANGE_LIMIT_S)
        if isinstance(answer, CardLost):
            self._lost = answer
            return answer
        response = ResponseApdu.of(bytes(answer.payload))
        answer.payload[:] = bytes(len(answer.payload))
        return response

    def close(self) -> None:
        if self._lost is None:
            self._lost = CardLost("closed")
            with contextlib.suppress(OSError):
                self._child.ask(MessageKind.CLOSE, b"", CLOSE_LIMIT_S)
