"""What a run consists of: the command line and environment of each process. Nothing is started here."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bench.processes import Program
from bench.run_folder import RunFolder
from bench.terminal_files import PINS, ReaderChoice, TerminalChoices

#: Freed memory is overwritten, and by malloc itself: without these, freed secrets stay readable (docs/security.md).
HARDENED_MEMORY = {
    "PYTHONMALLOC": "malloc",
    "MALLOC_PERTURB_": "165",
    "GLIBC_TUNABLES": "glibc.malloc.tcache_count=0",
}


class Display(StrEnum):
    """Where the window is: nowhere (same pixels), on $DISPLAY, on an Xvfb of its own, or that one in a browser."""

    OFFSCREEN = "offscreen"
    X11 = "x11"
    XVFB = "xvfb"
    BROWSER = "browser"


@dataclass(frozen=True)
class RigChoices:
    """What kind of run.

    `keep_alive`: a part that dies is started again, as systemd would. `spread_s`, `resend_s`: see the uplink's
    settings; short here, because nobody wants to watch a bench wait. `dock`: serve the page beside the window.
    """

    terminal: TerminalChoices
    display: Display = Display.OFFSCREEN
    reader: ReaderChoice = ReaderChoice.BOTH
    keep_alive: bool = False
    dock: bool = False
    seed: int = 0
    spread_s: float = 0.5
    resend_s: float = 5.0


@dataclass(frozen=True)
class PartMaker:
    """`environment` is that of every part; the terminal's is made from it."""

    folder: RunFolder
    choices: RigChoices
    environment: Mapping[str, str]

    def slot(self, port: int) -> Program:
        folder = self.folder
        options = ("--port", str(port), "--control", str(folder.slot), "--folder", str(folder.cards))
        return self._python("slot", "bench.card.vpcd", *options, *self._card_dates())

    def nfc(self) -> Program:
        folder = self.folder
        options = ("--folder", str(folder.root), "--cards", str(folder.cards))
        return self._python("nfc", "bench.nfc", *options, *self._card_dates(), announces=True)

    def printer(self) -> Program:
        folder = self.folder
        options = ("--dir", str(folder.papers), "--socket", str(folder.printer))
        link = ("--link", str(folder.printer_device), "--paced")
        return self._python("printer", "bench.paper", *options, *link, announces=True)

    def panel(self) -> Program:
        pins = ("--door", str(PINS["door"]), "--presence", str(PINS["presence"]))
        return self._python("panel", "bench.panel", "--folder", str(self.folder.root), *pins, announces=True)

    def network(self, broker_port: int) -> Program:
        options = ("--to", str(broker_port), "--control", str(self.folder.network))
        return self._python("network", "bench.network", *options, announces=True)

    def fleet(self, name: str) -> Program:
        """`name` is ingest, opener or dashboard."""
        return self._python(name, "fleet", name, "--config", str(self.folder.fleet_toml))

    def uplink(self) -> Program:
        return self._python("uplink", "terminal.uplink", "--config", str(self.folder.terminal_toml))

    def terminal(self, display: str) -> Program:
        """`display` is the name of an X display; empty: offscreen, or whatever the environment says for x11."""
        environment = {**self.environment, **HARDENED_MEMORY}
        # Never the machine's own pcscd: without this variable the client library would talk to it.
        environment["PCSCLITE_CSOCK_NAME"] = str(self.folder.pcsc / "run" / "pcscd" / "pcscd.comm")
        if self.choices.display is Display.OFFSCREEN:
            environment["SDL_VIDEODRIVER"] = "offscreen"
        elif display:
            environment |= {"DISPLAY": display, "SDL_VIDEODRIVER": "x11"}
        command = (sys.executable, "-m", "terminal", "--config", str(self.folder.terminal_toml))
        return Program(command, self.folder.log("terminal"), environment)

    def dock(self, window: str) -> Program:
        options = ("--folder", str(self.folder.root), *(("--window", window) if window else ()))
        return self._python("dock", "bench.dock", *options, announces=True)

    def _card_dates(self) -> tuple[str, ...]:
        return ("--now", self.choices.terminal.now.isoformat(), "--seed", str(self.choices.seed))

    def _python(self, name: str, module: str, *arguments: str, announces: bool = False) -> Program:
        command = (sys.executable, "-m", module, *arguments)
        return Program(command, self.folder.log(name), self.environment, announces=announces)
