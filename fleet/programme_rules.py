"""Whether a record fits a programme at the moment of its signature. Pure; the packs decide, as they do at a terminal.

The device's signature proves which terminal sent a record, not that its screens asked for the right thing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from contract.record import Body, ChosenService, Procedure
from programmes.eligibility import (
    ServiceBarred,
    ServiceClosed,
    ServiceNotYet,
    ServiceOpen,
    ServiceTakesPart,
    service_state,
)
from programmes.id_format import Fits, Unusual, check
from programmes.loader import Programme
from programmes.opening import Moment, NotOpen, Why, measure_state
from programmes.services import EntryRow, Service

#: A terminal accepts by a clock that nobody confirmed since boot (`unsynced`), by an untrusted one never.
_CLOCKS = frozenset({"synced", "unsynced"})
_DEMO_CLOCK = "set"  # the settings' own time: demo records only
_PHONE_DIGITS = 4


class Misfit(StrEnum):
    """Why a record does not fit. None of these can come from a terminal that runs our screens on the same packs."""

    CLOCK = "clock"
    UNKNOWN_PROGRAMME = "unknown-programme"
    UNKNOWN_MEASURE = "unknown-measure"
    MEASURE_NOT_OFFERED = "measure-not-offered"
    MEASURE_NOT_OPEN = "measure-not-open"
    NO_SERVICE = "no-service"
    UNKNOWN_SERVICE = "unknown-service"
    SERVICE_ELSEWHERE = "service-elsewhere"
    SERVICE_NOT_FOR_MEASURE = "service-not-for-measure"
    SERVICE_NOT_YET = "service-not-yet"
    SERVICE_CLOSED = "service-closed"
    SERVICE_ID = "service-id"
    SERVICE_CODES = "service-codes"
    SERVICE_PHONE = "service-phone"


def misfit_of(body: Body, signed_at: datetime, programmes: Mapping[str, Programme]) -> Misfit | None:
    """The first rule that the record breaks; `signed_at` is its own time, aware. `programmes` by the pack's name."""
    if body.clock not in _CLOCKS and not (body.demo and body.clock == _DEMO_CLOCK):
        return Misfit.CLOCK
    programme = programmes.get(body.programme)
    if programme is None:
        return Misfit.UNKNOWN_PROGRAMME
    if programme.measure(body.measure) is None:
        return Misfit.UNKNOWN_MEASURE
    # `online` as it stands by default: whether the terminal had a connection is not in the record.
    at = Moment(signed_at)
    measure = measure_state(programme.pack, body.measure, at)
    if isinstance(measure, NotOpen):
        return Misfit.MEASURE_NOT_OFFERED if measure.why is Why.NOT_OFFERED_HERE else Misfit.MEASURE_NOT_OPEN
    if body.service is None:
        return Misfit.NO_SERVICE if body.procedure is Procedure.APPLICATION else None
    service = programme.service(body.service.id)
    if service is None:
        return Misfit.UNKNOWN_SERVICE
    return _not_to_be_chosen(programme, service, body.measure, at) or _mistyped(body.service, service)


def _not_to_be_chosen(programme: Programme, service: Service, measure: str, at: Moment) -> Misfit | None:
    match service_state(programme.pack, service, (measure,), at):
        case ServiceOpen():
            return None
        case ServiceBarred():
            return Misfit.SERVICE_ELSEWHERE
        case ServiceTakesPart():
            return Misfit.SERVICE_NOT_FOR_MEASURE
        case ServiceNotYet():
            return Misfit.SERVICE_NOT_YET
        case ServiceClosed():
            return Misfit.SERVICE_CLOSED
        case _:
            return Misfit.MEASURE_NOT_OPEN


def _mistyped(chosen: ChosenService, service: Service) -> Misfit | None:
    """Only what the catalogue confirms refuses; it knows too little of most services to refuse more."""
    if service.id_entry is None:
        if chosen.service_id:
            return Misfit.SERVICE_ID
    elif not _fits(chosen.service_id, service.id_entry):
        return Misfit.SERVICE_ID
    if len(chosen.codes) != len(service.codes):
        return Misfit.SERVICE_CODES
    if not all(_fits(code, entry) for code, entry in zip(chosen.codes, service.codes, strict=True)):
        return Misfit.SERVICE_CODES
    return None if _phone_fits(chosen.phone_last4, service) else Misfit.SERVICE_PHONE


def _fits(typed: str, entry: EntryRow) -> bool:
    return isinstance(check(typed, entry), Fits | Unusual)


def _phone_fits(typed: str, service: Service) -> bool:
    if not typed:
        return service.phone_last4 != "required"
    return (
        service.phone_last4 != "none" and len(typed) == _PHONE_DIGITS and typed.isascii() and typed.isdigit()
    )
