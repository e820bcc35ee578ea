"""S1, the screen between visits: what is open, what is missing, and that a card must not lie there yet."""

from __future__ import annotations

from collections.abc import Callable

from programmes.opening import NotOpen, Open, function_state
from terminal.controls import Badge, Choice, Pressed, Role
from terminal.endings import MISSING_CODES, OperatorContact
from terminal.facilities import Facilities
from terminal.journal.events import DoorClosed, DoorOpened
from terminal.messages import Message, message
from terminal.ports import Lamp
from terminal.presentation import Presentation
from terminal.procedures.card import taking_drawing
from terminal.procedures.rules import moment
from terminal.readiness import Missing, Readiness
from terminal.view_parts import Banner, Bars, Drawing, Note, Part, Status, Tone
from terminal.views import BACK, Attract, OutOfService, Trouble
from terminal.visit import Ending, Visit, VisitOver

#: The attract screen is shown anew so often: time of day, what is open, what is missing.
REFRESH_S = 5.0
#: How long tools pressed on the attract screen are kept when nobody starts.
PRESENTATION_S = 60.0


async def attract(
    visit: Visit,
    facilities: Facilities,
    readiness: Callable[[], Readiness],
    usual: Presentation,
    *,
    restarted: bool,
) -> None:
    """Until somebody starts. A card that lies here is not read and must be taken first.

    `readiness` is asked anew each time. Raises VisitOver for the order to stop only.
    """
    around = visit.around
    around.panel.lamp(Lamp.OFF)
    kept_until = around.clock.monotonic() + PRESENTATION_S
    while True:
        state, lying = readiness(), bool(around.readers.present())
        view = (
            attract_view(visit, facilities, state, lying=lying, restarted=restarted)
            if state.can_accept
            else out_of_service_view(facilities, state)
        )
        try:
            event = await visit.wait(view, until=around.clock.monotonic() + REFRESH_S)
        except VisitOver as ended:
            if ended.ending is not Ending.DOOR_OPENED:
                raise
            await serviced(visit, facilities)
            continue
        if isinstance(event, Pressed) and event.choice == "start":
            return
        if visit.presentation != usual and around.clock.monotonic() > kept_until:
            visit.presentation = usual
        if visit.presentation == usual:
            kept_until = around.clock.monotonic() + PRESENTATION_S


async def serviced(visit: Visit, facilities: Facilities) -> None:
    """The door is open: nothing is accepted until it is closed. Raises VisitOver for the order to stop."""
    facilities.store.note(DoorOpened())
    await visit.wait_for_closed_door(door_view(facilities))
    facilities.store.note(DoorClosed())


# --------------------------------------------------------------------------- views


def attract_view(
    visit: Visit, facilities: Facilities, state: Readiness, *, lying: bool, restarted: bool
) -> Attract:
    at = moment(visit, facilities)
    opening = function_state(facilities.programme.pack, "application", at)
    notes: list[Part] = []
    if restarted:
        notes.append(
            Note(message("attract.restarted"), message("attract.restarted_detail"), "warning", Tone.ATTENTION)
        )
    if lying:
        notes.append(Note(message("attract.take_card"), message("attract.not_yours"), "card", Tone.ATTENTION))
    else:
        notes.append(Note(message("attract.no_card_yet"), icon="card", tone=Tone.ATTENTION))
    start = Choice("start", message("attract.start"), Role.PRIMARY, icon="forward", key="#")
    return Attract(
        title=message("attract.title"),
        sentence=message("attract.sentence"),
        parts=(
            Drawing(taking_drawing(facilities) if lying else "attract"),
            opening_banner(opening, state),
            *notes,
        ),
        main=Status(message("attract.wait_for_card")) if lying else start,
        clock=at.now,
        sample=facilities.sample,
    )


def opening_banner(opening: Open | NotOpen, state: Readiness) -> Banner:
    """What is open and until when, and each missing thing on a line of its own."""
    missing = tuple(message(f"missing.{thing.value}") for thing in state.missing)
    if isinstance(opening, NotOpen):
        lines: tuple[Message, ...] = (message(f"closed.{opening.why.value.replace('-', '_')}"),)
        if opening.again is not None:
            lines = (*lines, message("attract.again", at=opening.again))
        return Banner(message("attract.closed_now"), lines, Badge.BARRED, missing)
    deadline = None if opening.closes is None else message("attract.closes_day", day=opening.closes)
    lines = (message("attract.closes"), deadline) if deadline is not None else ()
    if opening.pauses is not None:
        lines = (*lines, message("attract.today_until", at=opening.pauses))
    return Banner(message("attract.open_now"), lines, Badge.OK, missing, deadline)


def out_of_service_view(facilities: Facilities, state: Readiness) -> OutOfService:
    """Every thing without which nothing can be accepted, and its code for the telephone."""
    contact, blocking = OperatorContact.of(facilities), state.blocking
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
            contact.lines(codes),
        ),
        main=Status(message("out_of_service.told")),
        sample=facilities.sample,
    )


def door_view(facilities: Facilities) -> OutOfService:
    return OutOfService(
        title=message("out_of_service.door_title"),
        sentence=message("out_of_service.door_sentence"),
        parts=(Drawing("maintenance"), OperatorContact.of(facilities).lines()),
        main=Status(message("out_of_service.door_wait")),
        sample=facilities.sample,
    )


def no_paper_view(facilities: Facilities) -> Trouble:
    """The visit can go on without paper: the number then stands on the screen to be written down."""
    contact, code = OperatorContact.of(facilities), MISSING_CODES[Missing.PAPER]
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
            contact.lines(code),
        ),
        main=Choice("go-on", message("no_paper.go_on"), Role.PRIMARY, icon="forward"),
        back=BACK,
        sample=facilities.sample,
    )
