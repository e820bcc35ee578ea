"""Programs of a run: what they say, how they end, and that none escapes the sweep."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bench.processes import ProcessFailed, Program, end_in_order, is_alive, marked_processes, sweep, tail
from bench.run_folder import MARK

_SLEEPS = "import time; print('{}', flush=True); time.sleep(60)"


def _program(folder: Path, code: str, *, announces: bool = False) -> Program:
    environment = {**os.environ, MARK: str(folder)}
    return Program((sys.executable, "-c", code), folder / "log", environment, announces=announces)


def test_start_waits_for_the_announcement(tmp_path: Path) -> None:
    program = _program(
        tmp_path, "print('{\"port\": 7}', flush=True); import time; time.sleep(60)", announces=True
    )
    program.start()
    assert program.announced() == {"port": 7}
    assert is_alive(program)
    program.stop()
    assert program.pid is None


def test_a_program_that_dies_before_its_announcement_fails_with_the_end_of_its_log(tmp_path: Path) -> None:
    program = _program(tmp_path, "raise SystemExit('no such device')", announces=True)
    with pytest.raises(ProcessFailed, match="no such device"):
        program.start()


def test_a_dead_program_is_noticed_without_being_reaped(tmp_path: Path) -> None:
    program = _program(tmp_path, _SLEEPS.format("up"), announces=True)
    program.start()
    assert program.pid is not None
    os.kill(program.pid, 9)
    os.waitid(os.P_PID, program.pid, os.WEXITED | os.WNOWAIT)
    assert not is_alive(program)
    assert program.ended() == -9
    program.stop()


@pytest.mark.parametrize(
    ("code", "ended_by"),
    [
        pytest.param("print('up', flush=True); time.sleep(60)", 15, id="one that listens"),
        pytest.param(
            "signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)",
            9,
            id="one that will not listen",
        ),
    ],
)
def test_a_process_is_asked_to_end_and_then_made_to(code: str, ended_by: int) -> None:
    words = [sys.executable, "-c", f"import signal, time; {code}"]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"up\n"
        assert end_in_order(process, 0.3 if ended_by == 9 else 10.0) == -ended_by


def test_the_sweep_finds_grandchildren_and_those_that_will_not_listen(tmp_path: Path) -> None:
    stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
    parent = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {stubborn!r}]); print('up', flush=True)"
    program = _program(tmp_path, parent + "; import time; time.sleep(60)", announces=True)
    program.start()
    limit = time.monotonic() + 10.0
    while (
        len(marked_processes(tmp_path)) < 2 and time.monotonic() < limit
    ):  # a new process shows its environment a moment late
        time.sleep(0.01)
    assert sweep(tmp_path) == 2
    assert program.ended() is None or program.ended() == -15
    program.stop()
    assert not marked_processes(tmp_path)


def test_a_run_never_sweeps_another(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "a", tmp_path / "ab"
    ours.mkdir()
    theirs.mkdir()
    program = _program(theirs, _SLEEPS.format("up"), announces=True)
    program.start()
    assert sweep(ours) == 0
    assert is_alive(program)
    program.stop()


def test_the_end_of_a_log_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert tail(tmp_path / "none", 100) == ""
