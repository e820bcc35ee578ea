"""What is open at a moment: measures by their phases, functions by hours, closed days and maintenance as well.

Pure: the moment comes in, a value with its reason and the rows that decided goes out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from programmes.days import JST, end_of, in_japan, start_of
from programmes.model import ClosedDays, Function, Hours, Maintenance, Pack, Phase, Sourced

_Row = TypeVar("_Row", Hours, ClosedDays, Maintenance)

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LOOK_AHEAD_DAYS = 40
"""How far the next opening is looked for; longer stops are a matter of phases, not of hours."""


@dataclass(frozen=True)
class Moment:
    """When and under which circumstances something is asked.

    `now` is aware, in any zone. `clock_trusted` false: nothing dated is answered with yes.
    `online` false: the fleet cannot be reached at this moment.
    """

    now: datetime
    clock_trusted: bool = True
    online: bool = True

    @property
    def day(self) -> date:
        return in_japan(self.now).date()


class Why(StrEnum):
    """Reasons for which something is not open."""

    CLOCK_UNTRUSTED = "clock-untrusted"
    NOT_OFFERED_HERE = "not-offered-here"
    NOT_ANNOUNCED = "not-announced"  # nothing was published about it on that day
    NOT_YET = "not-yet"
    ENDED = "ended"
    BUDGET_USED_UP = "budget-used-up"
    MAINTENANCE = "maintenance"
    CLOSED_DAY = "closed-day"
    OUTSIDE_HOURS = "outside-hours"
    OFFLINE_STOP = "offline-stop"  # near a closing, without connection
    NO_CONNECTION = "no-connection"


@dataclass(frozen=True)
class Open:
    """Open now. `closes` is the last day and `ends` the midnight after it, both absent where nothing ends.

    `pauses` is the next moment at which a visit would be interrupted: closing hour, maintenance or the end.
    `rows` are the pack's rows that decided, the most telling first.
    """

    closes: date | None
    ends: datetime | None
    pauses: datetime | None
    rows: tuple[Sourced, ...]


@dataclass(frozen=True)
class NotOpen:
    """Not open now. `since` and `again` where they are known; `again` is the first moment of the next opening."""

    why: Why
    rows: tuple[Sourced, ...] = ()
    since: datetime | None = None
    again: datetime | None = None


OpeningState = Open | NotOpen


def phase_in_force(pack: Pack, measure: str, day: date) -> Phase | None:
    """What was known on `day` about the measure's dates; None before anything was published."""
    known = [phase for phase in pack.phases if phase.measure == measure and phase.known_from <= day]
    return max(known, key=lambda phase: phase.known_from, default=None)


def measure_state(pack: Pack, measure: str, at: Moment) -> OpeningState:
    """Whether 申込 for one measure is open by its dates. Hours and maintenance: `function_state`."""
    found = next((row for row in pack.measures if row.key == measure), None)
    if found is None:
        raise KeyError(measure)
    if not at.clock_trusted:
        return NotOpen(Why.CLOCK_UNTRUSTED)
    if not found.offered_here:
        return NotOpen(Why.NOT_OFFERED_HERE, (found,))
    return phase_state(pack, measure, at)


def phase_state(pack: Pack, measure: str, at: Moment) -> OpeningState:
    """The same by the programme's dates alone, whether offered at this terminal or not."""
    if not at.clock_trusted:
        return NotOpen(Why.CLOCK_UNTRUSTED)
    now = in_japan(at.now)
    phase = phase_in_force(pack, measure, now.date())
    if phase is None:
        return NotOpen(Why.NOT_ANNOUNCED)
    ends = end_of(phase.closes)
    if now < start_of(phase.opens):
        return NotOpen(Why.NOT_YET, (phase,), again=start_of(phase.opens))
    if now >= ends:
        return NotOpen(Why.ENDED, (phase,), since=ends)
    for stop in pack.budget_stops:
        if stop.measure == measure and stop.known_from <= now.date():
            return NotOpen(Why.BUDGET_USED_UP, (stop, phase), since=start_of(stop.known_from))
    if stops_offline(pack, ends, at):
        return NotOpen(Why.OFFLINE_STOP, (pack.offline_stop, phase), since=offline_stop_of(pack, ends))
    return Open(phase.closes, ends, ends, (phase,))


def offline_stop_of(pack: Pack, ends: datetime) -> datetime:
    """From when on nothing is accepted without connection before a closing at `ends`."""
    return ends - timedelta(hours=pack.offline_stop.hours)


def stops_offline(pack: Pack, ends: datetime, at: Moment) -> bool:
    """Whether a closing at `ends` is too near to accept anything without connection."""
    return not at.online and in_japan(at.now) >= offline_stop_of(pack, ends)


