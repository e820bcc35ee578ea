"""After a visit nothing personal is left in the terminal's memory, looked at from outside (docs/security.md).

Real processes: window, pcscd, card, journal, uplink, fleet. The scan's positive control runs in the same tests.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from bench.card.slot_control import SlotControl
from bench.memory_scan import (
    PUBLIC_KEY,
    SERVICE_ID,
    VERIFY,
    Scan,
    Secret,
    family,
    public_key_of,
    scan,
    service_id_of,
    verify_of,
)
from bench.resident import Errand, Resident, Visitor, start_again
from bench.rig import Rig
from bench.rig_parts import RigChoices
from bench.terminal_files import ReaderChoice, TerminalChoices

NOW = datetime.fromisoformat("2022-07-15T10:00:00+09:00")
#: Short, so that a time-out can be waited for; long enough for a scan between two presses.
LIMITS = {"idle_warning_s": 3.0, "idle_end_s": 3.5, "take_card_s": 3.0}
SLOW_APDU_MS = 250


@dataclass
class Stage:
    """A rig, and one new resident after the other."""

    rig: Rig
    draw: random.Random
    clients: ExitStack
    """The residents' connections to the robot socket: each until the next one comes."""
    came: int = 0
    secrets: tuple[Secret, ...] = ()

    def next(self, errand: Errand = Errand.APPLY) -> Resident:
        self.came += 1
        name = f"resident-{self.came}"
        residents = self.rig.residents()
        pin = residents.person(name).auth_pin
        number = "".join(self.draw.choices("0123456789", k=16))
        residents.card(name)  # makes keys and certificate before the visit
        certificate = next(self.rig.folder.cards.glob(f"*/{name}.auth.der")).read_bytes()
        self.secrets += (verify_of(pin), service_id_of(number), public_key_of(certificate))
        self.clients.close()
        robot = self.clients.enter_context(self.rig.robot())
        return Resident(robot, Visitor(name, pin, number, errand), self.rig.card)

    def scan(self, *secrets: Secret) -> Scan:
        pid = self.rig.pid("terminal")
        assert pid is not None
        return scan(family(pid), secrets or self.secrets)


@contextmanager
def _stage(reader: ReaderChoice, seed: int) -> Iterator[Stage]:
    print(f"seed {seed}")
    with tempfile.TemporaryDirectory(prefix="mynapo-") as folder:  # tmp_path is too long for unix sockets
        choices = RigChoices(TerminalChoices(NOW, limits=LIMITS), reader=reader)
        with Rig(Path(folder), choices) as rig, ExitStack() as clients:
            yield Stage(rig, random.Random(seed), clients)


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with _stage(ReaderChoice.PCSC, seed=20220715) as made:
        yield made


@contextmanager
def _slow_card(rig: Rig, ms: int) -> Iterator[None]:
    """The same slot with a card that takes `ms` for each APDU."""
    pid = rig.pid("slot")
    words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[:-1]
    rig.stop_part("slot")
    slot = subprocess.Popen([*words, b"--apdu-ms", str(ms).encode()])
    try:
        _await(lambda: _in_service(rig), "the slow slot")
        yield
    finally:
        slot.terminate()
        slot.wait(5)
        rig.start_part("slot")
        _await(lambda: _in_service(rig), "the slot")


def _in_service(rig: Rig) -> bool:
    try:
        SlotControl(rig.folder.slot).status()
    except OSError:
        return False
    return True


def _await(there: Callable[[], bool], what: str, timeout_s: float = 10.0) -> None:
    limit = time.monotonic() + timeout_s
    while not there():
        assert time.monotonic() < limit, f"{what} did not come"
        time.sleep(0.02)


def _seen_while_signing(stage: Stage, resident: Resident, secret: Secret) -> Scan | None:
    """The first scan that found `secret` while 決定 was pressed and the card worked."""
    seen: list[Scan] = []
    signed = threading.Event()

    def look() -> None:
        while not signed.is_set() and not seen:
            found = stage.scan(secret)
            if found.hits:
                seen.append(found)

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        assert len(resident.sign()) == 2
    finally:
        signed.set()
        watcher.join()
    return seen[0] if seen else None


# --------------------------------------------------------------------------- the instrument


