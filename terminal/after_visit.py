"""After a visit: its card is stopped and it is forgotten, its words stand, and the card leaves before anybody begins."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from terminal.attract import serviced
from terminal.controls import Pressed
from terminal.endings import OperatorContact, further_words, trouble_view
from terminal.facilities import Facilities
from terminal.journal.events import CardLeft
from terminal.overlays import one_moment_view
from terminal.ports import Lamp, Sound
from terminal.presentation import Presentation
from terminal.procedures.card import take_card_view
from terminal.visit import Ending, Visit, VisitOver

#: Words after an ending stand so long if nobody presses; long enough to be read twice.
WORDS_S = 60.0


@dataclass(frozen=True)
class Outcome:
    """How a visit ended. `begun` is false where nothing was begun that could be said not to be done."""

    ending: Ending
    detail: str = ""
    begun: bool = True

    @property
    def needs_words(self) -> bool:
        return self.begun and self.ending is not Ending.FINISHED


async def after_visit(visit: Visit, facilities: Facilities, outcome: Outcome) -> bool:
    """Stops the card, forgets the visit, says what was not done, and waits for the card to leave.

    True when the resident wants to begin again at once and is still there: who has not taken the card in its time, or
    was kept waiting by an open door, has gone. Raises VisitOver for the order to stop only.
    """
    around = visit.around
    if outcome.ending is not Ending.FINISHED:
        around.screen.show(one_moment_view(sample=facilities.sample), visit.presentation)
    await around.readers.release()
    facilities.link.forget_answers()
    visit.forget()
    again = False
    if outcome.needs_words:
        around.panel.lamp(Lamp.TROUBLE)
        again = await _put_off_by_door(visit, facilities, lambda: _words(visit, facilities, outcome))
    lapses = around.clock.monotonic() + around.limits.take_card_s
    await _put_off_by_door(visit, facilities, lambda: _card_must_leave(visit, facilities))
    around.panel.lamp(Lamp.OFF)
    if visit.door_open:
        await serviced(visit, facilities)
    return again and around.clock.monotonic() < lapses


async def last_words(visit: Visit, facilities: Facilities, outcome: Outcome, usual: Presentation) -> None:
    """Before the process goes. What was accepted stays on the screen; nobody is told otherwise."""
    if not outcome.begun:
        visit.around.screen.show(one_moment_view(sample=facilities.sample), usual)
    elif outcome.ending is not Ending.FINISHED:
        view = trouble_view(Ending.SHUTDOWN, "", OperatorContact.of(facilities), sample=facilities.sample)
        visit.around.screen.show(view, visit.presentation)
    await visit.around.readers.release()
    visit.forget()


async def _put_off_by_door(visit: Visit, facilities: Facilities, step: Callable[[], Awaitable[bool]]) -> bool:
    """What follows a visit cannot be ended again: an open door puts it off, only the order to stop goes through."""
    while True:
        try:
            return await step()
        except VisitOver as ended:
            if ended.ending is not Ending.DOOR_OPENED:
                raise
            await serviced(visit, facilities)


async def _words(visit: Visit, facilities: Facilities, outcome: Outcome) -> bool:
    """True for もう一度."""
    view = trouble_view(
        outcome.ending,
        outcome.detail,
        OperatorContact.of(facilities),
        sample=facilities.sample,
        lying=bool(visit.around.readers.present()),
        extra=further_words(outcome.ending, outcome.detail, facilities.programme.pack),
    )
    ends = visit.around.clock.monotonic() + WORDS_S
    while True:
        event = await visit.wait(view, until=ends)
        match event:
            case None:
                return False
            case Pressed(choice=choice):
                return choice == "again"
            case _:
                pass


async def _card_must_leave(visit: Visit, facilities: Facilities) -> bool:
    """No next visit until the card is gone; a chime every `take_card_s`. True if it had to be noted as left."""
    around, noted = visit.around, False
    while around.readers.present():
        around.panel.lamp(Lamp.TAKE)
        around.panel.sound(Sound.TAKE_CARD)
        until = around.clock.monotonic() + around.limits.take_card_s
        event = await visit.wait(take_card_view(facilities), until=until)
        if event is None and not noted:
            noted = True
            facilities.store.note(CardLeft(int(around.limits.take_card_s)))
    return noted
