from __future__ import annotations

from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from programmes.id_format import (
    CheckDigitDiffers,
    Empty,
    EntryVerdict,
    Fits,
    TooLong,
    TooShort,
    Unusual,
    WrongBeginning,
    WrongClass,
    check,
    normalise,
)
from programmes.loader import Programme
from programmes.model import Text
from programmes.services import LONGEST_ENTRY, CharacterClass, EntryRow

TEXT = Text(ja="番号", en="number")
CARD = EntryRow(
    as_of=date(2022, 7, 1),
    source=("TEST",),
    confirmed=True,
    label=TEXT,
    where=TEXT,
    drawing="card-back-number",
    length=16,
    character_class="digits",
    groups=(4, 4, 4, 4),
    prefix="6900",
)
UNSURE = msgspec.structs.replace(CARD, confirmed=False)
LUHN = msgspec.structs.replace(CARD, prefix="", check_digit="luhn")
LETTERS = msgspec.structs.replace(
    CARD, length=17, groups=(2, 5, 5, 5), prefix="JX", character_class="upper-alphanumeric"
)


@pytest.mark.parametrize(
    ("entry", "typed", "verdict"),
    [
        (CARD, "6900123456789012", Fits()),
        (CARD, "６９００-1234 5678‐9012", Fits()),
        (CARD, "", Empty()),
        (CARD, " - ", Empty()),
        (CARD, "690012345678901", TooShort(1)),
        (CARD, "69001234567890123", TooLong(1)),
        (CARD, "6900123A56789012", WrongClass(2)),
        (CARD, "690012345678901あ", WrongClass(4)),
        (CARD, "6901123456789012", WrongBeginning()),
        (CARD, "69", TooShort(14)),
        (UNSURE, "690012345678901", Unusual("length")),
        (UNSURE, "6901123456789012", Unusual("prefix")),
        (UNSURE, "6900123A56789012", Unusual("character_class")),
        (UNSURE, "690012345678901あ", WrongClass(4)),
        (UNSURE, "1" * (LONGEST_ENTRY + 1), TooLong(1)),
        (LUHN, "4111111111111111", Fits()),
        (LUHN, "4111111111111112", CheckDigitDiffers()),
        (LETTERS, "jx12345abcde67890", Fits()),
        (LETTERS, "JX12345ABCDE6789", TooShort(1)),
    ],
)
def test_an_entry_gets_exactly_this_verdict(entry: EntryRow, typed: str, verdict: EntryVerdict) -> None:
    assert check(typed, entry) == verdict


def test_only_the_confirmed_fields_of_a_row_refuse() -> None:
    entry = msgspec.structs.replace(CARD, unconfirmed=("length",))
    assert check("690012345678901", entry) == Unusual("length")
    assert check("6901", entry) == WrongBeginning()
    assert (CARD.longest, entry.longest) == (16, LONGEST_ENTRY)


def test_a_code_that_a_service_may_not_have_can_be_left_empty() -> None:
    assert check("", msgspec.structs.replace(UNSURE, may_be_missing=True)) == Fits()


def test_no_verdict_carries_what_was_typed() -> None:
    for entry, typed in (
        (CARD, "6901123456789012"),
        (CARD, "69001"),
        (UNSURE, "abc"),
        (LUHN, "4111111111111112"),
    ):
        assert typed not in repr(check(typed, entry))


digits = st.text("0123456789", min_size=16, max_size=16)
classes: st.SearchStrategy[CharacterClass] = st.sampled_from(["digits", "upper-alphanumeric", "alphanumeric"])


@given(st.text(max_size=40), classes)
def test_normalising_twice_is_normalising_once(text: str, character_class: CharacterClass) -> None:
    entry = msgspec.structs.replace(CARD, character_class=character_class)
    once = normalise(text, entry)
    assert normalise(once, entry) == once


@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=LONGEST_ENTRY))
def test_an_unconfirmed_row_never_refuses_what_the_keypad_can_type(text: str) -> None:
    assert isinstance(check(text, UNSURE), Fits | Unusual)


@given(st.text(max_size=40))
def test_any_text_at_all_gets_a_verdict(text: str) -> None:
    for entry in (CARD, UNSURE, LUHN, LETTERS):
        check(text, entry)


@given(digits, st.integers(0, 15), st.integers(1, 9))
def test_luhn_finds_every_single_wrong_digit(number: str, place: int, change: int) -> None:
    good = next(candidate for last in "0123456789" if check(candidate := number[:15] + last, LUHN) == Fits())
    wrong = good[:place] + str((int(good[place]) + change) % 10) + good[place + 1 :]
    assert check(wrong, LUHN) == CheckDigitDiffers()


def test_facts_of_the_confirmed_services_refuse_and_the_others_hint(national: Programme) -> None:
    waon, suica, paypay = (national.service(key) for key in ("waon", "suica", "paypay"))
    assert waon is not None and waon.id_entry is not None
    assert suica is not None and suica.id_entry is not None
    assert paypay is not None and paypay.id_entry is not None
    assert check("690012345678901", waon.id_entry) == TooShort(1)
    assert check("JE12345", suica.id_entry) == Unusual("length")
    assert check("12345", paypay.id_entry) == Unusual("length")
