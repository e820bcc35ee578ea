"""Control sockets of the bench: each order is a line, however the bytes come, and nobody waits for a slow client."""

from __future__ import annotations

import asyncio
import json
import selectors
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bench.control_socket import LONGEST_LINE, ControlListener, ask, serve_control

LIMIT_S = 5.0


def answer(order: dict[str, Any]) -> dict[str, Any]:
    return {"ok": True, "did": order["op"], "at_length": "x" * int(order.get("length", 0))}


@contextmanager
def selected(path: Path) -> Iterator[None]:
    """As virtual slot and rig serve: on a selector, in one thread."""
    selector = selectors.DefaultSelector()
    ended, end = socket.socketpair()
    listener = ControlListener(path, selector, lambda line: answer(json.loads(line)))
    selector.register(ended, selectors.EVENT_READ)

    def run() -> None:
        while True:
            for key, mask in selector.select(LIMIT_S):
                if key.fileobj is ended:
                    return
                key.data(mask)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        end.send(b"x")
        thread.join()
        listener.close()
        selector.close()
        ended.close()
        end.close()


@contextmanager
def awaited(path: Path) -> Iterator[None]:
    """As printer, panel, NFC reader and network serve: on an event loop."""
    loop = asyncio.new_event_loop()

    async def reply(order: dict[str, Any]) -> dict[str, Any]:
        return answer(order)

    server = loop.run_until_complete(serve_control(path, reply))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def end() -> None:
        server.close()
        clients = asyncio.all_tasks() - {asyncio.current_task()}
        for client in clients:
            client.cancel()
        await asyncio.gather(*clients, return_exceptions=True)

    try:
        yield
    finally:
        asyncio.run_coroutine_threadsafe(end(), loop).result(LIMIT_S)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@pytest.fixture(params=[selected, awaited], ids=["selector", "event loop"])
def control(request: pytest.FixtureRequest) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="mc-") as folder, request.param(Path(folder) / "s"):
        yield Path(folder) / "s"


@contextmanager
def connected(path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(LIMIT_S)
        client.connect(str(path))
        yield client


def answers(client: socket.socket, count: int) -> list[str]:
    with client.makefile("rb") as lines:
        return [json.loads(lines.readline())["did"] for _ in range(count)]


def order(op: str, **more: object) -> bytes:
    return json.dumps({"op": op, **more}).encode() + b"\n"


def test_orders_that_come_in_one_read_are_each_obeyed_in_their_turn(control: Path) -> None:
    with connected(control) as client:
        client.sendall(order("first") + order("second") + order("third"))
        assert answers(client, 3) == ["first", "second", "third"]


def test_an_order_in_portions_is_one_order(control: Path) -> None:
    with connected(control) as client:
        whole = order("first") + order("second")
        for portion in (whole[:5], whole[5:-4], whole[-4:]):
            client.sendall(portion)
        assert answers(client, 2) == ["first", "second"]


def test_a_client_that_stops_in_the_middle_of_an_order_holds_nobody_up(control: Path) -> None:
    with connected(control) as stalled:
        stalled.sendall(order("half")[:-3])
        assert ask(control, {"op": "other"}, timeout_s=1.0)["did"] == "other"
        stalled.sendall(order("half")[-3:])
        assert answers(stalled, 1) == ["half"]


def test_a_client_that_does_not_read_its_answers_holds_nobody_up(control: Path) -> None:
    with connected(control) as deaf:
        for _ in range(16):
            deaf.sendall(order("long", length=50_000))
        assert ask(control, {"op": "other"}, timeout_s=1.0)["did"] == "other"
        assert answers(deaf, 16) == ["long"] * 16


def test_a_line_without_end_is_hung_up_on_and_others_are_served(control: Path) -> None:
    with connected(control) as endless:
        with pytest.raises(OSError, match=r"Broken pipe|reset"):
            for _ in range(1_000):
                endless.sendall(b"x" * LONGEST_LINE)
        assert ask(control, {"op": "other"})["did"] == "other"


def test_who_asks_a_process_that_ends_is_told_that_it_is_gone() -> None:
    with tempfile.TemporaryDirectory(prefix="mc-") as folder, socket.socket(socket.AF_UNIX) as listener:
        path = Path(folder) / "s"
        listener.bind(str(path))
        listener.listen()
        ending = threading.Thread(target=lambda: listener.accept()[0].close())
        ending.start()
        with pytest.raises(OSError, match=r"ended without an answer|Broken pipe|reset"):
            ask(path, {"op": "anything"})
        ending.join()
