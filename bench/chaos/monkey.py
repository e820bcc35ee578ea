"""The thread that deals the blows, and starts again what it killed, as systemd would."""

from __future__ import annotations

import heapq
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from bench.chaos.plan import VICTIMS, Blow, Planned
from bench.chaos.replay import send_again
from bench.rig import Rig

_LOOK_S = 0.25
_PARTS = tuple(dict.fromkeys(VICTIMS.values()))


@dataclass(order=True)
class _Due:
    at: float
    n: int
    act: Callable[[], None] = field(compare=False)


class Monkey:
    """Between `start` and `stop` it owns the rig's parts and its network; the caller owns card and robot."""

    def __init__(self, rig: Rig, seed: int) -> None:
        self._rig = rig
        self._draw = random.Random(f"chaos/{seed}/monkey")
        self._due: list[_Due] = []
        self._signing: list[Planned] = []
        self._numbers = 0
        self._changed = threading.Condition()
        self._running = True
        self._down: set[str] = set()
        self._restores = 0
        self._thread = threading.Thread(target=self._run, name="monkey", daemon=True)
        self.dealt: Counter[Blow] = Counter()
        #: Wall times (s) at which the terminal was killed.
        self.terminal_killed: list[float] = []
        #: Parts that ended without having been killed here, with the end of their log.
        self.fell: list[tuple[str, str]] = []
        self.duplicates = 0

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """No more blows; everything is healed: the network is open, every part is up."""
        with self._changed:
            self._running = False
            self._changed.notify()
        self._thread.join()
        self._rig.net("restore")
        for name in self._rig.names():
            if not self._rig.alive(name):
                self._rig.start_part(name)

    # ------------------------------------------------------------------ from the visit's thread

    def visit_begins(self, planned: tuple[Planned, ...]) -> None:
        now = time.monotonic()
        with self._changed:
            self._signing = [one for one in planned if one.blow is Blow.KILL_SIGNING]
            for one in planned:
                if one.blow is not Blow.KILL_SIGNING:
                    self._later(now + one.at_s, one)
            self._changed.notify()

    def signing_begins(self) -> None:
        """決定 is about to be pressed on the PIN."""
        now = time.monotonic()
        with self._changed:
            for one in self._signing:
                self._later(now + one.at_s, one)
            self._signing = []
            self._changed.notify()

    # ------------------------------------------------------------------ in the thread

    def _later(self, at: float, planned: Planned) -> None:
        self._push(at, lambda: self._deal(planned))

    def _push(self, at: float, act: Callable[[], None]) -> None:
        self._numbers += 1
        heapq.heappush(self._due, _Due(at, self._numbers, act))

    def _run(self) -> None:
        while True:
            with self._changed:
                if not self._running:
                    return
                wait = self._due[0].at - time.monotonic() if self._due else _LOOK_S
                if wait > 0:
                    self._changed.wait(min(wait, _LOOK_S))
                act = (
                    heapq.heappop(self._due).act
                    if self._due and self._due[0].at <= time.monotonic()
                    else self._look
                )
            act()

    def _deal(self, planned: Planned) -> None:
        self.dealt[planned.blow] += 1
        victim = VICTIMS.get(planned.blow)
        if victim is not None:
            self._kill(victim, planned.lasts_s)
            return
        match planned.blow:
            case Blow.DUPLICATE:
                self.duplicates += send_again(self._rig.folder, self._draw, planned.amount)
                return
            case Blow.CUT:
                self._rig.net("cut")
            case Blow.SILENCE:
                self._rig.net("silence")
            case Blow.DELAY:
                self._rig.net("delay", ms=planned.amount)
        self._restores += 1
        this = self._restores
        with self._changed:
            self._push(time.monotonic() + planned.lasts_s, lambda: self._restore(this))

    def _restore(self, number: int) -> None:
        if number == self._restores:  # a later fault of the network lasts by its own time
            self._rig.net("restore")

    def _kill(self, victim: str, rest_s: float) -> None:
        if victim in self._down:
            return
        if victim == "terminal":
            self.terminal_killed.append(time.time())
        self._rig.kill_part(victim)
        self._down.add(victim)
        with self._changed:
            self._push(time.monotonic() + rest_s, lambda: self._start(victim))

    def _start(self, victim: str) -> None:
        self._rig.start_part(victim)
        self._down.discard(victim)

    def _look(self) -> None:
        """A part that fell by itself is a finding, and is started again all the same."""
        for name in _PARTS:
            if name not in self._down and not self._rig.alive(name):
                self.fell.append((name, self._rig.log(name, 3_000)))
                self._start(name)
