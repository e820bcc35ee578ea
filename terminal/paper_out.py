"""Any paper of a visit: printed, and noted in the audit as what it is."""

from __future__ import annotations

from collections.abc import Callable

from terminal.facilities import Facilities
from terminal.journal.events import AuditEvent, PaperRefused
from terminal.ports import Paper, Printed, PrintedUnproven, PrintRefused


async def put_out(facilities: Facilities, paper: Paper, noted: Callable[[bool], AuditEvent]) -> bool:
    """False if it did not come out, or not all of it. `noted` makes the event, told whether the printer confirmed it."""
    if facilities.printer is None:
        return False
    outcome = await facilities.printer.print(paper)
    match outcome:
        case Printed() | PrintedUnproven():
            facilities.store.note(noted(isinstance(outcome, Printed)))
            return True
        case PrintRefused(status):
            facilities.store.note(PaperRefused(status.detail or "unknown"))
            return False
