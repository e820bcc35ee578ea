"""The virtual printer as its own process: a device, a control socket, papers as files."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bench.control_socket import ask
from bench.paper.render import render
from tests.waiting import until


@dataclass
class Running:
    folder: Path
    process: subprocess.Popen[str]

    def verb(self, op: str, **more: object) -> dict[str, Any]:
        return ask(self.folder / "s", {"op": op, **more})

    def open(self) -> int:
        return os.open(self.folder / "tty", os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)


@pytest.fixture
def running() -> Iterator[Running]:
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="p") as name:
        folder = Path(name)
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "bench.paper"),
                *("--dir", name, "--socket", f"{name}/s", "--link", f"{name}/tty"),
            ],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        device = process.stdout.readline().strip()
        assert str((folder / "tty").readlink()) == device
        yield Running(folder, process)
        process.send_signal(signal.SIGTERM)
        assert process.wait(5) == 0
        process.stdout.close()
        assert not (folder / "tty").is_symlink()


def answer(line: int) -> bytes:
    assert select.select((line,), (), (), 5)[0], "no answer"
    return os.read(line, 16)


@pytest.mark.servers
def test_a_paper_is_cut_kept_seen_and_taken(running: Running) -> None:
    line = running.open()
    os.write(line, b"hello\n\x1dV\x00\x1dr\x01")
    assert answer(line) == b"\x00"
    (paper,) = running.verb("papers")["papers"]
    assert render(Path(paper).read_bytes()).height > 48
    (taken,) = running.verb("take")["papers"]
    assert Path(taken).read_bytes() == b"hello\n\x1dV\x00"
    assert running.verb("papers")["papers"] == []
    os.close(line)


@pytest.mark.servers
def test_hands_change_what_the_printer_says(running: Running) -> None:
    line = running.open()
    steps: list[tuple[str, dict[str, object], int, bytes]] = [
        ("empty", {}, 4, b"\x7e"),
        ("restore", {}, 4, b"\x12"),
        ("low", {}, 4, b"\x1e"),
        ("cover", {"open": True}, 2, b"\x16"),
        ("cover", {"open": False}, 2, b"\x12"),
        ("jam", {"part": "cutter"}, 3, b"\x1a"),
    ]
    for op, more, kind, said in steps:
        assert running.verb(op, **more)["ok"]
        os.write(line, b"\x10\x04" + bytes((kind,)))
        assert answer(line) == said, op
    os.close(line)


@pytest.mark.servers
def test_unplugging_takes_the_device_away_and_replugging_brings_it_back(running: Running) -> None:
    running.verb("unplug")
    assert not (running.folder / "tty").exists()
    assert running.verb("status")["plugged"] is False
    running.verb("replug")
    line = running.open()
    os.write(line, b"\x10\x04\x01")
    assert answer(line) == b"\x16"
    os.close(line)


@pytest.mark.servers
def test_status_tells_what_waits_and_what_hangs_out(running: Running) -> None:
    running.verb("jam", part="head", after=6)
    line = running.open()
    os.write(line, b"12345\n67890\n")
    until(lambda: running.verb("status")["waiting"] == 6)
    status = running.verb("status")
    assert status["loose"] == 6
    assert status["faults"]["error"] == "head"
    os.close(line)


@pytest.mark.servers
@pytest.mark.parametrize("request_", [{"op": "explode"}, {}, {"op": "empty", "after": "soon"}])
def test_a_verb_that_makes_no_sense_is_told_so(running: Running, request_: dict[str, object]) -> None:
    reply = ask(running.folder / "s", request_)
    assert reply["ok"] is False
    assert reply["error"]
