"""A display where there is none: Xvfb of the panel's size, and its picture in a browser through VNC."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from bench.broker import free_port
from bench.processes import START_S, Program, is_alive, tail

NOVNC = Path("/usr/share/novnc")
"""Where Debian's package `novnc` puts its pages."""


class DisplayFailed(RuntimeError):
    """Xvfb, x11vnc or websockify is missing or did not come up; says which and what to install."""


class VirtualDisplay:
    """Xvfb on the next free display number. `pid`, `start`, `stop`, `kill` as every part of a run."""

    def __init__(self, size: str, log: Path, environment: Mapping[str, str]) -> None:
        self._size = size
        self._log = log
        self._environment = environment
        self._program: Program | None = None
        self.name = ""

    @property
    def pid(self) -> int | None:
        return self._program.pid if self._program is not None else None

    def start(self) -> None:
        """Raises DisplayFailed."""
        number = self.name.removeprefix(":") or str(_free_display())
        command = [_find("Xvfb", "xvfb"), f":{number}", "-screen", "0", f"{self._size}x24"]
        command += ["+extension", "GLX", "-nolisten", "tcp", "-noreset"]
        self._program = Program(command, self._log, self._environment)
        self._program.launch()
        socket = Path(f"/tmp/.X11-unix/X{number}")  # noqa: S108  # the X server's own place
        _await(socket.exists, self._program, "Xvfb")
        self.name = f":{number}"

    def stop(self) -> None:
        if self._program is not None:
            self._program.stop()

    def kill(self) -> None:
        if self._program is not None:
            self._program.kill()


def vnc_parts(display: str, folder: Path, environment: Mapping[str, str]) -> tuple[Program, Program, int]:
    """x11vnc on a unix socket of the run, websockify on a loopback port, and that port. Raises DisplayFailed.

    Only the port of websockify can be reached by TCP, and only on loopback.
    """
    if not (NOVNC / "vnc.html").exists():
        raise DisplayFailed("noVNC is missing: install novnc")
    port, socket = free_port(), folder / "vnc.sock"
    socket.unlink(missing_ok=True)
    server = [_find("x11vnc", "x11vnc"), "-display", display, "-unixsock", str(socket), "-rfbport", "0"]
    # The first zero ends TCP over IPv4 alone: x11vnc 0.9.16 would open port 5900 on every IPv6 address, -noipv6 or not.
    server += ["-rfbportv6", "0", "-noipv6", "-forever", "-shared", "-nopw", "-quiet", "-nolookup"]
    bridge = [_find("websockify", "novnc"), "--web", str(NOVNC), "--unix-target", str(socket)]
    bridge += [f"127.0.0.1:{port}"]
    logs = folder / "logs"
    return (
        Program(server, logs / "x11vnc.log", environment),
        Program(bridge, logs / "websockify.log", environment),
        port,
    )


def window_address(port: int) -> str:
    """Address of the page that shows the window and takes touches."""
    return (
        f"http://127.0.0.1:{port}/vnc.html?autoconnect=true&resize=scale&reconnect=true&reconnect_delay=500"
    )


def _free_display() -> int:
    for number in range(90, 400):
        taken = (Path(f"/tmp/.X{number}-lock"), Path(f"/tmp/.X11-unix/X{number}"))  # noqa: S108
        if not any(os.path.lexists(path) for path in taken):
            return number
    raise DisplayFailed("no free display number between 90 and 399")


def _find(program: str, package: str) -> str:
    found = shutil.which(program)
    if found is None:
        raise DisplayFailed(f"{program} is missing: install {package}")
    return found


def _await(there: Callable[[], bool], program: Program, name: str) -> None:
    limit = time.monotonic() + START_S
    while time.monotonic() < limit and is_alive(program):
        if there():
            return
        time.sleep(0.02)
    words = tail(program.log, 800)
    program.kill()
    raise DisplayFailed(f"{name} did not come up; end of its log:\n{words}")
