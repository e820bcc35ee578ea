"""Real processes around the uplink: Mosquitto with TLS, ingest, journal; and a rogue's way into the line."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from sqlalchemy import create_engine, text

from bench.broker import Broker
from bench.fleet_keys import FleetFiles, TerminalFiles, TlsFiles, make_fleet, make_terminal
from bench.fleet_processes import (
    FleetFolder,
    ProgramProcess,
    ingest_process,
    uplink_process,
    uplink_table,
    write_uplink_config,
)
from bench.terminal_journal import TerminalJournal
from tests.waiting import until


@dataclass
class Line:
    """Everything between one terminal's journal and the fleet's database."""

    folder: Path
    files: FleetFiles
    terminal: TerminalFiles
    broker: Broker
    fleet: FleetFolder
    journal: TerminalJournal
    ingest: ProgramProcess
    uplink: ProgramProcess

    def query(self, statement: str) -> list[tuple[object, ...]]:
        engine = create_engine(self.fleet.url)
        try:
            with engine.connect() as connection:
                return [tuple(row) for row in connection.execute(text(statement))]
        finally:
            engine.dispose()

    def stored_ids(self) -> list[object]:
        return [row[0] for row in self.query("SELECT id FROM enrolments")]

    def uplink_state(self) -> object:
        rows = self.query("SELECT state FROM terminals")
        return rows[0][0] if rows else None


@contextmanager
def line(folder: Path, **uplink: object) -> Iterator[Line]:
    """Broker running; ingest, uplink and journal ready to be started. Everything is stopped at the end."""
    files, authority = make_fleet(folder / "keys")
    terminal = make_terminal(authority, "tk-0001", folder / "keys" / "tk-0001")
    broker = Broker(folder / "broker", files)
    fleet = FleetFolder(folder / "fleet", files, broker, card_ca=files.tls_ca)
    fleet.register(terminal)
    journal = TerminalJournal(folder / "data", files, terminal)
    figures = {"reconnect_s": 0.1, "spread_s": 0.0, "resend_s": 1.0, **uplink}
    table = uplink_table(terminal, files, broker, **figures)
    config = write_uplink_config(folder / "terminal.toml", terminal, folder / "data", table)
    made = Line(
        folder,
        files,
        terminal,
        broker,
        fleet,
        journal,
        ingest_process(fleet, folder / "ingest.log"),
        uplink_process(config, folder / "uplink.log"),
    )
    try:
        broker.start()
        yield made
    finally:
        made.uplink.stop()
        made.ingest.stop()
        broker.stop()
        journal.close()


class Client:
    """A plain MQTT client with some certificate of ours: what a technician, a rogue or a neighbour might bring."""

    def __init__(self, broker: Broker, files: FleetFiles, tls: TlsFiles | None, client_id: str = "x") -> None:
        self.messages: list[mqtt.MQTTMessage] = []
        self.codes: list[str] = []
        self.lost = threading.Event()
        self._connected = threading.Event()
        self._subscribed = threading.Event()
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id, protocol=mqtt.MQTTv5, reconnect_on_failure=False
        )
        if tls is None:
            self._client.tls_set(str(files.tls_ca))
        else:
            self._client.tls_set(str(files.tls_ca), str(tls.certificate), str(tls.key))
        self._client.on_connect = lambda *_: self._connected.set()
        self._client.on_disconnect = lambda *_: self.lost.set()
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.on_message = lambda _client, _data, message: self.messages.append(message)
        self._client.on_publish = lambda _c, _d, _mid, code, _p: self.codes.append(str(code))
        self._broker = broker

    def __enter__(self) -> Client:
        self._client.connect(self._broker.host, self._broker.port)
        self._client.loop_start()
        assert self._connected.wait(5)
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def subscribe(self, topic: str) -> None:
        self._subscribed.clear()
        self._client.subscribe(topic, qos=1)
        assert self._subscribed.wait(5)

    def publish(
        self,
        topic: str,
        payload: bytes,
        *,
        retain: bool = False,
        user_property: tuple[str, str] | None = None,
    ) -> str:
        """The broker's reason code. `user_property`: MQTT 5, 3.3.2.3.7."""
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]  # paho leaves it untyped
        if user_property is not None:
            properties.UserProperty = user_property
        before = len(self.codes)
        self._client.publish(topic, payload, qos=1, retain=retain, properties=properties)
        until(lambda: len(self.codes) > before, "the broker's PUBACK")
        return self.codes[-1]
