"""Whatever is pressed, laid down, unplugged or left alone, in whatever order: no fault, no record without confirmation
and PIN, nothing personal uncovered beyond the limits, every ending within its limit, always a way back to the start.

A sequence is made from its seed, which a failure prints.
"""

from __future__ import annotations

import random

import pytest

from terminal.controls import KeyPressed, Pressed
from terminal.journal.events import VisitEnded, VisitStarted
from terminal.ports import PresenceChanged
from terminal.presentation import Language
from terminal.views import Accepted, View
from terminal.visit import Ending
from tests.terminal.fakes import CardTable
from tests.terminal.flow import CODE, ID
from tests.terminal.limits_witness import LAYERS, Witness
from tests.terminal.rig import Rig, catalogue, messages_of, pin_of, running

BATCHES = 3
SEEDS = 20
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
READERS = ("reader", "reader", "reader", "other")


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


async def _lift_all(rig: Rig) -> None:
    for reader in list(rig.readers.present()):
        await rig.lift(reader)


async def _readers_come_and_go(rig: Rig, draw: random.Random) -> None:
    """The bound one or another; a lost one comes back sooner or later."""
    if rig.readers.lost and draw.random() < 0.6:
        rig.readers.plug(draw.choice(sorted(rig.readers.lost)))
    else:
        rig.readers.unplug(draw.choice(("reader", "other", "other", "other")))
    await rig.settle()


def _noise(rig: Rig, draw: random.Random) -> None:
    """What devices tell while nobody does anything: a reader with no card comes and goes, the sensor repeats itself."""
    bound = rig.readers.sent[-1][0] if rig.readers.sent else ""
    if draw.random() < 0.1 and "other" not in {bound, *rig.readers.present(), *rig.readers.lost}:
        rig.readers.unplug("other")
        rig.readers.plug("other")
    for told in list(rig.panel.told)[-1:]:
        if draw.random() < 0.1:
            rig.panel.tell(told)


async def _turn(rig: Rig, witness: Witness, draw: random.Random) -> None:
    view = rig.view
    whole = sorted(set(READERS) - rig.readers.lost)
    match draw.random():
        case x if x < 0.04 or (view.name in {*LAYERS, "Accepted"} and x < 0.3):
            await witness.wait(draw.choice([0.5, 3, 10, 25, 44, 46, 100, 400]), lambda: _noise(rig, draw))
        case x if x < 0.06:
            await rig.door(open=draw.random() < 0.4)
        case x if x < 0.09:
            rig.panel.tell(PresenceChanged(draw.random() < 0.7))
            await rig.settle()
        case x if x < (0.13 if view.personal else 0.11) and rig.readers.present():
            await rig.lift(draw.choice(sorted(rig.readers.present())))
        case x if x < 0.12:
            rig.store.refusals = draw.choice([["full"], ["", "disk"], []])
        case x if x < 0.14 and whole and not rig.readers.present():
            await rig.lay(draw.choice(CARDS), draw.choice(whole))
        case x if x < 0.17 or (rig.readers.lost and x < 0.4):
            await _readers_come_and_go(rig, draw)
        case x if x < 0.18:
            witness.pull_in(draw.randint(1, 40))
        case _ if view.name == "PlaceCard" and whole and not rig.readers.present():
            await rig.lay(draw.choice(CARDS), draw.choice(whole))
        case x if view.name in ("TakeCard", "OutOfService") or (
            getattr(view, "take_card", False) and x < 0.6
        ):
            await _lift_all(rig)
            await rig.door(open=False)
        case x if x < 0.55 and any(view.fields()):
            for key in _typed(view, draw):
                for box in list(rig.view.fields())[:1]:
                    await rig.put(KeyPressed(box.id, key))
        case _:
            await rig.put(Pressed(_choice(view, draw)))


def _commits_are_acts(rig: Rig, witness: Witness) -> None:
    """Each committed record came after S12 was confirmed, the PIN went to a card, and a signature came back."""
    names = [shown.view.name for shown in rig.screen.history]
    if rig.store.kept:
        assert names.count("ConfirmApplication") >= 1
        assert names.count("EnterPin") >= 1
    assert len(rig.store.kept) <= witness.signatures()
    assert len(rig.store.kept) <= 2 * len(rig.readers.pins)


async def _sequence(seed: int) -> tuple[Rig, Witness]:
    """One sequence to its end, which is the attract screen again."""
    print(f"seed {seed}")
    draw = random.Random(seed)
    rig = Rig(language=draw.choice(list(Language)), readers=CardTable("reader", "other"))
    witness = Witness(rig)
    rig.store.during_commit = lambda: _commits_are_acts(rig, witness)
    async with running(rig):
        for _ in range(TURNS):
            await _turn(rig, witness, draw)
            witness.check()
        for reader in sorted(rig.readers.lost):
            rig.readers.plug(reader)
        await rig.door(open=False)
        await _lift_all(rig)
        await rig.go_away()
        await witness.wait(100)
        await rig.wait(600)
        assert rig.view.name == "Attract"
        assert len(rig.noted(VisitStarted)) == len(rig.noted(VisitEnded))
    return rig, witness


@pytest.mark.parametrize("batch", range(BATCHES))
async def test_any_sequence_of_answers_is_survived_and_leads_back_to_the_start(batch: int) -> None:
    accepted, reasons, seen = 0, set[str](), set[str]()
    for seed in range(batch * SEEDS, (batch + 1) * SEEDS):
        rig, witness = await _sequence(seed)
        accepted += len(rig.store.kept)
        seen |= witness.seen
        reasons |= {getattr(event, "reason", "") for event in rig.store.notes}
        assert not any(any(pin) for pin in rig.readers.pins)
        assert bool(rig.store.kept) is any(isinstance(shown.view, Accepted) for shown in rig.screen.history)
        for message in {m for shown in rig.screen.history for m in messages_of(shown.view)}:
            assert all(catalogue().text(message, language) for language in Language)
    # The sequences are not all turned away at the first screens, and the witness had something to see.
    assert accepted >= 2
    assert len(reasons & {ending.value for ending in Ending}) >= 5
    assert reasons <= {ending.value for ending in Ending} | {"", "paper-out"}
    assert seen >= {"covered for absence", "covered for the card", *LAYERS}
