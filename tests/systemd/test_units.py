"""The units are what systemd takes, and as tight as they say."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PCSCD = ROOT / "systemd/terminal/pcscd.socket.d/mynapo.conf"
REBOOT = ROOT / "systemd/terminal/mynapo-reboot.service"
UNITS = sorted((ROOT / "systemd").rglob("*.service"))
#: `systemd-analyze security` runs from 0 (tight) to 100; a unit without any protection has 96.
LOOSEST = {"mynapo-terminal.service": 25, "mynapo-uplink.service": 25, "mynapo-dashboard.service": 20}

needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")


def _analyze(verb: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["systemd-analyze", verb, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


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
    done = _analyze("verify", "--man=no", "--recursive-errors=no", str(copy))
    complaints = [line for line in done.stderr.splitlines() if unit.name in line]
    assert complaints == [], done.stderr


@needs_systemd
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_no_unit_is_looser_than_it_must_be(unit: Path, tmp_path: Path) -> None:
    copy = _with_program(unit, tmp_path)
    done = _analyze("security", "--offline=true", "--json=short", str(copy))
    rows = json.loads(done.stdout)
    exposure = sum(float(row.get("exposure") or 0) for row in rows) * 10
    assert exposure <= LOOSEST.get(unit.name, 20), [row["name"] for row in rows if row.get("exposure")]


@pytest.mark.parametrize("unit", [unit for unit in UNITS if unit != REBOOT], ids=lambda unit: unit.name)
def test_settings_that_cannot_be_used_make_no_restart_and_no_reboot(unit: Path) -> None:
    """Every program ends with EX_CONFIG for them; restarted, the terminal would reboot its machine for ever."""
    assert f"RestartPreventExitStatus={os.EX_CONFIG}\n" in unit.read_text(encoding="utf-8")


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_no_unit_reboots_its_machine_by_a_counter_that_starts_anew_with_each_boot(unit: Path) -> None:
    assert "StartLimitAction" not in unit.read_text(encoding="utf-8")


def test_a_terminal_that_systemd_gives_up_asks_for_a_reboot() -> None:
    text = (ROOT / "systemd/terminal/mynapo-terminal.service").read_text(encoding="utf-8")
    assert f"OnFailure={REBOOT.name}\n" in text
    assert "SuccessAction=reboot\n" in REBOOT.read_text(encoding="utf-8")


#: (exit status of the terminal, hours since the last such reboot or None, whether there is a reboot).
REBOOTS = [
    ("70", None, True),
    ("1", None, True),
    ("KILL", None, True),
    ("", None, True),
    ("78", None, False),
    ("70", 0.1, False),
    ("70", 5.9, False),
    ("70", 6.1, True),
    ("70", -24, False),
    ("78", 48, False),
]


@pytest.mark.parametrize(("status", "hours", "reboots"), REBOOTS)
def test_it_is_rebooted_once_and_then_left_to_a_technician(
    tmp_path: Path, status: str, hours: float | None, reboots: bool
) -> None:
    mark = tmp_path / "rebooted"
    if hours is not None:
        mark.touch()
        os.utime(mark, times=(time.time() - hours * 3_600,) * 2)
    before = mark.stat().st_mtime if mark.exists() else None
    assert _agrees_to_reboot(tmp_path, status) is reboots
    after = mark.stat().st_mtime if mark.exists() else None
    assert (after != before) is reboots
    assert not _agrees_to_reboot(tmp_path, status)  # the same boot loop, a minute later


def test_a_reboot_that_cannot_be_remembered_is_not_done(tmp_path: Path) -> None:
    assert not _agrees_to_reboot(tmp_path / "gone", "70")


def _agrees_to_reboot(state: Path, status: str) -> bool:
    """Runs the unit's lines as systemd does: one after another, until one fails."""
    lines = re.findall(r"^ExecStart=(.*)$", REBOOT.read_text(encoding="utf-8"), re.MULTILINE)
    environment = {**os.environ, "STATE_DIRECTORY": str(state), "MONITOR_EXIT_STATUS": status}
    commands = [shlex.split(line.replace("$$", "$")) for line in lines]
    return all(
        subprocess.run(command, env=environment, capture_output=True, timeout=20, check=False).returncode == 0
        for command in commands
    )


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


def test_terminal_and_uplink_write_to_a_folder_each_and_read_both() -> None:
    """Who may make files beside outbox.db may write into it: SQLite replays any WAL that lies there."""
    made = folders("systemd/terminal/mynapo.tmpfiles.conf")
    assert made["/var/lib/mynapo"] == (0o2750, "mynapo-terminal", "mynapo")
    assert made["/var/lib/mynapo/uplink"] == (0o2750, "mynapo-uplink", "mynapo")
    terminal = (ROOT / "systemd/terminal/mynapo-terminal.service").read_text(encoding="utf-8")
    assert "ReadWritePaths=/var/lib/mynapo\nReadOnlyPaths=-/var/lib/mynapo/uplink\n" in terminal
    uplink = (ROOT / "systemd/terminal/mynapo-uplink.service").read_text(encoding="utf-8")
    assert re.findall(r"^ReadWritePaths=(.*)$", uplink, re.MULTILINE) == ["/var/lib/mynapo/uplink"]


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
    hidden = re.findall(r"^InaccessiblePaths=(.*)$", text, re.MULTILINE)
    assert {"-/etc/mynapo/device", "-/run/pcscd"} <= set(hidden)


