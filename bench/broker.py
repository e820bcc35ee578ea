"""A private Mosquitto on loopback, with the fleet's own settings and access list, and the faults a rig needs."""

from __future__ import annotations

import getpass
import socket
import subprocess
import time
from pathlib import Path

from bench.fleet_keys import FleetFiles, private_file
from bench.processes import ChildProcess
from fleet.broker import BrokerSettings, render

_START_S = 10.0


class BrokerFailed(RuntimeError):
    """Mosquitto did not come up; the message holds the end of its log."""


def free_port() -> int:
    """A TCP port of loopback that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Broker(ChildProcess):
    """Start, stop, kill and start again on the same port with the same state folder.

    After `stop` Mosquitto has written its state; after `kill` it is what its last autosave left.
    """

    stop_s = 5.0

    def __init__(
        self, folder: Path, fleet: FleetFiles, *, port: int | None = None, crl: Path | None = None
    ) -> None:
        self.host = "127.0.0.1"
        self.port = port if port is not None else free_port()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.log = private_file(folder / "mosquitto.log", b"")
        self._conf = folder / "mosquitto.conf"
        conf, acl = render(
            BrokerSettings(
                address=self.host,
                port=self.port,
                user=getpass.getuser(),
                state=folder,
                ca=fleet.tls_ca,
                certificate=fleet.broker.certificate,
                key=fleet.broker.key,
                acl=folder / "acl.conf",
                crl=crl,
            )
        )
        private_file(self._conf, conf.encode())
        private_file(folder / "acl.conf", acl.encode())

    def start(self) -> None:
        """Returns when the listener accepts connections. Raises BrokerFailed otherwise."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                ["mosquitto", "-c", str(self._conf)], stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
        limit = time.monotonic() + _START_S
        while time.monotonic() < limit and self._process.poll() is None:
            with socket.socket() as probe:
                probe.settimeout(1.0)
                if probe.connect_ex((self.host, self.port)) == 0:
                    return
            time.sleep(0.02)
        self.stop()
        raise BrokerFailed(self.log.read_text(errors="replace")[-2_000:])

    def __enter__(self) -> Broker:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
