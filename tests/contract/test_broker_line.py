"""One connection to a broker that does odd things; what a real broker does is tested with Mosquitto at the uplink."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bench.fleet_keys import FleetFiles, TerminalFiles, make_fleet, make_terminal
from contract.broker_line import Address, Connection, Mqtt5, Retained

CONNACK = bytes.fromhex("2003000000")
GRANTED, NOT_AUTHORISED, QUOTA_EXCEEDED = 0x01, 0x87, 0x97  # MQTT 5, 3.9.3


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[FleetFiles, TerminalFiles]:
    folder = tmp_path_factory.mktemp("keys")
    fleet, authority = make_fleet(folder)
    return fleet, make_terminal(authority, "tk-0001", folder / "tk-0001")


@contextmanager
def broker(files: FleetFiles, codes: bytes, *, with_connack: bytes = b"", then: bytes = b"") -> Iterator[int]:
    """Takes one connection, answers its one SUBSCRIBE with these codes, and stays until the other side goes.

    `with_connack` and `then` are packets that it sends in the same breath as CONNACK and SUBACK.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.broker.certificate, files.broker.key)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with context.wrap_socket(listener.accept()[0], server_side=True) as line:
            line.recv(4096)
            line.sendall(CONNACK + with_connack)
            subscribe = line.recv(4096)
            mid = subscribe[2:4]  # fixed header of two bytes: the topics are short
            line.sendall(bytes((0x90, 3 + len(codes))) + mid + b"\0" + codes + then)
            line.settimeout(10)
            line.recv(4096)

    server = threading.Thread(target=serve, daemon=True)
    server.start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        listener.close()
        server.join(10)


def connection(files: FleetFiles, terminal: TerminalFiles, port: int) -> Connection:
    tls = terminal.tls
    address = Address(
        "127.0.0.1", port, files.tls_ca, tls.certificate, tls.key, "tk-0001", Mqtt5(60, receive_maximum=10)
    )
    return Connection(address, time.monotonic)


@pytest.mark.parametrize(
    ("codes", "word"),
    [
        (bytes((GRANTED, GRANTED)), ""),
        (bytes((GRANTED, NOT_AUTHORISED)), "subscription refused: Not authorized"),
        (bytes((QUOTA_EXCEEDED, QUOTA_EXCEEDED)), "subscription refused: Quota exceeded"),
    ],
)
def test_a_refused_subscription_is_a_lost_connection_with_the_brokers_word(
    files: tuple[FleetFiles, TerminalFiles], tmp_path: Path, codes: bytes, word: str
) -> None:
    fleet, terminal = files
    with broker(fleet, codes) as port:
        line = connection(fleet, terminal, port)
        assert line.open(["a", "b"], Retained("will", b"")) == ""
        limit = time.monotonic() + (5 if word else 0.5)
        while not line.lost and time.monotonic() < limit:
            line.pump(0.05)
        assert line.lost == word
        line.close()


@pytest.mark.parametrize(
    ("packet", "word"),
    [
        (bytes.fromhex("3006" + "0001ff" + "00" + "7b7d"), "the broker sent a topic that is not UTF-8"),
        (
            bytes.fromhex("300d" + "000161" + "07" + "2600016100" + "01ff" + "7b7d"),
            "disconnected: Protocol error",
        ),
        (bytes.fromhex("f000"), "disconnected: Protocol error"),
    ],
)
def test_what_no_broker_sends_costs_the_connection_and_not_the_process(
    files: tuple[FleetFiles, TerminalFiles], packet: bytes, word: str
) -> None:
    fleet, terminal = files
    with broker(fleet, bytes((GRANTED,)), then=packet) as port:
        line = connection(fleet, terminal, port)
        assert line.open(["a"], Retained("will", b"")) == ""
        limit = time.monotonic() + 5
        while not line.lost and time.monotonic() < limit:
            assert line.pump(0.05) == []
        assert line.lost == word
        line.close()


def test_what_a_broker_that_remembers_us_sends_with_its_connack_is_not_lost(
    files: tuple[FleetFiles, TerminalFiles],
) -> None:
    fleet, terminal = files
    waiting = bytes.fromhex("3208" + "000161" + "0001" + "00" + "7b7d")  # QoS 1, packet id 1
    with broker(fleet, bytes((GRANTED,)), with_connack=waiting) as port:
        line = connection(fleet, terminal, port)
        assert line.open(["a"], Retained("will", b"")) == ""
        came = line.pump(5)
        assert [(one.topic, one.payload) for one in came] == [("a", b"{}")]
        line.close()
