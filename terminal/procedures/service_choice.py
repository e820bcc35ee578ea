"""S4 and S5: where the points shall come. What cannot be done here is said on the row, before any typing."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from programmes.eligibility import (
    ServiceBarred,
    ServiceClosed,
    ServiceNotYet,
    ServiceOfflineStopped,
    ServiceOpen,
    ServiceState,
    service_state,
    use_until,
)
from programmes.opening import Moment
from programmes.search import Row, in_kana_order, next_rows, search
from programmes.services import Service
from terminal.controls import (
    KANA_ROWS_IN_LATIN,
    Badge,
    Choice,
    Field,
    FieldKind,
    Group,
    GroupState,
    KeyPressed,
    Look,
    Role,
)
from terminal.enrolment import Draft
from terminal.facilities import Facilities
from terminal.messages import Localised, Message, message, verbatim
from terminal.procedures.numbers import DRAWINGS
from terminal.procedures.rules import moment
from terminal.procedures.steps import BACK, Step, Turn
from terminal.procedures.texts import localised
from terminal.view_parts import Drawing, Entry, Fact, Layout, Note, Options, Pager, Part, Status, Stones, Tone
from terminal.views import BACK as BACK_CHOICE
from terminal.views import ChooseService, ServiceTerms
from terminal.visit import Visit

ROWS_A_PAGE = 3

#: The chips of S4: what stands on them, and which kinds of the catalogue they show.
CHIPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("all", ("e-money", "prepaid", "qr", "credit", "debit")),
    ("e-money", ("e-money",)),
    ("qr", ("qr",)),
    ("credit", ("credit",)),
    ("other", ("prepaid", "debit")),
)

#: From so many hits downwards the kana search offers to show them.
SHOWN_FROM = 60


@dataclass(frozen=True)
class Shelf:
    """What S4 shows at the moment."""

    chip: str = "all"
    page: int = 1
    sounds: tuple[Row, ...] = ()


def choose_service_step(visit: Visit, facilities: Facilities, stones: Stones) -> Step:
    async def step(draft: Draft) -> Draft | Turn:
        shelf = Shelf()
        while True:
            answer = await visit.choose(shelf_view(visit, facilities, draft.measure, shelf, stones))
            service = facilities.programme.service(answer.removeprefix("service-"))
            if answer == "back":
                return BACK
            if answer == "search":
                shelf = await _search(visit, facilities, draft.measure, shelf, stones)
            elif service is not None:
                taken = await _terms(visit, facilities, draft.measure, service, stones)
                if taken:
                    return _with_service(draft, service)
            else:
                shelf = turn(shelf, answer)

    return step


def _with_service(draft: Draft, service: Service) -> Draft:
    """Another service forgets what was typed for the first."""
    if draft.service == service.key:
        return draft
    return replace(draft, service=service.key, service_id="", codes=(), phone_last4="")


def turn(shelf: Shelf, answer: str) -> Shelf:
    match answer:
        case "page-on":
            return replace(shelf, page=shelf.page + 1)
        case "page-back":
            return replace(shelf, page=max(1, shelf.page - 1))
        case _ if answer.startswith("kind-"):
            return Shelf(chip=answer.removeprefix("kind-"))
        case _:
            return shelf


async def _search(visit: Visit, facilities: Facilities, measure: str, shelf: Shelf, stones: Stones) -> Shelf:
    """名前でさがす: one key is one row of the 五十音 for each sound of the name."""
    sounds: tuple[Row, ...] = ()
    while True:
        answer = await visit.ask(search_view(facilities, measure, sounds, stones))
        match answer:
            case KeyPressed(key="back"):
                sounds = sounds[:-1]
            case KeyPressed(key="clear"):
                sounds = ()
            case KeyPressed(key=key):
                if key in next_rows(_offered(facilities, measure), sounds):
                    sounds = (*sounds, Row(key))
            case _ if answer.choice == "show":
                return Shelf(sounds=sounds)
            case _:
                return shelf if not shelf.sounds else Shelf()


async def _terms(
    visit: Visit, facilities: Facilities, measure: str, service: Service, stones: Stones
) -> bool:
    """S5. True when the resident takes this service."""
    at = moment(visit, facilities)
    state = service_state(facilities.programme.pack, service, (measure,), at)
    if isinstance(state, ServiceOpen) and service.id_entry is not None:
        return await visit.choose(terms_view(facilities, measure, service, state, at, stones)) == "take"
    await visit.choose(refused_service_view(facilities, service, state))
    return False


def _offered(facilities: Facilities, measure: str) -> tuple[Service, ...]:
    return tuple(service for service in facilities.programme.services if measure in service.measures)


def _found(facilities: Facilities, measure: str, shelf: Shelf) -> tuple[Service, ...]:
    kinds = dict(CHIPS)[shelf.chip]
    offered = [service for service in _offered(facilities, measure) if service.service_kind in kinds]
    if shelf.sounds:
        offered = list(search(offered, shelf.sounds))
    return in_kana_order(offered)


# --------------------------------------------------------------------------- views


def shelf_view(
    visit: Visit, facilities: Facilities, measure: str, shelf: Shelf, stones: Stones
) -> ChooseService:
    found = _found(facilities, measure, shelf)
    pages = max(1, math.ceil(len(found) / ROWS_A_PAGE))
    page = min(shelf.page, pages)
    at = moment(visit, facilities)
    rows = tuple(
        service_row(facilities, measure, service, at)
        for service in found[(page - 1) * ROWS_A_PAGE : page * ROWS_A_PAGE]
    )
    chips = tuple(
        Choice(
            f"kind-{name}",
            message(f"service.kind_{name.replace('-', '_')}"),
            look=Look.CHOSEN if name == shelf.chip else Look.PLAIN,
        )
        for name, _ in CHIPS
    )
    return ChooseService(
        title=message("service.title"),
        sentence=message("service.sentence"),
        parts=(Options(chips, Layout.CHIPS), Options(rows, Layout.LIST), _pager(page, pages)),
        main=Choice("search", message("service.search"), Role.SECONDARY, icon="search"),
        back=BACK_CHOICE,
        stones=stones,
        sample=facilities.sample,
    )


def _pager(page: int, pages: int) -> Pager:
    choices = []
    if page > 1:
        choices.append(Choice("page-back", message("button.page_back"), icon="back"))
    if page < pages:
        choices.append(Choice("page-on", message("button.page_on"), icon="forward"))
    return Pager(page, pages, tuple(choices))


def service_row(facilities: Facilities, measure: str, service: Service, at: Moment) -> Choice:
    state = service_state(facilities.programme.pack, service, (measure,), at)
    badge, words = badge_of(state, service)
    return Choice(
        f"service-{service.key}",
        verbatim(localised(service.name)),
        Role.ROW,
        detail=words,
        badge=badge,
    )


def badge_of(state: ServiceState, service: Service) -> tuple[Badge, Message]:
    match state:
        case ServiceOpen(register_first=True):
            return Badge.ATTENTION, message("service.register_first")
        case ServiceOpen() if service.id_entry is not None:
            return Badge.OK, message("service.here")
        case ServiceClosed(last_day=day):
            return Badge.BARRED, message("service.closed", day=day)
        case ServiceNotYet(opens=opens):
            return Badge.BARRED, message("service.not_yet", day=opens.date())
        case ServiceOfflineStopped():
            return Badge.BARRED, message("service.offline_stopped")
        case _:
            return Badge.BARRED, message("service.not_here")


def _spelt(sounds: tuple[Row, ...]) -> Localised:
    return Localised("・".join(sounds), "-".join(KANA_ROWS_IN_LATIN.get(sound, sound) for sound in sounds))


def search_view(
    facilities: Facilities, measure: str, sounds: tuple[Row, ...], stones: Stones
) -> ChooseService:
    offered = _offered(facilities, measure)
    hits = len(search(offered, sounds)) if sounds else len(offered)
    groups = tuple(Group(1, sound, GroupState.COMPLETE) for sound in sounds[-4:])
    leading = frozenset(str(row) for row in next_rows(offered, sounds))
    field = Field("name", FieldKind.KANA, (*groups, Group(1, "", GroupState.CURRENT)), leading=leading)
    found = message("service.found", typed=verbatim(_spelt(sounds)), n=hits)
    more = message("service.found_more") if leading else None
    told = (Note(found, more, icon="search"),) if sounds else ()
    main: Choice | Status = Status(message("service.touch_row"))
    if sounds and hits <= SHOWN_FROM:
        main = Choice("show", message("service.show", n=hits), Role.PRIMARY, icon="forward", key="#")
    return ChooseService(
        title=message("service.search_next_title" if sounds else "service.search_title"),
        sentence=message("service.search_next_sentence" if sounds else "service.search_sentence", n=hits),
        parts=(Entry(field), *told),
        main=main,
        back=Choice("back", message("service.to_list"), Role.BACK, icon="back"),
        stones=stones,
        sample=facilities.sample,
    )


def terms_view(
    facilities: Facilities,
    measure: str,
    service: Service,
    state: ServiceOpen,
    at: Moment,
    stones: Stones,
) -> ServiceTerms:
    row = facilities.programme.measure(measure)
    facts: list[Part] = [
        Note(message("terms.irrevocable"), message("terms.no_other"), "lock", Tone.ATTENTION)
    ]
    if row is not None and row.grant.percent is not None:
        facts.append(
            Fact(
                message(f"terms.percent_{service.earned_by}", percent=row.grant.percent),
                message("terms.at_most", yen=row.grant.points_max),
                "coin",
            )
        )
    if state.register_first or state.register_unknown:
        where = service.register_where
        facts.append(
            Fact(
                message("terms.register_first" if state.register_first else "terms.register_maybe"),
                verbatim(localised(where)) if where is not None else None,
                "warning",
            )
        )
    if service.points_come is not None or service.receive is not None:
        come = service.points_come
        facts.append(
            Fact(
                message("terms.come", when=localised(come))
                if come is not None
                else message("terms.come_unknown"),
                verbatim(localised(service.receive)) if service.receive is not None else None,
                "calendar",
            )
        )
    until = use_until(facilities.programme.pack, service, measure, at)
    facts.append(
        Fact(
            message("terms.closes", day=state.closes),
            message("terms.use_until", day=until) if until is not None else None,
            "clock",
        )
    )
    return ServiceTerms(
        title=message("terms.title", service=localised(service.name)),
        sentence=message("terms.unregistered" if state.register_first else "terms.sentence"),
        parts=(*facts, *_where_printed(service)),
        main=_take(state),
        back=BACK_CHOICE,
        stones=stones,
        sample=facilities.sample,
    )


def _take(state: ServiceOpen) -> Choice:
    """Who must have registered before says so with the same press."""
    label = message("terms.take_registered" if state.register_first else "terms.take")
    return Choice("take", label, Role.PRIMARY, icon="forward", key="#")


def _where_printed(service: Service) -> tuple[Part, ...]:
    entry = service.id_entry
    if entry is None:
        return ()
    drawing = DRAWINGS.get(entry.drawing)
    if drawing is None:
        return (Note(verbatim(localised(entry.where)), icon="search"),)
    return (Drawing(drawing, caption=message("terms.printed_at", where=localised(entry.where))),)


_WHY: dict[type[ServiceState], str] = {
    ServiceClosed: "closed-hours",
    ServiceNotYet: "closed-hours",
    ServiceOfflineStopped: "network-waiting",
}
"""The drawing that shows why; for all other reasons one that points elsewhere."""


def refused_service_view(facilities: Facilities, service: Service, state: ServiceState) -> ServiceTerms:
    """Why this service cannot be chosen here, and where it can be."""
    _, words = badge_of(state, service)
    elsewhere = state.elsewhere if isinstance(state, ServiceBarred) else service.elsewhere
    following = (
        Note(verbatim(localised(elsewhere)), icon="house")
        if elsewhere is not None
        else Note(message("service.ask_company"), icon="phone")
    )
    return ServiceTerms(
        title=verbatim(localised(service.name)),
        sentence=message("service.refused_sentence"),
        parts=(
            Note(words, icon="barred", tone=Tone.ERROR),
            Drawing(_WHY.get(type(state), "elsewhere")),
            following,
        ),
        main=Choice("other", message("service.other"), Role.PRIMARY, key="#"),
        sample=facilities.sample,
    )
