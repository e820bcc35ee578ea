"""May this service, this certificate, this person: decided where it can be, said where it cannot.

There are three kinds of answer. *Here*: dates, hours, channel, certificate dates, decided by the functions below
and in `opening`. *Declared*: the resident says it. *Unknowable*: only the programme knows; it is said on screen
and paper and never asked. `conditions` gives the pack's wording for each kind.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from programmes.days import end_of, in_japan, start_of
from programmes.model import AnsweredBy, EligibilityCondition, Pack, Refusal, RenewalWait, Sourced, Text
from programmes.opening import (
    Moment,
    NotOpen,
    Why,
    measure_state,
    offline_stop_of,
    phase_in_force,
    stops_offline,
)
from programmes.services import Service, ServicePeriod

# ------------------------------------------------------------------------------------------------ services


@dataclass(frozen=True)
class ServiceOpen:
    """Can be chosen here. `closes` is the last day, the earlier of service and programme.

    `register_first` is true where a registration with the company is known to be needed; `register_unknown`
    where nobody could say.
    """

    closes: date
    ends: datetime
    register_first: bool
    register_unknown: bool
    rows: tuple[Sourced, ...]


@dataclass(frozen=True)
class ServiceBarred:
    """Takes applications in its own app only. `elsewhere` says where it can be done."""

    elsewhere: Text | None
    rows: tuple[Sourced, ...]


@dataclass(frozen=True)
class ServiceTakesPart:
    """Takes some of the chosen measures only; `refused` are the others."""

    refused: tuple[str, ...]
    rows: tuple[Sourced, ...]


@dataclass(frozen=True)
class ServiceNotYet:
    opens: datetime
    rows: tuple[Sourced, ...]


@dataclass(frozen=True)
class ServiceClosed:
    """Over. `last_day` is the last day on which it could be chosen."""

    last_day: date
    rows: tuple[Sourced, ...]


@dataclass(frozen=True)
class ServiceOfflineStopped:
    """Its closing at `ends` is too near to accept without connection; `since` is when that began."""

    since: datetime
    ends: datetime
    rows: tuple[Sourced, ...]


@dataclass(frozen=True)
class ServiceNotDecided:
    """No measure is open for it, or the clock cannot be believed; `why` is the measure's reason."""

    why: Why
    rows: tuple[Sourced, ...]


ServiceState = (
    ServiceOpen
    | ServiceBarred
    | ServiceTakesPart
    | ServiceNotYet
    | ServiceClosed
    | ServiceOfflineStopped
    | ServiceNotDecided
)


def service_state(pack: Pack, service: Service, measures: Sequence[str], at: Moment) -> ServiceState:
    """Whether `service` can be chosen for all of `measures` (keys, at least one) at this moment."""
    if not measures:
        raise ValueError("no measure chosen")
    if service.channel == "own-app":
        return ServiceBarred(service.elsewhere, (service,))
    refused = tuple(measure for measure in measures if measure not in service.measures)
    if refused:
        return ServiceTakesPart(refused, (service,))
    return _strictest([_for_measure(pack, service, measure, at) for measure in measures])


def _for_measure(pack: Pack, service: Service, measure: str, at: Moment) -> ServiceState:
    programme = measure_state(pack, measure, at)
    if isinstance(programme, NotOpen) and programme.why is not Why.OFFLINE_STOP:
        return ServiceNotDecided(programme.why, programme.rows)
    phase = phase_in_force(pack, measure, at.day)
    if phase is None:
        return ServiceNotDecided(Why.NOT_ANNOUNCED, ())
    now = in_japan(at.now)
    period = period_in_force(service, measure, at.day)
    rows = (period, phase) if period is not None else (phase,)
    if period is not None and period.opens is not None and now < start_of(period.opens):
        return ServiceNotYet(start_of(period.opens), (period,))
    closes = min(phase.closes, period.closes) if period is not None and period.closes else phase.closes
    ends = end_of(closes)
    if now >= ends:
        return ServiceClosed(closes, rows)
    if stops_offline(pack, ends, at):
        return ServiceOfflineStopped(offline_stop_of(pack, ends), ends, (pack.offline_stop, *rows))
    deciding = rows if period is not None and period.closes == closes else (phase, service)
    needed = service.prior_registration
    return ServiceOpen(closes, ends, needed == "needed", needed == "unknown", deciding)


