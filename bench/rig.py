"""The rig: one whole terminal with its fleet, every part the real process, on virtual hardware, under one folder.

Used by `mynapo-bench up`, by tours and tests (`with Rig(folder, choices) as rig`), and by the commands that break
things. Everything listens on loopback or on unix sockets. One rig a process, started from its main thread.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from bench.broker import Broker
from bench.card.pcscd import PrivatePcscd
from bench.card.residents import Residents
from bench.card.slot_control import SlotControl
from bench.control_socket import ask
from bench.fleet_keys import FleetFiles, TerminalFiles, make_fleet, make_terminal
from bench.fleet_processes import FleetFolder, uplink_table
from bench.processes import START_S, ProcessFailed, Program, RunPart, is_alive, sweep, tail
from bench.rig_parts import Display, PartMaker, RigChoices
from bench.robot import RobotClient, stands_at
from bench.run_folder import MARK, RunFolder
from bench.screen_server import VirtualDisplay, vnc_parts, window_address
from bench.terminal_files import TERMINAL, ReaderChoice, VirtualDevices, write_terminal_toml

_ENTRY = "A"  # of pcscd's reader list
_POLL_S = 0.02
#: Two of Debian's programs write their logs beside their own settings.
_OWN_LOG = {"pcscd": ("pcsc", "pcscd.log"), "broker": ("broker", "mosquitto.log")}
_OF_LAST_RUN = ("data", "fleet", "broker", "paper", "logs", "cards", "pcsc", "terminal")


class AlreadyRunning(RuntimeError):
    """Another rig lives in this folder."""


@dataclass(frozen=True)
class Died:
    """A part that ended without being told to. `at`: wall time in s."""

    name: str
    at: float
    restarted: bool


class Rig:
    """Between `start` and `stop`. Names of parts: `names()`. Verbs raise ValueError, OrderRefused or OSError."""

    def __init__(self, folder: Path, choices: RigChoices) -> None:
        self.folder = RunFolder(folder.resolve())
        self.choices = choices
        self.died: list[Died] = []
        self.dock_address = ""
        self.window_address = ""
        self.dashboard_address = ""
        self._parts: dict[str, RunPart] = {}
        self._resting: set[str] = set()
        self.display = ""
        self._terminal_started = 0.0
        self._claimed: IO[str] | None = None

    # ------------------------------------------------------------------ life

    def start(self) -> None:
        """Returns when the attract screen stands.

        Raises AlreadyRunning, ProcessFailed, PcscdFailed, BrokerFailed or DisplayFailed; then nothing is left running.
        """
        self._claim()
        sweep(self.folder.root)
        self._forget_last_run()
        self.folder.make()
        os.environ[MARK] = str(self.folder.root)
        if "/usr/sbin" not in os.environ.get("PATH", "").split(os.pathsep):
            # Debian keeps mosquitto and pcscd where an ordinary user's PATH does not reach.
            os.environ["PATH"] = os.environ.get("PATH", "") + os.pathsep + "/usr/sbin"
        try:
            self._start_all(PartMaker(self.folder, self.choices, {**os.environ, "PYTHONUNBUFFERED": "1"}))
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Everything in reverse order; then whatever still carries the mark of this run."""
        for part in reversed(list(self._parts.values())):
            part.stop()
        self._parts.clear()
        sweep(self.folder.root)
        for socket in self.folder.root.glob("*.sock"):
            socket.unlink()
        if os.environ.get(MARK) == str(self.folder.root):
            del os.environ[MARK]
        if self._claimed is not None:
            self._claimed.close()
            self._claimed = None

    def _claim(self) -> None:
        """One rig a folder: the lock goes with the process, however it ends."""
        self.folder.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._claimed = self.folder.lock.open("w")
        try:
            fcntl.flock(self._claimed, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._claimed.close()
            self._claimed = None
            raise AlreadyRunning(
                f"a bench is running in {self.folder.root}: `down` it, or give another --folder"
            ) from None

    def __enter__(self) -> Rig:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _forget_last_run(self) -> None:
        for name in _OF_LAST_RUN:
            shutil.rmtree(self.folder.root / name, ignore_errors=True)
        for socket in self.folder.root.glob("*.sock"):
            socket.unlink()

    def _start_all(self, maker: PartMaker) -> None:
        """What needs nothing is launched first, and starts while keys are made."""
        reader = self.choices.reader
        early = {"printer": maker.printer(), "panel": maker.panel()}
        if reader is not ReaderChoice.PCSC:
            early["nfc"] = maker.nfc()
        self._launch(early)
        if reader is not ReaderChoice.NFC:
            pcscd = PrivatePcscd(self.folder.pcsc, (_ENTRY,))
            self._start_part("pcscd", pcscd)
            self._launch({"slot": maker.slot(pcscd.ports[_ENTRY])})
        self._start_display(maker)
        card_ca = self.residents().auth_ca_pem()
        files, authority = make_fleet(self.folder.fleet)
        terminal = make_terminal(authority, TERMINAL, self.folder.root / "terminal")
        broker = Broker(self.folder.root / "broker", files)
        self._start_part("broker", broker)
        packs = self.choices.terminal.packs
        fleet = FleetFolder(self.folder.fleet, files, broker, card_ca=card_ca, packs=packs)
        fleet.register(terminal)
        self.dashboard_address = f"http://127.0.0.1:{fleet.dashboard_port}/"
        self._launch({"network": maker.network(broker.port)})
        self._launch({name: maker.fleet(name) for name in ("ingest", "opener", "dashboard")})
        for name in (*early, "network"):
            self._program(name).await_announcement()
        self._write_settings(terminal, files, broker, card_ca)
        self.presence("on")
        self._launch({"terminal": maker.terminal(self.display)})
        self._await_log("ingest", "in service")
        self._launch({"uplink": maker.uplink()})
        if self.choices.dock:
            dock = maker.dock(self.window_address)
            self._start_part("dock", dock)
            self.dock_address = str(dock.announced()["address"])
        if "slot" in self._parts:
            self._await(lambda: _answers(self.folder.slot), "slot")
        self.await_attract()

    def _launch(self, programs: dict[str, Program]) -> None:
        for name, program in programs.items():
            self._parts[name] = program
            program.launch()
            self._note_start(name)

    def _start_part(self, name: str, part: RunPart) -> None:
        self._parts[name] = part
        part.start()

    def _start_display(self, maker: PartMaker) -> None:
        if self.choices.display not in (Display.XVFB, Display.BROWSER):
            return
        display = VirtualDisplay(self.choices.terminal.size, self.folder.log("xvfb"), maker.environment)
        self._start_part("xvfb", display)
        self.display = display.name
        if self.choices.display is Display.BROWSER:
            vnc, bridge, port = vnc_parts(display.name, self.folder.root, maker.environment)
            self._launch({"x11vnc": vnc})
            self._await((self.folder.root / "vnc.sock").exists, "x11vnc")
            self._launch({"websockify": bridge})
            self.window_address = window_address(port)

    def _write_settings(
        self, terminal: TerminalFiles, fleet: FleetFiles, broker: Broker, card_ca: Path
    ) -> None:
        reader = self.choices.reader
        devices = VirtualDevices(
            # A name that no reader has keeps the terminal off every PC/SC reader.
            pcsc_reader=f"Virtual PCD {_ENTRY} 00 00" if reader is not ReaderChoice.NFC else "none fitted",
            nfc_device=self.folder.nfc_device if reader is not ReaderChoice.PCSC else None,
            printer_device=self.folder.printer_device,
            panel_port=int(self._program("panel").announced()["port"]),
        )
        way = uplink_table(
            terminal, fleet, broker, spread_s=self.choices.spread_s, resend_s=self.choices.resend_s
        )
        way["port"] = int(self._program("network").announced()["port"])
        keys = {"root": fleet.root, "sealing_keys": fleet.keys, "signing_key": terminal.device_key}
        write_terminal_toml(
            self.folder.terminal_toml,
            self.choices.terminal,
            devices,
            keys=keys,
            card_ca=card_ca,
            uplink=way,
            robot=self.folder.robot,
        )

    # ------------------------------------------------------------------ waiting

    def await_attract(self, timeout_s: float = START_S) -> None:
        """Until the terminal waits for a resident. Raises ProcessFailed."""
        self._await(lambda: stands_at(self.folder.robot, "Attract"), "terminal", timeout_s)

    def _await_log(self, name: str, words: str) -> None:
        self._await(lambda: words in self.log(name, 4_000), name)

    def _await(self, there: Callable[[], bool], name: str, timeout_s: float = START_S) -> None:
        limit = time.monotonic() + timeout_s
        while time.monotonic() < limit and is_alive(self._parts[name]):
            if there():
                return
            time.sleep(_POLL_S)
        raise ProcessFailed(
            f"{name} did not come up; end of {self._log_file(name)}:\n{self.log(name, 2_000)}"
        )

    # ------------------------------------------------------------------ parts

    def names(self) -> tuple[str, ...]:
        """In the order of their start."""
        return tuple(self._parts)

    def pid(self, name: str) -> int | None:
        return self._part(name).pid

    def alive(self, name: str) -> bool:
        return is_alive(self._part(name))

    def kill_part(self, name: str) -> None:
        """kill -9. It stays down until `start_part`, or is started again if the rig keeps its parts alive."""
        self._part(name).kill()

    def stop_part(self, name: str) -> None:
        """In good order; it stays down until `start_part`."""
        self._resting.add(name)
        self._part(name).stop()

    def start_part(self, name: str) -> None:
        self._resting.discard(name)
        part = self._part(name)
        if not is_alive(part):
            part.stop()
            part.start()
            self._note_start(name)

    def _note_start(self, name: str) -> None:
        """The visit clock runs from `now` at the terminal's start."""
        if name == "terminal":
            self._terminal_started = time.time()

    def watch(self) -> None:
        """One look at every part: notes who died, and starts it again if the rig keeps its parts alive."""
        for name, part in self._parts.items():
            if is_alive(part) or name in self._resting:
                continue
            self.died.append(Died(name, time.time(), self.choices.keep_alive))
            if self.choices.keep_alive:
                self.start_part(name)
            else:
                part.stop()
                self._resting.add(name)

    def log(self, name: str, characters: int) -> str:
        """The end of a part's log."""
        self._part(name)
        return tail(self._log_file(name), characters)

    def _log_file(self, name: str) -> Path:
        own = _OWN_LOG.get(name)
        return self.folder.root.joinpath(*own) if own else self.folder.log(name)

    def _part(self, name: str) -> RunPart:
        if name not in self._parts:
            raise ValueError(f"no part {name!r}; there are {', '.join(self._parts)}")
        return self._parts[name]

    def _program(self, name: str) -> Program:
        part = self._part(name)
        if not isinstance(part, Program):
            raise TypeError(f"{name} is started by a class of its own")
        return part

    # ------------------------------------------------------------------ hands

    def residents(self) -> Residents:
        """Who can be sent to the terminal, with the PINs of their cards."""
        return Residents(self.folder.cards, self.choices.terminal.now, self.choices.seed)

    def card(self, do: str, name: str = "", reader: str = "") -> dict[str, Any]:
        """`do`: insert, swap or remove. `reader`: pcsc (default where fitted) or nfc."""
        if do not in ("insert", "swap", "remove"):
            raise ValueError(f"{do!r}: insert, swap or remove")
        order: dict[str, Any] = {"op": do} | ({"name": name} if do != "remove" else {})
        if self._reader(reader) == "nfc":
            return _accepted(ask(self.folder.nfc, order, timeout_s=30.0))
        return SlotControl(self.folder.slot).order(**order)

    def _reader(self, wanted: str) -> str:
        fitted = [kind for kind, part in (("pcsc", "slot"), ("nfc", "nfc")) if part in self._parts]
        chosen = wanted or fitted[0]
        if chosen not in fitted:
            raise ValueError(f"no reader {chosen!r}; fitted: {', '.join(fitted)}")
        return chosen

    def net(self, do: str, **more: object) -> dict[str, Any]:
        """`do`: cut, silence, restore, or delay with `ms`."""
        return _accepted(ask(self.folder.network, {"op": do, **more}))

    def paper(self, do: str, **more: object) -> dict[str, Any]:
        """`do`: take, empty, low, restore and the other verbs of `bench.paper.printer`."""
        return _accepted(ask(self.folder.printer, {"op": do, **more}))

    def door(self, state: str) -> dict[str, Any]:
        """`state`: open or close."""
        return _accepted(ask(self.folder.panel, {"op": "door", "state": state}))

    def presence(self, state: str) -> dict[str, Any]:
        """`state`: on (somebody stands there) or off."""
        return _accepted(ask(self.folder.panel, {"op": "presence", "state": state}))

    def robot(self) -> RobotClient:
        """A new client of the terminal's robot socket; close it."""
        return RobotClient(self.folder.robot)

    def status(self) -> dict[str, Any]:
        """The whole bench as data: parts, devices, addresses."""
        slot = SlotControl(self.folder.slot)
        return {
            "folder": str(self.folder.root),
            "parts": {name: {"pid": self.pid(name), "alive": self.alive(name)} for name in self._parts},
            "died": [vars(one) for one in self.died[-20:]],
            "pcsc": _asked(lambda: _card_in_slot(slot)) if "slot" in self._parts else None,
            "nfc": _asked(lambda: ask(self.folder.nfc, {"op": "status"})) if "nfc" in self._parts else None,
            "printer": _asked(lambda: ask(self.folder.printer, {"op": "status"})),
            "panel": _asked(lambda: ask(self.folder.panel, {"op": "status"})),
            "network": _asked(lambda: ask(self.folder.network, {"op": "status"})),
            "addresses": {
                "dock": self.dock_address,
                "window": self.window_address,
                "dashboard": self.dashboard_address,
            },
            "now": self.choices.terminal.now.isoformat(),
            "terminal_started": self._terminal_started,
            "reader": self.choices.reader.value,
            "display": self.choices.display.value,
            "seed": self.choices.seed,
        }


def _answers(socket: Path) -> bool:
    """Does a process listen there?"""
    try:
        ask(socket, {"op": "status"})
    except (OSError, ValueError):
        return False
    return True


def _accepted(answer: dict[str, Any]) -> dict[str, Any]:
    if not answer.get("ok"):
        raise ValueError(str(answer.get("error", "refused")))
    return answer


def _asked(question: Callable[[], dict[str, Any]]) -> dict[str, Any] | None:
    """The answer, or None from a device whose process is down."""
    try:
        return question()
    except OSError:
        return None


def _card_in_slot(slot: SlotControl) -> dict[str, Any]:
    status = slot.status()
    return {"card": status["name"] or None, "tries": {n: c["tries"] for n, c in status["cards"].items()}}
