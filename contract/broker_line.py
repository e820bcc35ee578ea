"""One MQTT connection to the broker, driven by its owner's own loop: no threads, no timers, no hidden queue.

Uplink and ingest stand on it. A new paho client is made for each connection: paho keeps unsent messages over a
reconnect and sends them all at once, whatever its window. Outbox and database are the only queues.
"""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

#: An idle connection proves itself once a minute; the broker calls it lost after 1.5 times that.
KEEPALIVE_S = 60
_CONNECT_S = 5.0
_CONNACK_S = 10.0
_TICK_S = 1.0
#: As many messages as can be under way at all: packet ids have 16 bits and none is 0 (MQTT 5, 2.2.1).
_PACKET_IDS = 65_535


@dataclass(frozen=True)
class Mqtt5:
    """What only MQTT 5 can ask of the broker.

    `session_s`: how long it remembers us. `receive_maximum`: most messages it may have under way to us that we have not
    confirmed (MQTT 5, 3.1.2.11.3). `maximum_packet`: larger ones are not sent to us (3.1.2.11.4).
    """

    session_s: int
    receive_maximum: int
    maximum_packet: int | None = None


@dataclass(frozen=True)
class Address:
    """Where the broker is and who we are: the certificate's common name is our name in its access list.

    `mqtt5` None speaks MQTT 3.1.1: to be used where strangers write. A broker relays the properties of MQTT 5 unchanged
    (MQTT 5, 3.3.2.3.7), and paho drops the connection for a user property with U+FEFF in it; the message stays
    unconfirmed, comes again, and nothing behind it is ever read. To a 3.1.1 client the broker sends no properties.
    What is given up: how long the broker remembers us and what it holds back are its settings then, and its PUBACK does
    not say that nobody listens (`thrown_away` stays empty).
    """

    host: str
    port: int
    ca: Path
    cert: Path
    key: Path
    client_id: str
    mqtt5: Mqtt5 | None


@dataclass(frozen=True)
class Retained:
    """A word that stays on its topic."""

    topic: str
    payload: bytes


@dataclass
class _Life:
    """What the callbacks of one connection report."""

    connected: bool = False
    session_present: bool = False
    receive_maximum: int = _PACKET_IDS
    refused: str = ""
    lost: str = ""
    heard_at: float = 0.0
    inbox: list[mqtt.MQTTMessage] = field(default_factory=list)
    confirmed: list[int] = field(default_factory=list)
    thrown_away: list[int] = field(default_factory=list)


