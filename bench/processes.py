"""The processes of a run: started, watched, killed, ended, and swept up by the mark they carry."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol

from bench.run_folder import MARK

#: A Python process with Kivy needs about 2 s to start on two busy cores; anything slower than this is stuck.
START_S = 30.0
STOP_S = 8.0
_LAST_WORDS = 2_000  # characters of a log shown with a failure


class ProcessFailed(RuntimeError):
    """A process did not come up or ended early; the message holds the end of its log."""


class RunPart(Protocol):
    """One process of the run, whoever wrote the class that starts it."""

    @property
    def pid(self) -> int | None: ...
    def start(self) -> None: ...
    def stop(self) -> object: ...
    def kill(self) -> None: ...


def is_alive(part: RunPart) -> bool:
    """Without reaping it: the part itself does that."""
    if part.pid is None:
        return False
    try:
        gone = os.waitid(os.P_PID, part.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return gone is None


class ChildProcess:
    """One child at a time, whoever starts it: `_process` while it runs, None before and after."""

    stop_s: ClassVar[float] = STOP_S
    _process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    def ended(self) -> int | None:
        """Exit code of a process that is over, else None. Negative: by that signal."""
        return self._process.poll() if self._process is not None else None

    def stop(self) -> int | None:
        """SIGTERM, after `stop_s` SIGKILL; the exit code, None if nothing ran."""
        if self._process is None:
            return None
        code = end_in_order(self._process, self.stop_s)
        self._forget()
        return code

    def kill(self) -> None:
        """kill -9, as a crash or a power cut would: nothing is written any more, and nothing tidied up."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._forget()

    def _forget(self) -> None:
        if self._process is not None and self._process.stdout is not None:
            self._process.stdout.close()
        self._process = None


@dataclass
class Program(ChildProcess):
    """A program with a log file of its own. It leads its own process group, so that Ctrl-C reaches only the rig.

    `announces`: it prints one line when it is ready, which `start` waits for and keeps in `announcement`.
    """

    command: Sequence[str]
    log: Path
    environment: Mapping[str, str]
    announces: bool = False
    announcement: str = ""

    def launch(self) -> None:
        """Starts without waiting for the announcement."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                list(self.command),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if self.announces else log,
                stderr=log,
                env=dict(self.environment),
                start_new_session=True,
            )

    def start(self) -> None:
        """Raises ProcessFailed."""
        self.launch()
        self.await_announcement()

    def await_announcement(self) -> None:
        """Raises ProcessFailed."""
        process = self._process
        if not self.announces or process is None or process.stdout is None:
            return
        with process.stdout as words:
            ready, _, _ = select.select([words], [], [], START_S)
            self.announcement = words.readline().decode().strip() if ready else ""
        if not self.announcement:
            self.kill()
            raise ProcessFailed(self.failure("said nothing"))

    def announced(self) -> dict[str, Any]:
        """The announcement as JSON."""
        answer: dict[str, Any] = json.loads(self.announcement)
        return answer

    def failure(self, what: str) -> str:
        return f"{' '.join(self.command[:4])} {what}; end of {self.log}:\n{tail(self.log, _LAST_WORDS)}"


def end_in_order(process: subprocess.Popen[bytes], limit_s: float = STOP_S) -> int:
    """SIGTERM, after `limit_s` SIGKILL; the exit code, negative for the signal that ended it."""
    process.terminate()
    try:
        return process.wait(limit_s)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def tail(path: Path, characters: int) -> str:
    """The end of a log; empty if there is none."""
    try:
        with path.open("rb") as log:
            log.seek(0, os.SEEK_END)
            log.seek(max(0, log.tell() - characters))
            return log.read().decode(errors="replace")
    except FileNotFoundError:
        return ""


def marked_processes(folder: Path) -> list[int]:
    """Ids of all living processes that belong to the run in `folder`, whoever their parent is now. Not this one."""
    wanted = f"{MARK}={folder}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal() or int(entry.name) == os.getpid():
            continue
        try:
            if wanted in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
        except (FileNotFoundError, PermissionError, ProcessLookupError):
            continue
    return found


def sweep(folder: Path) -> int:
    """Ends every process of the run that is still there: first asked, after two seconds killed. How many there were."""
    left = marked_processes(folder)
    for number in left:
        _signal(number, signal.SIGTERM)
    limit = time.monotonic() + 2.0
    while marked_processes(folder) and time.monotonic() < limit:
        time.sleep(0.05)
    for number in marked_processes(folder):
        _signal(number, signal.SIGKILL)
    return len(left)


def _signal(number: int, what: signal.Signals) -> None:
    try:
        os.kill(number, what)
    except ProcessLookupError:
        return
