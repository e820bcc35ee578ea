"""Whom one can send to the terminal, with the PIN that must be typed: what dock and command line show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bench.card.residents import ROLES, Residents
from bench.nfc.drawer import FELICA_SYSTEMS
from bench.run_folder import RunFolder

#: Ordinary residents shown beside those with a name of their own.
ORDINARY = 4


@dataclass(frozen=True)
class CardHolder:
    """`pin` is empty for cards that have none; `nfc_only`: the card has no contacts."""

    name: str
    about: str
    english: str
    pin: str
    nfc_only: bool = False


_ENGLISH = {
    "happy": "ordinary card",
    "one-try-left": "one PIN try left",
    "locked": "PIN locked",
    "expired": "certificate expired",
    "not-yet-valid": "certificate valid from tomorrow",
    "renewed-an-hour-ago": "certificate renewed an hour ago",
    "child": "a child's card",
    "short-length": "refuses extended length",
    "first-command-fails": "first command after power-on fails",
    "no-auth-certificate": "without user certificate",
    "wrong-ca": "certificate of an unknown CA",
    "false-signature": "signs wrongly",
    "juki": "住基 card",
    "licence": "driver's licence",
    "e-money": "e-money card",
    "android-token": "Android phone",
    "next-generation": "next-generation card",
    "unknown": "some other card",
    "damaged": "answers are damaged",
    "not-der": "certificate is no DER",
    "oversize-certificate": "certificate far too large",
}


def people(folder: RunFolder, now: datetime, seed: int) -> list[CardHolder]:
    """In the order of `ROLES`, then ordinary residents, then cards for the NFC reader only."""
    residents = Residents(folder.cards, now, seed)
    named = [
        CardHolder(
            name,
            role.about,
            _ENGLISH.get(name, ""),
            residents.person(name).auth_pin if role.my_number else "",
        )
        for name, role in ROLES.items()
    ]
    ordinary = [
        CardHolder(
            name, f"ふつうのカード（{n}人目）", f"ordinary card, person {n}", residents.person(name).auth_pin
        )
        for n, name in enumerate((f"resident-{n}" for n in range(1, ORDINARY + 1)), start=1)
    ]
    other = [
        CardHolder(name, f"{name} のカード（FeliCa）", f"{name} (FeliCa)", "", nfc_only=True)
        for name in FELICA_SYSTEMS
        if name not in ROLES
    ]
    return [named[0], *ordinary, *named[1:], *other]
