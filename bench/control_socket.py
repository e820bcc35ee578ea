"""Unix control socket of a bench process: one JSON object a line each way."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

Answer = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]


async def serve_control(path: Path, answer: Answer) -> asyncio.Server:
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
                writer.write(json.dumps(reply, ensure_ascii=False).encode() + b"\n")
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    return await asyncio.start_unix_server(serve, str(path))


def ask(path: Path, request: dict[str, Any], timeout_s: float = 5.0) -> dict[str, Any]:
    """One question to a control socket, from anywhere."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(timeout_s)
        connection.connect(str(path))
        connection.sendall(json.dumps(request).encode() + b"\n")
        with connection.makefile("rb") as lines:
            reply: dict[str, Any] = json.loads(lines.readline())
    return reply
