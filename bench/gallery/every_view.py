"""One example of every view that the core can show, built by the core's own functions with invented data.

Layout tests, picture tests and the contact sheets walk this list; a view that is missing here is a view that nobody has
looked at, so a test holds it against the view classes and the table of troubles.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bench.gallery.demo_terminal import (
    NOW,
    RECORD_IDS,
    SERVICE_ID,
    StillTerminal,
    demo_draft,
    demo_facilities,
    demo_measure,
    demo_records,
    demo_visit,
    nfc_facilities,
)
from contract.answer import ProgrammeAnswer, Verdict
from programmes.eligibility import ServiceOpen, service_state
from programmes.opening import Moment, Why
from programmes.search import Row
from programmes.services import Service
from terminal.attract import attract_view, door_view, no_paper_view, out_of_service_view
from terminal.endings import OperatorContact, every_trouble, further_words, trouble_view
from terminal.facilities import Facilities
from terminal.messages import message
from terminal.overlays import idle_warning_view, language_view, stop_question_view
from terminal.presentation import Language
from terminal.procedures import (
    card,
    checklist,
    confirmation,
    consent,
    hand_over,
    home,
    numbers,
    service_choice,
    signature,
)
from terminal.procedures.checklist import HelpPaper
from terminal.procedures.signature import Done
from terminal.readiness import Missing, Readiness
from terminal.view_parts import Stone, Stones
from terminal.views import STOP, View
from terminal.visit import Ending, Visit

_ALL = tuple(Stone)
_APPLY = message("pin.ok_apply")


def at(stone: Stone) -> Stones:
    return Stones(_ALL, stone)


def every_view(language: Language = Language.JA) -> dict[str, View]:
    """Views by a name that sorts in the order of the resident's way. `language` is the one that is ticked as chosen."""
    facilities = demo_facilities()
    visit = demo_visit(facilities, language)
    groups: tuple[Callable[[Visit, Facilities], dict[str, View]], ...] = (
        _before,
        _services,
        _card,
        _entries,
        _act,
        _after,
        _interruptions,
        _troubles,
    )
    return {name: view for group in groups for name, view in group(visit, facilities).items()}


def _service(facilities: Facilities, key: str) -> Service:
    service = facilities.programme.service(key)
    if service is None:
        raise KeyError(key)
    return service


def _before(visit: Visit, facilities: Facilities) -> dict[str, View]:
    fine = Readiness(())
    poor = Readiness((Missing.PAPER, Missing.NETWORK))
    return {
        "S01-attract": attract_view(visit, facilities, fine, lying=False, restarted=False),
        "S01-attract-card-lies": attract_view(visit, facilities, fine, lying=True, restarted=False),
        "S01-attract-missing": attract_view(visit, facilities, poor, lying=False, restarted=False),
        "S01-attract-restarted": attract_view(visit, facilities, fine, lying=False, restarted=True),
        "S01-out-of-service": out_of_service_view(facilities, Readiness((Missing.READER,))),
        "S01-door": door_view(facilities),
        "S01-no-paper": no_paper_view(facilities),
        "S02-home": home.home_view(visit, facilities),
        "S02-status": home.status_view(facilities),
        "S02-guide": home.guide_view(visit, facilities),
        "S03-checklist": checklist.checklist_view(
            visit, facilities, demo_measure(facilities), needs_service=True
        ),
        "S03-checklist-reservation": checklist.checklist_view(
            visit, facilities, demo_measure(facilities), needs_service=False
        ),
        "S03-help-pin": checklist.help_view(facilities, "pin-unknown", HelpPaper.OFFERED),
        "S03-help-id": checklist.help_view(facilities, "id-unknown", HelpPaper.OFFERED),
        "S03-help-id-printed": checklist.help_view(facilities, "id-unknown", HelpPaper.OUT),
    }


