"""S2: what somebody came for. Closed procedures stay visible, because people come for them and must be told."""

from __future__ import annotations

from programmes.contacts import who_answers
from programmes.model import Contact
from programmes.opening import Open, function_state
from terminal.controls import Badge, Choice, Look
from terminal.facilities import Facilities
from terminal.messages import Message, message, verbatim
from terminal.procedures.enrol import apply, reserve
from terminal.procedures.rules import moment
from terminal.procedures.signature import Done
from terminal.procedures.steps import Turn
from terminal.procedures.texts import localised
from terminal.view_parts import Drawing, Fact, Layout, Note, Options, Tone
from terminal.views import BACK as BACK_CHOICE
from terminal.views import Home
from terminal.visit import Visit


async def home(visit: Visit, facilities: Facilities) -> Done | None:
    """The record of the procedure that was chosen, or None when the resident went back to the attract screen."""
    while True:
        match await visit.choose(home_view(visit, facilities)):
            case "apply":
                outcome = await apply(visit, facilities)
            case "reserve":
                outcome = await reserve(visit, facilities)
            case "status":
                await visit.choose(status_view(facilities))
                continue
            case "guide":
                await visit.choose(guide_view(visit, facilities))
                continue
            case _:
                return None
        if not isinstance(outcome, Turn):
            return outcome


def home_view(visit: Visit, facilities: Facilities) -> Home:
    badge, detail = _state_words(visit, facilities)
    return Home(
        title=message("home.title"),
        sentence=message("home.sentence"),
        parts=(
            Options(
                (
                    Choice(
                        "apply",
                        message("home.apply"),
                        detail=detail or message("home.apply_detail"),
                        badge=badge,
                        icon="pen",
                        look=Look.FILLED,
                        key="1",
                    ),
                    Choice(
                        "reserve",
                        message("home.reserve"),
                        detail=detail or message("home.reserve_detail"),
                        badge=badge,
                        icon="calendar",
                        key="2",
                    ),
                    Choice(
                        "status",
                        message("home.status"),
                        detail=message("home.status_detail"),
                        icon="search",
                        key="3",
                    ),
                    Choice(
                        "guide",
                        message("home.guide"),
                        detail=message("home.guide_detail"),
                        icon="info",
                        key="4",
                    ),
                ),
                Layout.CHOICES,
            ),
        ),
        back=BACK_CHOICE,
        sample=facilities.sample,
    )


def _state_words(visit: Visit, facilities: Facilities) -> tuple[Badge | None, Message | None]:
    """Nothing while the procedure is open; else the reason on the button itself, before anybody starts."""
    state = function_state(facilities.programme.pack, "application", moment(visit, facilities))
    if isinstance(state, Open):
        return None, None
    return Badge.BARRED, message(f"closed.{state.why.value.replace('-', '_')}")


def status_view(facilities: Facilities) -> Home:
    """申込状況 cannot be asked at this terminal yet: who can answer, and with what."""
    operator = facilities.operator
    return Home(
        title=message("status.title"),
        sentence=message("status.sentence"),
        parts=(
            Note(message("status.not_here"), message("status.have_number"), "info"),
            Drawing("ask-by-phone"),
            Note(verbatim(operator.name), verbatim(operator.contact), "phone"),
        ),
        back=BACK_CHOICE,
        sample=facilities.sample,
    )


def guide_view(visit: Visit, facilities: Facilities) -> Home:
    """ご案内 in one page: the order of things, who answers today, and what nobody ever asks for."""
    pack = facilities.programme.pack
    answers = who_answers(pack, "programme", moment(visit, facilities).day)
    fraud = tuple(
        Note(verbatim(localised(row.text)), icon="warning", tone=Tone.ATTENTION) for row in pack.fraud[:1]
    )
    operator = facilities.operator
    contact = (
        Fact(
            verbatim(localised(answers.name)),
            message("guide.line", phone=answers.phone, guide=answers.guide),
            "phone",
        )
        if isinstance(answers, Contact)
        else Fact(verbatim(operator.name), verbatim(operator.contact), "phone")
    )
    return Home(
        title=message("guide.title"),
        sentence=message("guide.sentence"),
        parts=(
            Fact(message("guide.first"), message("guide.first_detail"), "card"),
            Fact(message("guide.second"), message("guide.second_detail"), "pen"),
            Fact(message("guide.third"), message("guide.third_detail"), "coin"),
            contact,
            *fraud,
        ),
        back=BACK_CHOICE,
        sample=facilities.sample,
    )
