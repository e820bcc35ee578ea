"""What the dock shows, gathered from rig, robot socket, journals and papers. Blocking; called from a thread."""

from __future__ import annotations

import time
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bench.chain import read_chain
from bench.people import people
from bench.rig_client import RigClient
from bench.robot import RobotClient, RobotRefused
from bench.run_folder import RunFolder
from bench.terminal_files import PINS

_ROBOT_S = 1.5  # a terminal that does not answer for so long is shown as silent
_RECORDS = 12
_PAPERS = 8
_LAMPS = ("lamp_wait", "lamp_done", "lamp_trouble", "buzzer")


def bench_state(folder: RunFolder) -> dict[str, Any]:
    """One picture of the whole bench. Devices whose process is down are None."""
    status = RigClient(folder).status()
    chain = read_chain(folder)
    return {
        "status": status,
        "screen": _screen(folder),
        "clock": _visit_clock(status),
        "lamps": _lamps(status["panel"]),
        "papers": _papers(folder),
        "chain": {
            "waiting": chain.waiting,
            "acknowledged": sum(record.acked for record in chain.records),
            "arrived": sum(record.rows for record in chain.records),
            "answered": sum(record.answers > 0 for record in chain.records),
            "quarantined": chain.quarantined,
            "records": [asdict(record) for record in reversed(chain.records[-_RECORDS:])],
        },
    }


def card_holders(folder: RunFolder) -> list[dict[str, Any]]:
    status = RigClient(folder).status()
    now = datetime.fromisoformat(status["now"])
    return [asdict(person) for person in people(folder, now, int(status["seed"]))]


def paper_file(folder: RunFolder, name: str) -> Path | None:
    """The bytes of a paper of this run by its name, taken or not."""
    return next((path for path in _paper_files(folder) if path.stem == name), None)


def _screen(folder: RunFolder) -> dict[str, str] | None:
    try:
        with RobotClient(folder.robot, timeout_s=_ROBOT_S) as robot:
            shown = robot.view()
    except (OSError, RobotRefused):
        return None
    return {"view": shown.view, "title": shown.title}


def _visit_clock(status: dict[str, Any]) -> str:
    """The visit clock runs from the settings' `now` since the terminal's start."""
    begun = datetime.fromisoformat(status["now"])
    return f"{begun + timedelta(seconds=time.time() - status['terminal_started']):%Y-%m-%d %H:%M:%S}"


def _lamps(panel: dict[str, Any] | None) -> dict[str, bool] | None:
    if panel is None:
        return None
    return {name: bool(panel["pins"].get(str(PINS[name]))) for name in _LAMPS}


def _papers(folder: RunFolder) -> list[dict[str, Any]]:
    """Newest first."""
    found = sorted(_paper_files(folder), key=lambda path: path.stem, reverse=True)[:_PAPERS]
    return [{"name": path.stem, "taken": path.parent.name == "taken"} for path in found]


def _paper_files(folder: RunFolder) -> list[Path]:
    return [*folder.papers.glob("paper-*.bin"), *folder.papers.glob("taken/paper-*.bin")]
