"""What will be broken, and when: drawn from a seed before the run, one list of blows a visit."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum


class Blow(StrEnum):
    KILL_TERMINAL = "kill terminal"
    KILL_SIGNING = "kill terminal while signing"  # `at_s` counts from 決定 on the PIN
    KILL_UPLINK = "kill uplink"
    KILL_BROKER = "kill broker"
    KILL_INGEST = "kill ingest"
    KILL_OPENER = "kill opener"
    CUT = "cut network"
    SILENCE = "silence network"
    DELAY = "delay network"
    DUPLICATE = "send duplicates"  # from a second client, which also throws the uplink out of its session


VICTIMS = {
    Blow.KILL_TERMINAL: "terminal",
    Blow.KILL_SIGNING: "terminal",
    Blow.KILL_UPLINK: "uplink",
    Blow.KILL_BROKER: "broker",
    Blow.KILL_INGEST: "ingest",
    Blow.KILL_OPENER: "opener",
}
"""The part of the rig that a blow kills."""

#: How often each comes in a hundred visits. A killed terminal costs the resident another visit.
_OFTEN = {
    Blow.KILL_TERMINAL: 8,
    Blow.KILL_SIGNING: 15,
    Blow.KILL_UPLINK: 15,
    Blow.KILL_BROKER: 10,
    Blow.KILL_INGEST: 15,
    Blow.KILL_OPENER: 15,
    Blow.CUT: 15,
    Blow.SILENCE: 5,
    Blow.DELAY: 10,
    Blow.DUPLICATE: 25,
}
_VISIT_S = 6.0  # about as long as a visit of the bench lasts
_SIGNING_S = 0.5  # from 決定 to 受け付けました, with a card that takes no time


@dataclass(frozen=True)
class Planned:
    """`at_s` after the visit began (see KILL_SIGNING); `lasts_s`: until restarted, or restored."""

    at_s: float
    blow: Blow
    lasts_s: float
    amount: int  # DELAY: ms; DUPLICATE: envelopes


def plan(seed: int, visit: int) -> tuple[Planned, ...]:
    """The same for the same seed and number of the visit."""
    draw = random.Random(f"chaos/{seed}/{visit}")
    planned = []
    for blow, often in _OFTEN.items():
        if draw.random() * 100 >= often:
            continue
        span = _SIGNING_S if blow is Blow.KILL_SIGNING else _VISIT_S
        lasts = draw.uniform(0.1, 1.0) if blow in VICTIMS else draw.uniform(0.5, 8.0)
        amount = draw.randrange(20, 800) if blow is Blow.DELAY else draw.randrange(1, 8)
        planned.append(Planned(draw.uniform(0.0, span), blow, lasts, amount))
    return tuple(sorted(planned, key=lambda one: one.at_s))
