"""Unix control socket of a bench process: one JSON object a line each way.

However the bytes come, a line is an order: several in one read, or one in portions. A client that stops in the middle of
an order, or does not read its answers, holds nobody up.
"""

from __future__ import annotations

import asyncio
import json
import selectors
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Handler = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]

LONGEST_LINE = 65_536
"""Bytes of an order, and what is read at once; whoever sends more without an end is hung up on."""
_MOST_UNREAD = 4 * 1024 * 1024
"""Bytes of answers kept for a client that does not read them: some forty of the longest (a log of 100,000 characters)."""


async def serve_control(path: Path, answer: Handler) -> asyncio.Server:
    """Serves until closed. A line that is no JSON object, or lacks what its op needs, is told so."""
    path.unlink(missing_ok=True)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async for line in reader:
                try:
                    reply = await answer(json.loads(line))
                except KeyError as unknown:
                    reply = {"ok": False, "error": f"there is no {unknown}"}
                except (ValueError, TypeError) as wrong:
                    reply = {"ok": False, "error": f"not an order: {wrong}"}
                writer.write(_line(reply))
                await writer.drain()
        except (ConnectionError, ValueError):  # the client left, or sent a line without end
            pass
        finally:
            writer.close()

    return await asyncio.start_unix_server(serve, str(path), limit=LONGEST_LINE)


@dataclass
class _Talk:
    half: bytes = b""
    unread: bytes = b""


class ControlListener:
    """The same for a process that waits on a selector: `key.data(mask)` of whatever is ready goes on here.

    `obey` gets a line without its end; its answer is sent as soon as the client takes it.
    """

    def __init__(
        self, path: Path, selector: selectors.BaseSelector, obey: Callable[[bytes], dict[str, Any]]
    ) -> None:
        self._selector = selector
        self._obey = obey
        self._talks: dict[socket.socket, _Talk] = {}
        path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen(16)
        selector.register(self._listener, selectors.EVENT_READ, self._accept)

    def close(self) -> None:
        for client in list(self._talks):
            self._hang_up(client)
        self._selector.unregister(self._listener)
        self._listener.close()

    def _accept(self, _mask: int) -> None:
        client, _ = self._listener.accept()
        client.setblocking(False)
        self._talks[client] = _Talk()
        self._selector.register(client, selectors.EVENT_READ, lambda mask: self._go_on(client, mask))

    def _go_on(self, client: socket.socket, mask: int) -> None:
        try:
            if mask & selectors.EVENT_READ:
                self._hear(client)
            self._say(client)
        except OSError:  # the client left, or sent a line without end
            self._hang_up(client)

    def _hear(self, client: socket.socket) -> None:
        received = client.recv(LONGEST_LINE)
        if not received:
            raise ConnectionResetError
        talk = self._talks[client]
        *lines, talk.half = (talk.half + received).split(b"\n")
        for line in lines:  # all of them, also of a client that has left in the meantime
            talk.unread += _line(self._obey(line))
        if len(talk.half) > LONGEST_LINE or len(talk.unread) > _MOST_UNREAD:
            raise ConnectionAbortedError

    def _say(self, client: socket.socket) -> None:
        talk = self._talks[client]
        if talk.unread:
            with suppress(BlockingIOError):
                talk.unread = talk.unread[client.send(talk.unread) :]
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if talk.unread else 0)
        key = self._selector.get_key(client)
        if key.events != events:
            self._selector.modify(client, events, key.data)

    def _hang_up(self, client: socket.socket) -> None:
        self._selector.unregister(client)
        del self._talks[client]
        client.close()


def ask(path: Path, request: dict[str, Any], timeout_s: float = 5.0) -> dict[str, Any]:
    """One question to a control socket, from anywhere. Raises OSError when nobody answers."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(timeout_s)
        connection.connect(str(path))
        connection.sendall(_line(request))
        with connection.makefile("rb") as lines:
            line = lines.readline()
    if not line:
        raise ConnectionResetError(f"{path}: ended without an answer")
    reply: dict[str, Any] = json.loads(line)
    return reply


def _line(order: dict[str, Any]) -> bytes:
    return json.dumps(order, ensure_ascii=False).encode() + b"\n"
