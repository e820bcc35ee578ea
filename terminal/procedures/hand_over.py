"""S14: the card first, then the paper. What stands here is durable; nothing after it is a trouble any more.

A card that nobody takes does not hold the paper back for ever, but lamp and screen ask for it as long as it lies there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from contract.answer import ProgrammeAnswer, Verdict
from contract.record import Procedure
from programmes.eligibility import refusal, result_days
from terminal.controls import Choice, Pressed, Role
from terminal.enrolment import AcceptedRecord, Draft
from terminal.facilities import Facilities
from terminal.inbox import Delivered, Event, ProgrammeAnswered
from terminal.journal.events import CardLeft, PaperPrinted
from terminal.messages import Message, message, verbatim
from terminal.paper_out import put_out
from terminal.ports import Lamp, Sound
from terminal.presentation import TextSize
from terminal.procedures.card import taking_drawing
from terminal.procedures.signature import Done
from terminal.procedures.texts import localised
from terminal.receipt import Slip, receipt
from terminal.view_parts import Drawing, Fact, Note, Number, Options, Paragraph, Part, Status, Stones, Tone
from terminal.views import Accepted
from terminal.visit import Ending, Visit, VisitOver


@dataclass(frozen=True)
class Known:
    """What is known of the records while S14 stands: which arrived, and what the programme said."""

    arrived: frozenset[str] = frozenset()
    answers: tuple[ProgrammeAnswer, ...] = ()


async def hand_over(visit: Visit, facilities: Facilities, draft: Draft, done: Done, stones: Stones) -> None:
    """Card, paper, and as long as somebody reads: whether it arrived, and what the programme answered."""
    known = await _card_out(visit, facilities, done, Known(), stones)
    slip = Slip.of(visit, facilities, draft, done.accepted)
    large = visit.presentation.size is not TextSize.NORMAL
    printed = await _print(visit, facilities, slip, known, large=large)
    await _read(visit, facilities, done, known, slip, stones, printed=printed)
    if not _card_lies(visit):
        visit.around.panel.lamp(Lamp.OFF)


def _card_lies(visit: Visit) -> bool:
    return visit.holder is not None and visit.holder.reader in visit.around.readers.present()


def _ask_for_card(visit: Visit, *, lies: bool) -> None:
    visit.around.panel.lamp(Lamp.TAKE if lies else Lamp.DONE)


async def _card_out(visit: Visit, facilities: Facilities, done: Done, known: Known, stones: Stones) -> Known:
    """Until the card is taken, at most `take_card_s`; then the paper comes anyway, with chime, lamp and event."""
    around = visit.around
    around.panel.sound(Sound.TAKE_CARD)
    ends = around.clock.monotonic() + around.limits.take_card_s
    _ask_for_card(visit, lies=True)
    while _card_lies(visit):
        view = accepted_view(visit, facilities, done, known, stones, take_card=True)
        event = await _unless_ended(visit, view, ends)
        match event:
            case None:
                facilities.store.note(CardLeft(int(around.limits.take_card_s)))
                around.panel.sound(Sound.TAKE_CARD)
                break
            case Ending():
                break
            case _:
                known = learn(known, event, sample=facilities.sample)
    _ask_for_card(visit, lies=_card_lies(visit))
    return known


async def _unless_ended(visit: Visit, view: Accepted, until: float | None) -> Event | Ending | None:
    """What would end a visit (nobody there, the door, the order to stop) is only news here: it is all done."""
    try:
        return await visit.wait(view, until=until)
    except VisitOver as ended:
        return ended.ending


async def _print(visit: Visit, facilities: Facilities, slip: Slip, known: Known, *, large: bool) -> bool:
    slip = replace(slip, mykey_known=any(answer.mykey_id for answer in known.answers))
    paper = receipt(slip, facilities.wording, visit.presentation.language, large=large)
    return await put_out(facilities, paper, lambda proven: PaperPrinted(proven, large))


async def _read(
    visit: Visit,
    facilities: Facilities,
    done: Done,
    known: Known,
    slip: Slip,
    stones: Stones,
    *,
    printed: bool,
) -> None:
    """The number stays until おわる, and else as long as any question does (k = 1), with the warning before it goes.

    The time counts from the last thing that happened here: paper, or the card taken. As long as the card lies there,
    the screen asks for it and for nothing else, so the time then ends without a warning.
    """
    around = visit.around
    if visit.stopping and printed:
        return
    visit.give_whole_time()
    limits, now = around.limits, around.clock.monotonic()
    ends = now + limits.take_card_s if visit.stopping else None
    lapses, left = ends or now + limits.idle_end_s, _card_lies(visit)
    asked: bool | None = None  # the card may have been taken while the paper came
    while True:
        lies = _card_lies(visit)
        if lies is not asked:
            asked = lies
            _ask_for_card(visit, lies=lies)
        if left and not lies:  # once: a card that comes and goes must not keep the number standing
            left = False
            visit.give_whole_time()
        view = accepted_view(visit, facilities, done, known, stones, take_card=lies, printed=printed)
        event = await _unless_ended(visit, view, lapses if lies else ends)
        match event:
            case None | Ending() | Pressed(choice="finish"):
                return
            case Pressed(choice="print-large"):
                printed = await _print(visit, facilities, slip, known, large=True)
                visit.give_whole_time()
            case _:
                known = learn(known, event, sample=facilities.sample)


def learn(known: Known, event: object, *, sample: bool) -> Known:
    """A 見本 programme's answer is news on a 見本 terminal only: elsewhere nothing on the screen would mark it."""
    match event:
        case Delivered(enrolment):
            return replace(known, arrived=known.arrived | {enrolment})
        case ProgrammeAnswered(answer) if sample or not answer.sample:
            return replace(known, answers=(*known.answers, answer))
        case _:
            return known


