"""Every screen of a visit on which somebody is asked something, how to come to it, and what may end it there."""

from __future__ import annotations

from dataclasses import dataclass

from tests.terminal.flow import APPLY, ID, RESERVE, FlowStep, after, choosing, keys, press, walk
from tests.terminal.rig import Rig


@dataclass(frozen=True)
class Station:
    """`card`: a card is bound (K1). `typed`: やめる asks first. `factor`: k of FLOW §2, None: no time limit."""

    name: str
    steps: tuple[FlowStep, ...]
    view: str
    factor: int | None
    card: bool = False
    typed: bool = False
    stop: bool = True


def _at(steps: list[FlowStep], view: str, *then: str) -> tuple[FlowStep, ...]:
    return (*after(steps, view), *((FlowStep(view, *map(press, then)),) if then else ()))


_NAGISA = [
    *choosing("nagisa", 2),
    FlowStep("EnterText", keys("AB12CD34EF"), press("ok")),
    FlowStep("RepeatText", keys("AB12CD34EF"), press("ok")),
    FlowStep("EnterCode", keys("1234"), press("ok")),
]

STATIONS = [
    Station("home", _at(APPLY, "Home"), "Home", 1),
    Station("status", _at(APPLY, "Home", "status"), "Home", 1),
    Station("guide", _at(APPLY, "Home", "guide"), "Home", 1),
    Station("checklist", _at(APPLY, "Checklist"), "Checklist", 2),
    Station("checklist of a reservation", _at(RESERVE, "Checklist"), "Checklist", 2),
    Station("help", _at(APPLY, "Checklist", "pin-unknown"), "Checklist", 2),
    Station("services", _at(APPLY, "ChooseService"), "ChooseService", 4),
    Station("kana search", _at(APPLY, "ChooseService", "search"), "ChooseService", 4),
    Station("terms", _at(APPLY, "ServiceTerms"), "ServiceTerms", 4),
    Station(
        "barred service",
        _at(APPLY, "ChooseService", "page-on", "page-on", "service-shiosai"),
        "ServiceTerms",
        4,
    ),
    Station("consent", _at(APPLY, "Consent"), "Consent", 4),
    Station("whole text", _at(APPLY, "Consent", "whole-text"), "Consent", 4),
    Station("language", _at(APPLY, "Consent", "language"), "LanguageChoice", 1),
    Station("place card", _at(APPLY, "PlaceCard"), "PlaceCard", 2),
    Station("confirm card", _at(APPLY, "ConfirmCard"), "ConfirmCard", 1, card=True),
    Station("id untouched", _at(APPLY, "EnterText"), "EnterText", 4, card=True),
    Station(
        "id half typed",
        (*after(APPLY, "EnterText"), FlowStep("EnterText", keys(ID[:6]))),
        "EnterText",
        4,
        card=True,
        typed=True,
    ),
    Station("help with the id", _at(APPLY, "EnterText", "find"), "EnterText", 4, card=True),
    Station("id again", _at(APPLY, "RepeatText"), "RepeatText", 4, card=True, typed=True),
    Station("code", _at(APPLY, "EnterCode"), "EnterCode", 4, card=True, typed=True),
    Station("telephone digits", tuple(_NAGISA), "EnterCode", 4, card=True, typed=True),
    Station("confirmation", _at(APPLY, "ConfirmApplication"), "ConfirmApplication", 2, card=True, typed=True),
    Station(
        "id revealed",
        _at(APPLY, "ConfirmApplication", "reveal"),
        "ConfirmApplication",
        2,
        card=True,
        typed=True,
    ),
    Station(
        "confirmation of a reservation",
        _at(RESERVE, "ConfirmApplication"),
        "ConfirmApplication",
        2,
        card=True,
    ),
    Station("pin", _at(APPLY, "EnterPin"), "EnterPin", 2, card=True, typed=True),
    Station("pin of a reservation", _at(RESERVE, "EnterPin"), "EnterPin", 2, card=True),
    Station(
        "pin half typed",
        (*after(RESERVE, "EnterPin"), FlowStep("EnterPin", keys("12"))),
        "EnterPin",
        2,
        card=True,
        typed=True,
    ),
    Station(
        "language over the pin",
        _at(APPLY, "EnterPin", "language"),
        "LanguageChoice",
        1,
        card=True,
        typed=True,
    ),
    Station(
        "stop question",
        _at(APPLY, "RepeatText", "stop"),
        "StopQuestion",
        1,
        card=True,
        typed=True,
        stop=False,
    ),
]


async def come_to(rig: Rig, station: Station) -> None:
    await walk(rig, station.steps)
    assert rig.view.name == station.view
