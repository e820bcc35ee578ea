"""The network between terminal and broker: what is carried, cut, silenced, delayed and healed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from bench.network import NetworkLine

Talk = Callable[[bytes], Awaitable[bytes]]


@pytest.fixture
async def echo() -> AsyncIterator[int]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(65_536):
            writer.write(chunk)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


@pytest.fixture
async def line(echo: int) -> AsyncIterator[tuple[NetworkLine, int]]:
    line = NetworkLine(echo)
    server = await asyncio.start_server(line.serve, "127.0.0.1", 0)
    yield line, server.sockets[0].getsockname()[1]
    await line.answer({"op": "cut"})
    server.close()


async def _echoed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, words: bytes) -> bytes:
    writer.write(words)
    async with asyncio.timeout(5):
        return await reader.readexactly(len(words))


async def test_bytes_go_through_unchanged_and_are_counted(line: tuple[NetworkLine, int]) -> None:
    network, port = line
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    words = bytes(range(256)) * 1_000
    assert await _echoed(reader, writer, words) == words
    status = await network.answer({"op": "status"})
    assert status["bytes_up"] == status["bytes_down"] == len(words)
    assert status["connections"] == 1
    writer.close()


async def test_a_cut_breaks_connections_and_refuses_new_ones_until_restored(
    line: tuple[NetworkLine, int],
) -> None:
    network, port = line
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await _echoed(reader, writer, b"before")
    await network.answer({"op": "cut"})
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await _echoed(reader, writer, b"during")
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await _echoed(*await asyncio.open_connection("127.0.0.1", port), b"new")
    await network.answer({"op": "restore"})
    healed, again = await asyncio.open_connection("127.0.0.1", port)
    assert await _echoed(healed, again, b"after") == b"after"
    again.close()


async def test_a_silent_network_breaks_nothing_and_delivers_later(line: tuple[NetworkLine, int]) -> None:
    network, port = line
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await network.answer({"op": "silence"})
    writer.write(b"words")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await reader.readexactly(5)
    await network.answer({"op": "restore"})
    async with asyncio.timeout(5):
        assert await reader.readexactly(5) == b"words"
    writer.close()


async def test_a_delay_holds_each_way_and_keeps_the_order(line: tuple[NetworkLine, int]) -> None:
    network, port = line
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await network.answer({"op": "delay", "ms": 60})
    begun = time.monotonic()
    for word in (b"one-", b"two-", b"three"):
        writer.write(word)
        await asyncio.sleep(0.005)
    async with asyncio.timeout(5):
        assert await reader.readexactly(13) == b"one-two-three"
    assert time.monotonic() - begun >= 0.12
    writer.close()


async def test_an_end_of_one_side_reaches_the_other(line: tuple[NetworkLine, int]) -> None:
    _, port = line
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await _echoed(reader, writer, b"words")
    writer.write_eof()
    async with asyncio.timeout(5):
        assert await reader.read() == b""
    writer.close()


@pytest.mark.parametrize("milliseconds", [-1, 60_001, "soon"])
async def test_an_impossible_delay_is_refused(line: tuple[NetworkLine, int], milliseconds: object) -> None:
    with pytest.raises(ValueError, match=r"ms must be|could not convert"):
        await line[0].answer({"op": "delay", "ms": milliseconds})
