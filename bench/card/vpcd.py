"""Puts virtual cards into a slot of vpcd, as a process that is told what to do over a unix socket.

Protocol of vpcd (vsmartcard): length in two bytes, big-endian, then either one byte (0 power off, 1 power on,
2 reset, 4 ask for the ATR) or a C-APDU. The open connection is the inserted card.

    python -m bench.card.vpcd --port 36000 --control S --folder F --now 2022-07-15T10:00:00+09:00

Control, one JSON object a line each way: {"op":"insert","name":"happy"} · {"op":"remove"} ·
{"op":"swap","name":"locked"} (within one poll of the reader: the connection stays, the card loses power) ·
{"op":"pull-after","apdus":3} (the answer to the third APDU from now is lost with the card) ·
{"op":"status"} · {"op":"log"} · {"op":"stop"}. Answers: {"ok":true,…} or {"ok":false,"error":"…"}.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import selectors
import socket
import sys
import time
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from bench.card.faults import BentCard
from bench.card.iso7816 import IsoCard, Manner, PinFile
from bench.card.model import CardModel
from bench.card.residents import Residents
from bench.control_socket import ControlListener

RETRY_S = 0.05
"""How often a card that lies in the slot tries to connect."""

REST_S = 0.5
"""From the end of one connection to the next. No hand is quicker, and pcscd (1.9.9) polls every 0.4 s: if a client's
power-down fails between two polls and a card is back at the second, it takes the reader for empty for good."""


class CardSource(Protocol):
    """Where cards come from by name; KeyError if there is none of that name."""

    def card(self, name: str) -> CardModel: ...


class VirtualSlot:
    """One slot of a vpcd reader: keeps the connection while a card is in, answers for the card. One thread."""

    def __init__(self, port: int, control: Path, cards: CardSource) -> None:
        self._port = port
        self._source = cards
        self._cards: dict[str, CardModel] = {}
        self._name = ""
        self._card: CardModel | None = None
        self._pull_after: int | None = None
        self._connection: socket.socket | None = None
        self._rest_until = 0.0
        self._running = True
        self._selector = selectors.DefaultSelector()
        self._listener = ControlListener(control, self._selector, self._obey)

    def run(self) -> None:
        """Until {"op":"stop"}."""
        with contextlib.ExitStack() as stack:
            stack.callback(self._selector.close)
            stack.callback(self._listener.close)
            while self._running:
                if (
                    self._card is not None
                    and self._connection is None
                    and time.monotonic() > self._rest_until
                ):
                    self._connect()
                waiting = self._card is not None and self._connection is None
                for key, mask in self._selector.select(RETRY_S if waiting else 5.0):
                    key.data(mask)
            self._disconnect()

    # ------------------------------------------------------------------ the reader's side

    def _connect(self) -> None:
        connection = socket.socket()
        connection.settimeout(2.0)
        try:
            connection.connect(("127.0.0.1", self._port))
        except OSError:
            connection.close()
            return
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._quick_ack(connection)
        self._connection = connection
        self._selector.register(connection, selectors.EVENT_READ, lambda _mask: self._serve(connection))

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._selector.unregister(self._connection)
            self._connection.close()
            self._connection = None
            self._rest_until = time.monotonic() + REST_S
        if self._card is not None:
            self._card.power_off()

    @staticmethod
    def _quick_ack(connection: socket.socket) -> None:
        # vpcd writes length and body apart: without an ack at once each APDU waits 40 ms for the delayed one.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)

    def _receive(self, connection: socket.socket, count: int) -> bytes | None:
        received = bytearray()
        while len(received) < count:
            self._quick_ack(connection)
            try:
                part = connection.recv(count - len(received))
            except OSError:
                return None
            if not part:
                return None
            received += part
        self._quick_ack(connection)
        return bytes(received)

    def _serve(self, connection: socket.socket) -> None:
        if connection is not self._connection:
            return  # an order that was ready at the same time took the card out
        head = self._receive(connection, 2)
        body = self._receive(connection, int.from_bytes(head, "big")) if head else None
        if body is None or self._card is None:
            self._disconnect()
            return
        if len(body) == 1:
            answer = self._control_byte(self._card, body[0])
        else:
            answer = self._exchange(self._card, body)
            if answer is None:
                self._disconnect()  # no answer: what the reader sees is a card that is not there any more
        if answer is not None:
            try:
                connection.sendall(len(answer).to_bytes(2, "big") + answer)
            except OSError:
                self._disconnect()

    @staticmethod
    def _control_byte(card: CardModel, code: int) -> bytes | None:
        if code == 4:
            return card.atr
        if code in (1, 2):
            if code == 2:
                card.power_off()
            card.power_on()
        elif code == 0:
            card.power_off()
        return None

    def _exchange(self, card: CardModel, apdu: bytes) -> bytes | None:
        answer = card.transmit(apdu)
        if self._pull_after is not None:
            self._pull_after -= 1
            if self._pull_after <= 0:
                self._pull_after = None
                self._disconnect()
                self._card = None
                return None
        return answer

    # ------------------------------------------------------------------ the bench's side

    def _obey(self, line: bytes) -> dict[str, Any]:
        try:
            order = json.loads(line)
            if not isinstance(order, dict):
                return {"ok": False, "error": "not an order: no object"}
            operation = {
                "insert": self._insert,
                "remove": self._remove,
                "swap": self._swap,
                "pull-after": self._set_pull,
                "status": lambda _: self._status(),
                "log": lambda _: self._log(),
                "stop": self._stop,
            }[order["op"]]
            return {"ok": True, **operation(order)}
        except (ValueError, TypeError) as wrong:
            return {"ok": False, "error": f"not an order: {wrong}"}
        except KeyError as unknown:
            return {"ok": False, "error": f"there is no {unknown}"}

    def _take(self, name: str) -> CardModel:
        """The same card each time it comes back: its counters live as long as this process."""
        if name not in self._cards:
            self._cards[name] = self._source.card(name)
        return self._cards[name]

    def _insert(self, order: dict[str, Any]) -> dict[str, Any]:
        card = self._take(order["name"])
        self._remove(order)
        self._card, self._name = card, order["name"]
        return {}

    def _remove(self, _order: dict[str, Any]) -> dict[str, Any]:
        self._disconnect()
        self._card, self._name, self._pull_after = None, "", None
        return {}

    def _swap(self, order: dict[str, Any]) -> dict[str, Any]:
        card = self._take(order["name"])
        if self._card is not None:
            self._card.power_off()
        card.power_off()
        self._card, self._name = card, order["name"]
        return {}

    def _set_pull(self, order: dict[str, Any]) -> dict[str, Any]:
        self._pull_after = int(order["apdus"])
        return {}

    def _stop(self, _order: dict[str, Any]) -> dict[str, Any]:
        self._running = False
        return {}

    def _status(self) -> dict[str, Any]:
        present = self._card is not None
        status: dict[str, Any] = {"present": present, "name": self._name if present else ""}
        status["connected"] = self._connection is not None
        status["cards"] = {name: _figures(_iso(card)) for name, card in self._cards.items()}
        return status

    def _log(self) -> dict[str, Any]:
        return {
            "log": {
                name: [asdict(line) for line in _iso(card).access_log] for name, card in self._cards.items()
            }
        }


def _iso(card: CardModel) -> IsoCard:
    while isinstance(card, BentCard):
        card = card.card
    if not isinstance(card, IsoCard):
        raise TypeError("not a card of this bench")
    return card


def _figures(card: IsoCard) -> dict[str, Any]:
    """Counters of the PIN files by application and FID, and what was exchanged."""
    pins = {
        f"{application.name}/{fid:04X}": file.left
        for application in card.applications
        for fid, file in application.files.items()
        if isinstance(file, PinFile)
    }
    return {
        "tries": pins,
        "powered": card.powered,
        "apdus": card.apdus,
        "bytes_in": card.bytes_in,
        "bytes_out": card.bytes_out,
        "signatures": card.signatures,
    }


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="bench.card.vpcd", description="virtual cards in a slot of vpcd")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--control", type=Path, required=True)
    parser.add_argument("--folder", type=Path, required=True, help="where the run keeps its keys")
    parser.add_argument("--now", type=datetime.fromisoformat, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--apdu-ms", type=float, default=0.0)
    parser.add_argument("--signature-ms", type=float, default=0.0)
    wanted = parser.parse_args(arguments)
    manner = Manner(apdu_s=wanted.apdu_ms / 1000, signature_s=wanted.signature_ms / 1000)
    residents = Residents(wanted.folder, wanted.now, wanted.seed, manner)
    VirtualSlot(wanted.port, wanted.control, residents).run()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