def _services(visit: Visit, facilities: Facilities) -> dict[str, View]:
    measure, stones = demo_measure(facilities), at(Stone.CHOOSE)
    moment = Moment(NOW)
    pack = facilities.programme.pack
    aoba, koharu, shiosai = (_service(facilities, key) for key in ("aoba", "kohaku", "shiosai"))
    opened = service_state(pack, aoba, (measure,), moment)
    needs = service_state(pack, koharu, (measure,), moment)
    if not isinstance(opened, ServiceOpen) or not isinstance(needs, ServiceOpen):
        raise ValueError("the demonstration services are not open on the demonstration day")
    shelf = service_choice.Shelf
    return {
        "S04-services": service_choice.shelf_view(visit, facilities, measure, shelf(), stones),
        "S04-services-page-2": service_choice.shelf_view(visit, facilities, measure, shelf(page=2), stones),
        "S04-search": service_choice.search_view(facilities, measure, (), stones),
        "S04-search-typed": service_choice.search_view(facilities, measure, (Row.A,), stones),
        "S05-terms": service_choice.terms_view(facilities, measure, aoba, opened, moment, stones),
        "S05-terms-register-first": service_choice.terms_view(
            facilities, measure, koharu, needs, moment, stones
        ),
        "S05-refused": service_choice.refused_service_view(
            facilities, shiosai, service_state(pack, shiosai, (measure,), moment)
        ),
        "S06-consent": consent.consent_view(facilities, at(Stone.CONSENT)),
        "S06-consent-whole": consent.whole_text_view(facilities, at(Stone.CONSENT)),
    }


def _card(visit: Visit, facilities: Facilities) -> dict[str, View]:
    del visit
    stones = at(Stone.CARD)
    field = nfc_facilities()
    return {
        "S07-place-card": card.place_card_view(facilities, stones, lying=False),
        "S07-place-card-lies": card.place_card_view(facilities, stones, lying=True),
        "S07-place-card-slipped": card.place_card_view(facilities, stones, lying=False, slipped=True),
        "S07-place-card-nfc": card.place_card_view(field, stones, lying=False),
        "S07-reading": card.reading_view(facilities, stones),
        "S08-confirm-card": card.confirm_card_view(facilities, stones),
    }


def _entries(visit: Visit, facilities: Facilities) -> dict[str, View]:
    del visit
    stones = at(Stone.NUMBER)
    aoba, icho, open_, page = (_service(facilities, key) for key in ("aoba", "icho", "yamabuki", "nagisa"))
    if aoba.id_entry is None or icho.id_entry is None or open_.id_entry is None or page.id_entry is None:
        raise ValueError("the demonstration services have lost their entries")
    row, letters = aoba.id_entry, icho.id_entry
    lengths = numbers.group_lengths(row)
    half = numbers.Typing(lengths, (SERVICE_ID[0], SERVICE_ID[1], "37", ""))
    differs = numbers.Typing(lengths, SERVICE_ID).without(1)
    empty = numbers.Typing.empty
    return {
        "S09-id": numbers.enter_view(facilities, row, half, stones),
        "S09-id-complete": numbers.enter_view(facilities, row, numbers.Typing(lengths, SERVICE_ID), stones),
        "S09-id-letters": numbers.enter_view(
            facilities, letters, empty(numbers.group_lengths(letters)).press("J").press("X"), stones
        ),
        "S09-id-open": numbers.enter_view(
            facilities, open_.id_entry, empty(numbers.group_lengths(open_.id_entry)).press("7"), stones
        ),
        "S09-find": numbers.find_view(row, sample=True),
        "S09-find-app": numbers.find_view(open_.id_entry, sample=True),
        "S09-find-page": numbers.find_view(page.id_entry, sample=True),
        "S10-again": numbers.repeat_view(facilities, row, half, stones),
        "S10-again-differs": numbers.repeat_view(facilities, row, differs, stones),
        "S11-code": numbers.code_view(
            facilities, aoba.codes[0], empty((3,)).press("8").press("2"), stones, 1, 1
        ),
        "S11-phone": numbers.phone_view(facilities, empty((4,)), stones, optional=False),
        "S11-phone-optional": numbers.phone_view(facilities, empty((4,)), stones, optional=True),
    }