# --------------------------------------------------------------------------- views


def accepted_view(
    visit: Visit,
    facilities: Facilities,
    done: Done,
    known: Known,
    stones: Stones,
    *,
    take_card: bool,
    printed: bool | None = None,
) -> Accepted:
    """`printed` is None as long as the paper waits for the card."""
    numbers = tuple(Number(_number_label(record, done.accepted), record.number) for record in done.accepted)
    refused = _refused(known)
    view = Accepted(
        title=message("accepted.title_refused") if refused else _title(done),
        sentence=None if refused else _where_it_is(facilities, done, known),
        refused=refused,
        stones=stones,
        sample=facilities.sample,
        take_card=take_card,
        time_factor=None if take_card else 1,
    )
    if take_card:
        taking = taking_drawing(facilities)
        drawing = Drawing(taking, caption=message("accepted.take_card"), tone=Tone.ATTENTION)
        paper = () if printed is None else (_paper_note(printed=printed),)
        brings = Status(message(_once_taken(facilities, printed)))
        return replace(view, parts=(*numbers, drawing, *paper), main=brings)
    return replace(
        view,
        parts=(
            *_second_missing(done),
            *_refusals(facilities, done, known),
            *numbers,
            *_said(done, known),
            *_paper(done, known, printed=printed is not False),
            *_result(visit, facilities, done, known),
            *(() if printed is not False else _whom_to_ask(facilities)),
            *_again(facilities),
        ),
        main=Choice("finish", message("button.leave"), Role.PRIMARY, icon="check", key="#"),
    )


def _once_taken(facilities: Facilities, printed: bool | None) -> str:
    """What taking the card brings: the paper, as long as it has not come and can."""
    coming = printed is None and facilities.can_print
    return "accepted.card_then_paper" if coming else "accepted.waiting_for_card"


def _title(done: Done) -> Message:
    """What stands on the green: 予約 alone never sounds like the 申込み."""
    applied = any(record.procedure is Procedure.APPLICATION for record in done.accepted)
    return message("accepted.title" if applied else "accepted.title_in_part")


def _second_missing(done: Done) -> tuple[Part, ...]:
    if done.complete:
        applied = any(record.procedure is Procedure.APPLICATION for record in done.accepted)
        return () if applied else (Note(message("accepted.application_too"), icon="info"),)
    return (
        Note(message("accepted.second_missing"), message("accepted.second_again"), "warning", Tone.ATTENTION),
    )


def _paper(done: Done, known: Known, *, printed: bool) -> tuple[Part, ...]:
    """The drawing gives way where something is missing or answered: one screen says it all."""
    if printed and done.complete and not known.answers:
        return (Drawing("paper-out", caption=message("accepted.take_paper")),)
    return (_paper_note(printed=printed),)


