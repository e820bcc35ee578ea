"""Starts a virtual device of the bench as the process it is, and asks it through its control socket."""

from __future__ import annotations

import json
import subprocess
import sys
from abc import ABC, abstractmethod
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bench.control_socket import ask


class DeviceProcess(ABC):
    """`with DeviceProcess(…) as device:`. `announced`: the line of JSON it prints when it is ready."""

    def __init__(self, module: str, control: Path, patience_s: float = 5.0) -> None:
        """`patience_s`: how long an order may take."""
        self._module = module
        self._control = control
        self._patience_s = patience_s
        self.announced: dict[str, Any] = {}

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._ended()

    @abstractmethod
    def options(self) -> tuple[object, ...]:
        """What it is started with, also after `kill`."""

    def start(self) -> None:
        command = [sys.executable, "-m", self._module, *map(str, self.options())]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        self.announced = json.loads(self._process.stdout.readline())

    def kill(self) -> None:
        self._process.kill()
        self._ended()

    def _ended(self) -> None:
        self._process.wait(5)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def ask(self, **request: Any) -> dict[str, Any]:
        return ask(self._control, request, self._patience_s)