class Connection:
    """Not thread-safe. While `lost` is not empty, only `open` and `close` make sense."""

    def __init__(self, address: Address, monotonic: Callable[[], float]) -> None:
        self._address = address
        self._monotonic = monotonic
        self._life = _Life(lost="not yet connected")
        self._client: mqtt.Client | None = None
        self._last_tick = 0.0

    @property
    def lost(self) -> str:
        """Why there is no connection; empty while there is one."""
        return self._life.lost

    @property
    def session_present(self) -> bool:
        """Did the broker remember us? If not, whatever it had confirmed may be gone."""
        return self._life.session_present

    @property
    def receive_maximum(self) -> int:
        """Most unconfirmed messages that the broker takes from us; paho ignores it."""
        return self._life.receive_maximum

    @property
    def heard_at(self) -> float:
        """Monotonic time of the last bytes from the broker; PINGRESP comes at least once in KEEPALIVE_S."""
        return self._life.heard_at

    def open(self, subscriptions: Sequence[str], will: Retained) -> str:
        """Connects and subscribes (always: session_present promises nothing). Empty, or why it did not work.

        A subscription that the broker refuses later ends the connection: without it acks would never come, in silence.
        """
        self._drop()
        life = self._life = _Life(heard_at=self._monotonic())
        try:
            client = self._client = self._make(life, will)
            self._connect(client)
        except OSError as error:  # refused, unreachable, timed out; TLS and its files too
            life.lost = f"{type(error).__name__}: {error.strerror or error}"
            return life.lost
        limit = self._monotonic() + _CONNACK_S
        while not (life.connected or life.refused or life.lost) and self._monotonic() < limit:
            self._turn(0.1, self._at_once)
        if not life.connected:
            life.lost = life.refused or life.lost or "no CONNACK"
            self._drop()
            return life.lost
        sock = client.socket()
        if isinstance(sock, socket.socket):
            # Nagle's algorithm waits for the peer's delayed ACK: 452 records/s instead of thousands.
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._address.mqtt5 is not None:
            client.subscribe([(topic, SubscribeOptions(qos=1)) for topic in subscriptions])
        else:
            client.subscribe([(topic, 1) for topic in subscriptions])
        return ""

    def pump(self, timeout_s: float, *, most: int | None = None) -> list[mqtt.MQTTMessage]:
        """Waits for traffic at most `timeout_s`, handles what is there, and returns the messages that came.

        At most about `most` of them; what the broker may have under way to us if it is not given.
        """
        self._turn(0 if self._life.inbox else timeout_s, most or self._at_once)
        taken, self._life.inbox = self._life.inbox, []
        return taken

    def _turn(self, timeout_s: float, most: int) -> None:
        """One wait for traffic. What came stays in the inbox: a broker that remembers us sends right behind its CONNACK,
        and what `open` read and threw away would stay unconfirmed, 100 of them for good, until the next connection.
        """
        client, life = self._client, self._life
        sock = client.socket() if client is not None else None
        if client is None or sock is None:
            life.lost = life.lost or "connection closed"
            time.sleep(timeout_s)
            return
        buffered = _buffered(sock)
        writers = [sock] if client.want_write() else []
        readable, writable, _ = select.select([sock], writers, [], 0 if buffered else timeout_s)
        if readable or buffered:
            life.heard_at = self._monotonic()
            self._read(client, most)
        if writable and client.socket() is not None:
            client.loop_write()
        now = self._monotonic()
        if now - self._last_tick >= _TICK_S and client.socket() is not None:
            self._last_tick = now
            client.loop_misc()

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> int | None:
        """QoS 1. The packet id to be found in `confirmed` later, or None if there is no connection."""
        if self._client is None or self._life.lost:
            return None
        info = self._client.publish(topic, payload, qos=1, retain=retain)
        return info.mid if info.rc == MQTTErrorCode.MQTT_ERR_SUCCESS else None

    @contextmanager
    def burst(self) -> Iterator[None]:
        """What is written inside leaves in full segments at the end: each packet alone would wake the broker once.

        TCP_CORK, for paho writes every packet with a call of its own. The kernel lets go after 200 ms at the latest.
        """
        self._cork(True)
        try:
            yield
        finally:
            self._cork(False)

    def _cork(self, held: bool) -> None:
        sock = self._client.socket() if self._client is not None and not self._life.lost else None
        if isinstance(sock, socket.socket):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, int(held))

    def confirm(self, message: mqtt.MQTTMessage) -> None:
        """Tells the broker that this message is in safe hands."""
        if self._client is not None and not self._life.lost:
            self._client.ack(message.mid, message.qos)

    def confirmed(self) -> list[int]:
        """Packet ids the broker has confirmed since the last call: it took them, no more than that."""
        done, self._life.confirmed = self._life.confirmed, []
        return done

    def thrown_away(self) -> list[int]:
        """Packet ids the broker has refused or given to nobody since the last call."""
        done, self._life.thrown_away = self._life.thrown_away, []
        return done

    def close(self, farewell: Retained | None = None) -> None:
        """A clean end sends no will, so `farewell` says it instead."""
        if self._client is not None and not self._life.lost:
            mid = (
                self.publish(farewell.topic, farewell.payload, retain=True) if farewell is not None else None
            )
            limit = self._monotonic() + 1.0
            while (
                mid is not None
                and mid not in (*self._life.confirmed, *self._life.thrown_away)
                and not self._life.lost
                and self._monotonic() < limit
            ):
                self.pump(0.05)
            if not self._life.lost:
                self._client.disconnect()
        self._drop()
        self._life.lost = self._life.lost or "closed"

    def _drop(self) -> None:
        """Forgets the client; its socket is closed with it."""
        client, self._client = self._client, None
        sock = client.socket() if client is not None else None
        if sock is not None:
            sock.close()

    def _read(self, client: mqtt.Client, most: int) -> None:
        """What is there, but no more than we would hold."""
        for _ in range(most):
            client.loop_read()
            sock = client.socket()
            if sock is None or len(self._life.inbox) >= most:
                return
            if not _buffered(sock) and not select.select([sock], [], [], 0)[0]:
                return

    @property
    def _at_once(self) -> int:
        return self._address.mqtt5.receive_maximum if self._address.mqtt5 is not None else _PACKET_IDS

    def _connect(self, client: mqtt.Client) -> None:
        """Never with a clean start: Mosquitto 2.0.11 does not persist a session that was opened with it."""
        where = (self._address.host, self._address.port, KEEPALIVE_S)
        if self._address.mqtt5 is None:
            client.connect(*where)
        else:
            client.connect(*where, clean_start=False, properties=_connect_properties(self._address.mqtt5))

    def _make(self, life: _Life, will: Retained) -> mqtt.Client:
        speaks_5 = self._address.mqtt5 is not None
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            self._address.client_id,
            clean_session=None if speaks_5 else False,
            protocol=mqtt.MQTTv5 if speaks_5 else mqtt.MQTTv311,
            reconnect_on_failure=False,  # or paho would try MQTT 3.1 by itself when 3.1.1 is refused
            manual_ack=True,
        )
        client.connect_timeout = _CONNECT_S
        client.max_inflight_messages_set(0)  # paho must never queue: the window is kept here
        client.tls_set(str(self._address.ca), str(self._address.cert), str(self._address.key))
        client.will_set(will.topic, will.payload, qos=1, retain=True)
        _listen(client, life)
        return client


