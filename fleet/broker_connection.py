"""One MQTT 5 connection to the broker, driven by its owner's own loop: no threads, no timers, no hidden queue.

A new paho client is made for each connection. paho keeps unsent messages over a reconnect and sends them all at once,
whatever the window; here the database is the only queue.
"""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from fleet.settings import BrokerTable

#: Half of Mosquitto's max_keepalive; also paho's limit for the TLS handshake.
KEEPALIVE_S = 60
_CONNACK_S = 10.0
_CONNECT_S = 5.0
_TICK_S = 1.0


@dataclass(frozen=True)
class Will:
    topic: str
    payload: bytes


@dataclass
class _Life:
    """What the callbacks of one connection report."""

    connected: bool = False
    refused: str = ""
    lost: str = ""
    inbox: list[mqtt.MQTTMessage] = field(default_factory=list)
    acked: list[int] = field(default_factory=list)


class BrokerConnection:
    """Not thread-safe. After `lost` is no longer empty, only `open` and `close` make sense."""

    def __init__(
        self,
        settings: BrokerTable,
        *,
        client_id: str,
        session_s: int,
        will: Will,
        monotonic: Callable[[], float],
    ) -> None:
        self._settings = settings
        self._client_id = client_id
        self._session_s = session_s
        self._will = will
        self._monotonic = monotonic
        self._life = _Life(lost="never connected")
        self._client: mqtt.Client | None = None
        self._last_tick = 0.0

    @property
    def lost(self) -> str:
        """Why there is no connection; empty while there is one."""
        return self._life.lost

    def open(self, subscriptions: Sequence[str]) -> str:
        """Connects and subscribes (always: 2.0.11 forgets some subscriptions). Empty, or why it did not work."""
        self.close()
        self._life = life = _Life()
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho leaves it untyped
        properties.SessionExpiryInterval = self._session_s
        try:
            client = self._client = self._make(life)
            client.connect(
                self._settings.host,
                self._settings.port,
                KEEPALIVE_S,
                # False, always: a session opened with clean_start is not persisted by 2.0.11.
                clean_start=False,
                properties=properties,
            )
        except OSError as error:  # refused, unreachable, timed out; TLS and its files too
            life.lost = f"{type(error).__name__}: {error.strerror or error}"
            return life.lost
        limit = self._monotonic() + _CONNACK_S
        while not (life.connected or life.refused or life.lost) and self._monotonic() < limit:
            self.pump(0.1, most=1)
        if not life.connected:
            life.lost = life.refused or life.lost or "no CONNACK"
            self._drop()
            return life.lost
        self._nodelay(client)
        client.subscribe([(topic, SubscribeOptions(qos=1)) for topic in subscriptions])
        return ""

    def pump(self, timeout_s: float, *, most: int) -> list[mqtt.MQTTMessage]:
        """Waits for traffic at most `timeout_s`, then takes what is there, at most about `most` messages."""
        client, life = self._client, self._life
        sock = client.socket() if client is not None else None
        if client is None or sock is None:
            life.lost = life.lost or "connection closed"
            time.sleep(timeout_s)
            return []
        buffered = _buffered(sock)
        writers = [sock] if client.want_write() else []
        readable, writable, _ = select.select([sock], writers, [], 0 if buffered else timeout_s)
        if readable or buffered:
            self._read(client, most)
        if writable and client.socket() is not None:
            client.loop_write()
        now = self._monotonic()
        if now - self._last_tick >= _TICK_S and client.socket() is not None:
            self._last_tick = now
            client.loop_misc()
        taken, life.inbox = life.inbox, []
        return taken

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> int | None:
        """QoS 1; the packet id to be found in `acked` later, or None if there is no connection."""
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

    def puback(self, message: mqtt.MQTTMessage) -> None:
        """Tells the broker that this message needs no redelivery."""
        if self._client is not None and not self._life.lost:
            self._client.ack(message.mid, message.qos)

    def acked(self) -> list[int]:
        """Packet ids the broker has confirmed since the last call."""
        done, self._life.acked = self._life.acked, []
        return done

    def close(self, farewell: Will | None = None) -> None:
        """Says goodbye if there is a connection: a clean end sends no will, so `farewell` says it instead."""
        client = self._client
        if client is not None and not self._life.lost:
            mid = self.publish(farewell.topic, farewell.payload, retain=True) if farewell else None
            limit = self._monotonic() + 1.0
            while mid is not None and mid not in self._life.acked and self._monotonic() < limit:
                self.pump(0.05, most=1)
                if self._life.lost:
                    break
            client.disconnect()
        self._drop()
        self._life.lost = self._life.lost or "closed"

    def _drop(self) -> None:
        """Forgets the client; its socket is closed with it."""
        client, self._client = self._client, None
        sock = client.socket() if client is not None else None
        if sock is not None:
            sock.close()

    def _read(self, client: mqtt.Client, most: int) -> None:
        for _ in range(most):
            client.loop_read()
            sock = client.socket()
            if sock is None or len(self._life.inbox) >= most:
                return
            if not _buffered(sock) and not select.select([sock], [], [], 0)[0]:
                return

    @staticmethod
    def _nodelay(client: mqtt.Client) -> None:
        """With Nagle's algorithm on, small packets wait for the peer's delayed ACK: 452/s instead of thousands."""
        sock = client.socket()
        if isinstance(sock, socket.socket):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def _make(self, life: _Life) -> mqtt.Client:
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2, self._client_id, protocol=mqtt.MQTTv5, manual_ack=True
        )
        client.connect_timeout = _CONNECT_S
        client.max_inflight_messages_set(0)  # acks are few and small; the broker's own limit holds
        client.tls_set(str(self._settings.ca), str(self._settings.cert), str(self._settings.key))
        client.will_set(self._will.topic, self._will.payload, qos=1, retain=True)

        def connected(
            _client: mqtt.Client,
            _data: object,
            _flags: mqtt.ConnectFlags,
            code: ReasonCode,
            _p: Properties | None,
        ) -> None:
            life.connected = not code.is_failure
            life.refused = f"refused: {code}" if code.is_failure else ""

        def disconnected(
            _client: mqtt.Client,
            _data: object,
            _flags: mqtt.DisconnectFlags,
            code: ReasonCode,
            _p: Properties | None,
        ) -> None:
            life.lost = f"disconnected: {code}"

        def published(
            _client: mqtt.Client, _data: object, mid: int, _code: ReasonCode, _p: Properties | None
        ) -> None:
            life.acked.append(mid)

        def arrived(_client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
            life.inbox.append(message)

        client.on_connect = connected
        client.on_disconnect = disconnected
        client.on_publish = published
        client.on_message = arrived
        return client


def _buffered(sock: object) -> bool:
    """Bytes that TLS has already decrypted: select() does not see them."""
    pending = getattr(sock, "pending", None)
    return pending is not None and pending() > 0
