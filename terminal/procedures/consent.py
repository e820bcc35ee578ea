"""S6: what the data are used for, who gets them, how long they are kept, whom to ask. Shown before anything is read."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from contract.encoding import canonical
from contract.record import ConsentGiven
from terminal.controls import Choice, Role
from terminal.enrolment import Draft
from terminal.facilities import Facilities, Operator
from terminal.messages import Localised, message
from terminal.presentation import Language
from terminal.procedures.steps import BACK, Step, Turn
from terminal.view_parts import Fact, Options, Paragraph, Stones
from terminal.views import BACK as BACK_CHOICE
from terminal.views import Consent
from terminal.visit import Visit

#: Goes up whenever the wording of the consent changes; the record keeps it beside the hash of the text.
VERSION = "2026-11-4"

_CLAUSES = ("read", "purpose", "recipients", "retention", "never", "contact", "disclosure")


def consent_step(visit: Visit, facilities: Facilities, stones: Stones) -> Step:
    async def step(draft: Draft) -> Draft | Turn:
        while True:
            match await visit.choose(consent_view(facilities, stones)):
                case "back":
                    return BACK
                case "whole-text":
                    await visit.choose(whole_text_view(facilities, stones))
                case _:
                    given = consent_given(facilities, visit.presentation.language)
                    return replace(draft, consent=given)

    return step


def consent_given(facilities: Facilities, language: Language) -> ConsentGiven:
    """Version and hash of the very text that stood on the screen, in its language."""
    texts = [
        facilities.wording.text(
            message(f"consent_text.{clause}", **_arguments(facilities.operator)), language
        )
        for clause in _CLAUSES
    ]
    sha256 = hashlib.sha256(canonical({"version": VERSION, "language": language, "texts": texts})).hexdigest()
    return ConsentGiven(VERSION, sha256)


def _arguments(operator: Operator) -> dict[str, Localised]:
    return {
        "name": operator.name,
        "contact": operator.contact,
        "purpose": operator.purpose,
        "retention": operator.retention,
        "disclosure": operator.disclosure,
    }


def consent_view(facilities: Facilities, stones: Stones) -> Consent:
    operator = facilities.operator
    return Consent(
        title=message("consent.title"),
        sentence=message("consent.sentence"),
        parts=(
            Fact(
                message("consent.purpose"), message("consent.purpose_detail", purpose=operator.purpose), "pen"
            ),
            Fact(
                message("consent.recipient"), message("consent.recipient_detail", name=operator.name), "house"
            ),
            Fact(
                message("consent.retention"),
                message("consent.retention_detail", retention=operator.retention),
                "calendar",
            ),
            *_whom_to_ask(operator),
            Fact(message("consent.never_number"), icon="check"),
            Options((Choice("whole-text", message("consent.whole_text"), icon="document"),)),
        ),
        main=Choice("agree", message("consent.agree"), Role.PRIMARY, icon="check", key="#"),
        back=BACK_CHOICE,
        stones=stones,
        sample=facilities.sample,
    )


def _whom_to_ask(operator: Operator) -> tuple[Fact, ...]:
    """Questions, and the desk for one's own data: one line where it is the same desk."""
    if operator.contact == operator.disclosure:
        return (
            Fact(
                message("consent.contact"),
                message("consent.contact_detail", contact=operator.contact),
                "phone",
            ),
        )
    return (
        Fact(
            message("consent.questions"),
            message("consent.contact_detail", contact=operator.contact),
            "phone",
        ),
        Fact(
            message("consent.disclosure"),
            message("consent.contact_detail", contact=operator.disclosure),
            "document",
        ),
    )


def whole_text_view(facilities: Facilities, stones: Stones) -> Consent:
    arguments = _arguments(facilities.operator)
    return Consent(
        title=message("consent.whole_title"),
        parts=(
            *(Paragraph(message(f"consent_text.{clause}", **arguments)) for clause in _CLAUSES),
            Paragraph(message("consent_text.version", version=VERSION)),
        ),
        main=Choice("read", message("consent.read"), Role.PRIMARY, key="#"),
        back=BACK_CHOICE,
        stones=stones,
        sample=facilities.sample,
    )
