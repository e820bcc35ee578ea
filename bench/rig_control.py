"""The rig's control socket: verbs as JSON lines, obeyed one after the other by the thread that owns the rig.

{"op":"card","do":"insert","name":"happy","reader":"pcsc"} · {"op":"net","do":"delay","ms":200} ·
{"op":"paper","do":"take"} · {"op":"door","state":"open"} · {"op":"presence","state":"off"} ·
{"op":"part","do":"kill"|"stop"|"start","name":"uplink"} · {"op":"log","name":"terminal","characters":2000} ·
{"op":"status"} · {"op":"down"}. Answers: {"ok":true,…} or {"ok":false,"error":"…"}.
"""

from __future__ import annotations

import json
import selectors
import signal
import time
from collections.abc import Callable
from typing import Any

from bench.broker import BrokerFailed
from bench.card.pcscd import PcscdFailed
from bench.card.slot_control import OrderRefused
from bench.control_socket import ControlListener
from bench.processes import ProcessFailed
from bench.rig import Rig

_LOOK_S = 0.25  # how often the parts are looked at
_MOST_LOG = 100_000


class RigControl:
    """Serves from construction until {"op":"down"}, SIGTERM, SIGINT or SIGHUP."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self._running = True
        self._selector = selectors.DefaultSelector()
        # Before anybody can see that it stands: Python swallows a KeyboardInterrupt that strikes within a finaliser, and
        # the signal would be lost; a flag is not. (A bench that SIGINT did not end was seen once on a busy machine.)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda _number, _frame: self._stop())
        self._listener = ControlListener(rig.folder.control, self._selector, self.obey)

    def serve(self) -> None:
        look_at = 0.0
        while self._running:
            for key, mask in self._selector.select(_LOOK_S):
                key.data(mask)
            if time.monotonic() >= look_at:
                self._rig.watch()
                look_at = time.monotonic() + _LOOK_S
        self._listener.close()
        self._selector.close()

    def _stop(self) -> None:
        self._running = False

    def obey(self, line: bytes) -> dict[str, Any]:
        """What a line asks for is done, and answered."""
        try:
            order = json.loads(line)
            return {"ok": True, **self._verb(order["op"])(order)}
        except KeyError as unknown:
            return {"ok": False, "error": f"there is no {unknown}"}
        except (TypeError, ValueError, OrderRefused) as error:
            return {"ok": False, "error": str(error)}
        except (OSError, ProcessFailed, PcscdFailed, BrokerFailed) as error:
            return {"ok": False, "error": str(error)}

    def _verb(self, op: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
        rig = self._rig
        verbs: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "card": lambda order: rig.card(order["do"], order.get("name", ""), order.get("reader", "")),
            "net": lambda order: rig.net(order["do"], **_others(order)),
            "paper": lambda order: rig.paper(order["do"], **_others(order)),
            "door": lambda order: rig.door(order["state"]),
            "presence": lambda order: rig.presence(order["state"]),
            "part": self._part,
            "log": lambda order: {
                "log": rig.log(order["name"], min(int(order.get("characters", 2_000)), _MOST_LOG))
            },
            "status": lambda _: rig.status(),
            "down": self._down,
        }
        if op not in verbs:
            raise ValueError(f"unknown op {op!r}; there are {', '.join(verbs)}")
        return verbs[op]

    def _part(self, order: dict[str, Any]) -> dict[str, Any]:
        rig, name = self._rig, str(order["name"])
        verbs = {"kill": rig.kill_part, "stop": rig.stop_part, "start": rig.start_part}
        verbs[order["do"]](name)
        return {"name": name, "alive": rig.alive(name)}

    def _down(self, _order: dict[str, Any]) -> dict[str, Any]:
        self._stop()
        return {}


def _others(order: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in order.items() if key not in ("op", "do")}
