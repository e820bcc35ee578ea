"""Whatever is pressed, in whatever order: no fault, no record without confirmation and PIN, always a way back to the start.

A sequence is made from its seed, which a failure prints.
"""

from __future__ import annotations

import random

import pytest

from terminal.ports import DoorChanged, PresenceChanged
from terminal.views import Accepted, KeyPressed, Language, Pressed, View
from terminal.visit import Ending
from tests.terminal.flow import CODE, ID
from tests.terminal.rig import Rig, catalogue, messages_of, pin_of, running

BATCHES = 3
SEEDS = 10
TURNS = 120
#: What carries a resident forward; chosen more often than the rest, so that sequences come far.
FORWARD = (
    "start",
    "apply",
    "reserve",
    "ready",
    "take",
    "agree",
    "mine",
    "ok",
    "continue",
    "more-time",
    "again",
)
TOOLS = ("language", "size", "contrast", "find", "no-such-choice")
CARDS = ("happy", "happy", "happy", "resident-1", "one-try-left", "licence")


def _choice(view: View, draw: random.Random) -> str:
    choices = [choice.id for choice in view.choices()]
    forward = [choice for choice in choices if choice in FORWARD]
    if forward and draw.random() < 0.75:
        return draw.choice(forward)
    return draw.choice([*choices, *TOOLS]) if draw.random() < 0.9 or not choices else "stop"


def _typed(view: View, draw: random.Random) -> str:
    field = next(view.fields())
    if draw.random() < 0.15:
        return "".join(draw.choices("0123456789ABCあか", k=draw.randint(1, 6)))
    if field.id == "pin":
        return pin_of("happy") if draw.random() < 0.8 else "0000"
    room = sum(group.length for group in field.groups)
    return (ID + ID)[:room] if field.id.startswith("service-id") else (CODE * 3)[:room]


async def _turn(rig: Rig, draw: random.Random) -> None:
    view = rig.view
    match draw.random():
        case x if x < 0.04:
            await rig.wait(draw.choice([0.5, 3, 25, 100, 400]))
        case x if x < 0.06:
            await rig.put(DoorChanged(draw.random() < 0.4))
        case x if x < 0.09:
            await rig.put(PresenceChanged(draw.random() < 0.7))
        case x if x < 0.12 and rig.readers.present():
            await rig.lift()
        case x if x < 0.13:
            rig.store.refusals = draw.choice([["full"], ["", "disk"], []])
        case x if x < 0.15 and not rig.readers.present():
            await rig.lay(draw.choice(CARDS))
        case _ if view.name == "PlaceCard" and not rig.readers.present():
            await rig.lay(draw.choice(CARDS))
        case _ if view.name in ("TakeCard", "OutOfService") or getattr(view, "take_card", False):
            await rig.lift()
            await rig.put(DoorChanged(False))
        case x if x < 0.55 and any(view.fields()):
            for key in _typed(view, draw):
                for box in list(rig.view.fields())[:1]:
                    await rig.put(KeyPressed(box.id, key))
        case _:
            await rig.put(Pressed(_choice(view, draw)))


def _commits_are_acts(rig: Rig) -> None:
    """Each committed record came after S12 was confirmed and the PIN went to a card."""
    names = [shown.view.name for shown in rig.screen.history]
    if rig.store.kept:
        assert names.count("ConfirmApplication") >= 1
        assert names.count("EnterPin") >= 1
    assert len(rig.store.kept) <= rig.readers.verifies()
    assert len(rig.store.kept) <= 2 * len(rig.readers.pins)


async def _sequence(seed: int) -> Rig:
    """One sequence to its end, which is the attract screen again."""
    print(f"seed {seed}")
    draw = random.Random(seed)
    rig = Rig(language=draw.choice(list(Language)))
    async with running(rig):
        for _ in range(TURNS):
            await _turn(rig, draw)
        _commits_are_acts(rig)
        await rig.put(DoorChanged(False))
        await rig.lift()
        await rig.go_away()
        await rig.wait(700)
        assert rig.view.name == "Attract"
    return rig


@pytest.mark.parametrize("batch", range(BATCHES))
async def test_any_sequence_of_answers_is_survived_and_leads_back_to_the_start(batch: int) -> None:
    accepted, reasons = 0, set[str]()
    for seed in range(batch * SEEDS, (batch + 1) * SEEDS):
        rig = await _sequence(seed)
        accepted += len(rig.store.kept)
        reasons |= {getattr(event, "reason", "") for event in rig.store.notes}
        assert not any(any(pin) for pin in rig.readers.pins)
        assert bool(rig.store.kept) is any(isinstance(shown.view, Accepted) for shown in rig.screen.history)
        for message in {m for shown in rig.screen.history for m in messages_of(shown.view)}:
            assert all(catalogue().text(message, language) for language in Language)
    # The sequences are not all turned away at the first screens.
    assert accepted >= 2
    assert len(reasons & {ending.value for ending in Ending}) >= 5
    assert reasons <= {ending.value for ending in Ending} | {"", "paper-out"}
