"""The terminal's day: attract screen, visit, ending, and again. One visit after the other, nothing in between."""

from __future__ import annotations

import gc
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from programmes.opening import NotOpen, Open, function_state
from terminal.endings import MISSING_CODES, Contact, trouble_view
from terminal.facilities import Facilities
from terminal.journal.events import CardLeft, CardRefused, DoorClosed, DoorOpened, OtherCardSeen, VisitStarted
from terminal.journal.events import VisitEnded as VisitEndedEvent
from terminal.ports import Lamp, ReaderKind, Sound
from terminal.procedures.card import take_card_view
from terminal.procedures.home import home
from terminal.procedures.rules import moment
from terminal.readiness import Missing, Readiness
from terminal.views import (
    Attract,
    Badge,
    Bars,
    Choice,
    Drawing,
    Message,
    Note,
    OutOfService,
    Panel,
    Part,
    Presentation,
    Pressed,
    Role,
    Small,
    Status,
    Tone,
    Trouble,
    message,
)
from terminal.visit import Ending, Surroundings, Visit, VisitEnded

#: The attract screen is shown anew so often: time of day, what is open, what is missing.
REFRESH_S = 5.0
#: Words after an ending stand so long if nobody presses; long enough to be read twice.
WORDS_S = 60.0
#: How long tools pressed on the attract screen are kept when nobody starts.
PRESENTATION_S = 60.0


@dataclass(frozen=True)
class Day:
    """What the loop needs. `readiness` is asked anew each time; `restarted` after a crash or power cut."""

    around: Surroundings
    facilities: Facilities
    readiness: Callable[[], Readiness]
    usual: Presentation
    restarted: bool = False
    #: Called between visits: collects what a visit held, and gives the memory back.
    clear_memory: Callable[[], object] = gc.collect


@dataclass(frozen=True)
class Outcome:
    ending: Ending
    detail: str = ""
    records: int = 0


async def serve(day: Day) -> None:
    """Visits until the process is told to stop."""
    presentation, again, restarted, somebody = day.usual, False, day.restarted, True
    while True:
        visit = Visit(day.facilities.new_id(), day.around, presentation, somebody=somebody)
        try:
            if not again:
                await _attract(visit, day, restarted=restarted)
                restarted = False
            outcome = await _visit(visit, day)
        except VisitEnded:  # only the order to stop ends the attract screen
            outcome = Outcome(Ending.SHUTDOWN, "before")
        if not visit.stopping:
            try:
                again = await _end(visit, day, outcome)
            except VisitEnded:
                outcome = Outcome(Ending.SHUTDOWN, "before")
        if visit.stopping:
            await _shut_down(visit, day, outcome)
            return
        presentation, somebody = visit.presentation if again else day.usual, visit.somebody
        del visit
        # Views, drafts and tasks of a visit refer to one another; what they held must not wait for the next cycle.
        day.clear_memory()


async def _visit(visit: Visit, day: Day) -> Outcome:
    store = day.facilities.store
    store.note(VisitStarted())
    visit.begin()
    records, ending, detail = 0, Ending.LEFT, ""
    try:
        if not day.readiness().can_print and not await _without_paper(visit, day):
            return Outcome(Ending.LEFT, "before")
        done = await home(visit, day.facilities)
        if done is None:
            return Outcome(Ending.LEFT, "before")
        records, ending = len(done.accepted), Ending.FINISHED
        return Outcome(ending, "", records)
    except VisitEnded as ended:
        ending, detail = ended.ending, ended.detail
        if ending is Ending.CARD_REFUSED:
            store.note(CardRefused(detail))
        elif ending is Ending.OTHER_CARD:
            store.note(OtherCardSeen())
        return Outcome(ending, detail, records)
    finally:
        store.note(VisitEndedEvent(ending.value, visit.showing, records))


# --------------------------------------------------------------------------- attract


