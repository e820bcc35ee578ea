"""A finger and an eye on the terminal: client of the robot socket, for tests and tours. Blocking, one at a time."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec

_POLL_S = 0.03
PATIENCE_S = 3.0
"""How long `press` waits for its choice; the slowest screen is drawn in a fraction of that."""


class ShownChoice(msgspec.Struct, frozen=True):
    id: str
    label: str
    role: str
    enabled: bool = True


class ShownField(msgspec.Struct, frozen=True):
    id: str
    kind: str
    groups: tuple[str, ...] = ()


class ShownView(msgspec.Struct, frozen=True):
    """What stands on the screen."""

    view: str
    title: str
    texts: tuple[str, ...]
    choices: tuple[ShownChoice, ...]
    fields: tuple[ShownField, ...] = ()
    page: int = 1
    pages: int = 1

    def choice(self, id_: str) -> ShownChoice | None:
        return next((choice for choice in self.choices if choice.id == id_), None)

    def says(self, text: str) -> bool:
        """Is `text` on the screen? Blanks and line breaks do not count."""
        return _plain(text) in _plain(" ".join((self.title, *self.texts)))

    def __str__(self) -> str:
        choices = ", ".join(f"{c.id}{'' if c.enabled else ' (disabled)'}" for c in self.choices) or "none"
        fields = ", ".join(field.id for field in self.fields)
        typed = f"; fields: {fields}" if fields else ""
        return f"{self.view}「{self.title}」 (choices: {choices}{typed})"


class RobotRefused(Exception):
    """The terminal did not do it, or what was waited for did not come; says what stood on the screen instead."""


class RobotClient:
    """Raises RobotRefused for what the screen does not allow, OSError when the terminal is gone."""

    def __init__(self, path: Path, timeout_s: float = 30.0) -> None:
        self._path = path
        self._timeout_s = timeout_s
        self._connection: socket.socket | None = None
        self._buffer = b""

    def __enter__(self) -> RobotClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection, self._buffer = None, b""

    def view(self) -> ShownView:
        return _shown(self._ask({"op": "view"}))

    def press(self, id_: str) -> ShownChoice:
        """Touches the choice; gives what was written on it. Waits for it as a person would: a key is drawn first."""
        limit = time.monotonic() + PATIENCE_S
        while (choice := (shown := self.view()).choice(id_)) is None:
            if time.monotonic() > limit:
                raise RobotRefused(f"there is no {id_!r} to press on {shown}")
            time.sleep(_POLL_S)
        answer = self._ask({"op": "press", "id": id_})
        if not answer.get("ok"):
            raise RobotRefused(f"{id_!r} was not pressed: {answer.get('error', 'refused')}; on {self.view()}")
        return choice

    def type(self, field: str, text: str) -> None:
        """Presses the keys of the on-screen keypad one by one."""
        answer = self._ask({"op": "type", "field": field, "text": text})
        if not answer.get("ok"):
            why = answer.get("error", "refused")
            raise RobotRefused(
                f"{len(text)} characters for {field!r} were not typed: {why}; on {self.view()}"
            )

    def wait(self, view: str, timeout_s: float = 10.0) -> ShownView:
        """Until that view is drawn."""
        answer = self._ask({"op": "wait", "view": view, "timeout_s": timeout_s}, timeout_s)
        if answer.get("ok") is False:
            raise RobotRefused(f"{view} did not come within {timeout_s:g} s; there is {self.view()}")
        return _shown(answer)

    def wait_until(self, true: Callable[[ShownView], bool], what: str, timeout_s: float = 10.0) -> ShownView:
        """Until the screen is as `true` wants it; `what` says that in words."""
        limit = time.monotonic() + timeout_s
        while True:
            shown = self.view()
            if true(shown):
                return shown
            if time.monotonic() > limit:
                texts = " / ".join(shown.texts)
                raise RobotRefused(f"{what}: not within {timeout_s:g} s; there is {shown}: {texts}")
            time.sleep(_POLL_S)

    def screenshot(self, path: Path) -> None:
        answer = self._ask({"op": "screenshot", "path": str(path.resolve())})
        if not answer.get("ok"):
            raise RobotRefused(f"no picture at {path}: {answer.get('error', 'refused')}")

    def _ask(self, request: dict[str, Any], extra_s: float = 0.0) -> dict[str, Any]:
        connection = self._connected()
        connection.settimeout(self._timeout_s + extra_s)
        try:
            connection.sendall(json.dumps(request).encode() + b"\n")
            while b"\n" not in self._buffer:
                part = connection.recv(65_536)
                if not part:
                    raise ConnectionResetError("the terminal closed the robot socket")
                self._buffer += part
        except OSError:
            self.close()
            raise
        line, _, self._buffer = self._buffer.partition(b"\n")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _connected(self) -> socket.socket:
        if self._connection is None:
            connection = socket.socket(socket.AF_UNIX)
            try:
                connection.connect(str(self._path))
            except OSError:
                connection.close()
                raise
            self._connection = connection
        return self._connection


def stands_at(path: Path, view: str) -> bool:
    """Does the terminal answer at this socket, and show that view? False as well while it starts or is gone."""
    try:
        with RobotClient(path) as robot:
            return robot.view().view == view
    except (OSError, RobotRefused):
        return False


def _shown(answer: dict[str, Any]) -> ShownView:
    if answer.get("ok") is False:
        raise RobotRefused(str(answer.get("error", "nothing is shown")))
    return msgspec.convert(answer, ShownView)


def _plain(text: str) -> str:
    return "".join(text.split())
