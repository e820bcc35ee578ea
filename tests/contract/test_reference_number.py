"""受付番号: what is misread over the telephone is noticed."""

from __future__ import annotations

import uuid
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.reference_number import SIGNS, is_reference_number, reference_number

SAMPLES = [reference_number(str(uuid.UUID(int=number * 0x9E3779B97F4A7C15))) for number in range(40)]


@pytest.mark.parametrize("number", SAMPLES)
def test_every_single_wrong_sign_is_noticed(number: str) -> None:
    for place in range(len(number)):
        for sign in SIGNS:
            if number[place] not in ("-", sign):
                assert not is_reference_number(number[:place] + sign + number[place + 1 :])


@pytest.mark.parametrize("number", SAMPLES)
def test_every_exchange_of_two_signs_is_noticed(number: str) -> None:
    plain = list(number.replace("-", ""))
    for one in range(8):
        for other in range(one + 1, 8):
            if plain[one] != plain[other]:
                swapped = plain.copy()
                swapped[one], swapped[other] = swapped[other], swapped[one]
                assert not is_reference_number("".join(swapped))


@pytest.mark.parametrize("number", SAMPLES)
def test_it_is_read_with_or_without_hyphen_blanks_and_capitals(number: str) -> None:
    for written in (number, number.replace("-", ""), number.lower(), f" {number.replace('-', ' ')} "):
        assert is_reference_number(written)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "K7M2-9QX",
        "K7M2-9QXDD",
        "０１２３-４５６７",
        "K7M2—9QXD",
        "ßß22-2222",
        "0000-0000",
        "\ud800",
        "1" * 8,
    ],
)
def test_what_is_no_number_is_told_and_nothing_raised(text: str) -> None:
    assert not is_reference_number(text)


@given(st.text(max_size=12))
def test_any_text_can_be_asked(text: str) -> None:
    assert is_reference_number(text) in (True, False)


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=64))
def test_every_id_gives_a_valid_number_of_fixed_form_and_always_the_same(enrolment_id: str) -> None:
    number = reference_number(enrolment_id)
    assert len(number) == 9
    assert number[4] == "-"
    assert is_reference_number(number)
    assert number == reference_number(enrolment_id)


def test_signs_that_are_mistaken_for_one_another_do_not_occur() -> None:
    assert len(SIGNS) == len(set(SIGNS)) == 29
    assert not set("0O1IUSB") & set(SIGNS)


def test_numbers_spread_over_all_signs() -> None:
    numbers = [reference_number(str(number)) for number in range(5000)]
    assert len(set(numbers)) == 5000
    for place in range(7):
        counts = Counter(number.replace("-", "")[place] for number in numbers)
        assert set(counts) == set(SIGNS)
        assert max(counts.values()) < 2 * 5000 / 29


def test_about_one_in_29_random_texts_passes_which_is_what_one_check_sign_can_do() -> None:
    base = SAMPLES[0].replace("-", "")[:6]
    passing = sum(is_reference_number(base + a + b) for a in SIGNS for b in SIGNS)
    assert passing == 29
