"""`docs/installing.md` is typed line by line by people who have nothing else: its lines work on a bare system."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs/installing.md").read_text(encoding="utf-8")
COMMANDS = "\n".join(re.findall(r"^```\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)).replace("\\\n", " ")
#: For the bench only: a virtual reader, and the broker, which belongs to the fleet's machine.
BENCH_ONLY = {"vsmartcard-vpcd", "mosquitto"}


def packages_of_setup() -> set[str]:
    command = ["bash", "-c", 'source ./setup && echo "${packages_base[@]}"']
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=20, check=True)
    return set(done.stdout.split())


def test_the_packages_are_those_that_the_first_start_needs() -> None:
    told = set(" ".join(re.findall(r"apt-get install (.*)", COMMANDS)).split())
    assert packages_of_setup() - BENCH_ONLY <= told


@pytest.mark.parametrize(
    "named", sorted(set(re.findall(r"(?<![\w/-])(?:systemd|fleet)/[\w./-]*\.[\w.]*\w", TEXT)))
)
def test_every_file_it_names_is_there(named: str) -> None:
    assert (ROOT / named).is_file()


def test_nothing_is_copied_into_a_folder_that_may_be_missing() -> None:
    assert not re.search(r"^sudo cp ", COMMANDS, re.MULTILINE)


def test_every_unit_user_folder_and_rule_comes_to_its_place_on_a_system_without_these_folders(
    tmp_path: Path,
) -> None:
    lines = re.findall(r"^sudo (install -D .*systemd/.*)$", COMMANDS, re.MULTILINE)
    for line in lines:
        command = ["bash", "-ec", line.replace(" /etc/", f" {tmp_path}/etc/")]
        subprocess.run(command, cwd=ROOT, timeout=20, check=True)
    placed = sorted(path.name for path in tmp_path.rglob("*") if path.is_file())
    units = [path.name for path in (ROOT / "systemd").rglob("*.service")]
    rules = [path.name for path in (ROOT / "systemd").rglob("*.rules")]
    # Users and folders, for terminal and fleet: `mynapo.conf` twice, `mynapo-fleet.conf` twice. Two drop-ins.
    drop_ins = ["mynapo.conf", "90-mynapo.conf"]
    assert placed == sorted([*units, *rules, *2 * ["mynapo.conf", "mynapo-fleet.conf"], *drop_ins])
    assert (tmp_path / "etc/systemd/system/pcscd.socket.d/mynapo.conf").is_file()
    assert all(path.stat().st_mode & 0o777 == 0o644 for path in tmp_path.rglob("*") if path.is_file())


def test_swap_is_switched_off_before_the_settings_are_checked() -> None:
    """systemd's MemorySwapMax does nothing where the kernel was booted with cgroup_disable=memory."""
    off = [COMMANDS.index(words) for words in ("dphys-swapfile swapoff", "systemd/terminal/rpi-no-swap.conf")]
    assert max(off) < COMMANDS.index("mynapo-provision check --installed")
    assert "Mechanism=none\n" in (ROOT / "systemd/terminal/rpi-no-swap.conf").read_text(encoding="utf-8")


@pytest.mark.skipif(shutil.which("systemd-sysusers") is None, reason="systemd is not installed")
def test_every_group_that_a_unit_asks_for_is_made(tmp_path: Path) -> None:
    """A group that is missing keeps systemd from starting the unit at all."""
    conf = ROOT / "systemd/terminal/mynapo.sysusers.conf"
    (tmp_path / "etc").mkdir()
    command = ["systemd-sysusers", f"--root={tmp_path}", str(conf)]
    subprocess.run(command, capture_output=True, timeout=20, check=True)
    made = {line.split(":")[0] for line in (tmp_path / "etc/group").read_text().splitlines()}
    unit = (ROOT / "systemd/terminal/mynapo-terminal.service").read_text(encoding="utf-8")
    found = re.search(r"^SupplementaryGroups=(.*)$", unit, re.MULTILINE)
    assert found is not None
    # video, dialout: base-passwd; render, input: udev. Both are on every Debian.
    assert set(found[1].split()) - {"video", "render", "input", "dialout"} <= made
