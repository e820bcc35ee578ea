"""A second client with the terminal's own certificate: sends stored envelopes again, as a broker or a clone might.

The broker names sessions by certificate, so this also throws the uplink out of its session, and what waited there
for the terminal (acknowledgements) is lost. Both must do no harm.
"""

from __future__ import annotations

import random
import sqlite3
import threading
import tomllib
from contextlib import closing
from pathlib import Path

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from bench.run_folder import RunFolder
from contract.topics import Up, up

_WAIT_S = 3.0


def send_again(folder: RunFolder, draw: random.Random, amount: int) -> int:
    """Publishes `amount` envelopes of the outbox, newest ones likelier, each up to three times; how many messages
    the broker took. 0 when it is down or nothing is stored yet.
    """
    envelopes = _stored(folder.data / "outbox.db", amount * 3)
    if not envelopes:
        return 0
    chosen = [envelopes[min(int(draw.expovariate(0.7)), len(envelopes) - 1)] for _ in range(amount)]
    return _publish(folder, [one for one in chosen for _ in range(draw.randint(1, 3))])


def _stored(outbox: Path, most: int) -> list[bytes]:
    """Newest first."""
    try:
        with closing(sqlite3.connect(f"file:{outbox}?mode=ro", uri=True, timeout=1.0)) as connection:
            return [
                bytes(row[0])
                for row in connection.execute("SELECT bytes FROM sealed ORDER BY row DESC LIMIT ?", (most,))
            ]
    except sqlite3.OperationalError:
        return []


def _publish(folder: RunFolder, payloads: list[bytes]) -> int:
    uplink = tomllib.loads(folder.terminal_toml.read_text(encoding="utf-8"))["uplink"]
    terminal = tomllib.loads(folder.terminal_toml.read_text(encoding="utf-8"))["terminal"]["id"]
    broker = tomllib.loads(folder.fleet_toml.read_text(encoding="utf-8"))["broker"]
    client = mqtt.Client(
        CallbackAPIVersion.VERSION2, terminal, protocol=mqtt.MQTTv5, reconnect_on_failure=False
    )
    client.tls_set(uplink["ca"], uplink["cert"], uplink["key"])
    connected, taken, all_taken = threading.Event(), [0], threading.Event()

    def count(*_: object) -> None:
        taken[0] += 1
        if taken[0] == len(payloads):
            all_taken.set()

    client.on_connect = lambda *_: connected.set()
    client.on_publish = count
    try:
        client.connect(broker["host"], broker["port"])
    except OSError:
        return 0
    client.loop_start()
    if connected.wait(_WAIT_S):
        for payload in payloads:
            client.publish(up(terminal, Up.ENROLMENT), payload, qos=1)
        all_taken.wait(_WAIT_S)
    client.disconnect()
    client.loop_stop()
    return taken[0]
