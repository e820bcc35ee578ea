"""The terminal's day: attract screen, visit, what follows it, and again. One visit after the other, nothing in between."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass

from terminal.after_visit import Outcome, after_visit, last_words
from terminal.attract import attract, no_paper_view
from terminal.facilities import Facilities
from terminal.journal.events import OtherCardSeen, UnusableCardSeen, VisitEnded, VisitStarted
from terminal.presentation import Presentation
from terminal.procedures.home import home
from terminal.readiness import Readiness
from terminal.visit import Ending, Surroundings, Visit, VisitOver


@dataclass(frozen=True)
class Terminal:
    """One terminal, as its day needs it: devices, rules and trust, what is missing at this moment, how it looks unasked."""

    around: Surroundings
    facilities: Facilities
    readiness: Callable[[], Readiness]
    usual: Presentation
    #: After a crash or a power cut: the first attract screen says who should apply again.
    restarted: bool = False
    #: Called between visits: collects what a visit held, and gives the memory back.
    clear_memory: Callable[[], object] = gc.collect


async def serve(terminal: Terminal) -> None:
    """Visits until the process is told to stop."""
    presentation, restarted, again, somebody = terminal.usual, terminal.restarted, False, True
    while True:
        visit = Visit(terminal.facilities.new_id(), terminal.around, presentation, somebody=somebody)
        outcome = Outcome(Ending.SHUTDOWN, begun=False)
        try:
            if not again:
                await attract(
                    visit, terminal.facilities, terminal.readiness, terminal.usual, restarted=restarted
                )
            restarted = again = False
            outcome = await _visit(visit, terminal)
            if not visit.stopping:
                again = await after_visit(visit, terminal.facilities, outcome)
        except VisitOver:
            if not visit.stopping:  # outside a visit there is nothing else that could be ended
                raise
            outcome = Outcome(Ending.SHUTDOWN, begun=False)
        if visit.stopping:
            await last_words(visit, terminal.facilities, outcome, terminal.usual)
            return
        presentation, somebody = visit.presentation if again else terminal.usual, visit.somebody
        del visit
        # Views, drafts and tasks of a visit refer to one another; what they held must not wait for the next cycle.
        terminal.clear_memory()


async def _visit(visit: Visit, terminal: Terminal) -> Outcome:
    """From start to ending, however it ends; both stand in the audit."""
    store = terminal.facilities.store
    store.note(VisitStarted())
    visit.begin()
    records, ending, detail = 0, Ending.LEFT, ""
    try:
        if not terminal.readiness().can_print and not await _without_paper(visit, terminal.facilities):
            return Outcome(ending, begun=False)
        done = await home(visit, terminal.facilities)
        if done is None:
            return Outcome(ending, begun=False)
        records, ending = len(done.accepted), Ending.FINISHED
        return Outcome(ending)
    except VisitOver as ended:
        ending, detail = ended.ending, ended.detail
        if ending is Ending.CARD_REFUSED:
            store.note(UnusableCardSeen(detail))
        elif ending is Ending.OTHER_CARD:
            store.note(OtherCardSeen())
        return Outcome(ending, detail)
    finally:
        store.note(VisitEnded(ending.value, visit.showing, records))


async def _without_paper(visit: Visit, facilities: Facilities) -> bool:
    """Printer trouble is offered before the visit, never after consent."""
    return await visit.choose(no_paper_view(facilities)) == "go-on"
