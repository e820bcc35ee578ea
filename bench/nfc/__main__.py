"""A PN532 on a pseudo-terminal as a process of its own: `python -m bench.nfc --folder RUN --cards KEYS`.

Prints one line of JSON when it is ready: {"device": "RUN/ttyPN532", "control": "RUN/nfc.sock"}. The control socket:
{"op":"insert","name":"happy"} · {"op":"remove"} · {"op":"swap","name":"child"} ·
{"op":"pull-after","apdus":3}: the card answers three more APDUs and is gone at the next ·
{"op":"silent","how":"no"|"ack"|""} · {"op":"status"} · {"op":"log","since":SECONDS}
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.control_socket import serve_control
from bench.nfc.drawer import Drawer
from bench.nfc.field import RfField
from bench.nfc.pn532 import VirtualPn532
from bench.nfc.serial_line import VirtualSerialLine


class NfcControl:
    def __init__(self, field: RfField, chip: VirtualPn532, line: VirtualSerialLine, drawer: Drawer) -> None:
        self._field, self._chip, self._line, self._drawer = field, chip, line, drawer

    async def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        op = request["op"]
        if op in ("insert", "swap"):
            name = str(request["name"])
            # A new card's keys take a second or two, in which the chip has to go on answering.
            card = await asyncio.to_thread(self._drawer.card, name)
            self._field.insert(name, card)
        elif op == "remove":
            self._field.remove()
        elif op == "pull-after":
            self._field.answers_left = int(request["apdus"])
        elif op == "silent":
            if request["how"] not in ("", "no", "ack"):
                raise ValueError(request["how"])
            self._line.silent = request["how"]
        elif op == "log":
            since = float(request.get("since", 0.0))
            return {"ok": True, "log": [asdict(one) for one in self._field.log if one.at >= since]}
        elif op != "status":
            return {"ok": False, "error": f"unknown op {op!r}"}
        return {"ok": True, **self._status()}

    def _status(self) -> dict[str, Any]:
        return {
            "card": self._field.name,
            "field": "on" if self._field.on else "off",
            "baud": self._chip.baud,
            "silent": self._line.silent,
        }


async def run(given: argparse.Namespace) -> None:
    field = RfField()
    chip = VirtualPn532(field)
    line = VirtualSerialLine(chip, given.time_scale)
    now = given.now or datetime.now(UTC)
    control = NfcControl(field, chip, line, Drawer(given.cards, now, given.seed))
    loop = asyncio.get_running_loop()
    device = line.offer(given.folder / "ttyPN532")
    line.start(loop)
    unix = await serve_control(given.folder / "nfc.sock", control.answer)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    print(json.dumps({"device": str(device), "control": str(given.folder / "nfc.sock")}), flush=True)
    await stop.wait()
    unix.close()
    line.close(loop)
    device.unlink(missing_ok=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.nfc", description="PN532 with a field, on a pseudo-terminal")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--cards", type=Path, required=True, help="folder of the run's card keys")
    parser.add_argument("--now", type=datetime.fromisoformat, help="what the certificates' dates count from")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--time-scale", type=float, default=1.0, help="1 = the time of the air, 0 = at once")
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
