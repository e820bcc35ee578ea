"""The way between terminal and broker, as a process that can cut it, slow it down and heal it.

`python -m bench.network --to PORT --control SOCKET [--port N]` prints {"port": N} and forwards loopback TCP to
loopback TCP. Control, one JSON object a line each way: {"op":"cut"} (connections break, new ones fail) ·
{"op":"silence"} (nothing arrives and nothing breaks, as when a router dies) · {"op":"restore"} ·
{"op":"delay","ms":250} · {"op":"status"}.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Any

from bench.control_socket import serve_control

_CHUNK = 65_536
#: What waits on a delayed or silent line; more than that, and the sender feels it as on a real one.
_WAITING_CHUNKS = 64
_LONGEST_DELAY_MS = 60_000


class LineState(StrEnum):
    OPEN = "open"
    CUT = "cut"
    SILENT = "silent"


class NetworkLine:
    """One listener, forwarding to `target` on loopback. All connections share one state and one delay."""

    def __init__(self, target: int) -> None:
        self._target = target
        self.state = LineState.OPEN
        self.delay_s = 0.0
        self.bytes_up = 0
        self.bytes_down = 0
        self.connections = 0
        self._speaks = asyncio.Event()
        self._speaks.set()
        self._writers: set[asyncio.StreamWriter] = set()

    async def serve(self, near_reader: asyncio.StreamReader, near: asyncio.StreamWriter) -> None:
        if self.state is LineState.CUT:
            _break(near)
            return
        try:
            far_reader, far = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            _break(near)
            return
        ends = {near, far}
        for end in ends:
            end.transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._writers |= ends
        self.connections += 1
        ways = (
            asyncio.create_task(self._carry(near_reader, far, up=True)),
            asyncio.create_task(self._carry(far_reader, near, up=False)),
        )
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            self.connections -= 1
            self._writers -= ends
            for end in ends:
                end.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, up: bool) -> None:
        loop = asyncio.get_running_loop()
        waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(_WAITING_CHUNKS)

        async def take_in() -> None:
            while chunk := await reader.read(_CHUNK):
                await waiting.put((loop.time() + self.delay_s, chunk))
            await waiting.put((loop.time() + self.delay_s, b""))

        async def delivered() -> AsyncIterator[bytes]:
            while True:
                due, chunk = await waiting.get()
                await asyncio.sleep(max(0.0, due - loop.time()))
                await self._speaks.wait()
                if not chunk:
                    return
                yield chunk

        intake = asyncio.create_task(take_in())
        try:
            async for chunk in delivered():
                self.bytes_up += len(chunk) if up else 0
                self.bytes_down += 0 if up else len(chunk)
                writer.write(chunk)
                await writer.drain()
        except OSError:
            return
        finally:
            intake.cancel()
            with suppress(asyncio.CancelledError, OSError):
                await intake

    async def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        match request["op"]:
            case "cut":
                self.state = LineState.CUT
                self._speaks.set()
                for writer in list(self._writers):
                    _break(writer)
            case "silence":
                self.state = LineState.SILENT
                self._speaks.clear()
            case "restore":
                self.state, self.delay_s = LineState.OPEN, 0.0
                self._speaks.set()
            case "delay":
                milliseconds = float(request["ms"])
                if not 0 <= milliseconds <= _LONGEST_DELAY_MS:
                    raise ValueError(f"ms must be 0 to {_LONGEST_DELAY_MS}")
                self.delay_s = milliseconds / 1000
            case "status":
                pass
            case other:
                return {"ok": False, "error": f"unknown op {other!r}"}
        return {"ok": True, **self._status()}

    def _status(self) -> dict[str, Any]:
        return {
            "state": self.state.value,
            "delay_ms": round(self.delay_s * 1000),
            "connections": self.connections,
            "bytes_up": self.bytes_up,
            "bytes_down": self.bytes_down,
        }


def _break(writer: asyncio.StreamWriter) -> None:
    """A reset, not a polite end: what a router does to a connection it no longer knows."""
    with suppress(OSError):
        end = writer.transport.get_extra_info("socket")
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    writer.transport.abort()


async def run(target: int, port: int, control: Path) -> None:
    line = NetworkLine(target)
    server = await asyncio.start_server(line.serve, "127.0.0.1", port)
    unix = await serve_control(control, line.answer)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
    await stop.wait()
    server.close()
    unix.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.network", description="a network between two loopback ports")
    parser.add_argument("--to", type=int, required=True, help="port of the broker")
    parser.add_argument("--port", type=int, default=0, help="port to listen on; 0: any free one")
    parser.add_argument("--control", type=Path, required=True)
    given = parser.parse_args()
    asyncio.run(run(given.to, given.port, given.control))


if __name__ == "__main__":
    main()
