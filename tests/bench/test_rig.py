"""`mynapo-bench up` and its verbs: real processes, everything on loopback, nothing left behind."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bench.processes import marked_processes
from bench.rig_client import RigClient, VerbRefused
from bench.robot import stands_at
from bench.run_folder import RunFolder
from tests.waiting import until

pytestmark = [pytest.mark.servers, pytest.mark.window]

LIMIT_S = 45.0


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bench", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)


@contextmanager
def up(*options: str) -> Iterator[tuple[subprocess.Popen[str], RigClient]]:
    """A bench of its own; whatever a test does to it, nothing of it outlives the test."""
    folder = Path(tempfile.mkdtemp(prefix="mr-"))
    rig = RigClient(RunFolder(folder))
    command = [sys.executable, "-m", "bench", "up", "--folder", str(folder), *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        until(
            lambda: rig.folder.control.exists() or process.poll() is not None,
            "the rig's control socket",
            LIMIT_S,
        )
        assert process.poll() is None, process.communicate()[0]
        yield process, rig
    finally:
        bench("down", "--folder", str(folder))
        process.kill()
        process.communicate()
        assert not marked_processes(folder)
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def rig() -> Iterator[RigClient]:
    with up("--no-dock") as (_, client):
        yield client


def test_every_part_is_a_process_of_its_own_and_lives(rig: RigClient) -> None:
    parts = rig.status()["parts"]
    assert set(parts) == {
        *("printer", "panel", "nfc", "pcscd", "slot", "broker", "network"),
        *("ingest", "opener", "dashboard", "terminal", "uplink"),
    }
    assert all(part["alive"] for part in parts.values())
    assert len({part["pid"] for part in parts.values()}) == len(parts)


def test_all_that_listens_listens_on_loopback(rig: RigClient) -> None:
    ends = [
        str(link.readlink())
        for number in marked_processes(rig.folder.root)
        for link in Path(f"/proc/{number}/fd").iterdir()
        if link.is_symlink()
    ]
    inodes = {end.removeprefix("socket:[").removesuffix("]") for end in ends if end.startswith("socket:[")}
    lines = [
        line.split()
        for table in ("tcp", "tcp6", "udp", "udp6")
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
    ]
    addresses = {line[1].split(":")[0] for line in lines if line[9] in inodes}
    assert addresses == {"0100007F"}  # 127.0.0.1 in the kernel's hexadecimal


def test_freed_memory_of_the_terminal_is_overwritten_by_malloc(rig: RigClient) -> None:
    number = rig.status()["parts"]["terminal"]["pid"]
    environment = Path(f"/proc/{number}/environ").read_bytes().split(b"\0")
    for variable in (
        b"PYTHONMALLOC=malloc",
        b"MALLOC_PERTURB_=165",
        b"GLIBC_TUNABLES=glibc.malloc.tcache_count=0",
    ):
        assert variable in environment


@pytest.mark.parametrize("reader", ["pcsc", "nfc"])
def test_a_card_goes_in_and_out_of_each_reader(rig: RigClient, reader: str) -> None:
    rig.order("card", do="insert", name="happy", reader=reader)
    assert rig.status()[reader]["card"] == "happy"
    with rig.robot() as robot:
        robot.wait_until(lambda shown: shown.choice("start") is None, "the terminal asks to take the card")
        rig.order("card", do="remove", reader=reader)
        robot.wait_until(lambda shown: shown.choice("start") is not None, "the terminal is ready again")


def test_hands_reach_door_and_paper(rig: RigClient) -> None:
    with rig.robot() as robot:
        rig.order("door", state="open")
        robot.wait("OutOfService")
        rig.order("door", state="close")
        robot.wait("Attract")
    rig.order("paper", do="low")
    assert rig.status()["printer"]["faults"]["paper_low"]
    rig.order("paper", do="restore")


@pytest.mark.parametrize(
    ("op", "order"),
    [
        ("card", {"do": "insert", "name": "nobody"}),
        ("card", {"do": "throw", "name": "happy"}),
        ("card", {"do": "insert", "name": "happy", "reader": "usb"}),
        ("net", {"do": "melt"}),
        ("net", {"do": "delay"}),
        ("paper", {"do": "burn"}),
        ("door", {"state": "ajar"}),
        ("part", {"do": "kill", "name": "nothing"}),
        ("log", {"name": "nothing"}),
        ("fly", {}),
    ],
)
def test_an_order_that_cannot_be_is_refused_in_words(
    rig: RigClient, op: str, order: dict[str, object]
) -> None:
    with pytest.raises(VerbRefused, match=r"\w{4}"):
        rig.order(op, **order)
    assert rig.status()["parts"]["terminal"]["alive"]


def test_a_second_bench_in_the_same_folder_is_refused_and_the_first_lives_on(rig: RigClient) -> None:
    second = bench("up", "--no-dock", "--folder", str(rig.folder.root))
    assert second.returncode == 1
    assert "a bench is running" in second.stderr
    assert all(part["alive"] for part in rig.status()["parts"].values())


def test_the_command_line_tells_status_and_people(rig: RigClient) -> None:
    folder = ("--folder", str(rig.folder.root))
    assert json.loads(bench("status", "--json", *folder).stdout)["parts"]["uplink"]["alive"]
    assert "all alive" in bench("status", *folder).stdout
    people = bench("who", *folder).stdout.splitlines()
    assert any(line.startswith("locked ") and "ロック" in line for line in people)


def test_a_killed_part_is_started_again_where_the_bench_is_told_to_and_another_bench_runs_beside(
    rig: RigClient,
) -> None:
    with up("--restart") as (_, other):
        before = other.status()
        for name in ("terminal", "uplink", "pcscd", "broker"):
            other.order("part", do="kill", name=name)
        after: dict[str, dict[str, object]] = {}

        def back() -> bool:
            after.update(other.status()["parts"])
            return all(part["alive"] for part in after.values())

        until(back, "all parts are back", LIMIT_S)
        for name in ("terminal", "uplink", "pcscd", "broker"):
            assert after[name]["pid"] != before["parts"][name]["pid"]
        until(
            lambda: stands_at(other.folder.robot, "Attract"),
            "the terminal waits for residents again",
            LIMIT_S,
        )
        other.order("part", do="stop", name="dashboard")
        time.sleep(0.6)  # two looks of the rig
        assert not other.status()["parts"]["dashboard"]["alive"]
        assert other.status()["addresses"]["dock"].startswith("http://127.0.0.1:")
    assert all(part["alive"] for part in rig.status()["parts"].values())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_everything_in_good_order(number: signal.Signals) -> None:
    with up("--no-dock", "--reader", "nfc") as (process, rig):
        assert len(marked_processes(rig.folder.root)) >= 10
        process.send_signal(number)
        assert process.wait(LIMIT_S) == 0
        assert not marked_processes(rig.folder.root)
        assert not rig.folder.control.exists()


def test_after_a_killed_bench_down_sweeps_what_it_left() -> None:
    with up("--no-dock", "--reader", "pcsc") as (process, rig):
        process.kill()
        process.wait()
        assert len(marked_processes(rig.folder.root)) >= 10
        assert bench("down", "--folder", str(rig.folder.root)).returncode == 0
        assert not marked_processes(rig.folder.root)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("up", "--now", "2022-07-15T10:00:00"), "offset"),
        (("up", "--folder", "/" + "x" * 80), "at most 70"),
        (("status", "--folder", "/no-such-bench"), "no bench is up"),
    ],
)
def test_a_command_line_that_cannot_be_is_answered_at_once(arguments: tuple[str, ...], words: str) -> None:
    answer = bench(*arguments)
    assert answer.returncode in (1, 2)
    assert words in answer.stderr
