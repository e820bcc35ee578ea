from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programmes.loader import Programme
from programmes.search import Row, fold_kana, in_kana_order, next_rows, rows_of, search


@pytest.mark.parametrize(
    ("written", "sounds"),
    [
        ("ペイペイ", "へいへい"),
        ("でぃーばらい", "ていはらい"),
        ("ｴﾎﾟｽｶｰﾄﾞ", "えほすかと"),
        ("キュウ", "きゆう"),
        ("ヴ", "う"),
        ("ふぁみぺい", "ふあみへい"),
        ("ＷＡＯＮ", "WAON"),
    ],
)
def test_marks_small_letters_and_long_vowels_do_not_count(written: str, sounds: str) -> None:
    assert fold_kana(written) == sounds


@given(st.text(max_size=30))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold_kana(fold_kana(text)) == fold_kana(text)


@given(st.text("あいうえおかがきぎさざぱびっゃーンパ", max_size=12))
def test_every_kana_has_a_key(text: str) -> None:
    assert len(rows_of(text)) == len(fold_kana(text))


def test_rows_find_a_service_by_its_reading_or_its_letters(national: Programme) -> None:
    def found(*rows: Row) -> list[str]:
        return [service.key for service in search(national.services, rows)]

    assert found(Row.WA) == ["waon"]
    assert found(Row.HA, Row.A, Row.HA) == ["paypay", "smbc-card"]  # ペイペイ, and Ｖポイント of 三井住友
    assert "waon" in found(Row.LATIN, Row.LATIN, Row.LATIN, Row.LATIN)
    assert found(Row.RA, Row.KA, Row.TA, Row.WA, Row.A) == ["rakuten-edy"]
    assert found(Row.WA, Row.WA) == []


def test_typing_nothing_finds_all_in_kana_order(demo: Programme) -> None:
    assert search(demo.services, ()) == in_kana_order(demo.services)
    assert [service.name.ja for service in search(demo.services, (Row.A,))] == [
        "あおば電子マネー",
        "いちょうマネー",
        "うみねこプリペイド",
    ]


def test_the_keys_offered_next_all_find_something_and_the_others_nothing(national: Programme) -> None:
    typed: tuple[Row, ...] = ()
    for _ in range(4):
        offered = next_rows(national.services, typed)
        for row in Row:
            assert bool(search(national.services, (*typed, row))) is (row in offered)
        typed = (*typed, sorted(offered)[0])