def _paper_note(*, printed: bool) -> Note:
    if printed:
        return Note(message("accepted.take_paper"), icon="paper")
    return Note(message("accepted.no_paper"), message("accepted.write_down"), "warning", Tone.ATTENTION)


def _result(visit: Visit, facilities: Facilities, done: Done, known: Known) -> tuple[Part, ...]:
    """When to ask; nothing once the programme has answered everything."""
    if {answer.id for answer in known.answers} >= {record.id for record in done.accepted}:
        return ()
    look, _ = result_days(facilities.programme.pack, visit.around.clock.visit_now())
    return (Paragraph(message("accepted.result_from", day=look)),)


def _whom_to_ask(facilities: Facilities) -> tuple[Part, ...]:
    """Stands on the paper else."""
    name, contact = facilities.operator.name, facilities.operator.contact
    return (Note(message("trouble.contact", name=name, phone=contact), icon="phone"),)


def _again(facilities: Facilities) -> tuple[Part, ...]:
    """One copy a press, as long as the printer says that it can."""
    if not facilities.can_print:
        return ()
    return (Options((Choice("print-large", message("accepted.print_large"), icon="document"),)),)


def _number_label(record: AcceptedRecord, all_records: Sequence[AcceptedRecord]) -> Message:
    return message("accepted.number" if len(all_records) == 1 else f"accepted.number_{record.procedure}")


def _where_it_is(facilities: Facilities, done: Done, known: Known) -> Message:
    """受付 or 到着: the second word only with the fleet's signed acknowledgement for every record."""
    records = done.accepted
    if {answer.id for answer in known.answers} >= {record.id for record in records}:
        return message("accepted.answered")
    if all(record.id in known.arrived for record in records):
        return message("accepted.arrived")
    return message("accepted.being_sent" if facilities.link.online() else "accepted.will_be_sent")


def _refused(known: Known) -> bool:
    return any(answer.verdict is Verdict.REFUSED for answer in known.answers)


def _refusals(facilities: Facilities, done: Done, known: Known) -> tuple[Part, ...]:
    """First of all: which procedure, why, and what can be done now. The code comes last."""
    procedures = {record.id: record.procedure for record in done.accepted}
    parts: list[Part] = []
    for answer in known.answers:
        if answer.verdict is Verdict.REFUSED and answer.id in procedures:
            parts += _refusal(facilities, f"accepted.refused_{procedures[answer.id]}", answer.code)
    return tuple(parts)


def _refusal(facilities: Facilities, what: str, code: str) -> tuple[Part, Part]:
    """A code that the pack words is not shown: the receipt number tells the telephone everything."""
    row = refusal(facilities.programme.pack, code)
    if row is None:
        why, following = message("accepted.refused_code"), message("accepted.refused_only_code", code=code)
    else:
        why = verbatim(localised(row.say))
        following = verbatim(localised(row.next))
    return Note(message(what), why, "error", Tone.ERROR), Paragraph(following)


def _said(done: Done, known: Known) -> tuple[Part, ...]:
    """What the programme answered in time, refusals apart; マイキーID else comes later."""
    answers = {answer.id: answer for answer in known.answers}
    parts = [_answered(record, answers.get(record.id)) for record in done.accepted]
    return tuple(part for part in parts if part is not None)


def _answered(record: AcceptedRecord, answer: ProgrammeAnswer | None) -> Part | None:
    reservation = record.procedure is Procedure.RESERVATION
    match answer:
        case None:
            return Paragraph(message("accepted.mykey_later")) if reservation else None
        case ProgrammeAnswer(verdict=Verdict.REFUSED):
            return None
        case ProgrammeAnswer(verdict=Verdict.ALREADY):
            before = f"accepted.already_{record.procedure}"
            return Note(message(before), message(f"{before}_detail"), "info")
        case ProgrammeAnswer(mykey_id=mykey) if reservation:
            grouped = verbatim(f"{mykey[:4]} {mykey[4:]}")
            return Fact(message("accepted.mykey", mykey=grouped), icon="card")
        case _:
            return Note(
                message("accepted.done_application"), message("accepted.done_next"), "check", Tone.SUCCESS
            )