async def _attract(visit: Visit, day: Day, *, restarted: bool) -> None:
    """Until somebody starts. A card that lies here is not read and must be taken first."""
    clock = day.around.clock
    day.around.panel.lamp(Lamp.OFF)
    kept_until = clock.monotonic() + PRESENTATION_S
    while True:
        state = day.readiness()
        lying = bool(day.around.readers.present())
        view = (
            attract_view(visit, day, state, lying=lying, restarted=restarted)
            if state.can_accept
            else out_of_service_view(day, state)
        )
        try:
            event = await visit.wait(view, until=clock.monotonic() + REFRESH_S)
        except VisitEnded as ended:
            if ended.ending is Ending.DOOR_OPENED:
                await _serviced(visit, day)
                continue
            if ended.ending is Ending.TIMED_OUT:  # somebody looked at the languages and left
                visit.presentation = day.usual
                continue
            raise
        if isinstance(event, Pressed) and event.choice == "start":
            return
        if visit.presentation != day.usual and clock.monotonic() > kept_until:
            visit.presentation = day.usual
        if visit.presentation == day.usual:
            kept_until = clock.monotonic() + PRESENTATION_S


async def _serviced(visit: Visit, day: Day) -> None:
    """The door is open: nothing is accepted until it is closed. Raises VisitEnded for the order to stop."""
    day.facilities.store.note(DoorOpened())
    await visit.wait_for_closed_door(door_view(day))
    day.facilities.store.note(DoorClosed())


async def _without_paper(visit: Visit, day: Day) -> bool:
    """Printer trouble is offered before the visit, never after consent."""
    return await visit.choose(no_paper_view(day)) == "go-on"


# --------------------------------------------------------------------------- endings


async def _end(visit: Visit, day: Day, outcome: Outcome) -> bool:
    """Stops the card, forgets the visit, says what was not done, and waits for the card to leave.

    True when the resident wants to begin again at once.
    """
    around = day.around
    if outcome.ending not in (Ending.FINISHED,):
        around.screen.show(_neutral(day), visit.presentation)
    await around.readers.release()
    day.facilities.link.forget_answers()
    visit.forget()
    again = False
    if outcome.ending is not Ending.FINISHED and outcome.detail != "before":
        around.panel.lamp(Lamp.TROUBLE)
        again = await _put_off_by_door(visit, day, lambda: _words(visit, day, outcome))
    await _put_off_by_door(visit, day, lambda: _card_must_leave(visit, day))
    around.panel.lamp(Lamp.OFF)
    if visit.door_open:
        await _serviced(visit, day)
    return again


async def _put_off_by_door(visit: Visit, day: Day, step: Callable[[], Awaitable[bool]]) -> bool:
    """What follows a visit cannot be ended again: an open door puts it off, only the order to stop goes through."""
    while True:
        try:
            return await step()
        except VisitEnded as ended:
            if ended.ending is not Ending.DOOR_OPENED:
                raise
            await _serviced(visit, day)


async def _words(visit: Visit, day: Day, outcome: Outcome) -> bool:
    lying = (message("trouble.take_card"),) if day.around.readers.present() else ()
    view = trouble_view(
        outcome.ending, outcome.detail, _contact(day), sample=day.facilities.sample, extra=lying
    )
    ends = day.around.clock.monotonic() + WORDS_S
    while True:
        event = await visit.wait(view, until=ends)
        match event:
            case None:
                return False
            case Pressed(choice=choice):
                return choice == "again"
            case _:
                pass


async def _card_must_leave(visit: Visit, day: Day) -> bool:
    """No next visit until the card is gone; a chime every `take_card_s`. True if it had to be noted as left."""
    around, noted = day.around, False
    while around.readers.present():
        around.panel.lamp(Lamp.TAKE)
        around.panel.sound(Sound.TAKE_CARD)
        until = around.clock.monotonic() + around.limits.take_card_s
        event = await visit.wait(take_card_view(sample=day.facilities.sample), until=until)
        if event is None and not noted:
            noted = True
            day.facilities.store.note(CardLeft(int(around.limits.take_card_s)))
    return noted


async def _shut_down(visit: Visit, day: Day, outcome: Outcome) -> None:
    """The last words before the process goes. What was accepted stays on the screen; nobody is told otherwise."""
    if outcome.detail == "before":
        day.around.screen.show(_neutral(day), day.usual)
    elif outcome.ending is not Ending.FINISHED:
        view = trouble_view(Ending.SHUTDOWN, "", _contact(day), sample=day.facilities.sample)
        day.around.screen.show(view, visit.presentation)
    await day.around.readers.release()
    visit.forget()


def _contact(day: Day) -> Contact:
    operator, place = day.facilities.operator, day.facilities.place
    return Contact(operator.name, operator.contact, place.terminal)


# --------------------------------------------------------------------------- views