def _act(visit: Visit, facilities: Facilities) -> dict[str, View]:
    del visit
    stones, draft = at(Stone.CONFIRM), demo_draft(facilities)
    service = _service(facilities, "aoba")
    confirm = confirmation.confirm_view
    return {
        "S12-confirm": confirm(facilities, draft, service, stones, revealed=False),
        "S12-confirm-revealed": confirm(facilities, draft, service, stones, revealed=True),
        "S12-confirm-reservation": confirm(facilities, draft, None, stones, revealed=False),
        "S13-pin": signature.pin_view(facilities, 2, 3, stones, _APPLY, again=False),
        "S13-pin-ready": signature.pin_view(facilities, 4, 3, stones, _APPLY, again=False),
        "S13-pin-wrong": signature.pin_view(facilities, 0, 2, stones, _APPLY, again=True),
        "S13-pin-last-try": signature.last_try_view(facilities, stones),
        "S13-pin-last-try-ready": signature.pin_view(facilities, 4, 1, stones, _APPLY, again=False),
        "S13-working": signature.working_view(facilities, stones, signed=False),
        "S13-working-signed": signature.working_view(facilities, stones, signed=True),
        "S13-working-nfc": signature.working_view(nfc_facilities(), stones, signed=False),
    }


def _after(visit: Visit, facilities: Facilities) -> dict[str, View]:
    stones, records = at(Stone.ACCEPTED), demo_records()
    without = demo_facilities(printer=False)
    done, part = Done(records, True), Done(records[:1], False)
    arrived = hand_over.Known(frozenset(RECORD_IDS))
    answered = replace(
        arrived,
        answers=(
            ProgrammeAnswer(RECORD_IDS[0], Verdict.DONE, 0, mykey_id="M1H0NA23"),
            ProgrammeAnswer(RECORD_IDS[1], Verdict.REFUSED, 0, code="id-and-code"),
        ),
    )

    all_done = replace(
        arrived, answers=(answered.answers[0], ProgrammeAnswer(RECORD_IDS[1], Verdict.DONE, 0))
    )

    def show(
        what: Done,
        known: hand_over.Known,
        *,
        take_card: bool,
        printed: bool | None = True,
        link: StillTerminal | None = None,
    ) -> View:
        around = without if printed is False else facilities
        return hand_over.accepted_view(
            visit,
            around if link is None else demo_facilities(link),
            what,
            known,
            stones,
            take_card=take_card,
            printed=printed,
        )

    return {
        "S14-take-card": show(done, arrived, take_card=True, printed=None),
        "S14-card-left": show(done, arrived, take_card=True),
        "S14-paper": show(done, arrived, take_card=False),
        "S14-paper-sending": show(done, hand_over.Known(), take_card=False),
        "S14-paper-offline": show(
            done, hand_over.Known(), take_card=False, link=StillTerminal(connected=False)
        ),
        "S14-paper-answered": show(done, answered, take_card=False),
        "S14-paper-done": show(done, all_done, take_card=False),
        "S14-no-paper": show(done, arrived, take_card=False, printed=False),
        "S14-reservation-only": show(Done(records[:1], True), arrived, take_card=False),
        "S14-in-part": show(part, arrived, take_card=False),
        "S15-take-card": card.take_card_view(facilities),
    }


def _interruptions(visit: Visit, facilities: Facilities) -> dict[str, View]:
    del facilities
    return {
        "X1-idle": idle_warning_view(30, 30, accepted=False, sample=True),
        "X1-idle-accepted": idle_warning_view(30, 30, accepted=True, sample=True),
        "X2-stop": stop_question_view(sample=True),
        "X3-language": language_view(visit.presentation, stop=STOP, sample=True),
    }


#: The reason shown for an ending that always has one.
_REASONS = {Ending.NOT_OPEN: Why.OUTSIDE_HOURS.value}

#: Endings after which no card lies on the reader, or mostly none.
_NO_CARD_LEFT = (Ending.CARD_LIFTED, Ending.READER_LOST)


def _troubles(visit: Visit, facilities: Facilities) -> dict[str, View]:
    del visit
    contact = OperatorContact(
        facilities.operator.name, facilities.operator.contact, facilities.place.terminal
    )
    return {
        f"T-{words.code}-{words.slug.replace('_', '-')}": trouble_view(
            ending,
            detail or _REASONS.get(ending, ""),
            contact,
            sample=True,
            lying=ending not in _NO_CARD_LEFT,
            extra=further_words(ending, detail, facilities.programme.pack),
        )
        for (ending, detail), words in every_trouble().items()
    }
