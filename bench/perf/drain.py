"""How fast stored records drain: outbox → uplink → broker → ingest's commit → signed ack → marked in the outbox.

Yardstick: paho alone publishing the same bytes with QoS 1 over the same TLS to a second broker of the same make and
settings, to which nobody is subscribed.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from bench.broker import Broker
from bench.fleet_keys import FleetFiles, TerminalFiles, make_fleet, make_terminal
from bench.fleet_processes import (
    FleetFolder,
    ProgramProcess,
    ingest_process,
    uplink_process,
    uplink_table,
    write_uplink_config,
)
from bench.terminal_journal import TerminalJournal
from contract.topics import Up, up

_TERMINAL = "tk-perf"
_RECORDS = 5_000
_LIMIT_S = 120.0
#: Both figures are medians of so many turns, taken in turn: one turn of the yardstick lasts 0.2 s and varies by a factor
#: of three, and what else the machine does must meet both alike.
_TIMES = 5


@dataclass(frozen=True)
class DrainResult:
    """Records per second of both ways, over the same bytes; `wake_ms`: one fresh record to its mark, median of 20."""

    records: int
    bytes_each: int
    raw_per_s: float
    drained_per_s: float
    wake_ms: float

    @property
    def ratio(self) -> float:
        return self.drained_per_s / self.raw_per_s


def publish_raw(
    broker: Broker, fleet: FleetFiles, terminal: TerminalFiles, payloads: Sequence[bytes]
) -> float:
    """Messages per second that paho alone publishes and the broker confirms, paho's own window of 20."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2, terminal.terminal, protocol=mqtt.MQTTv5)
    client.tls_set(str(fleet.tls_ca), str(terminal.tls.certificate), str(terminal.tls.key))
    connected, done, confirmed = threading.Event(), threading.Event(), [0]

    def count(*_: object) -> None:
        confirmed[0] += 1
        if confirmed[0] == len(payloads):
            done.set()

    client.on_connect = lambda *_: connected.set()
    client.on_publish = count
    client.connect(broker.host, broker.port)
    client.loop_start()
    if not connected.wait(10):
        raise TimeoutError("the yardstick got no connection")
    topic = up(terminal.terminal, Up.ENROLMENT)
    began = time.monotonic()
    for payload in payloads:
        client.publish(topic, payload, qos=1)
    if not done.wait(_LIMIT_S):
        raise TimeoutError("the yardstick was not confirmed in time")
    took = time.monotonic() - began
    client.disconnect()
    client.loop_stop()
    return len(payloads) / took


def measure_drain(folder: Path, records: int = _RECORDS, window: int = 20) -> DrainResult:
    """Both figures in one run, in `folder` (short path, empty). Takes about 20 s for 5,000 records."""
    files, authority = make_fleet(folder / "keys")
    terminal = make_terminal(authority, _TERMINAL, folder / "keys" / _TERMINAL)
    with Broker(folder / "broker", files) as broker, Broker(folder / "yardstick", files) as yardstick:
        fleet = FleetFolder(folder / "fleet", files, broker, card_ca=files.tls_ca)
        fleet.register(terminal)
        journal = TerminalJournal(folder / "data", files, terminal)
        config = write_uplink_config(
            folder / "terminal.toml",
            terminal,
            folder / "data",
            uplink_table(terminal, files, broker, window=window),
        )
        ingest = ingest_process(fleet, folder / "ingest.log")
        uplink = uplink_process(config, folder / "uplink.log")
        try:
            payloads = journal.make_envelopes(records)
            ingest.start()
            uplink.start()
            journal.start()
            wake_ms = _measure_wake(journal)
            raw, drained = [], []
            for _ in range(_TIMES):
                raw.append(publish_raw(yardstick, files, terminal, payloads))
                drained.append(_drain(journal, uplink, records))
        finally:
            uplink.stop()
            ingest.stop()
            journal.close()
    return DrainResult(records, len(payloads[0]), median(raw), median(drained), wake_ms)


def _drain(journal: TerminalJournal, uplink: ProgramProcess, records: int) -> float:
    """Records per second from the uplink's waking to the last mark."""
    uplink.pause()
    for _ in range(records):
        journal.store()
    began = time.monotonic()
    uplink.resume()
    _wait(lambda: journal.depth == 0)
    return records / (time.monotonic() - began)


def _measure_wake(journal: TerminalJournal, times: int = 20) -> float:
    """Median time (ms) from the commit of a single record to its mark, with everything idle before."""
    journal.store()
    _wait(lambda: journal.depth == 0)
    took = []
    for _ in range(times):
        time.sleep(0.1)
        began = time.monotonic()
        journal.store()
        _wait(lambda: journal.depth == 0)
        took.append(time.monotonic() - began)
    return sorted(took)[times // 2] * 1_000


def _wait(done: Callable[[], bool]) -> None:
    limit = time.monotonic() + _LIMIT_S
    while not done():
        if time.monotonic() > limit:
            raise TimeoutError("the records did not drain in time")
        time.sleep(0.005)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.perf.drain", description=__doc__)
    parser.add_argument("--records", type=int, default=_RECORDS)
    parser.add_argument("--window", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mn-drain-") as folder:
        found = measure_drain(Path(folder), options.records, options.window)
    print(
        f"{found.records} records of {found.bytes_each} bytes: raw {found.raw_per_s:,.0f}/s, drained and marked "
        f"{found.drained_per_s:,.0f}/s, ratio {found.ratio:.2f}; one fresh record to its mark {found.wake_ms:.0f} ms"
    )


if __name__ == "__main__":
    main()
