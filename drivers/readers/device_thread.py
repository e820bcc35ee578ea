"""One thread with a queue for each reader, and the means to stop what it is doing."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from drivers.cards.apdu import ResponseApdu
from drivers.cards.channel import ApduChannel
from terminal.ports import CardLost

T = TypeVar("T")


class DeviceThread:
    """Runs jobs one after another. Daemon: a reader wedged in its driver does not keep the process from ending.

    Jobs return trouble as values. One that raises is a fault of ours: it ends the thread by
    `threading.excepthook`, where the process ends too.
    """

    def __init__(self, name: str) -> None:
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._busy_since: float | None = None
        self._thread = threading.Thread(target=self._run, name=f"reader {name}", daemon=True)
        self._thread.start()

    def submit(self, job: Callable[[], T]) -> Future[T]:
        """A future that is cancelled before its job begins takes the job away."""
        future: Future[T] = Future()

        def run() -> None:
            if future.set_running_or_notify_cancel():
                future.set_result(job())

        self._jobs.put(run)
        return future

    @property
    def busy_s(self) -> float:
        """Seconds that the present job has been running; 0 when idle."""
        since = self._busy_since
        return 0.0 if since is None else time.monotonic() - since

    def stop(self) -> None:
        """After the jobs that wait already. Does not block."""
        self._jobs.put(None)

    def join(self, timeout_s: float) -> None:
        self._thread.join(timeout_s)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            self._busy_since = time.monotonic()
            job()
            self._busy_since = None


class Abandon:
    """Says to a job that nobody waits for it any more. Set from the event loop, seen before the next APDU."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._detail = ""
        self._signatures: list[bytes] = []

    def set(self, detail: str) -> tuple[bytes, ...]:
        """From now on no APDU goes out and no signature counts; returns those that came back before."""
        with self._lock:
            self._detail = self._detail or detail
            return tuple(self._signatures)

    @property
    def detail(self) -> str:
        return self._detail

    def came_back(self, signature: bytes) -> None:
        """The point of no return of one signature. One that comes too late does not count."""
        with self._lock:
            if not self._detail:
                self._signatures.append(signature)


class GuardedChannel:
    """A channel whose APDUs stop when the job is abandoned."""

    def __init__(self, channel: ApduChannel, abandon: Abandon | None) -> None:
        self._channel = channel
        self.abandon = abandon  # of the job that uses the channel now

    def transmit(self, apdu: bytes | bytearray) -> ResponseApdu | CardLost:
        if self.abandon is not None and self.abandon.detail:
            return CardLost(self.abandon.detail)
        return self._channel.transmit(apdu)

    def close(self) -> None:
        self._channel.close()
