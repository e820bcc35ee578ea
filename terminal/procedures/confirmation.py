"""S12: everything once more, the dated rules once more, and the one screen that looks like an act."""

from __future__ import annotations

from dataclasses import dataclass

from programmes.eligibility import ServiceOpen, service_state
from programmes.services import Service
from terminal.controls import Choice, Look, Pressed, Role
from terminal.enrolment import Draft
from terminal.facilities import Facilities
from terminal.messages import Message, message, verbatim
from terminal.procedures.rules import moment, require_open
from terminal.procedures.steps import BACK, Turn
from terminal.procedures.texts import localised
from terminal.view_parts import Line, Paragraph, Sheet, Stones
from terminal.views import BACK as BACK_CHOICE
from terminal.views import ConfirmApplication
from terminal.visit import Ending, Visit, VisitOver

#: ぜんぶ見る shows the ID for so long, then it is masked again (FLOW §2, S12).
REVEAL_S = 10.0


@dataclass(frozen=True)
class Correct:
    """直す: which line is wrong (`service`, `id`, `codes`); `enrol.CORRECTIONS` says what is asked again for it."""

    what: str


async def confirm(
    visit: Visit, facilities: Facilities, draft: Draft, service: Service | None, stones: Stones
) -> Draft | Turn | Correct:
    revealed_until: float | None = None
    while True:
        require_still_open(visit, facilities, draft, service)
        now = visit.around.clock.monotonic()
        if revealed_until is not None and now >= revealed_until:
            revealed_until = None
        view = confirm_view(facilities, draft, service, stones, revealed=revealed_until is not None)
        event = await visit.wait(view, until=revealed_until)
        match event:
            case Pressed(choice="back"):
                return BACK
            case Pressed(choice="reveal"):
                revealed_until = visit.around.clock.monotonic() + REVEAL_S
            case Pressed(choice=choice) if choice.startswith("correct-"):
                return Correct(choice.removeprefix("correct-"))
            case Pressed(choice="apply"):
                require_still_open(visit, facilities, draft, service)
                return draft
            case _:
                pass


def require_still_open(visit: Visit, facilities: Facilities, draft: Draft, service: Service | None) -> None:
    """A date may pass while somebody types: then nothing is accepted, and the screen says so."""
    require_open(visit, facilities)
    if service is not None:
        at = moment(visit, facilities)
        state = service_state(facilities.programme.pack, service, (draft.measure,), at)
        if not isinstance(state, ServiceOpen):
            raise VisitOver(Ending.NOT_OPEN, "service")


# --------------------------------------------------------------------------- views


def masked(value: str) -> str:
    """The last four characters; the rest is four discs, whatever its length."""
    return f"●●●● {value[-4:]}" if len(value) > 4 else "●●●●"


def _spaced(value: str) -> str:
    """Fours as printed; pairs of them stay together when the line breaks."""
    fours = [value[i : i + 4] for i in range(0, len(value), 4)]
    return " ".join("\u00a0".join(fours[i : i + 2]) for i in range(0, len(fours), 2))


def _correct(what: str) -> Choice:
    return Choice(f"correct-{what}", message("confirm.correct"))


def confirm_view(
    facilities: Facilities, draft: Draft, service: Service | None, stones: Stones, *, revealed: bool
) -> ConfirmApplication:
    row = facilities.programme.measure(draft.measure)
    if service is None:
        return _confirm_reservation(facilities, stones)
    lines = [Line(message("confirm.service"), verbatim(localised(service.name)), (_correct("service"),))]
    if draft.service_id:
        shown = _spaced(draft.service_id) if revealed else masked(draft.service_id)
        choices = () if revealed else (Choice("reveal", message("confirm.reveal")),)
        lines.append(Line(_id_label(service), verbatim(shown), (*choices, _correct("id"))))
    if any(draft.codes) or draft.phone_last4:
        lines.append(Line(message("confirm.code"), _codes_entered(draft), (_correct("codes"),)))
    if row is not None:
        lines.append(Line(message("confirm.points"), message("confirm.at_most", yen=row.grant.points_max)))
    return ConfirmApplication(
        title=message("confirm.title"),
        sentence=message("confirm.not_yet"),
        parts=(
            Sheet(message("confirm.irrevocable"), tuple(lines)),
            Paragraph(message("confirm.pin_follows")),
        ),
        main=_apply("confirm.apply"),
        back=BACK_CHOICE,
        stones=stones,
        sample=facilities.sample,
    )


def _id_label(service: Service) -> Message:
    """The name under which it was asked for."""
    row = service.id_entry
    return message("confirm.id_as", label=localised(row.label)) if row is not None else message("confirm.id")


def _codes_entered(draft: Draft) -> Message:
    return message("confirm.entered", n=sum(map(len, draft.codes)) + len(draft.phone_last4))


def _apply(label: str) -> Choice:
    """No default focus: nobody applies by pressing # once too often."""
    return Choice("apply", message(label), Role.PRIMARY, icon="seal", look=Look.SEAL)


def _confirm_reservation(facilities: Facilities, stones: Stones) -> ConfirmApplication:
    lines = (
        Line(message("confirm.procedure"), message("confirm.reservation")),
        Line(message("confirm.service"), message("confirm.service_later")),
        Line(message("confirm.mykey"), message("confirm.mykey_value")),
    )
    return ConfirmApplication(
        title=message("confirm.reservation_title"),
        sentence=message("confirm.reservation_not_yet"),
        parts=(
            Sheet(message("confirm.reservation_strip"), lines),
            Paragraph(message("confirm.reservation_pin_follows")),
        ),
        main=_apply("confirm.reserve"),
        back=BACK_CHOICE,
        stones=stones,
        sample=facilities.sample,
    )
