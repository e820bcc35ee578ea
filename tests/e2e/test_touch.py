"""One touch that no code of ours makes: xdotool on an X server, as a finger on the panel."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from shutil import rmtree

import pytest

from bench.rig import Rig
from bench.rig_parts import Display, RigChoices
from bench.terminal_files import ReaderChoice, TerminalChoices

pytestmark = [pytest.mark.servers, pytest.mark.window]

#: Middle of はじめる on S1 of the 720x1280 design: 656x124 at 32, 1140.
START = ("360", "1202")


@pytest.fixture
def rig() -> Iterator[Rig]:
    folder = Path(tempfile.mkdtemp(prefix="mt-"))
    choices = RigChoices(
        TerminalChoices(datetime.fromisoformat("2022-07-15T10:00:00+09:00")),
        display=Display.XVFB,
        reader=ReaderChoice.PCSC,
    )
    with Rig(folder, choices) as rig:
        yield rig
    rmtree(folder)


def test_a_finger_on_the_glass_starts_a_visit(rig: Rig) -> None:
    environment = {**os.environ, "DISPLAY": rig.display}
    # The screen ignores presses for its guard time (250 ms) after it appeared; a finger stays for about 0.1 s.
    touch = ["xdotool", "mousemove", *START, "sleep", "0.5", "mousedown", "1", "sleep", "0.1", "mouseup", "1"]
    with rig.robot() as robot:
        assert robot.view().view == "Attract"
        subprocess.run(touch, env=environment, check=True, timeout=10)
        assert robot.wait("Home", 10).choice("apply") is not None
