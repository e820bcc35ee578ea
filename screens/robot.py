"""The robot socket (DESIGN §11): the terminal used as a person would, one JSON object a line each way.

Presses are real touches, dispatched as Kivy dispatches the panel's; what is told is what stands on the screen,
masked as there.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from itertools import count
from pathlib import Path
from typing import Any

from kivy.base import EventLoop
from kivy.input.motionevent import MotionEvent

from screens.scene import Scene, Target
from screens.window import KivyScreen

LONGEST_LINE = 65_536
GUARD_S = 2.0
"""How long a press waits for a guard time to pass; the longest guard is 0.5 s."""
DRAWN_S = 5.0
LONGEST_WAIT_S = 120.0

Reply = dict[str, Any]


class Touch(MotionEvent):
    """A finger of the robot."""

    def __init__(self, uid: int, sx: float, sy: float) -> None:
        super().__init__("robot", uid, {"x": sx, "y": sy}, is_touch=True, type_id="touch")
        self.profile = ["pos"]

    def depack(self, args: dict[str, float]) -> None:
        self.sx, self.sy = args["x"], args["y"]
        super().depack(args)


class RobotRefusedError(Exception):
    """What the robot asked for cannot be done; the text is its answer."""


class Robot:
    """Serves the socket. Several connections may be open; each line is answered in its turn."""

    def __init__(self, screen: KivyScreen) -> None:
        self._screen = screen
        self._fingers = count(1)

    async def serve(self, path: Path) -> asyncio.Server:
        """Listens on the unix socket `path` until the server is closed."""
        path.unlink(missing_ok=True)
        return await asyncio.start_unix_server(self._connected, path=str(path), limit=LONGEST_LINE)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                reply = await self.reply(line)
                writer.write(json.dumps(reply, ensure_ascii=False).encode() + b"\n")
                await writer.drain()
        except (ConnectionError, ValueError):  # the other side left, or sent a line without end
            pass
        except (
            asyncio.CancelledError
        ):  # the terminal closes; asyncio's stream callback cannot hold a cancelled task
            pass
        finally:
            writer.close()

    async def reply(self, line: bytes) -> Reply:
        """The answer to one line."""
        try:
            asked = json.loads(line)
        except (ValueError, RecursionError):  # brackets without end
            return {"ok": False, "error": "not JSON"}
        if not isinstance(asked, dict):
            return {"ok": False, "error": "not an object"}
        operations: dict[Any, Callable[[Reply], Awaitable[Reply]]] = {
            "view": self._view,
            "press": self._press,
            "type": self._type,
            "wait": self._wait,
            "screenshot": self._screenshot,
        }
        operation = operations.get(asked.get("op")) if isinstance(asked.get("op"), str) else None
        if operation is None:
            return {"ok": False, "error": f"unknown op {asked.get('op')!r}"}
        try:
            return await operation(asked)
        except RobotRefusedError as refused:
            return {"ok": False, "error": str(refused)}

    # ----------------------------------------------------------------- operations

    async def _view(self, _: Reply) -> Reply:
        await self._settled()
        return described(self._scene())

    async def _press(self, asked: Reply) -> Reply:
        await self._touch(self._choice(_text(asked, "id")))
        return {"ok": True}

    async def _type(self, asked: Reply) -> Reply:
        field, text = _text(asked, "field"), _text(asked, "text")
        if not any(shown.id == field for shown in self._scene().fields):
            raise RobotRefusedError(f"no field {field!r}")
        for key in text:
            await self._touch(await self._key(field, key))
            await self._settled()
        return {"ok": True}

    async def _key(self, field: str, key: str) -> Target:
        """The key, after switching to the keypad it is on."""
        found = self._scene().target(f"{field}/{key}")
        if found is None:
            switch = self._scene().target(f"{field}/switch")
            if switch is None:
                raise RobotRefusedError(f"no key for that character on {field!r}")
            await self._touch(switch)
            await self._settled()
            found = self._scene().target(f"{field}/{key}")
        if found is None:
            raise RobotRefusedError(f"no key for that character on {field!r}")
        return found

    async def _wait(self, asked: Reply) -> Reply:
        """Until the view named `view` is drawn, or any other than `not_view`."""
        wanted, unwanted = asked.get("view"), asked.get("not_view")
        if not isinstance(wanted, str) and not isinstance(unwanted, str):
            raise RobotRefusedError("view or not_view is missing")
        seconds = asked.get("timeout_s", 10)
        if not isinstance(seconds, int | float) or not 0 <= seconds <= LONGEST_WAIT_S:
            raise RobotRefusedError(f"timeout_s must be 0 to {LONGEST_WAIT_S:.0f}")

        def there() -> bool:
            scene = self._screen.scene
            if scene is None or not self._screen.is_drawn:
                return False
            return scene.name == wanted if isinstance(wanted, str) else scene.name != unwanted

        try:
            async with asyncio.timeout(seconds):
                while not there():
                    self._screen.changed.clear()
                    await self._screen.changed.wait()
        except TimeoutError:
            return {"ok": False, "view": self._screen.scene.name if self._screen.scene else ""}
        return described(self._scene())

    async def _screenshot(self, asked: Reply) -> Reply:
        path = Path(_text(asked, "path"))
        await self._settled()
        if not path.parent.is_dir():
            raise RobotRefusedError(f"no folder {path.parent}")
        self._screen.screenshot(path)
        return {"ok": True}

    # ----------------------------------------------------------------- within

    def _scene(self) -> Scene:
        if self._screen.scene is None:
            raise RobotRefusedError("nothing is shown")
        return self._screen.scene

    def _choice(self, id: str) -> Target:  # noqa: A002
        found = self._scene().target(id)
        if found is None:
            raise RobotRefusedError(f"no choice {id!r} on {self._scene().name}")
        if not found.enabled:
            raise RobotRefusedError(f"{id!r} is disabled")
        return found

    async def _settled(self) -> None:
        try:
            async with asyncio.timeout(DRAWN_S):
                await self._screen.drawn()
        except TimeoutError:
            raise RobotRefusedError("the view is not drawn") from None

    async def _touch(self, target: Target) -> None:
        """Waits for the guard time, then touches the middle of the target and lets go."""
        await self._settled()
        presses = self._screen.presses
        if self._screen.surface is None:
            raise RobotRefusedError("no window")
        seconds = presses.ready_in(target)
        if seconds > GUARD_S:
            raise RobotRefusedError(f"{target.id!r} is not there")
        if seconds:
            await asyncio.sleep(seconds + 0.005)
        x, y = target.box.centre
        there = presses.at(x, y)
        if there is None or there.id != target.id:
            raise RobotRefusedError(f"{target.id!r} is hidden or covered")
        glass = self._screen.glass
        touch = Touch(next(self._fingers), x / glass.width, 1 - y / glass.height)
        EventLoop.post_dispatch_input("begin", touch)
        EventLoop.post_dispatch_input("end", touch)


def _text(asked: Reply, name: str) -> str:
    value = asked.get(name)
    if not isinstance(value, str):
        raise RobotRefusedError(f"{name} is missing")
    return value


def described(scene: Scene) -> Reply:
    """The view as the robot is told it: the words as they stand on the screen."""
    choices = [
        {"id": target.id, "label": target.label, "role": target.role.value, "enabled": target.enabled}
        for target in scene.targets
        if target.role is not None
    ]
    fields = [
        {"id": shown.id, "kind": shown.kind, "label": shown.label, "groups": list(shown.groups)}
        for shown in scene.fields
    ]
    return {
        "view": scene.name,
        "title": scene.title.replace("\n", ""),
        "texts": list(scene.texts),
        "choices": choices,
        "fields": fields,
        "page": scene.page,
        "pages": scene.pages,
    }
