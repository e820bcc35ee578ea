"""Figures of the window: touch to next screen, start to attract, memory and idle, beside Kivy with one label."""

from __future__ import annotations

import os
import select
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.resident import Errand, Resident, Visitor
from bench.rig import Rig
from bench.rig_parts import HARDENED_MEMORY
from bench.robot import RobotClient, RobotRefused, ShownView

_GUARD_S = 0.55  # the longest guard time of a view: a touch before that is not taken
_STARTS = 5
_SETTLED_S = 10.0  # the attract screen's motion ends, and what was read at the start is read
_IDLE_S = 20.0
_START_S = 30.0


@dataclass(frozen=True)
class Touches:
    """Milliseconds from the touch to the next screen completely drawn, each with what was pressed; `frame_ms`:
    one frame of the bare window.
    """

    took: tuple[tuple[str, float], ...]
    frame_ms: float

    @property
    def p95_ms(self) -> float:
        times = sorted(ms for _, ms in self.took)
        return times[min(len(times) - 1, round(0.95 * len(times)))]

    @property
    def worst(self) -> tuple[str, float]:
        return max(self.took, key=lambda one: one[1])


@dataclass(frozen=True)
class Footprint:
    """`start_s`: median from launch to the first whole screen; memory in MB; `idle`: share of one core."""

    start_s: float
    rss_mb: float
    pss_mb: float
    idle: float


class TimedResident(Resident):
    """Notes how long every press took that leads to another screen, or another page of it."""

    def __init__(self, robot: RobotClient, person: Visitor, rig: Rig) -> None:
        super().__init__(robot, person, rig.card)
        self.took: list[tuple[str, float]] = []
        self._pressed: tuple[str, float] | None = None

    def press(self, choice: str) -> None:
        time.sleep(_GUARD_S)
        while self.robot.view().choice(choice) is None and self.robot.view().choice("page-next") is not None:
            self._touch("page-next")
            self.robot.view()  # answered when the page is drawn: turning it repaints within the touch
            self._drawn("next page")
            time.sleep(_GUARD_S)
        self._touch(choice)

    def see(self, view: str) -> ShownView:
        shown = super().see(view)
        self._drawn(view)
        return shown

    def sign(self) -> tuple[str, ...]:
        self._pressed = None
        self.robot.press("ok")
        self.robot.wait("Accepted", 20.0)  # the card works in between: no touch leads here
        return ()

    def _touch(self, choice: str) -> None:
        began = time.perf_counter()
        self.robot.press(choice)
        self._pressed = choice, began

    def _drawn(self, what: str) -> None:
        if self._pressed is not None:
            choice, began = self._pressed
            self.took.append((f"{choice} → {what}", (time.perf_counter() - began) * 1000))
            self._pressed = None


def measure_touches(rig: Rig, frame_s: float) -> Touches:
    """The way of the tour, 予約 and 申込, in Japanese and in English, and a 予約 alone."""
    took: list[tuple[str, float]] = []
    for n, (language, errand) in enumerate(
        (("ja", Errand.APPLY), ("en", Errand.APPLY), ("ja", Errand.RESERVE), ("en", Errand.RESERVE)), start=1
    ):
        name = f"resident-{9000 + n}"
        person = Visitor(name, rig.residents().person(name).auth_pin, f"{4000 + n}000000009999", errand)
        rig.residents().card(name)
        with rig.robot() as robot:
            resident = TimedResident(robot, person, rig)
            if language == "en":
                resident.choose_english()
            resident.whole_visit()
            took += resident.took
    return Touches(tuple(took), frame_s * 1000)


def measure_terminal(rig: Rig) -> Footprint:
    """Starts the rig's terminal a few times; the last one is looked at while nothing happens."""
    starts = []
    for _ in range(_STARTS):
        rig.stop_part("terminal")
        rig.folder.robot.unlink(missing_ok=True)
        began = time.perf_counter()
        rig.start_part("terminal")
        _await_attract(rig.folder.robot)
        starts.append(time.perf_counter() - began)
    pid = rig.pid("terminal")
    if pid is None:
        raise RuntimeError("the terminal is not running")
    return _at_rest(pid, statistics.median(starts))


def measure_bare(size: str) -> tuple[Footprint, float]:
    """The yardstick, and how long one frame of it takes (s)."""
    starts, frames = [], []
    for _ in range(_STARTS - 1):
        with _bare_window(size) as (_, started, frame):
            starts.append(started)
            frames.append(frame)
    with _bare_window(size) as (process, started, frame):
        starts.append(started)
        frames.append(frame)
        return _at_rest(process.pid, statistics.median(starts)), statistics.median(frames)


@contextmanager
def _bare_window(size: str) -> Iterator[tuple[subprocess.Popen[bytes], float, float]]:
    command = [sys.executable, "-m", "bench.perf.bare_window", *size.split("x")]
    environment = {**os.environ, **HARDENED_MEMORY, "SDL_VIDEODRIVER": "offscreen"}
    began = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        if process.stdout is None or not select.select([process.stdout], [], [], _START_S)[0]:
            raise TimeoutError("the bare window did not come up")
        frame = float(process.stdout.readline())
        # The frames were drawn after the first one stood.
        yield process, time.perf_counter() - began - 60 * frame, frame
    finally:
        process.kill()
        process.communicate()


def _await_attract(robot: Path) -> None:
    limit = time.monotonic() + _START_S
    while time.monotonic() < limit:
        try:
            with RobotClient(robot) as client:
                client.wait("Attract", _START_S)
                return
        except (OSError, RobotRefused):
            time.sleep(0.005)
    raise TimeoutError("no attract screen")


def memory_mb(pid: int) -> tuple[float, float]:
    """Resident and proportional set size."""
    fields = _smaps(pid)
    return fields["Rss"], fields["Pss"]


def own_memory_mb(pid: int) -> float:
    """Anonymous memory: unlike PSS it does not change when another process that maps the same files comes or goes."""
    return _smaps(pid)["Anonymous"]


def _smaps(pid: int) -> dict[str, float]:
    """MB by name; proc_pid_smaps(5)."""
    fields = {}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()[1:]:
        name, _, rest = line.partition(":")
        fields[name] = int(rest.split()[0]) / 1024
    return fields


def _at_rest(pid: int, start_s: float) -> Footprint:
    time.sleep(_SETTLED_S)
    before, began = _cpu_s(pid), time.monotonic()
    time.sleep(_IDLE_S)
    idle = (_cpu_s(pid) - before) / (time.monotonic() - began)
    return Footprint(start_s, *memory_mb(pid), idle)


def _cpu_s(pid: int) -> float:
    """User and system time so far; proc_pid_stat(5), fields 14 and 15."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
