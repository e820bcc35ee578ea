"""S3: before anything is asked, what somebody must have with them, and help for who has not."""

from __future__ import annotations

from programmes.opening import phase_in_force
from terminal.controls import Choice, Role
from terminal.enrolment import Draft
from terminal.facilities import Facilities
from terminal.messages import message
from terminal.procedures.rules import moment
from terminal.procedures.steps import BACK, Step, Turn
from terminal.view_parts import Drawing, Fact, Layout, Note, Options, Part
from terminal.views import BACK as BACK_CHOICE
from terminal.views import Checklist
from terminal.visit import Ending, Visit, VisitEnded


def checklist_step(visit: Visit, facilities: Facilities, *, needs_service: bool) -> Step:
    async def step(draft: Draft) -> Draft | Turn:
        while True:
            view = checklist_view(visit, facilities, draft.measure, needs_service=needs_service)
            match await visit.choose(view):
                case "back":
                    return BACK
                case "pin-unknown" | "id-unknown" as topic:
                    if await visit.choose(help_view(facilities, topic)) == "leave":
                        raise VisitEnded(Ending.LEFT)
                case _:
                    return draft

    return step


def checklist_view(visit: Visit, facilities: Facilities, measure: str, *, needs_service: bool) -> Checklist:
    at = moment(visit, facilities)
    phase = phase_in_force(facilities.programme.pack, measure, at.day)
    facts: list[Part] = [
        Fact(message("checklist.card"), message("checklist.card_detail"), drawing="card-small"),
        Fact(message("checklist.pin"), message("checklist.pin_detail"), drawing="pin-small"),
    ]
    unknown = [Choice("pin-unknown", message("checklist.pin_unknown"))]
    if needs_service:
        facts.append(Fact(message("checklist.id"), message("checklist.id_detail"), drawing="id-small"))
        unknown.append(Choice("id-unknown", message("checklist.id_unknown")))
    if phase is not None and phase.card_application_until is not None:
        facts.append(
            Fact(message("checklist.card_applied_by", until=phase.card_application_until), icon="calendar")
        )
    return Checklist(
        title=message("checklist.title"),
        sentence=message("checklist.sentence", n=len(unknown) + 1),
        parts=(*facts, Options(tuple(unknown), Layout.PAIR)),
        main=Choice("ready", message("checklist.ready"), Role.PRIMARY, key="#"),
        back=BACK_CHOICE,
        sample=facilities.sample,
    )


def help_view(facilities: Facilities, topic: str) -> Checklist:
    """What to do without PIN or ID; leaving here loses nothing, because nothing was begun."""
    slug = topic.replace("-", "_")
    drawing = "four-pins" if topic == "pin-unknown" else "e-money-number"
    return Checklist(
        title=message(f"help.{slug}_title"),
        parts=(
            Drawing(drawing),
            Note(message(f"help.{slug}_where"), icon="house"),
            Note(message("help.nothing_lost"), message("help.come_again"), icon="info"),
        ),
        main=Choice("back", message("button.back"), Role.PRIMARY),
        back=Choice("leave", message("button.leave"), Role.BACK),
        sample=facilities.sample,
    )