def function_state(pack: Pack, function: Function, at: Moment) -> OpeningState:
    """Whether a function can be used at this moment; the lasting reasons come before the passing ones.

    予約 and 申込 need an open measure that is offered here. 照会 goes on after the end of a programme, but needs
    the network. Guidance needs nothing, not even a clock.
    """
    if function == "guidance":
        return Open(None, None, None, ())
    if not at.clock_trusted:
        return NotOpen(Why.CLOCK_UNTRUSTED)
    lasting = (
        _any_measure(pack, at) if function in ("reservation", "application") else Open(None, None, None, ())
    )
    if isinstance(lasting, NotOpen) and lasting.why is not Why.OFFLINE_STOP:
        return lasting
    passing = _interruption(pack, function, in_japan(at.now))
    if passing is not None:
        return NotOpen(passing.why, passing.rows, passing.since, _settled(pack, function, passing.again))
    if isinstance(lasting, NotOpen):
        return lasting
    if function == "status" and not at.online:
        return NotOpen(Why.NO_CONNECTION)
    now = in_japan(at.now)
    pauses = _earliest((lasting.ends, _next_interruption(pack, function, now)))
    rows = (*lasting.rows, *_hours_in_force(pack, function, now.date()))
    return Open(lasting.closes, lasting.ends, pauses, rows)


def _any_measure(pack: Pack, at: Moment) -> OpeningState:
    """The offered measure that stays open longest; if none is open, the one that opens next or ended last."""
    states = [measure_state(pack, row.key, at) for row in pack.measures if row.offered_here]
    opened = [state for state in states if isinstance(state, Open)]
    if opened:
        return max(opened, key=lambda state: state.ends or datetime.max.replace(tzinfo=JST))
    shut = [state for state in states if isinstance(state, NotOpen)]
    if not shut:
        return NotOpen(Why.NOT_OFFERED_HERE, pack.measures)
    order = (Why.OFFLINE_STOP, Why.NOT_YET, Why.BUDGET_USED_UP, Why.ENDED, Why.NOT_ANNOUNCED)
    return min(shut, key=lambda state: (order.index(state.why), state.again or start_of(date.max)))


def _interruption(pack: Pack, function: Function, now: datetime) -> NotOpen | None:
    """Maintenance, closed day or hour that stops the function at `now`; `again` is the end of that one reason."""
    for stop in _of(pack.maintenance, function):
        if stop.begins <= now < stop.ends:
            return NotOpen(Why.MAINTENANCE, (stop,), in_japan(stop.begins), in_japan(stop.ends))
    for closed in _of(pack.closed_days, function):
        if _is_closed(closed, now.date()):
            return NotOpen(Why.CLOSED_DAY, (closed,), again=_after_closed(closed, now.date()))
    rows = _hours_in_force(pack, function, now.date())
    if not rows:
        return None
    today = [_span(row, now.date()) for row in rows if WEEKDAYS[now.weekday()] in row.days]
    if any(opens <= now < until for opens, until in today):
        return None
    later = [opens for opens, _ in today if opens > now]
    return NotOpen(Why.OUTSIDE_HOURS, rows, again=min(later, default=end_of(now.date())))


def _settled(pack: Pack, function: Function, again: datetime | None) -> datetime | None:
    """Goes on from one reason's end to the first moment that no other reason stops."""
    for _ in range(LOOK_AHEAD_DAYS):
        if again is None:
            return None
        stopped = _interruption(pack, function, again)
        if stopped is None:
            return again
        again = stopped.again
    return None


def _next_interruption(pack: Pack, function: Function, now: datetime) -> datetime | None:
    begins = [in_japan(stop.begins) for stop in _of(pack.maintenance, function) if stop.begins > now]
    rows = _hours_in_force(pack, function, now.date())
    spans = [_span(row, now.date()) for row in rows if WEEKDAYS[now.weekday()] in row.days]
    closing = [until for opens, until in spans if opens <= now < until]
    tomorrow = end_of(now.date())
    if any(_is_closed(closed, tomorrow.date()) for closed in _of(pack.closed_days, function)):
        closing.append(tomorrow)
    return _earliest((*begins, *closing))


def _hours_in_force(pack: Pack, function: Function, day: date) -> tuple[Hours, ...]:
    known = [row for row in _of(pack.hours, function) if row.known_from <= day]
    newest = max((row.known_from for row in known), default=None)
    return tuple(row for row in known if row.known_from == newest)


def _span(row: Hours, day: date) -> tuple[datetime, datetime]:
    opens = datetime.combine(day, row.opens, JST)
    until = datetime.combine(day, row.until, JST)
    return opens, until if until > opens else end_of(day)


def _is_closed(closed: ClosedDays, day: date) -> bool:
    today = day.strftime("%m-%d")
    if closed.first <= closed.last:
        return closed.first <= today <= closed.last
    return today >= closed.first or today <= closed.last


def _after_closed(closed: ClosedDays, day: date) -> datetime:
    for ahead in range(1, 367):
        if not _is_closed(closed, day + timedelta(days=ahead)):
            return start_of(day + timedelta(days=ahead))
    return start_of(day + timedelta(days=366))  # closed all the year round: it never opens again


def _of(rows: Iterable[_Row], function: Function) -> list[_Row]:
    return [row for row in rows if function in row.functions]


def _earliest(moments: Iterable[datetime | None]) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)
