"""The window in a browser where there is no display: the page is served, shows the window, and takes touches."""

from __future__ import annotations

import os
import socket
import stat
import struct
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from shutil import rmtree
from urllib.parse import urlsplit

import pytest

from bench import screen_server
from bench.processes import marked_processes
from bench.rig import Rig
from bench.rig_parts import Display, RigChoices
from bench.screen_server import DisplayFailed, vnc_parts
from bench.terminal_files import ReaderChoice, TerminalChoices
from tests.bench.rfb_viewer import RfbViewer
from tests.waiting import until

LIMIT_S = 10.0
SIZE = (720, 1280)
#: Middle of はじめる on S1 of the 720x1280 design: 656x124 at 32, 1140.
START = (360, 1202)
#: Where websockify hands on to VNC; noVNC's page asks for it by itself.
WEBSOCKET = "/websockify"
#: TCP_LISTEN in /proc/net/tcp (include/net/tcp_states.h).
LISTEN = "0A"


@pytest.fixture(scope="module")
def rig() -> Iterator[Rig]:
    """As `./run` on a machine without a display."""
    folder = Path(tempfile.mkdtemp(prefix="mb-"))
    choices = RigChoices(
        TerminalChoices(datetime.fromisoformat("2022-07-15T10:00:00+09:00")),
        display=Display.BROWSER,
        reader=ReaderChoice.PCSC,
    )
    patch = pytest.MonkeyPatch()
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        patch.delenv(name, raising=False)
    try:
        with Rig(folder, choices) as rig:
            yield rig
        assert not marked_processes(folder)
    finally:
        patch.undo()
        rmtree(folder)


def viewer(rig: Rig) -> RfbViewer:
    address = urlsplit(rig.window_address)
    assert address.hostname is not None
    assert address.port is not None
    return RfbViewer(address.hostname, address.port, WEBSOCKET, LIMIT_S)


def fetched(address: str) -> str:
    with urllib.request.urlopen(address, timeout=LIMIT_S) as answer:  # noqa: S310 (http on loopback)
        assert answer.status == 200
        page: str = answer.read().decode()
        return page


@pytest.mark.servers
@pytest.mark.window
def test_the_page_and_what_it_loads_are_served_on_loopback(rig: Rig) -> None:
    assert urlsplit(rig.window_address).hostname == "127.0.0.1"
    assert "noVNC" in fetched(rig.window_address)
    assert fetched(rig.window_address.split("vnc.html")[0] + "app/ui.js")


@pytest.mark.servers
@pytest.mark.window
def test_the_window_is_seen_at_its_size_and_not_as_an_empty_screen(rig: Rig) -> None:
    with viewer(rig) as seen:
        assert seen.size == SIZE
        picture = seen.picture()
    colours = {picture[at : at + 3] for at in range(0, len(picture), 4)}
    assert len(colours) > 50


@pytest.mark.servers
@pytest.mark.window
def test_two_people_may_look_on(rig: Rig) -> None:
    with viewer(rig) as one, viewer(rig) as other:
        assert one.size == other.size == SIZE


@pytest.mark.servers
@pytest.mark.window
def test_the_window_can_be_reached_on_loopback_through_the_page_alone(rig: Rig) -> None:
    """x11vnc has no password and must not open a port of its own, of whichever version of IP."""
    with viewer(rig):
        parts = rig.status()["parts"]
        assert _listening(parts["x11vnc"]["pid"]) == set()
        assert _listening(parts["xvfb"]["pid"]) == set()
        assert _listening(parts["websockify"]["pid"]) == {("127.0.0.1", urlsplit(rig.window_address).port)}
    assert (rig.folder.root / "vnc.sock").is_socket()
    assert stat.S_IMODE(rig.folder.root.stat().st_mode) == 0o700


def _listening(number: int) -> set[tuple[str, int]]:
    """Where a process listens: address and port, of the kernel's own tables (proc(5))."""
    ends = {str(end.readlink()) for end in Path(f"/proc/{number}/fd").iterdir() if end.is_symlink()}
    found = set()
    for table, family, word in (("tcp", socket.AF_INET, "<I"), ("tcp6", socket.AF_INET6, "<IIII")):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            _, local, _, state, *_, inode = line.split()[:10]
            if state == LISTEN and f"socket:[{inode}]" in ends:
                address, port = local.split(":")
                words = struct.unpack(word.replace("<", ">"), bytes.fromhex(address))
                found.add((socket.inet_ntop(family, struct.pack(word, *words)), int(port, 16)))
    return found


@pytest.mark.servers
@pytest.mark.window
def test_a_touch_in_the_page_begins_a_visit(rig: Rig) -> None:
    with rig.robot() as robot, viewer(rig) as finger:
        assert robot.view().view == "Attract"

        def touched() -> bool:
            finger.point(*START, down=True)
            time.sleep(0.1)  # as long as a finger stays
            finger.point(*START, down=False)
            return robot.view().view == "Home"

        until(touched, "S2 after a touch on はじめる", LIMIT_S)


# ------------------------------------------------------------------ what is missing


@pytest.mark.parametrize(("program", "package"), [("x11vnc", "x11vnc"), ("websockify", "novnc")])
def test_a_program_that_is_missing_is_named_with_the_package_that_brings_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, package: str
) -> None:
    for name in {"x11vnc", "websockify"} - {program}:
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o700)
    pages = tmp_path / "pages"
    pages.mkdir()
    (pages / "vnc.html").touch()
    monkeypatch.setattr(screen_server, "NOVNC", pages)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DisplayFailed, match=f"{program} is missing: install {package}"):
        vnc_parts(":90", tmp_path, os.environ)


def test_pages_that_are_missing_are_named_with_their_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screen_server, "NOVNC", tmp_path)
    with pytest.raises(DisplayFailed, match="install novnc"):
        vnc_parts(":90", tmp_path, os.environ)
