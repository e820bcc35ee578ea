"""The terminal's own process without any device: what keeps it from starting, what does not, and what it leaves behind."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from shutil import rmtree

import pytest

from bench.broker import free_port
from bench.card.residents import Residents
from bench.fleet_keys import make_fleet, make_terminal
from tests.terminal.settings_text import SETTINGS

pytestmark = [pytest.mark.servers, pytest.mark.window]

PANEL = """
[panel]
{panel}
door = 17
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="ms-"))
    yield folder
    rmtree(folder)


def start(folder: Path, panel: str) -> subprocess.Popen[str]:
    fleet, authority = make_fleet(folder / "fleet")
    ca = Residents(folder / "residents", datetime.now(UTC)).auth_ca_pem()
    device = make_terminal(authority, "tk-0042", folder / "terminal").device_key
    file = folder / "terminal.toml"
    text = (SETTINGS + PANEL).format(
        data="data", pack="national-2022", ca=ca, root=fleet.root, keys=fleet.keys, device=device, panel=panel
    )
    file.write_text(text, encoding="utf-8")
    none = {"SDL_VIDEODRIVER": "offscreen", "PCSCLITE_CSOCK_NAME": str(folder / "no-pcscd")}
    return subprocess.Popen(
        [sys.executable, "-m", "terminal", "--config", str(file)],
        env={**os.environ, **none},
        stderr=subprocess.PIPE,
        text=True,
    )


def until(holds: Callable[[], bool], process: subprocess.Popen[str], limit_s: float = 30.0) -> None:
    limit = time.monotonic() + limit_s
    while not holds():
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < limit
        time.sleep(0.05)


def events(folder: Path) -> list[str]:
    with closing(sqlite3.connect(folder / "data" / "outbox.db")) as disk:
        return [str(row[0]) for row in disk.execute("SELECT event FROM audit ORDER BY n")]


def test_a_panel_whose_board_is_not_there_yet_costs_the_panel_and_not_the_start(folder: Path) -> None:
    process = start(folder, f'factory = "pigpio"\nport = {free_port()}')
    health = folder / "data" / "health.json"
    try:
        until(health.exists, process)
        until(lambda: '"panel"' in health.read_text() and "no-answer" in health.read_text(), process)
        devices = {device["name"]: device["device"] for device in json.loads(health.read_text())["devices"]}
        assert devices["panel"] == "unknown"
        process.send_signal(signal.SIGTERM)
        told = process.communicate(timeout=20)[1]
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 0, told
    assert "Start pigpiod" in told
    noted = events(folder)
    assert noted[0] == "process-started"
    assert noted[-1] == "process-stopped"


def test_a_panel_that_this_machine_can_never_drive_ends_the_start_with_its_way_out(folder: Path) -> None:
    if any(Path("/dev").glob("gpiochip*")):
        pytest.skip("this machine has GPIO")
    process = start(folder, 'factory = "lgpio"')
    told = process.communicate(timeout=40)[1]
    assert process.returncode == os.EX_CONFIG, told
    assert f"{folder / 'terminal.toml'}: panel.factory" in told
    assert "[panel] を消す" in told
    assert "Traceback" not in told
