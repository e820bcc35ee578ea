"""Somebody starts the terminal by hand while its unit runs: the second is turned away in words."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from shutil import rmtree

import pytest

from bench.rig import Rig
from bench.rig_parts import RigChoices
from bench.terminal_files import TerminalChoices

pytestmark = [pytest.mark.servers, pytest.mark.window]


def test_a_second_terminal_on_a_journal_says_which_one_and_who_holds_it() -> None:
    folder = Path(tempfile.mkdtemp(prefix="ms-"))
    choices = RigChoices(TerminalChoices(datetime.fromisoformat("2022-07-15T10:00:00+09:00")))
    with Rig(folder, choices) as rig:
        second = subprocess.run(
            [sys.executable, "-m", "terminal", "--config", str(rig.folder.terminal_toml)],
            env={**os.environ, "SDL_VIDEODRIVER": "offscreen"},
            capture_output=True,
            text=True,
            timeout=40,
            check=False,
        )
        first = rig.pid("terminal")
    rmtree(folder)
    assert second.returncode == os.EX_CANTCREAT, second.stderr
    assert "outbox.db\n" in second.stderr
    assert f"pid {first}" in second.stderr
    assert "data_dir" in second.stderr
    assert "Traceback" not in second.stderr
