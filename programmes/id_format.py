"""A soft look at a typed 決済サービスID or code. Only confirmed rules refuse; the final check is the programme's.

No result carries the value: group numbers and counts only, so a result may be shown, logged and tested.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from itertools import accumulate

from programmes.services import LONGEST_ENTRY, CharacterClass, EntryRow


@dataclass(frozen=True)
class Fits:
    """Nothing that is confirmed speaks against it."""


@dataclass(frozen=True)
class Unusual:
    """Differs from what is believed but not confirmed (`rule` is the field of the row). It may go on."""

    rule: str


@dataclass(frozen=True)
class Empty:
    """Nothing was typed where something is needed."""


@dataclass(frozen=True)
class TooShort:
    missing: int


@dataclass(frozen=True)
class TooLong:
    excess: int


@dataclass(frozen=True)
class WrongClass:
    """A character that does not occur in such an ID. `group` counts from 1 as printed."""

    group: int


@dataclass(frozen=True)
class WrongBeginning:
    """Does not begin as all of them do; always group 1."""


@dataclass(frozen=True)
class CheckDigitDiffers:
    """Some digit is wrong; which one cannot be told."""


EntryVerdict = Fits | Unusual | Empty | TooShort | TooLong | WrongClass | WrongBeginning | CheckDigitDiffers


def normalise(text: str, entry: EntryRow) -> str:
    """As it will be kept: half-width, without blanks and hyphens, capitals where small letters do not occur."""
    plain = "".join(_half_width(c) for c in text if not _separates(c))
    if entry.character_class != "upper-alphanumeric":
        return plain
    return "".join(c.upper() if c.isascii() else c for c in plain)


def check(typed: str, entry: EntryRow) -> EntryVerdict:
    """The first confirmed rule that `typed` breaks, else the first believed one as `Unusual`, else `Fits`."""
    text = normalise(typed, entry)
    if not text:
        return Fits() if entry.may_be_missing else Empty()
    if len(text) > LONGEST_ENTRY:
        return TooLong(len(text) - LONGEST_ENTRY)
    foreign = next((index for index, c in enumerate(text) if not (c.isascii() and c.isprintable())), None)
    if foreign is not None:
        return WrongClass(_group_at(foreign, entry))  # no service's ID can hold it, whatever is confirmed
    broken = _broken_rules(text, entry)
    for rule, verdict in broken:
        if entry.is_confirmed(rule):
            return verdict
    return Unusual(broken[0][0]) if broken else Fits()


def _broken_rules(text: str, entry: EntryRow) -> list[tuple[str, EntryVerdict]]:
    broken: list[tuple[str, EntryVerdict]] = []
    wrong = _wrong_character(text, entry.character_class)
    if wrong is not None:
        broken.append(("character_class", WrongClass(_group_at(wrong, entry))))
    if entry.prefix and not _begins(text, entry.prefix):
        broken.append(("prefix", WrongBeginning()))
    if entry.length is not None and len(text) != entry.length:
        missing = entry.length - len(text)
        broken.append(("length", TooShort(missing) if missing > 0 else TooLong(-missing)))
    if not broken and entry.check_digit == "luhn" and not _luhn(text):
        broken.append(("check_digit", CheckDigitDiffers()))
    return broken


def _wrong_character(text: str, character_class: CharacterClass) -> int | None:
    for index, character in enumerate(text):
        digit = character.isascii() and character.isdigit()
        letter = character.isascii() and character.isalpha()
        allowed = digit or (letter and character_class != "digits")
        if not allowed or (character_class == "upper-alphanumeric" and character.islower()):
            return index
    return None


def _begins(text: str, prefix: str) -> bool:
    """A text shorter than the prefix is judged by its length, not by its beginning."""
    return text.startswith(prefix) or prefix.startswith(text)


def _group_at(index: int, entry: EntryRow) -> int:
    ends = list(accumulate(entry.groups))
    return next((number for number, end in enumerate(ends, 1) if index < end), max(len(ends), 1))


def _luhn(digits: str) -> bool:
    """ISO/IEC 7812-1 annex B: every second digit from the right doubled, digit sums added, a multiple of 10."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _half_width(character: str) -> str:
    """ASCII for a full-width letter or digit; anything else as it is, so that it is refused and not bent."""
    folded = unicodedata.normalize("NFKC", character)
    return folded if len(folded) == 1 and folded.isascii() else character


def _separates(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) == "Pd" or character == "−"
