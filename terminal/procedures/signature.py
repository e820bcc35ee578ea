"""S13 and the point of no return: PIN, the card's signatures, seal, commit.

The PIN is the act's own (an early VERIFY was the open session of 2023): typed once, at the end, and presented to the
same card once for each signature. It lives in one `bytearray` that the reader's driver overwrites.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from terminal.controls import Choice, Field, FieldKind, Group, GroupState, KeyPressed, Role
from terminal.enrolment import AcceptedRecord, Prepared, Unstored, seal_and_commit
from terminal.facilities import Facilities
from terminal.journal.events import PinBlockedSeen, PinWrongEntered
from terminal.messages import Message, message
from terminal.ports import (
    CardLost,
    CardRefused,
    Holder,
    Lamp,
    OtherCard,
    PinBlocked,
    PinWrong,
    ReaderKind,
    Signed,
    SignedInPart,
)
from terminal.procedures.card import is_own_card
from terminal.procedures.steps import BACK, Turn
from terminal.view_parts import (
    Drawing,
    Entry,
    Fact,
    Note,
    Options,
    Part,
    Progress,
    Status,
    StepState,
    Stones,
    Tone,
    Tries,
)
from terminal.views import BACK as BACK_CHOICE
from terminal.views import EnterPin, Working
from terminal.visit import Ending, Visit, VisitOver

PIN_LENGTH = 4
#: Wrong twice in a visit ends it, whatever the card still allows (DESIGN §7): the third try blocks the card.
WRONG_TRIES = 2


@dataclass(frozen=True)
class Done:
    """Durable. `complete` is false when only the first of two records exists: the second signature did not come back,
    or the second record could not be stored."""

    accepted: tuple[AcceptedRecord, ...]
    complete: bool


async def sign_and_commit(
    visit: Visit, facilities: Facilities, make: Callable[[], Sequence[Prepared]], stones: Stones, act: Message
) -> Done | Turn:
    """Asks the PIN until the card has signed; BACK for もどる. Raises VisitOver for everything else.

    `make` gives the records when the PIN is complete; it may raise VisitOver as well, if a date has passed. `act`
    stands on the button that does it.
    """
    while True:
        holder = visit.holder
        if holder is None:
            raise VisitOver(Ending.CARD_LIFTED)
        if visit.warned:
            if not await is_own_card(visit, facilities, stones):
                return BACK
            visit.warned = False
        pin = await _ask_pin(visit, facilities, holder.tries_left, stones, act, again=visit.wrong_pins > 0)
        if pin is None:
            return BACK
        if visit.warned:  # somebody else may have come to the machine while the PIN was asked for
            _wipe(pin)
            continue
        try:
            prepared = make()
        except VisitOver:
            _wipe(pin)
            raise
        visit.show(working_view(facilities, stones, signed=False))
        visit.around.panel.lamp(Lamp.WAIT)
        outcome = await visit.around.readers.sign(holder, pin, [record.digest for record in prepared])
        match outcome:
            case Signed(signatures) | SignedInPart(signatures, _) if signatures:
                return await _commit(visit, facilities, prepared, holder, signatures, stones)
            case PinWrong(tries_left):
                visit.wrong_pins += 1
                facilities.store.note(PinWrongEntered(tries_left))
                _after_wrong_pin(visit, holder, tries_left)
            case PinBlocked():
                facilities.store.note(PinBlockedSeen(here=visit.wrong_pins > 0))
                raise VisitOver(Ending.PIN_BLOCKED)
            case OtherCard():
                raise VisitOver(Ending.OTHER_CARD)
            case CardRefused(kind=kind):
                raise VisitOver(Ending.CARD_REFUSED, kind.value)
            case Signed() | SignedInPart() | CardLost():
                raise VisitOver(Ending.CARD_LIFTED)


def _after_wrong_pin(visit: Visit, holder: Holder, tries_left: int) -> None:
    if tries_left == 0:
        raise VisitOver(Ending.PIN_BLOCKED)
    if visit.wrong_pins >= WRONG_TRIES:
        raise VisitOver(Ending.PIN_WRONG_TWICE)
    visit.bind(Holder(holder.reader, holder.kind, holder.certificate, tries_left))


async def _commit(
    visit: Visit,
    facilities: Facilities,
    prepared: Sequence[Prepared],
    holder: Holder,
    signatures: Sequence[bytes],
    stones: Stones,
) -> Done:
    """Past the point of no return. Nothing here waits for a person, and nothing that happens outside can end it."""
    visit.show(working_view(facilities, stones, signed=True))
    # Before the first commit: with two records the fleet's answer to the first may be here before the second is stored.
    facilities.link.expect_answers(tuple(record.id for record in prepared), visit.answer_key)
    accepted: list[AcceptedRecord] = []
    for record, signature in zip(prepared, signatures, strict=False):
        outcome = await seal_and_commit(record, holder.certificate, signature, facilities, visit.around.clock)
        if isinstance(outcome, Unstored):
            break
        accepted.append(outcome)
    if not accepted:
        raise VisitOver(Ending.CANNOT_STORE)
    visit.past_the_point_of_no_return()
    return Done(tuple(accepted), len(accepted) == len(prepared))


async def _ask_pin(
    visit: Visit, facilities: Facilities, tries_left: int, stones: Stones, act: Message, *, again: bool
) -> bytearray | None:
    """Four digits in a bytearray, or None for もどる. With one try left the safe way out comes first."""
    if tries_left == 1:
        match await visit.choose(last_try_view(facilities, stones)):
            case "back":
                return None
            case "check-first":
                raise VisitOver(Ending.LEFT)
            case _:
                pass
    pin = bytearray()
    while True:
        try:
            answer = await visit.ask(pin_view(facilities, len(pin), tries_left, stones, act, again=again))
        except VisitOver:
            _wipe(pin)
            raise
        match answer:
            case KeyPressed(key="back"):
                _drop_last(pin)
            case KeyPressed(key="clear"):
                _wipe(pin)
            case KeyPressed(key=key) if len(pin) < PIN_LENGTH and len(key) == 1 and key in "0123456789":
                pin.append(ord(key))
            case KeyPressed():
                pass
            case _ if answer.choice == "ok" and len(pin) == PIN_LENGTH:
                return pin
            case _ if answer.choice == "back":
                _wipe(pin)
                return None


def _drop_last(pin: bytearray) -> None:
    if pin:
        pin[-1] = 0
        del pin[-1]


def _wipe(pin: bytearray) -> None:
    """Overwritten before it shrinks: a shrinking bytearray leaves its bytes where they were."""
    for index in range(len(pin)):
        pin[index] = 0
    pin.clear()


# --------------------------------------------------------------------------- views


def pin_view(
    facilities: Facilities, typed: int, tries_left: int, stones: Stones, act: Message, *, again: bool
) -> EnterPin:
    """The boxes hold discs; no digit reaches a view."""
    boxes = tuple(
        Group(
            1,
            "●" if n < typed else "",
            GroupState.COMPLETE if n < typed else GroupState.CURRENT if n == typed else GroupState.EMPTY,
        )
        for n in range(PIN_LENGTH)
    )
    main: Choice | Status = Status(message("enter.missing_digits", n=PIN_LENGTH - typed))
    if typed == PIN_LENGTH:
        main = Choice("ok", act, Role.PRIMARY, icon="check", key="#")
    warned = _warning(tries_left, again=again)
    return EnterPin(
        title=message("pin.again_title" if again else "pin.title"),
        sentence=None if warned else message("pin.sentence"),
        parts=(*warned, Tries(tries_left), Entry(Field("pin", FieldKind.PIN, boxes))),
        main=main,
        back=BACK_CHOICE,
        stones=stones,
        sample=facilities.sample,
    )


def _warning(tries_left: int, *, again: bool) -> tuple[Part, ...]:
    """In the place of the sentence: what the last entry was, or what the next one may do."""
    if again:
        return (Note(message("pin.wrong"), message("pin.wrong_detail"), "error", Tone.ERROR),)
    if tries_left == 1:
        return (Note(message("pin.last_reminder"), icon="warning", tone=Tone.ATTENTION),)
    return ()


def last_try_view(facilities: Facilities, stones: Stones) -> EnterPin:
    """One try left: the main button is the safe one, the keypad only after an explicit choice."""
    return EnterPin(
        title=message("pin.last_title"),
        parts=(
            Note(message("pin.last_warning"), icon="warning", tone=Tone.ATTENTION),
            Tries(1),
            Fact(message("pin.last_counter"), message("pin.last_counter_detail"), "house"),
            Fact(message("pin.last_may_stop"), message("pin.last_may_stop_detail"), "info"),
            Options((Choice("enter-anyway", message("pin.last_enter"), icon="pin"),)),
        ),
        main=Choice("check-first", message("pin.last_check_first"), Role.PRIMARY, focused=True),
        back=BACK_CHOICE,
        stones=stones,
        sample=facilities.sample,
    )


def working_view(facilities: Facilities, stones: Stones, *, signed: bool) -> Working:
    field = facilities.reader_kind() is ReaderKind.FIELD
    steps = (
        (message("working.sign"), StepState.DONE if signed else StepState.NOW),
        (message("working.store"), StepState.NOW if signed else StepState.AHEAD),
    )
    return Working(
        title=message("working.title"),
        sentence=message("working.sentence_lay" if field else "working.sentence"),
        parts=(Drawing("working-nfc" if field else "working"), Progress(steps)),
        main=Status(message("working.wait")),
        stones=stones,
        sample=facilities.sample,
    )