def _listen(client: mqtt.Client, life: _Life) -> None:
    """Callbacks that only note what happened; whatever they raise ends the process (paho passes it on)."""

    def connected(
        _client: mqtt.Client,
        _data: object,
        flags: mqtt.ConnectFlags,
        code: ReasonCode,
        granted: Properties | None,
    ) -> None:
        if code.is_failure:
            life.refused = f"refused: {code}"
            return
        life.connected, life.session_present = True, flags.session_present
        life.receive_maximum = getattr(granted, "ReceiveMaximum", life.receive_maximum)

    def disconnected(
        _client: mqtt.Client,
        _data: object,
        _flags: mqtt.DisconnectFlags,
        code: ReasonCode,
        _p: Properties | None,
    ) -> None:
        life.lost = f"disconnected: {code}"

    def published(
        _client: mqtt.Client, _data: object, mid: int, code: ReasonCode, _p: Properties | None
    ) -> None:
        # paho reports PUBACK 0x10 (nobody listens) and 0x87 (not allowed) here too: the broker threw it away.
        (life.thrown_away if code.value else life.confirmed).append(mid)

    def subscribed(
        _client: mqtt.Client, _data: object, _mid: int, codes: list[ReasonCode], _p: Properties | None
    ) -> None:
        refused = [str(code) for code in codes if code.is_failure]
        if refused:
            life.lost = f"subscription refused: {', '.join(sorted(set(refused)))}"

    def arrived(_client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        try:
            _ = message.topic  # paho decodes it here
        except UnicodeDecodeError:  # no broker relays such a topic (MQTT 5, 1.5.4): this one is none
            life.lost = "the broker sent a topic that is not UTF-8"
            return
        life.inbox.append(message)

    client.on_connect = connected
    client.on_disconnect = disconnected
    client.on_publish = published
    client.on_subscribe = subscribed
    client.on_message = arrived


def _connect_properties(asked: Mqtt5) -> Properties:
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho leaves it untyped
    properties.SessionExpiryInterval = asked.session_s
    properties.ReceiveMaximum = asked.receive_maximum
    if asked.maximum_packet is not None:
        properties.MaximumPacketSize = asked.maximum_packet
    return properties


def _buffered(sock: object) -> bool:
    """Bytes that TLS has already decrypted: select() does not see them."""
    pending = getattr(sock, "pending", None)
    return pending is not None and pending() > 0
