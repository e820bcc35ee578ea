"""The programme's rules at this moment of this visit."""

from __future__ import annotations

from programmes.opening import Moment, Open, function_state
from terminal.facilities import Facilities
from terminal.ports import ClockState
from terminal.visit import Ending, Visit, VisitOver


def moment(visit: Visit, facilities: Facilities) -> Moment:
    """Visit time, whether it can be believed, and whether the fleet can be reached."""
    clock = visit.around.clock
    return Moment(clock.visit_now(), clock.state() is not ClockState.UNTRUSTED, facilities.link.online())


def require_open(visit: Visit, facilities: Facilities) -> Open:
    """Checked before the first question and again at the last: a date may pass in between."""
    state = function_state(facilities.programme.pack, "application", moment(visit, facilities))
    if not isinstance(state, Open):
        raise VisitOver(Ending.NOT_OPEN, state.why.value)
    return state
