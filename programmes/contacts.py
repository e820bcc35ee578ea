"""Who answers what on a given day. A helpline that has closed is not printed; then the operator answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from programmes.model import Contact, Pack, Subject


@dataclass(frozen=True)
class OperatorAnswers:
    """No row of the pack is valid on that day: whoever runs the terminal is the contact (settings [operator])."""


def contacts_on(pack: Pack, subject: Subject, day: date) -> tuple[Contact, ...]:
    """The rows of a subject that are valid on `day` (Japan), free lines first, else in the pack's order."""
    valid = [
        contact
        for contact in pack.contacts
        if contact.subject == subject
        and contact.valid_from <= day
        and (contact.valid_until is None or day <= contact.valid_until)
    ]
    return tuple(sorted(valid, key=lambda contact: contact.paid))


def who_answers(pack: Pack, subject: Subject, day: date) -> Contact | OperatorAnswers:
    """The one line to print for a subject on `day`."""
    valid = contacts_on(pack, subject, day)
    return valid[0] if valid else OperatorAnswers()
