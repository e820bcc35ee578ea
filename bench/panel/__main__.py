"""The GPIO board as a process of its own: `python -m bench.panel --folder RUN --door 17 --presence 27`.

Prints one line of JSON with the TCP port when it is ready; the control socket is RUN/panel.sock:
{"op":"door","state":"open"|"close"} · {"op":"presence","state":"on"|"off"} · {"op":"status"} ·
{"op":"timeline","since":SECONDS} · {"op":"pin","gpio":N,"level":0|1|null} · {"op":"silent","on":true|false} ·
{"op":"hang-up"}
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.control_socket import serve_control
from bench.panel.board import USER_PINS, Board
from bench.panel.pigpio_wire import PigpioServer


@dataclass(frozen=True)
class Wiring:
    """Door: a switch to ground, closed while the door is. Presence: a sensor that drives the pin high."""

    door: int | None
    presence: int | None


class PanelControl:
    def __init__(self, server: PigpioServer, wiring: Wiring) -> None:
        self._server = server
        self._board = server.board
        self._wiring = wiring
        self.door_open = False
        self.present = False
        self._apply()

    def _apply(self) -> None:
        if self._wiring.door is not None:
            self._board.drive(self._wiring.door, None if self.door_open else 0)
        if self._wiring.presence is not None:
            self._board.drive(self._wiring.presence, int(self.present))

    async def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        op = request["op"]
        if op == "door":
            self.door_open = {"open": True, "close": False}[request["state"]]
        elif op == "presence":
            self.present = {"on": True, "off": False}[request["state"]]
        elif op == "pin":
            if request["gpio"] not in USER_PINS:
                raise ValueError(f"no pin {request['gpio']!r}")
            self._board.drive(request["gpio"], request["level"])
            return {"ok": True}
        elif op == "silent":
            self._server.silent = bool(request["on"])
        elif op == "hang-up":
            self._server.hang_up()
        elif op == "timeline":
            since = float(request.get("since", 0.0))
            return {"ok": True, "timeline": [asdict(c) for c in self._board.timeline if c.at >= since]}
        elif op != "status":
            return {"ok": False, "error": f"unknown op {op!r}"}
        self._apply()
        return {"ok": True, **self._status()}

    def _status(self) -> dict[str, Any]:
        pins = {
            str(pin.gpio): pin.level for pin in self._board.pins if pin.mode == 1 or pin.driven is not None
        }
        return {
            "door": "open" if self.door_open else "close",
            "presence": "on" if self.present else "off",
            "silent": self._server.silent,
            "pins": pins,
            "unknown_commands": self._server.unknown,
        }


async def run(folder: Path, port: int, wiring: Wiring) -> None:
    server = PigpioServer(Board(time.monotonic))
    control = PanelControl(server, wiring)
    tcp = await server.start(port)
    unix = await serve_control(folder / "panel.sock", control.answer)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    bound = tcp.sockets[0].getsockname()[1]
    print(json.dumps({"port": bound, "control": str(folder / "panel.sock")}), flush=True)
    await stop.wait()
    tcp.close()
    unix.close()
    server.hang_up()


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.panel", description="GPIO board behind pigpiod's protocol")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--door", type=int)
    parser.add_argument("--presence", type=int)
    given = parser.parse_args()
    asyncio.run(run(given.folder, given.port, Wiring(given.door, given.presence)))


if __name__ == "__main__":
    main()