def _neutral(day: Day) -> OutOfService:
    """Between the last screen of a visit and the words of its ending: nothing of the visit is on it."""
    return OutOfService(title=message("attract.one_moment"), sample=day.facilities.sample)


def attract_view(visit: Visit, day: Day, state: Readiness, *, lying: bool, restarted: bool) -> Attract:
    facilities = day.facilities
    at = moment(visit, facilities)
    opening = function_state(facilities.programme.pack, "application", at)
    notes: list[Part] = []
    if restarted:
        notes.append(
            Note(message("attract.restarted"), message("attract.restarted_detail"), "warning", Tone.ATTENTION)
        )
    card = message("attract.take_card" if lying else "attract.no_card_yet")
    notes.append(Note(card, icon="card", tone=Tone.ATTENTION))
    start = Choice("start", message("attract.start"), Role.PRIMARY, icon="forward", key="#")
    return Attract(
        title=message("attract.title"),
        sentence=message("attract.sentence"),
        parts=(
            Drawing(_taking(facilities) if lying else "attract"),
            opening_panel(opening, state),
            *notes,
        ),
        main=Status(message("attract.wait_for_card")) if lying else start,
        clock=at.now,
        sample=facilities.sample,
    )


def _taking(facilities: Facilities) -> str:
    """The card taken from the reader that is fitted."""
    return "nfc-take" if facilities.reader_kind() is ReaderKind.FIELD else "reader-take"


def opening_panel(opening: Open | NotOpen, state: Readiness) -> Panel:
    """What is open and until when, and each missing thing on a line of its own."""
    missing = tuple(message(f"missing.{thing.value}") for thing in state.missing)
    if isinstance(opening, NotOpen):
        lines: tuple[Message, ...] = (message(f"closed.{opening.why.value.replace('-', '_')}"),)
        if opening.again is not None:
            lines = (*lines, message("attract.again", at=opening.again))
        return Panel(message("attract.closed_now"), lines, Badge.BARRED, missing)
    lines = (
        (message("attract.closes"), message("attract.closes_day", day=opening.closes))
        if opening.closes is not None
        else ()
    )
    if opening.pauses is not None:
        lines = (*lines, message("attract.today_until", at=opening.pauses))
    return Panel(message("attract.open_now"), lines, Badge.OK, missing)


def out_of_service_view(day: Day, state: Readiness) -> OutOfService:
    """Every thing without which nothing can be accepted, and its code for the telephone."""
    contact, blocking = _contact(day), state.blocking
    reasons = tuple(message(f"out_of_service.{thing.value}") for thing in blocking)
    codes = " ".join(MISSING_CODES[thing] for thing in blocking)
    return OutOfService(
        title=message("out_of_service.title"),
        parts=(
            Drawing("out-of-service"),
            Bars(
                reasons,
                (message("out_of_service.not_done"),),
                (message("out_of_service.next"),),
                message("bars.cannot"),
            ),
            Small(
                (
                    message("trouble.contact", name=contact.name, phone=contact.phone),
                    message("trouble.code", terminal=contact.terminal, code=codes),
                )
            ),
        ),
        main=Status(message("out_of_service.told")),
        sample=day.facilities.sample,
    )


def door_view(day: Day) -> OutOfService:
    return OutOfService(
        title=message("out_of_service.door_title"),
        sentence=message("out_of_service.door_sentence"),
        parts=(Drawing("maintenance"),),
        main=Status(message("out_of_service.door_wait")),
        sample=day.facilities.sample,
    )


def no_paper_view(day: Day) -> Trouble:
    """The visit can go on without paper: the number then stands on the screen to be written down."""
    contact, code = _contact(day), MISSING_CODES[Missing.PAPER]
    return Trouble(
        code=code,
        tone=Tone.ATTENTION,
        title=message("no_paper.title"),
        parts=(
            Drawing("no-paper", tone=Tone.ATTENTION),
            Bars(
                (message("no_paper.happened"),),
                (message("no_paper.possible"),),
                (message("no_paper.next"),),
                message("bars.possible"),
            ),
            Small(
                (
                    message("trouble.contact", name=contact.name, phone=contact.phone),
                    message("trouble.code", terminal=contact.terminal, code=code),
                )
            ),
        ),
        main=Choice("go-on", message("no_paper.go_on"), Role.PRIMARY),
        back=Choice("leave", message("button.leave"), Role.BACK),
        sample=day.facilities.sample,
    )
