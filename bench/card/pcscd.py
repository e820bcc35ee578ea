"""A private pcscd on virtual readers, for the user who calls it, on loopback only.

pcscd's socket path is compiled in, so it runs in a mount namespace of its own in which `/run` is a folder of ours;
clients find it by PCSCLITE_CSOCK_NAME. vpcd binds every address, so a preloaded `bind` narrows it to loopback; each
reader entry has its own copy of the driver, whose state is global and would be shared otherwise.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

DRIVERS = (
    "/usr/lib/pcsc/drivers/serial/libifdvpcd.so",
    "/usr/lib/pcsc/drivers/serial/libifdvpcd.so.0.8",
)
"""Where Debian's vsmartcard-vpcd puts its driver."""

START_S = 10.0
SUN_PATH_MAX = 100
"""sockaddr_un holds 108 bytes; pcsc-lite cuts a longer path silently."""

_LOOPBACK_C = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netinet/in.h>
#include <sys/socket.h>
int bind(int fd, const struct sockaddr *address, socklen_t length) {
    int (*next)(int, const struct sockaddr *, socklen_t) = dlsym(RTLD_NEXT, "bind");
    if (address && address->sa_family == AF_INET && length >= sizeof(struct sockaddr_in)) {
        struct sockaddr_in narrowed = *(const struct sockaddr_in *)address;
        narrowed.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return next(fd, (const struct sockaddr *)&narrowed, sizeof narrowed);
    }
    return next(fd, address, length);
}
"""


class PcscdFailed(Exception):
    """pcscd, its driver or a compiler is missing, or pcscd did not come up; says which."""


class PrivatePcscd:
    """`folder` holds configuration, socket and log. `readers` are the entries' names, e.g. ("A", "B").

    Each entry is seen by clients as `Virtual PCD A 00 00`, a second slot `… 00 01` stays empty.
    """

    def __init__(self, folder: Path, readers: tuple[str, ...] = ("A",)) -> None:
        self.folder = folder.resolve()
        self.readers = readers
        self.socket = self.folder / "run" / "pcscd" / "pcscd.comm"
        self.log = self.folder / "pcscd.log"
        self.ports = {reader: free_port_pair() for reader in readers}
        self._process: subprocess.Popen[bytes] | None = None
        if len(str(self.socket)) > SUN_PATH_MAX:
            raise PcscdFailed(f"path too long for a unix socket: {self.socket}")
        if self.folder.is_relative_to("/run"):
            raise PcscdFailed(f"pcscd would not see its own files under /run: {self.folder}")

    def reader_name(self, reader: str) -> str:
        """Name of the entry's first slot as PC/SC clients see it."""
        return f"Virtual PCD {reader} 00 00"

    def environment(self) -> dict[str, str]:
        """Of this process, with the variable that leads clients to this pcscd."""
        return {**os.environ, "PCSCLITE_CSOCK_NAME": str(self.socket)}

    def start(self) -> None:
        """Returns when the socket accepts. Raises PcscdFailed."""
        self.socket.parent.mkdir(parents=True, exist_ok=True)
        self._configure(self.readers)
        self._launch()

    def kill(self) -> None:
        """kill -9: socket and pid file stay behind, as after a crash."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(5)
            self._process = None

    def restart(self, readers: tuple[str, ...] | None = None) -> None:
        """kill -9 and start again, with fewer or all readers: the others are unplugged."""
        self.kill()
        self._configure(self.readers if readers is None else readers)
        self._launch()

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(5)
        self._process = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def _configure(self, readers: tuple[str, ...]) -> None:
        driver = next((Path(path) for path in DRIVERS if Path(path).exists()), None)
        if driver is None:
            raise PcscdFailed("libifdvpcd.so is missing: install vsmartcard-vpcd")
        conf = self.folder / "conf"
        shutil.rmtree(conf, ignore_errors=True)
        conf.mkdir()
        for reader in readers:
            copy = self.folder / f"libvpcd_{reader}.so"
            if not copy.exists():
                shutil.copy(driver, copy)
            port = self.ports[reader]
            lines = (
                f'FRIENDLYNAME "Virtual PCD {reader}"',
                f"DEVICENAME /dev/null:{port}",
                f"LIBPATH {copy}",
                f"CHANNELID {port}",
            )
            (conf / f"vpcd_{reader}").write_text("\n".join(lines) + "\n")

    def _launch(self) -> None:
        program = shutil.which("pcscd") or "/usr/sbin/pcscd"
        if not Path(program).exists():
            raise PcscdFailed("pcscd is missing: install pcscd")
        self.socket.unlink(missing_ok=True)
        arguments = [program, "--foreground", "--config", str(self.folder / "conf")]
        if _knows_polkit(program):
            arguments.append("--disable-polkit")
        inner = (
            'mount --bind "$1" /run && shift && LD_PRELOAD="$1" && export LD_PRELOAD && shift && exec "$@"'
        )
        namespace = ["unshare", "-m" if os.geteuid() == 0 else "-Urm", "--propagation", "private"]
        command = [
            *namespace,
            "sh",
            "-c",
            inner,
            "sh",
            str(self.folder / "run"),
            str(self._shim()),
            *arguments,
        ]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self._wait_until_up()

    def _wait_until_up(self) -> None:
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                break
            with socket.socket(socket.AF_UNIX) as probe:
                try:
                    probe.connect(str(self.socket))
                except (FileNotFoundError, ConnectionRefusedError):
                    time.sleep(0.01)
                else:
                    return
        self.kill()
        tail = self.log.read_text(errors="replace")[-800:]
        raise PcscdFailed(f"pcscd did not come up; end of {self.log}:\n{tail}")

    def _shim(self) -> Path:
        library = self.folder / "loopback.so"
        if library.exists():
            return library
        compiler = shutil.which("cc") or shutil.which("gcc")
        if compiler is None:
            raise PcscdFailed("no C compiler: install gcc")
        source = self.folder / "loopback.c"
        source.write_text(_LOOPBACK_C)
        subprocess.run(
            [compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(source), "-ldl"],
            check=True,
            timeout=60,
        )
        return library


def _knows_polkit(program: str) -> bool:
    """pcsc-lite 2 asks polkit and can be told not to; 1.9.9 of Debian 12 rejects the option."""
    shown = subprocess.run([program, "--help"], capture_output=True, timeout=10, check=False)
    return b"disable-polkit" in shown.stdout + shown.stderr


def free_port_pair() -> int:
    """A free loopback port whose successor is free too: vpcd takes one for each of its two slots."""
    for _ in range(100):
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            try:
                second.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port
    raise PcscdFailed("no two neighbouring free ports")
