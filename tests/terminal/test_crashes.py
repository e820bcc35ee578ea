"""An exception that nobody expected ends the whole process; what it tells of it is type and place, nothing else."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench.card.residents import Residents
from bench.fleet_keys import make_fleet, make_terminal
from terminal.__main__ import crash_lines
from tests.terminal.crashing_terminal import FAULTS, SECRET, UnforeseenError, boom
from tests.terminal.settings_text import SETTINGS

REPOSITORY = Path(__file__).parents[2]
#: From the start to the end of the process; the start alone takes about 2 s on two busy cores.
LIMIT_S = 60.0
#: What the fault's own function tells of itself: file, line, function.
PLACE = re.compile(r"UnforeseenError at crashing_terminal\.py:\d+ in boom\b")


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("crashes")
    fleet, authority = make_fleet(folder / "fleet")
    file = folder / "terminal.toml"
    text = SETTINGS.format(
        data="data",
        pack="national-2022",
        ca=Residents(folder / "residents", datetime.now(UTC)).auth_ca_pem(),
        root=fleet.root,
        keys=fleet.keys,
        device=make_terminal(authority, "tk-0042", folder / "terminal").device_key,
    )
    file.write_text(text, encoding="utf-8")
    return file


def _ended(where: str, config: Path) -> tuple[int, str]:
    """Exit code, and all that it said."""
    ended = subprocess.run(
        [sys.executable, "-m", "tests.terminal.crashing_terminal", where, "--config", str(config)],
        cwd=REPOSITORY,
        env={
            **os.environ,
            "SDL_VIDEODRIVER": "offscreen",
            "PCSCLITE_CSOCK_NAME": str(config.parent / "none"),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    return ended.returncode, ended.stdout


@pytest.mark.servers
@pytest.mark.window
@pytest.mark.parametrize("where", [where for where in FAULTS if where != "destructor"])
def test_an_exception_anywhere_ends_the_process_and_tells_its_type_and_place(
    where: str, config: Path
) -> None:
    code, told = _ended(where, config)
    assert code == os.EX_SOFTWARE, told
    assert len(PLACE.findall(told)) == 1, told
    for kept in (SECRET, "cannot verify", "Traceback", "raise Unforeseen"):
        assert kept not in told


@pytest.mark.servers
@pytest.mark.window
def test_what_a_destructor_raises_ends_nothing_and_is_told_by_type_and_place(config: Path) -> None:
    code, told = _ended("destructor", config)
    assert code == 0, told
    assert len(PLACE.findall(told)) == 1, told
    for kept in (SECRET, "cannot verify", "Traceback", "_Destroyed"):
        assert kept not in told


def _raised() -> BaseException:
    try:
        boom()
    except UnforeseenError as error:
        return error


def test_a_group_tells_each_of_its_exceptions_and_no_message() -> None:
    group = BaseExceptionGroup("pin 4711", [_raised(), BaseExceptionGroup("inner", [_raised()])])
    lines = crash_lines(group)
    assert len(lines) == 2
    assert all(PLACE.fullmatch(line) for line in lines)


def test_an_exception_that_was_never_raised_has_an_unknown_place() -> None:
    assert crash_lines(UnforeseenError("pin 4711")) == ["UnforeseenError at unknown place"]
