"""The fleet's and the uplink's real processes under one folder, with the settings files they read."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.broker import Broker, free_port
from bench.fleet_keys import FleetFiles, TerminalFiles, private_file
from bench.processes import ChildProcess
from bench.toml_text import toml_text
from fleet.intake_store import register_device
from fleet.store import open_store


class FleetFolder:
    """`fleet.toml`, the database and the registry of one bench fleet."""

    def __init__(
        self,
        folder: Path,
        files: FleetFiles,
        broker: Broker,
        *,
        card_ca: Path,
        packs: Sequence[str] = ("national-2022", "demo-services"),
        refuse: Mapping[str, str] | None = None,
    ) -> None:
        """A demo fleet. `card_ca`: the card CA's certificate (PEM); `packs`: as the terminals' own; `refuse`: services
        the sample programme refuses, with codes.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.url = f"sqlite:///{folder / 'fleet.db'}"
        self.dashboard_port = free_port()
        tables: dict[str, dict[str, object]] = {
            "store": {"url": self.url},
            "broker": {
                "host": broker.host,
                "port": broker.port,
                "ca": files.tls_ca,
                "cert": files.ingest.certificate,
                "key": files.ingest.key,
            },
            "ingest": {
                "ack_key": files.ack_key,
                "ack_kid": files.ack_kid,
                "keys": files.keys,
                "root": files.root,
            },
            "opener": {
                "sealing_keys": {files.seal_kid: files.seal_key},
                "answer_key": files.answer_key,
                "answer_kid": files.answer_kid,
                "person_secret": files.person_secret,
                "card_ca": [str(card_ca)],
                "accept_test_ca": True,
                "demo": True,
                "packs": list(packs),
            },
            "sample_programme": {"refuse": dict(refuse or {})},
            "dashboard": {"port": self.dashboard_port},
        }
        self.config = private_file(folder / "fleet.toml", toml_text(tables).encode())

    def register(self, terminal: TerminalFiles) -> None:
        """Puts the terminal's device key into the registry."""
        engine = open_store(self.url)
        register_device(engine, terminal.terminal, terminal.device_public, time.time_ns() // 1_000_000)
        engine.dispose()


def uplink_table(
    terminal: TerminalFiles, fleet: FleetFiles, broker: Broker, **more: object
) -> dict[str, object]:
    """Table [uplink] of `terminal.toml`; `more` are its optional keys."""
    return {
        "host": broker.host,
        "port": broker.port,
        "ca": fleet.tls_ca,
        "cert": terminal.tls.certificate,
        "key": terminal.tls.key,
        **more,
    }


def write_uplink_config(
    file: Path, terminal: TerminalFiles, data_dir: Path, uplink: Mapping[str, object]
) -> Path:
    """A `terminal.toml` with just what the uplink reads."""
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    tables = {"terminal": {"id": terminal.terminal, "data_dir": data_dir}, "uplink": uplink}
    return private_file(file, toml_text(tables).encode())


class ProgramProcess(ChildProcess):
    """One of our programs as a child process, its output in a log file."""

    stop_s = 10.0

    def __init__(self, log: Path, module: str, *arguments: str) -> None:
        self.log = log
        self._command = [sys.executable, "-m", module, *arguments]

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)

    def pause(self) -> None:
        """Stops it in its tracks (SIGSTOP) until `resume`."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)


def ingest_process(fleet: FleetFolder, log: Path) -> ProgramProcess:
    return ProgramProcess(log, "fleet", "ingest", "--config", str(fleet.config))


def opener_process(fleet: FleetFolder, log: Path) -> ProgramProcess:
    return ProgramProcess(log, "fleet", "opener", "--config", str(fleet.config))


def dashboard_process(fleet: FleetFolder, log: Path) -> ProgramProcess:
    return ProgramProcess(log, "fleet", "dashboard", "--config", str(fleet.config))


def uplink_process(config: Path, log: Path) -> ProgramProcess:
    return ProgramProcess(log, "terminal.uplink", "--config", str(config))
