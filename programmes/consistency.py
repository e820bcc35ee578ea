"""Rules between the rows of a pack, which no single key can break alone."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterable, Iterator
from datetime import date

import msgspec

from contract.tables import FaultList
from programmes.model import Measure, Pack, Sourced
from programmes.services import EntryRow, Service, ServiceCatalogue

DECIDABLE_HERE = frozenset(
    {"phase", "hours", "service-dates", "channel", "card-kind", "certificate-dates", "renewal-wait", "tries"}
)
"""The conditions that code decides at the terminal; a pack may word them, not invent others."""


def check_pack(pack: Pack, faults: FaultList) -> None:
    """Every rule between rows of a programme pack, each breach into `faults`."""
    _check_sources(pack, frozenset(pack.sources), faults)
    _check_measures(pack, faults)
    _check_phases(pack, faults)
    _check_times(pack, faults)
    for index, who in enumerate(pack.who):
        _known_measures((who.measure,), _measure_keys(pack.measures), f"who[{index}].measure", faults)
    _no_doubles((condition.key for condition in pack.conditions), "conditions", faults)
    _no_doubles((refusal.key for refusal in pack.refusals), "refusals", faults)
    for index, condition in enumerate(pack.conditions):
        if condition.answered_by == "here" and condition.key not in DECIDABLE_HERE:
            faults.add(
                f"conditions[{index}].key",
                f"`{condition.key}` cannot be decided at the terminal",
                f"answered_by = declared or unknowable; here only: {', '.join(sorted(DECIDABLE_HERE))}",
            )


def check_catalogue(catalogue: ServiceCatalogue, faults: FaultList) -> None:
    """Every rule within a file of services."""
    _check_sources(catalogue, frozenset(catalogue.sources), faults)
    _no_doubles((service.key for service in catalogue.services), "services", faults)
    numbers = (service.number for service in catalogue.services if service.number)
    _no_doubles(numbers, "services", faults)
    for index, service in enumerate(catalogue.services):
        _check_service(service, f"services[{index}]", faults)


def check_together(pack: Pack, catalogue: ServiceCatalogue, faults: FaultList) -> None:
    """The rules between a catalogue and the programme that it is for."""
    known = _measure_keys(pack.measures)
    for index, service in enumerate(catalogue.services):
        at = f"services[{index}]"
        _known_measures(service.measures, known, f"{at}.measures", faults)
        for number, period in enumerate(service.periods):
            _known_measures(period.measures, known, f"{at}.periods[{number}].measures", faults)


def sourced_rows(thing: object, at: str = "") -> Iterator[tuple[str, Sourced]]:
    """Every dated and sourced row below `thing` with its key path."""
    if isinstance(thing, Sourced):
        yield at, thing
    if isinstance(thing, msgspec.Struct):
        for name in thing.__struct_fields__:
            yield from sourced_rows(getattr(thing, name), f"{at}.{name}" if at else name)
    elif isinstance(thing, tuple):
        for index, row in enumerate(thing):
            yield from sourced_rows(row, f"{at}[{index}]")


def _check_sources(thing: Pack | ServiceCatalogue, tags: frozenset[str], faults: FaultList) -> None:
    for at, row in sourced_rows(thing):
        for tag in row.source:
            if tag not in tags:
                faults.add(
                    f"{at}.source", f"`{tag}` is not in [sources]", "cite it there, or correct the tag"
                )
        for name in row.unconfirmed:
            if name not in row.__struct_fields__:
                faults.add(
                    f"{at}.unconfirmed", f"`{name}` is no key of this row", "name keys of the row itself"
                )


def _check_measures(pack: Pack, faults: FaultList) -> None:
    _no_doubles((measure.key for measure in pack.measures), "measures", faults)
    for index, measure in enumerate(pack.measures):
        at = f"measures[{index}]"
        grant = measure.grant
        if grant.kind == "premium":
            if grant.percent is None or grant.base_max_yen is None:
                faults.add(f"{at}.grant", "premium without percent or base_max_yen", "give both")
            elif grant.base_max_yen * grant.percent != grant.points_max * 100:
                faults.add(f"{at}.grant", "percent of base_max_yen is not points_max", "correct one of them")
        elif grant.percent is not None or grant.base_max_yen is not None:
            faults.add(f"{at}.grant", "fixed with percent or base_max_yen", "leave both out")
        if not measure.offered_here and measure.why_not is None:
            faults.add(f"{at}.why_not", "missing where offered_here = false", "say why, for residents")
        if len(measure.declared) > 3:
            faults.add(f"{at}.declared", "more than 3 questions", "ask the 3 that matter, one a screen")


def _check_phases(pack: Pack, faults: FaultList) -> None:
    known = _measure_keys(pack.measures)
    for index, phase in enumerate(pack.phases):
        at = f"phases[{index}]"
        _known_measures((phase.measure,), known, f"{at}.measure", faults)
        _in_order(phase.opens, phase.closes, f"{at}.closes", "closes before it opens", faults)
        _in_order(phase.opens, phase.use_until, f"{at}.use_until", "ends before 申込 opens", faults)
    _no_doubles((f"{phase.measure} {phase.known_from}" for phase in pack.phases), "phases", faults)
    for index, stop in enumerate(pack.budget_stops):
        _known_measures((stop.measure,), known, f"budget_stops[{index}].measure", faults)
    for measure in known - {phase.measure for phase in pack.phases}:
        faults.add("phases", f"no row for measure `{measure}`", "add at least one row")


def _check_times(pack: Pack, faults: FaultList) -> None:
    for index, hours in enumerate(pack.hours):
        midnight = hours.until.hour == hours.until.minute == hours.until.second == 0
        if not midnight and hours.until <= hours.opens:
            faults.add(
                f"hours[{index}].until", "not after opens", "00:00:00 is the midnight that ends the day"
            )
    for index, stop in enumerate(pack.maintenance):
        if stop.ends <= stop.begins:
            faults.add(f"maintenance[{index}].ends", "not after begins", "correct one of them")
    for index, closed in enumerate(pack.closed_days):
        for name in ("first", "last"):
            try:
                date.fromisoformat(f"2024-{getattr(closed, name)}")  # a leap year has every month-day
            except ValueError:
                faults.add(f"closed_days[{index}].{name}", "no such day", "write month-day, as 12-29")
    for index, contact in enumerate(pack.contacts):
        if contact.valid_until is not None:
            at = f"contacts[{index}].valid_until"
            _in_order(contact.valid_from, contact.valid_until, at, "before valid_from", faults)
    if pack.renewal_wait.longest_hours < pack.renewal_wait.least_hours:
        faults.add("renewal_wait.longest_hours", "shorter than least_hours", "correct one of them")
    if pack.result.latest_days < pack.result.look_after_days:
        faults.add("result.latest_days", "earlier than look_after_days", "correct one of them")


def _check_service(service: Service, at: str, faults: FaultList) -> None:
    if service.channel == "own-app":
        if service.elsewhere is None:
            faults.add(f"{at}.elsewhere", "missing where channel = own-app", "say where it can be done")
        if service.id_entry is not None or service.codes:
            faults.add(f"{at}.id_entry", "nothing is typed here for own-app", "leave id_entry and codes out")
    elif service.id_entry is None:
        faults.add(f"{at}.id_entry", "missing where channel = terminal", "describe the 決済サービスID")
    entries = [(f"{at}.id_entry", service.id_entry)] if service.id_entry is not None else []
    entries += [(f"{at}.codes[{index}]", code) for index, code in enumerate(service.codes)]
    for where, entry in entries:
        _check_entry(entry, where, faults)
    for index, period in enumerate(service.periods):
        if period.opens is not None and period.closes is not None:
            key = f"{at}.periods[{index}].closes"
            _in_order(period.opens, period.closes, key, "closes before it opens", faults)


def _check_entry(entry: EntryRow, at: str, faults: FaultList) -> None:
    if entry.groups and sum(entry.groups) != entry.length:
        faults.add(f"{at}.groups", "do not add up to length", "write the groups as printed")
    if entry.length is not None and len(entry.prefix) > entry.length:
        faults.add(f"{at}.prefix", "longer than length", "correct one of them")
    if entry.character_class == "digits" and entry.prefix and not entry.prefix.isdigit():
        faults.add(f"{at}.prefix", "has letters, the class is digits", "correct one of them")
    if entry.check_digit:
        if not entry.is_confirmed("check_digit"):
            faults.add(f"{at}.check_digit", "not confirmed", "leave it out until a source states it")
        if entry.character_class != "digits":
            faults.add(f"{at}.check_digit", "luhn is for digits", "character_class = digits, or leave it out")


def _measure_keys(measures: Iterable[Measure]) -> frozenset[str]:
    return frozenset(measure.key for measure in measures)


def _known_measures(named: Iterable[str], known: frozenset[str], at: str, faults: FaultList) -> None:
    for measure in named:
        if measure not in known:
            faults.add(at, f"no measure `{measure}`", f"one of {', '.join(sorted(known))}")


def _no_doubles(keys: Iterable[str], at: str, faults: FaultList) -> None:
    for key, times in Tally(keys).items():
        if times > 1:
            faults.add(at, f"`{key}` stands {times} times", "keep one")


def _in_order(first: date, then: date, at: str, rule: str, faults: FaultList) -> None:
    if then < first:
        faults.add(at, rule, "correct one of the two dates")
