"""Verbs to a rig in another process: client of its control socket."""

from __future__ import annotations

from typing import Any

from bench.control_socket import ask
from bench.robot import RobotClient
from bench.run_folder import RunFolder

_TIMEOUT_S = 60.0  # a card's keys are made when it is first put in


class VerbRefused(Exception):
    """The rig did not do it; its own words."""


class RigClient:
    """Raises VerbRefused, and OSError when no rig is there."""

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder

    def order(self, op: str, **arguments: object) -> dict[str, Any]:
        answer = ask(self.folder.control, {"op": op, **arguments}, timeout_s=_TIMEOUT_S)
        if not answer["ok"]:
            raise VerbRefused(str(answer["error"]))
        return answer

    def status(self) -> dict[str, Any]:
        return self.order("status")

    def robot(self) -> RobotClient:
        """A new client of the terminal's robot socket; close it."""
        return RobotClient(self.folder.robot)
