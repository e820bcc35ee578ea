"""The units are what systemd takes, and as tight as they say."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
UNITS = sorted((ROOT / "systemd").rglob("*.service"))
#: `systemd-analyze security` runs from 0 (tight) to 100; a unit without any protection has 96.
LOOSEST = {"mynapo-terminal.service": 25, "mynapo-uplink.service": 25, "mynapo-dashboard.service": 20}

needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")


def _with_program(unit: Path, folder: Path) -> Path:
    """The unit with a program that exists here: `verify` wants to see it."""
    text = re.sub(r"ExecStart=\S+", "ExecStart=/bin/true", unit.read_text(encoding="utf-8"))
    copy = folder / unit.name
    copy.write_text(text, encoding="utf-8")
    return copy


@needs_systemd
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_understands_every_line_of(unit: Path, tmp_path: Path) -> None:
    copy = _with_program(unit, tmp_path)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", str(copy)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    complaints = [line for line in done.stderr.splitlines() if unit.name in line]
    assert complaints == [], done.stderr


@needs_systemd
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_no_unit_is_looser_than_it_must_be(unit: Path, tmp_path: Path) -> None:
    copy = _with_program(unit, tmp_path)
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--json=short", str(copy)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    rows = json.loads(done.stdout)
    exposure = sum(float(row.get("exposure") or 0) for row in rows) * 10
    assert exposure <= LOOSEST.get(unit.name, 20), [row["name"] for row in rows if row.get("exposure")]


def test_the_terminal_has_no_network_and_overwrites_freed_memory() -> None:
    text = (ROOT / "systemd/terminal/mynapo-terminal.service").read_text(encoding="utf-8")
    assert "RestrictAddressFamilies=AF_UNIX\n" in text
    assert "PrivateNetwork=yes" in text
    for setting in (
        "PYTHONMALLOC=malloc",
        "MALLOC_PERTURB_=165",
        "GLIBC_TUNABLES=glibc.malloc.tcache_count=0",
    ):
        assert setting in text


def test_the_uplink_can_neither_take_away_nor_exchange_what_the_terminal_wrote() -> None:
    """The data folder is shared; without the sticky bit any of its group may rename and delete in it."""
    text = (ROOT / "systemd/terminal/mynapo.tmpfiles.conf").read_text(encoding="utf-8")
    mode, owner = re.findall(r"^d /var/lib/mynapo\s+(\d+) (\S+)", text, re.MULTILINE)[0]
    assert int(mode, 8) & 0o1000
    assert owner == "mynapo-terminal"


def test_the_opener_overwrites_freed_memory_too() -> None:
    text = (ROOT / "systemd/fleet/mynapo-opener.service").read_text(encoding="utf-8")
    for setting in (
        "PYTHONMALLOC=malloc",
        "MALLOC_PERTURB_=165",
        "GLIBC_TUNABLES=glibc.malloc.tcache_count=0",
    ):
        assert setting in text
    assert "MemorySwapMax=0" in text


def test_the_uplink_sees_no_device_and_no_signing_key() -> None:
    text = (ROOT / "systemd/terminal/mynapo-uplink.service").read_text(encoding="utf-8")
    assert "PrivateDevices=yes" in text
    assert "InaccessiblePaths=-/etc/mynapo/device" in text


def test_the_opener_has_the_private_keys_and_no_network() -> None:
    text = (ROOT / "systemd/fleet/mynapo-opener.service").read_text(encoding="utf-8")
    assert "PrivateNetwork=yes" in text