@pytest.mark.parametrize("codec", ["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("words", ["7391028456102837", "7391 0284 5610 2837"])
def test_the_scan_finds_a_number_in_every_form_in_another_process(codec: str, words: str) -> None:
    turned = words.encode(codec)[::-1].hex()  # not in its plain form on the command line
    program = f"import sys\nheld = bytes.fromhex({turned!r})[::-1]\nprint(flush=True)\nsys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={},  # pytest tells a test's parameters in the environment
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        found = scan([holder.pid], [service_id_of(words.replace(" ", ""))])
        other = scan([holder.pid], [service_id_of("7391028456102838")])
        holder.communicate(b"")
    assert codec in {hit.form.split(",")[0] for hit in found.hits}
    assert not other.hits


# --------------------------------------------------------------------------- the promise


@pytest.mark.servers
@pytest.mark.window
def test_the_scan_finds_all_three_during_a_visit_and_nothing_after_it(stage: Stage) -> None:
    with _slow_card(stage.rig, SLOW_APDU_MS):
        resident = stage.next()
        assert not stage.scan().hits
        resident.to_the_card()
        resident.lay_card()
        assert stage.scan().of(PUBLIC_KEY)
        resident.fill_in()
        assert stage.scan().of(SERVICE_ID)
        resident.to_the_pin()
        seen = _seen_while_signing(stage, resident, stage.secrets[-3])
        assert seen is not None
        assert seen.of(VERIFY)
        resident.leave()
        assert stage.scan().hits == ()


def _finish(resident: Resident) -> None:
    resident.to_the_pin()
    assert len(resident.sign()) == 2
    resident.leave()


def _stop(resident: Resident) -> None:
    resident.press("stop")
    resident.see("StopQuestion")
    resident.press("stop-now")
    start_again(resident.robot, resident.lift)


def _stop_with_pin_typed(resident: Resident) -> None:
    resident.to_the_pin()
    _stop(resident)


def _lift(resident: Resident) -> None:
    resident.lift()
    resident.see("Trouble")
    start_again(resident.robot, resident.lift)


def _time_out(resident: Resident) -> None:
    resident.robot.wait("Trouble", 60.0)
    start_again(resident.robot, resident.lift)


def _wrong_pin_twice(resident: Resident) -> None:
    right = resident.person.pin
    resident.press("apply")
    for digits in {"0000", "1111", "2222"} - {right}:
        shown = resident.robot.wait_until(
            lambda now: now.view in ("Trouble", "EnterPin") and now.choice("ok") is None, "an empty keypad"
        )
        if shown.view == "Trouble":
            break
        resident.type_digits("pin", digits)
        resident.press("ok")
    resident.see("Trouble")
    start_again(resident.robot, resident.lift)


ENDINGS: dict[str, Callable[[Resident], None]] = {
    "accepted, card and paper taken": _finish,
    "やめる on the confirmation": _stop,
    "やめる with the PIN typed": _stop_with_pin_typed,
    "card lifted": _lift,
    "nobody answers": _time_out,
    "wrong PIN twice": _wrong_pin_twice,
}


@pytest.mark.servers
@pytest.mark.window
@pytest.mark.parametrize("ending", ENDINGS)
def test_nothing_of_a_visit_stays_after(ending: str, stage: Stage) -> None:
    resident = stage.next()
    resident.to_the_card()
    resident.lay_card()
    resident.fill_in()
    assert stage.scan(stage.secrets[-2]).of(SERVICE_ID)
    ENDINGS[ending](resident)
    assert [str(hit) for hit in stage.scan(*stage.secrets[-3:]).hits] == []


@pytest.mark.servers
@pytest.mark.window
def test_nothing_of_all_these_visits_together_stays(stage: Stage) -> None:
    if stage.came < 2:  # run alone
        for ending in ("やめる on the confirmation", "accepted, card and paper taken"):
            test_nothing_of_a_visit_stays_after(ending, stage)
    assert [str(hit) for hit in stage.scan().hits] == []


@pytest.mark.servers
@pytest.mark.window
@pytest.mark.skipif(os.geteuid() != 0, reason="the reader's child lets nobody but root read its memory")
def test_nothing_stays_in_the_process_of_the_nfc_reader_either() -> None:
    with _stage(ReaderChoice.NFC, seed=4) as stage:
        resident = stage.next()
        resident.to_the_card()
        resident.lay_card()
        during = stage.scan()
        assert during.processes > 1  # the reader's child is looked at as well
        assert during.of(PUBLIC_KEY)
        resident.fill_in()
        _finish(resident)
        assert [str(hit) for hit in stage.scan().hits] == []
