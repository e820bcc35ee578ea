"""The real window with its robot, for a test."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from screens.theme import KNOWN_GLASS
from terminal.presentation import Presentation
from terminal.views import View
from tests.screens.samples import catalogue


class Stage:
    """A window and a connection to its robot socket."""

    def __init__(self, screen: Any, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.screen = screen
        self._reader, self._writer = reader, writer

    async def ask(self, op: str, **rest: object) -> dict[str, Any]:
        return await self.send(json.dumps({"op": op, **rest}).encode())

    async def send(self, line: bytes) -> dict[str, Any]:
        self._writer.write(line + b"\n")
        async with asyncio.timeout(15):
            reply: dict[str, Any] = json.loads(await self._reader.readline())
        return reply

    async def show(
        self, view: View, presentation: Presentation | None = None, *, covered: bool = False
    ) -> None:
        self.screen.show(view, presentation or Presentation(), covered=covered)
        async with asyncio.timeout(10):
            await self.screen.drawn()

    async def answer(self) -> Any:
        async with asyncio.timeout(5):
            return await self.screen.answer()


@asynccontextmanager
async def stage(*, still: bool = True) -> AsyncIterator[Stage]:
    from screens.robot import Robot
    from screens.window import KivyScreen

    screen = KivyScreen(KNOWN_GLASS["720x1280"], catalogue(), still=still)
    running = asyncio.create_task(screen.run())
    with tempfile.TemporaryDirectory(prefix="rb") as folder:
        path = Path(folder) / "robot.sock"
        server = await Robot(screen).serve(path)
        reader, writer = await asyncio.open_unix_connection(str(path))
        try:
            yield Stage(screen, reader, writer)
        finally:
            writer.close()
            await writer.wait_closed()
            server.close()
            screen.close()
            await running
