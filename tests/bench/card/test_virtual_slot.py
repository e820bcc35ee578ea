"""The virtual slot between its orders and its reader, with a reader made of a bare socket."""

from __future__ import annotations

import json
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bench.card.iso7816 import IsoCard
from bench.card.slot_control import SlotControl
from bench.card.vpcd import VirtualSlot
from bench.control_socket import ask

LIMIT_S = 5.0
UNKNOWN_COMMAND = bytes.fromhex("80FE0000")


class Shelf:
    """Gives a card, or says that there is none, when it is let."""

    def __init__(self) -> None:
        self.cards = {"first": IsoCard([]), "second": IsoCard([])}
        self.asked = threading.Event()
        self.may_give = threading.Event()
        self.may_give.set()

    def card(self, name: str) -> IsoCard:
        self.asked.set()
        self.may_give.wait(LIMIT_S)
        return self.cards[name]


class BareReader:
    """vpcd's side of the line: it listens, and the card connects."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(LIMIT_S)
        self.port: int = self.listener.getsockname()[1]
        self.line: socket.socket | None = None

    def power_on(self) -> socket.socket:
        line, _ = self.listener.accept()
        line.settimeout(LIMIT_S)
        line.sendall(framed(b"\x01"))
        self.line = line
        return line

    def close(self) -> None:
        self.listener.close()
        if self.line is not None:
            self.line.close()


def framed(body: bytes) -> bytes:
    return len(body).to_bytes(2, "big") + body


@pytest.fixture
def reader() -> Iterator[BareReader]:
    reader = BareReader()
    yield reader
    reader.close()


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def slot(reader: BareReader, shelf: Shelf) -> Iterator[SlotControl]:
    with tempfile.TemporaryDirectory(prefix="mc-") as folder:
        control = SlotControl(Path(folder) / "s")
        thread = threading.Thread(target=VirtualSlot(reader.port, control.control, shelf).run)
        thread.start()
        yield control
        control.order("stop")
        thread.join(LIMIT_S)
        assert not thread.is_alive()


@contextmanager
def connected(slot: SlotControl) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(LIMIT_S)
        client.connect(str(slot.control))
        yield client


def test_orders_that_come_in_one_read_are_each_obeyed(slot: SlotControl) -> None:
    with connected(slot) as client:
        lines = ({"op": "insert", "name": "first"}, {"op": "swap", "name": "second"}, {"op": "status"})
        client.sendall(b"".join(json.dumps(line).encode() + b"\n" for line in lines))
        with client.makefile("rb") as answers:
            assert [json.loads(answers.readline())["ok"] for _ in range(2)] == [True, True]
            assert json.loads(answers.readline())["name"] == "second"


def test_a_client_that_stalls_does_not_hold_up_the_card(slot: SlotControl, reader: BareReader) -> None:
    slot.insert("first")
    line = reader.power_on()
    with connected(slot) as stalled:
        stalled.sendall(b'{"op":')
        ask(slot.control, {"op": "status"}, timeout_s=1.0)  # by now the half order has been read
        line.settimeout(1.0)
        line.sendall(framed(UNKNOWN_COMMAND))
        assert line.recv(16).startswith(b"\x00\x02")


def test_a_card_taken_out_just_before_the_reader_asks_leaves_a_slot_that_goes_on(
    slot: SlotControl, reader: BareReader, shelf: Shelf
) -> None:
    slot.insert("first")
    line = reader.power_on()
    with connected(slot) as hand, connected(slot) as other:
        for client in (hand, other):
            client.sendall(b'{"op":"status"}\n')
            client.recv(4096)  # the slot knows both from here on
        shelf.asked.clear()
        shelf.may_give.clear()
        other.sendall(b'{"op":"insert","name":"nobody"}\n')
        assert shelf.asked.wait(LIMIT_S)
        # While the slot looks for that card, both become ready, in this order.
        hand.sendall(b'{"op":"remove"}\n')
        line.sendall(framed(UNKNOWN_COMMAND))
        shelf.may_give.set()
        assert json.loads(hand.recv(4096))["ok"]
    assert slot.status()["present"] is False