def test_only_the_terminals_user_may_connect_to_pcscd() -> None:
    """pcsc-lite 1 (Debian 12) asks nobody who it is: the socket's rights are all there is."""
    text = PCSCD.read_text(encoding="utf-8")
    socket = dict(re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE))
    assert socket == {"SocketMode": "0660", "SocketGroup": "mynapo-terminal"}
    unit = (ROOT / "systemd/terminal/mynapo-terminal.service").read_text(encoding="utf-8")
    assert socket["SocketGroup"] in re.findall(r"^SupplementaryGroups=(.*)$", unit, re.MULTILINE)[0].split()
    users = (ROOT / "systemd/terminal/mynapo.sysusers.conf").read_text(encoding="utf-8")
    assert re.search(r"^u mynapo-terminal ", users, re.MULTILINE)  # makes a group of the same name, too
    assert not re.search(r"^m +\S+ +mynapo-terminal\b", users, re.MULTILINE)  # and nobody else is put into it


@needs_systemd
def test_systemd_understands_the_drop_in_of_pcscds_socket(tmp_path: Path) -> None:
    """The socket as Debian 12 has it, with a service of its own name here."""
    (tmp_path / "pcscd.socket.d").mkdir()
    shutil.copy(PCSCD, tmp_path / "pcscd.socket.d")
    (tmp_path / "pcscd.service").write_text("[Service]\nExecStart=/bin/true\n", encoding="utf-8")
    socket = tmp_path / "pcscd.socket"
    socket.write_text("[Socket]\nListenStream=/run/pcscd/pcscd.comm\nSocketMode=0666\n", encoding="utf-8")
    done = _analyze("verify", "--man=no", "--recursive-errors=no", str(socket))
    assert [line for line in done.stderr.splitlines() if "pcscd.socket" in line] == [], done.stderr


def test_the_opener_has_the_private_keys_and_no_network() -> None:
    text = (ROOT / "systemd/fleet/mynapo-opener.service").read_text(encoding="utf-8")
    assert "PrivateNetwork=yes" in text


FLEET = ("ingest", "opener", "dashboard")


def folders(conf: str) -> dict[str, tuple[int, str, str]]:
    """Mode, owner and group of every folder that a tmpfiles file makes."""
    text = (ROOT / conf).read_text(encoding="utf-8")
    found = re.findall(r"^d (\S+)\s+(\d+) (\S+)\s+(\S+)", text, re.MULTILINE)
    return {path: (int(mode, 8), owner, group) for path, mode, owner, group in found}


def umask(name: str) -> int:
    text = (ROOT / f"systemd/fleet/mynapo-{name}.service").read_text(encoding="utf-8")
    return int(re.findall(r"^UMask=(\d+)$", text, re.MULTILINE)[0], 8)


@pytest.mark.parametrize("name", FLEET)
def test_what_a_fleet_process_writes_its_group_may_write_and_nobody_else_may_read(name: str) -> None:
    assert umask(name) == 0o007


def test_the_fleets_folder_is_shared_by_its_group_and_sticky() -> None:
    made = folders("systemd/fleet/mynapo-fleet.tmpfiles.conf")
    assert made["/var/lib/mynapo-fleet"] == (0o3770, "mynapo-ingest", "mynapo-fleet")


@pytest.mark.parametrize("name", ["ingest", "opener"])
def test_each_key_holder_has_a_folder_that_no_other_fleet_process_can_read(name: str) -> None:
    mode, owner, _ = folders("systemd/fleet/mynapo-fleet.tmpfiles.conf")[f"/etc/mynapo-fleet/{name}"]
    assert (mode, owner) == (0o700, f"mynapo-{name}")


def test_every_user_and_group_of_a_folder_is_made() -> None:
    users = (ROOT / "systemd/fleet/mynapo-fleet.sysusers.conf").read_text(encoding="utf-8").split()
    for _, owner, group in folders("systemd/fleet/mynapo-fleet.tmpfiles.conf").values():
        assert owner in (*users, "root")
        assert group in users


@needs_systemd
def test_systemd_understands_the_fleets_folders(tmp_path: Path) -> None:
    """Made below another root, where no such users are: only their own words about names are allowed."""
    conf = ROOT / "systemd/fleet/mynapo-fleet.tmpfiles.conf"
    text = re.sub(r"(3770|0750|0700) \S+\s+\S+", r"\1 - -", conf.read_text(encoding="utf-8"))
    copy = tmp_path / conf.name
    copy.write_text(text, encoding="utf-8")
    command = ["systemd-tmpfiles", "--create", f"--root={tmp_path}", str(copy)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "var/lib/mynapo-fleet").stat().st_mode & 0o7777 == 0o3770
