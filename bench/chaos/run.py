"""`mynapo-bench chaos`: many residents while processes are killed, the network breaks and messages come twice.

Every resident is another person with a card of their own; the terminal is the real one, used through its screen. At
the end everything is healed, and what the screens promised is held against journal and database. The seed gives the
same people and the same plan of blows; what exactly a blow hits depends on the machine.

`--power-cuts` cuts power instead: see `bench.chaos.power_cuts`.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from bench.chaos import power_cuts
from bench.chaos.ledger import Found, LedgerVerdict, Lived, VisitResult, is_drained, judge_visits, read_found
from bench.chaos.monkey import Monkey
from bench.chaos.plan import plan
from bench.resident import Errand, Resident, Visitor, start_again
from bench.rig import Rig
from bench.rig_parts import RigChoices
from bench.robot import RobotClient, RobotRefused
from bench.terminal_files import ReaderChoice, TerminalChoices

_NOW = datetime.fromisoformat("2022-07-15T10:00:00+09:00")
_ATTEMPTS = 4  # a resident whose visit broke comes again so often
_BACK_S = 60.0  # until the terminal attracts again after a blow
_DRAIN_S = 120.0
_RESERVE = 0.75  # share of residents who want the 予約 only


@dataclass(frozen=True)
class Report:
    seed: int
    residents: int
    visits: int
    outcomes: dict[str, int]
    dealt: dict[str, int]
    duplicates: int
    fell: tuple[tuple[str, str], ...]
    gave_up: int
    seconds: float
    drain_s: float
    verdict: LedgerVerdict
    said: dict[str, int]

    @property
    def passed(self) -> bool:
        """Nothing promised was broken, nobody was left without, nothing fell by itself."""
        return not (self.verdict.violations or self.gave_up or self.fell)


class Run:
    """One run in one rig."""

    def __init__(self, rig: Rig, residents: int, seed: int, *, fast: bool) -> None:
        self._rig = rig
        self._count = residents
        self._seed = seed
        self._fast = fast
        self._monkey = Monkey(rig, seed)
        self._lived: list[Lived] = []
        self._gave_up = 0

    def run(self) -> Report:
        began = time.monotonic()
        self._monkey.start()
        try:
            for n in range(1, self._count + 1):
                self._serve(self._person(n))
                if n % 10 == 0:
                    print(f"{n} of {self._count} residents, {time.monotonic() - began:.0f} s", flush=True)
        finally:
            self._monkey.stop()
        healed = time.monotonic()
        found = self._drained()
        now = time.monotonic()
        return Report(
            seed=self._seed,
            residents=self._count,
            visits=len(self._lived),
            outcomes=dict(Counter(visit.outcome.value for visit in self._lived)),
            dealt={blow.value: times for blow, times in sorted(self._monkey.dealt.items())},
            duplicates=self._monkey.duplicates,
            fell=tuple(self._monkey.fell),
            gave_up=self._gave_up,
            seconds=now - began,
            drain_s=now - healed,
            verdict=judge_visits(self._lived, self._monkey.terminal_killed, found),
            said=dict(Counter(v.said for v in self._lived if v.said)),
        )

    def _person(self, n: int) -> Visitor:
        draw = random.Random(f"chaos/{self._seed}/person/{n}")
        name = f"resident-{n}"
        reserve = self._fast or draw.random() < _RESERVE
        number = "".join(draw.choices("0123456789", k=16))
        errand = Errand.RESERVE if reserve else Errand.APPLY
        return Visitor(name, self._rig.residents().person(name).auth_pin, number, errand)

    def _serve(self, person: Visitor) -> None:
        """Until it is accepted: whose visit broke comes again."""
        self._rig.residents().card(person.name)  # keys are made before the visit
        for _ in range(_ATTEMPTS):
            visit = self._visit(person)
            self._lived.append(visit)
            self._back_to_attract()
            if visit.outcome is VisitResult.ACCEPTED:
                return
        self._gave_up += 1

    def _visit(self, person: Visitor) -> Lived:
        began = time.time()
        self._monkey.visit_begins(plan(self._seed, len(self._lived)))
        numbers: tuple[str, ...] = ()
        with self._rig.robot() as robot:
            resident = Resident(robot, person, self._rig.card)
            try:
                resident.up_to_the_pin()
                self._monkey.signing_begins()
                numbers = resident.sign()
                resident.leave()
            except OSError:
                outcome = VisitResult.ACCEPTED if numbers else VisitResult.DIED
                return Lived(person.name, began, time.time(), outcome, numbers)
            except RobotRefused as refused:
                outcome = VisitResult.ACCEPTED if numbers else VisitResult.TURNED_AWAY
                return Lived(person.name, began, time.time(), outcome, numbers, str(refused)[:300])
        return Lived(person.name, began, time.time(), VisitResult.ACCEPTED, numbers)

    def _back_to_attract(self) -> None:
        """Raises TimeoutError when the terminal does not come back."""
        limit = time.monotonic() + _BACK_S
        while time.monotonic() < limit:
            try:
                with RobotClient(self._rig.folder.robot) as robot:
                    start_again(robot, lambda: self._rig.card("remove"), 10.0)
                    return
            except (OSError, RobotRefused):
                time.sleep(0.05)
        raise TimeoutError(f"no attract screen; log of the terminal:\n{self._rig.log('terminal', 3_000)}")

    def _drained(self) -> Found:
        """What there is when everything is acknowledged, or after the limit: then the verdict names the rest."""
        limit = time.monotonic() + _DRAIN_S
        while not is_drained(read_found(self._rig.folder)) and time.monotonic() < limit:
            time.sleep(0.2)
        time.sleep(1.0)  # duplicates still on their way would show now
        return read_found(self._rig.folder)


def run(residents: int, seed: int, folder: Path, *, fast: bool = False) -> Report:
    """In `folder` (short path). Raises what `Rig.start` raises, and TimeoutError."""
    choices = RigChoices(TerminalChoices(_NOW), reader=ReaderChoice.PCSC, seed=seed)
    with Rig(folder, choices) as rig:
        return Run(rig, residents, seed, fast=fast).run()


def table(report: Report) -> str:
    """For a person."""
    verdict = report.verdict
    lines = [
        f"seed {report.seed}: {report.residents} residents, {report.visits} visits in {report.seconds:.0f} s,"
        f" drained {report.drain_s:.1f} s after healing",
        "  visits     " + ", ".join(f"{times} {name}" for name, times in report.outcomes.items()),
        "  blows      " + ", ".join(f"{times} × {name}" for name, times in report.dealt.items()),
        f"  duplicates {report.duplicates} messages sent again",
        f"  accepted   {verdict.accepted} records shown with 受け付けました",
        f"  explained  {verdict.explained} more, committed when the terminal was killed before its screen",
        f"  fleet      {verdict.standing} stand, {verdict.already} told 受付ずみ",
        f"  set aside  {verdict.stale} status messages that were older than what was known",
        *(f"  said       {times} × {words}" for words, times in report.said.items()),
        *(f"  FELL       {name}:\n{log}" for name, log in report.fell),
        *(f"  VIOLATION  {text}" for text in verdict.violations),
    ]
    if report.gave_up:
        lines.append(f"  GAVE UP    {report.gave_up} residents after {_ATTEMPTS} visits each")
    lines.append("  passed" if report.passed else "  FAILED")
    return "\n".join(lines)


def main(argv: list[str]) -> int:
    """Exit code 0 only if every promise was kept."""
    parser = argparse.ArgumentParser(prog="mynapo-bench chaos", description=__doc__)
    parser.add_argument("--visits", type=int, default=300, help="residents; records with --power-cuts")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--fast", action="store_true", help="予約 only: half the time a visit")
    parser.add_argument("--power-cuts", action="store_true", help="cut power at every flush of the journal")
    parser.add_argument("--json", type=Path, default=None, help="write the report here as well")
    parser.add_argument(
        "--keep", type=Path, default=None, help="folder of the run, kept; default: a temporary one"
    )
    options = parser.parse_args(argv)
    seed = options.seed if options.seed is not None else int.from_bytes(os.urandom(4))
    if options.power_cuts:
        return power_cuts.cut(options.visits, seed)
    print(f"seed {seed}", flush=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # an end by it leaves nothing running
    folder = options.keep or Path(tempfile.mkdtemp(prefix="mynapo-chaos-"))
    try:
        report = run(options.visits, seed, folder, fast=options.fast)
    finally:
        if options.keep is None:
            shutil.rmtree(folder, ignore_errors=True)
    print(table(report))
    if options.json is not None:
        options.json.write_text(json.dumps(asdict(report), ensure_ascii=False, indent=1), encoding="utf-8")
    return 0 if report.passed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
