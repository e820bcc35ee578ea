"""S3: before anything is asked, what somebody must have with them, and help for who has not."""

from __future__ import annotations

from enum import Enum

from programmes.eligibility import conditions
from programmes.opening import phase_in_force
from terminal.controls import Choice, Role
from terminal.enrolment import Draft
from terminal.facilities import Facilities
from terminal.guidance_paper import guidance
from terminal.journal.events import GuidancePrinted
from terminal.messages import Message, message, verbatim
from terminal.paper_out import put_out
from terminal.presentation import TextSize
from terminal.procedures.rules import moment
from terminal.procedures.steps import BACK, Step, Turn
from terminal.procedures.texts import localised
from terminal.view_parts import Drawing, Fact, Layout, Note, Options, Part, Status
from terminal.views import BACK as BACK_CHOICE
from terminal.views import Checklist
from terminal.visit import Visit

#: What the resident has to know about eligibility and reads elsewhere: with its date above, on the service's row.
_SAID_ELSEWHERE = frozenset({"card-application-date", "prior-registration"})


def checklist_step(visit: Visit, facilities: Facilities, *, needs_service: bool) -> Step:
    async def step(draft: Draft) -> Draft | Turn:
        while True:
            view = checklist_view(visit, facilities, draft.measure, needs_service=needs_service)
            match await visit.choose(view):
                case "back":
                    return BACK
                case "pin-unknown" | "id-unknown" as topic:
                    await _help(visit, facilities, topic)
                case _:
                    return draft

    return step


class HelpPaper(Enum):
    """What became of the paper of a help page: one a page, so that nobody empties the roll."""

    OFFERED = "print"
    COMING = "paper_coming"
    OUT = "paper_out"
    FAILED = "paper_failed"


async def _help(visit: Visit, facilities: Facilities, topic: str) -> None:
    """Until もどる. Who leaves here with やめる has lost nothing: nothing was begun."""
    paper = HelpPaper.OFFERED if facilities.can_print else None
    while await visit.choose(help_view(facilities, topic, paper)) == "print":
        visit.show(help_view(facilities, topic, HelpPaper.COMING))
        paper = await _print_help(visit, facilities, topic)


async def _print_help(visit: Visit, facilities: Facilities, topic: str) -> HelpPaper:
    large = visit.presentation.size is not TextSize.NORMAL
    paper = guidance(*_help_words(topic), facilities, visit.presentation)
    came = await put_out(facilities, paper, lambda proven: GuidancePrinted(proven, large))
    return HelpPaper.OUT if came else HelpPaper.FAILED


# --------------------------------------------------------------------------- views


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
    facts += [
        Fact(verbatim(localised(row.say)), icon="info")
        for row in conditions(facilities.programme.pack, "declared")
        if row.key not in _SAID_ELSEWHERE
    ]
    return Checklist(
        title=message("checklist.title"),
        sentence=message("checklist.sentence", n=len(unknown) + 1),
        parts=(*facts, Options(tuple(unknown), Layout.PAIR)),
        main=Choice("ready", message("checklist.ready"), Role.PRIMARY, key="#"),
        back=BACK_CHOICE,
        sample=facilities.sample,
    )


def _help_words(topic: str) -> tuple[Message, Message]:
    """Title and advice of a help page, on the screen and on paper."""
    slug = topic.replace("-", "_")
    return message(f"help.{slug}_title"), message(f"help.{slug}_where")


def help_view(facilities: Facilities, topic: str, paper: HelpPaper | None) -> Checklist:
    """What to do without PIN or ID. `paper` is None where no printer can print."""
    title, advice = _help_words(topic)
    main: Choice | Status | None = None
    if paper is HelpPaper.OFFERED:
        main = Choice("print", message("help.print"), Role.PRIMARY, icon="paper", key="#")
    elif paper is not None:
        main = Status(message(f"help.{paper.value}"))
    return Checklist(
        title=title,
        parts=(
            Drawing("four-pins" if topic == "pin-unknown" else "e-money-both"),
            Note(advice, icon="house"),
            Note(message("help.nothing_lost"), message("help.come_again"), icon="info"),
        ),
        main=main,
        back=BACK_CHOICE,
        sample=facilities.sample,
    )