def _strictest(states: Sequence[ServiceState]) -> ServiceState:
    """The first that refuses; if none does, the one that closes first."""
    opened = [state for state in states if isinstance(state, ServiceOpen)]
    if len(opened) < len(states):
        return next(state for state in states if not isinstance(state, ServiceOpen))
    return min(opened, key=lambda state: state.closes)


def period_in_force(service: Service, measure: str, day: date) -> ServicePeriod | None:
    """The service's own dates for the measure as known on `day`; None where the programme's hold."""
    known = [
        period
        for period in service.periods
        if period.known_from <= day and (not period.measures or measure in period.measures)
    ]
    return max(known, key=lambda period: period.known_from, default=None)


def use_until(pack: Pack, service: Service, measure: str, at: Moment) -> date | None:
    """使用期限: the last day of charge or purchase as known on that day; None before anything was published.

    Where the service closes earlier on its own, that day: it may be too strict, never too late.
    """
    phase = phase_in_force(pack, measure, at.day)
    if phase is None:
        return None
    period = period_in_force(service, measure, at.day)
    return min(phase.use_until, period.closes) if period is not None and period.closes else phase.use_until


# --------------------------------------------------------------------------------------------- certificate


@dataclass(frozen=True)
class CertificateInDates:
    """Within its dates and past the renewal wait. Not "valid": revocation cannot be seen here."""

    ends: datetime


@dataclass(frozen=True)
class CertificateNotYet:
    """Before its first moment, by this clock."""

    until: datetime


@dataclass(frozen=True)
class CertificateExpired:
    since: datetime


@dataclass(frozen=True)
class RenewalWaiting:
    """Issued too short a time ago: not before `until`, perhaps only at `longest`; say `row.wording`, no promise."""

    until: datetime
    longest: datetime
    row: RenewalWait


@dataclass(frozen=True)
class CertificateUndecided:
    """The clock cannot be believed, so no date is judged."""


CertificateState = (
    CertificateInDates | CertificateNotYet | CertificateExpired | RenewalWaiting | CertificateUndecided
)


def certificate_state(pack: Pack, not_before: datetime, not_after: datetime, at: Moment) -> CertificateState:
    """The certificate's dates against the clock. `not_after` is the last moment of validity (RFC 5280, 4.1.2.5)."""
    if not at.clock_trusted:
        return CertificateUndecided()
    now, first, last = in_japan(at.now), in_japan(not_before), in_japan(not_after)
    if now > last:
        return CertificateExpired(last)
    if now < first:
        return CertificateNotYet(first)
    wait = pack.renewal_wait
    usable = first + timedelta(hours=wait.least_hours)
    if now < usable:
        return RenewalWaiting(usable, first + timedelta(hours=wait.longest_hours), wait)
    return CertificateInDates(last)


# ------------------------------------------------------------------------------------- said, not decided


def conditions(pack: Pack, answered_by: AnsweredBy) -> tuple[EligibilityCondition, ...]:
    """The pack's wording for the conditions of one kind of answer, in the pack's order."""
    return tuple(row for row in pack.conditions if row.answered_by == answered_by)


def refusal(pack: Pack, code: str) -> Refusal | None:
    """The words of a coded refusal; None for a code that the pack does not know."""
    return next((row for row in pack.refusals if row.key == code), None)


def result_days(pack: Pack, accepted: datetime) -> tuple[date, date]:
    """When to look for the answer, and by when at the latest, for a 受付 at `accepted`."""
    day = in_japan(accepted).date()
    expected = pack.result
    return day + timedelta(days=expected.look_after_days), day + timedelta(days=expected.latest_days)
