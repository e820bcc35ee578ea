"""A private pcscd on virtual readers, for the user who calls it, on loopback only.

pcscd's folder `/run/pcscd` is compiled in and vpcd binds every address, so a preloaded library leads the few calls
that name the one to a folder of ours and narrows the other to loopback. A mount namespace would do for the folder, too,
but containers and hardened kernels refuse it, even to root. Clients find the socket by PCSCLITE_CSOCK_NAME. Each reader
entry has its own copy of the driver, whose state is global and would be shared otherwise.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

from bench.processes import ChildProcess

DRIVERS = (
    "/usr/lib/pcsc/drivers/serial/libifdvpcd.so",
    "/usr/lib/pcsc/drivers/serial/libifdvpcd.so.0.8",
)
"""Where Debian's vsmartcard-vpcd puts its driver."""

START_S = 10.0
SUN_PATH_MAX = 100
"""sockaddr_un holds 108 bytes; pcsc-lite cuts a longer path silently."""

_PRELOAD_C = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <limits.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>

static const char folder[] = "/run/pcscd"; /* PCSCLITE_IPC_DIR of Debian 12 and 13 */

static const char *moved(const char *path, char *room, size_t size) {
    const char *own = getenv("BENCH_PCSCD_FOLDER");
    size_t length = sizeof folder - 1;
    if (!own || !path || strncmp(path, folder, length) || (path[length] && path[length] != '/'))
        return path;
    if (strlen(own) + strlen(path + length) >= size)
        abort();
    return strcat(strcpy(room, own), path + length);
}

/* What pcscd 1.9.9 and 2.3.3 call with such a path (seen by strace), and what it is called where off_t or time_t is
   wider than a word. Headers that declare these names are left out: pointers to structures only pass through. */
#define MOVED(result, name, more, passed)                             \
    result name(const char *path more) {                              \
        static result (*next)(const char *path more);                 \
        char room[PATH_MAX];                                          \
        if (!next)                                                    \
            next = (result (*)(const char *path more))dlsym(RTLD_NEXT, #name); \
        return next(moved(path, room, sizeof room) passed);           \
    }
#define AND ,
MOVED(int, stat, AND void *out, AND out)
MOVED(int, stat64, AND void *out, AND out)
MOVED(int, __stat64_time64, AND void *out, AND out)
MOVED(int, open, AND int flags AND mode_t mode, AND flags AND mode)
MOVED(int, open64, AND int flags AND mode_t mode, AND flags AND mode)
MOVED(void *, fopen, AND const char *mode, AND mode)
MOVED(void *, fopen64, AND const char *mode, AND mode)
MOVED(int, mkdir, AND mode_t mode, AND mode)
MOVED(int, chmod, AND mode_t mode, AND mode)
MOVED(int, remove, , )

int bind(int fd, const struct sockaddr *address, socklen_t length) {
    int (*next)(int, const struct sockaddr *, socklen_t) = dlsym(RTLD_NEXT, "bind");
    if (address && address->sa_family == AF_INET && length >= sizeof(struct sockaddr_in)) {
        struct sockaddr_in narrowed = *(const struct sockaddr_in *)address;
        narrowed.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return next(fd, (const struct sockaddr *)&narrowed, sizeof narrowed);
    }
    if (address && address->sa_family == AF_UNIX && length > offsetof(struct sockaddr_un, sun_path) &&
        length <= sizeof(struct sockaddr_un)) {
        struct sockaddr_un led = {.sun_family = AF_UNIX};
        char asked[sizeof led.sun_path + 1] = {0}, room[sizeof led.sun_path];
        memcpy(asked, ((const struct sockaddr_un *)address)->sun_path, length - offsetof(struct sockaddr_un, sun_path));
        if (strncmp(asked, folder, sizeof folder - 1) == 0) {
            strcpy(led.sun_path, moved(asked, room, sizeof room));
            return next(fd, (const struct sockaddr *)&led, sizeof led);
        }
    }
    return next(fd, address, length);
}
"""


class PcscdFailed(Exception):
    """pcscd, its driver or a compiler is missing, or pcscd did not come up; says which."""


class PrivatePcscd(ChildProcess):
    """`folder` holds configuration, socket and log. `readers` are the entries' names, e.g. ("A", "B").

    Each entry is seen by clients as `Virtual PCD A 00 00`, a second slot `… 00 01` stays empty.
    After `kill` socket and pid file stay behind, as after a crash.
    """

    stop_s = 5.0

    def __init__(self, folder: Path, readers: tuple[str, ...] = ("A",)) -> None:
        self.folder = folder.resolve()
        self.readers = readers
        self.socket = self.folder / "run" / "pcscd" / "pcscd.comm"
        self.log = self.folder / "pcscd.log"
        self.ports = {reader: free_port_pair() for reader in readers}
        if len(str(self.socket)) > SUN_PATH_MAX:
            raise PcscdFailed(f"path too long for a unix socket: {self.socket}")

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

    def restart(self, readers: tuple[str, ...] | None = None) -> None:
        """kill -9 and start again, with fewer or all readers: the others are unplugged."""
        self.kill()
        self._configure(self.readers if readers is None else readers)
        self._launch()

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
        environment = {
            **os.environ,
            "LD_PRELOAD": str(self._preload()),
            "BENCH_PCSCD_FOLDER": str(self.socket.parent),
        }
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                arguments, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment
            )
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

    def _preload(self) -> Path:
        library = self.folder / "preload.so"
        if library.exists():
            return library
        compiler = shutil.which("cc") or shutil.which("gcc")
        if compiler is None:
            raise PcscdFailed("no C compiler: install gcc")
        source = self.folder / "preload.c"
        source.write_text(_PRELOAD_C)
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
