"""Figures of whole visits: the flush before 受け付けました, memory after many visits, bytes of the paper."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.perf.screen import own_memory_mb
from bench.resident import Errand, Resident, Visitor
from bench.rig import Rig

_DELAY_S = 0.5
"""What strace adds to every flush: far longer than it takes to draw a screen."""
_ATTACH_S = 10.0
#: Memory is given back to the system at the attract screen, after it is drawn; within this it has come to rest.
_REST_S = 1.0
_LOOKS = 5
#: `1664000000.123456 fdatasync(12</…/outbox.db-wal>) = 0 (DELAYED) <0.500123>`, with the thread's id before it.
_FLUSH = re.compile(r"^\d+\s+(\d+\.\d+) (?:f(?:data)?sync)\(\d+<([^>]*)>\)\s+= 0.*<(\d+\.\d+)>", re.MULTILINE)


@dataclass(frozen=True)
class FlushOrder:
    """Wall times in s. `flushes` of the outbox's log between 決定 and the screen, each made `delay_s` longer;
    `gap_s` from the return of the last one to the answer that 受け付けました is drawn.
    """

    records: int
    flushes: int
    delay_s: float
    gap_s: float

    @property
    def in_order(self) -> bool:
        return self.flushes == self.records and self.gap_s >= 0


@dataclass(frozen=True)
class Growth:
    """The terminal's own memory in MB after so many visits."""

    visits: tuple[int, int]
    mb: tuple[float, float]


def measure_flush_order(rig: Rig) -> FlushOrder:
    """One visit with two records while strace holds up every flush of the terminal. Needs the right to trace."""
    person = _person(rig, 9101, Errand.APPLY)
    log = rig.folder.root / "flushes.txt"
    with rig.robot() as robot:
        resident = Resident(robot, person, rig.card)
        resident.up_to_the_pin()
        with _held_up(rig, log):
            pressed = time.time()
            numbers = resident.sign()
            drawn = time.time()
        resident.leave()
    # strace's own times leave out what it adds.
    returned = [
        float(begun) + float(spent) + _DELAY_S
        for begun, name, spent in _FLUSH.findall(joined_trace(log.read_text(encoding="utf-8")))
        if name.endswith("outbox.db-wal") and pressed <= float(begun) <= drawn
    ]
    gap = drawn - max(returned) if returned else -1.0
    return FlushOrder(len(numbers), len(returned), _DELAY_S, gap)


@contextmanager
def _held_up(rig: Rig, log: Path) -> Iterator[None]:
    command = ["strace", "-f", "-qq", "-ttt", "-T", "-y", "-e", "trace=fsync,fdatasync", "-o", str(log)]
    hold = ["-e", f"inject=fsync,fdatasync:delay_exit={int(_DELAY_S * 1e6)}", "-p", str(rig.pid("terminal"))]
    tracer = subprocess.Popen([*command, *hold])
    try:
        limit = time.monotonic() + _ATTACH_S
        while not _is_traced(rig.pid("terminal")):
            if time.monotonic() > limit or tracer.poll() is not None:
                raise TimeoutError("strace did not attach")
            time.sleep(0.02)
        yield
    finally:
        tracer.terminate()
        tracer.wait()


def _is_traced(pid: int | None) -> bool:
    """All its threads."""
    return all(
        "TracerPid:\t0" not in (task / "status").read_text(encoding="ascii")
        for task in Path(f"/proc/{pid}/task").iterdir()
    )


def joined_trace(trace: str) -> str:
    """strace's pairs of `<unfinished ...>` and `<... resumed>` as one line each."""
    open_calls: dict[str, str] = {}
    lines = []
    for line in trace.splitlines():
        thread = line.split(maxsplit=1)[0]
        if line.endswith("<unfinished ...>"):
            open_calls[thread] = line.removesuffix("<unfinished ...>").rstrip()
        elif " resumed>" in line and thread in open_calls:
            lines.append(open_calls.pop(thread) + line.partition(" resumed>")[2])
        else:
            lines.append(line)
    return "\n".join(lines)


def measure_growth(rig: Rig, first: int = 10, last: int = 200) -> Growth:
    """Ten kinds of visits in turn, each by another person, so that the first ten have seen every kind: 予約 alone and
    with 申込, larger letters, English, and both.
    """
    after_first = 0.0
    pid = rig.pid("terminal")
    if pid is None:
        raise RuntimeError("the terminal is not running")
    for n in range(1, last + 1):
        kind = n % 10
        errand = Errand.APPLY if kind == 1 else Errand.RESERVE
        play(rig, _person(rig, 9200 + n, errand), larger=kind in (5, 7), english=kind in (3, 7))
        if n == first:
            after_first = memory_at_rest(lambda: own_memory_mb(pid), time.sleep)
    return Growth((first, last), (after_first, memory_at_rest(lambda: own_memory_mb(pid), time.sleep)))


def memory_at_rest(look: Callable[[], float], sleep: Callable[[float], object]) -> float:
    """The least that is seen from now on in a second (MB): what a visit leaves behind, not what it still holds."""
    looks = [look()]
    for _ in range(_LOOKS):
        sleep(_REST_S / _LOOKS)
        looks.append(look())
    return min(looks)


def play(rig: Rig, person: Visitor, *, larger: bool = False, english: bool = False) -> None:
    """One whole visit."""
    with rig.robot() as robot:
        resident = Resident(robot, person, rig.card)
        if english:
            resident.choose_english()
        if larger:
            resident.see("Attract")
            resident.press("size")
        resident.whole_visit()


def measure_paper(rig: Rig) -> int:
    """Bytes sent to the printer for 予約 and 申込."""
    rig.paper("take")
    play(rig, _person(rig, 9100, Errand.APPLY))
    (paper,) = rig.paper("papers")["papers"]
    return Path(paper).stat().st_size


def _person(rig: Rig, n: int, errand: Errand) -> Visitor:
    name = f"resident-{n}"
    rig.residents().card(name)  # keys are made before the visit
    return Visitor(name, rig.residents().person(name).auth_pin, f"{n:04}5678901234{n % 100:02}", errand)
