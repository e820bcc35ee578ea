"""Furigana from the glossary: every word of やさしい日本語 has its reading, and no name is read by halves."""

from __future__ import annotations

import pytest

from screens.catalogue import load_catalogue
from screens.furigana import Glossary, load_glossary, marked, unread
from screens.ruby import plain
from terminal.messages import Localised, message, verbatim
from terminal.presentation import Language

LOADED = load_glossary()
CATALOGUE = load_catalogue()


@pytest.mark.parametrize(
    ("word", "reading", "markup"),
    [
        ("受け付け", "うけつけ", "｜受《う》け｜付《つ》け"),
        ("暗証番号", "あんしょうばんごう", "｜暗証番号《あんしょうばんごう》"),
        ("1日", "ついたち", "｜1日《ついたち》"),
        ("お金", "おかね", "お｜金《かね》"),
        ("(月)", "(｜月《げつ》)", "(｜月《げつ》)"),
    ],
)
def test_readings_stand_over_the_kanji_only(word: str, reading: str, markup: str) -> None:
    assert marked(word, reading) == markup


def test_a_reading_without_the_words_own_kana_is_refused() -> None:
    with pytest.raises(ValueError, match="受け付け"):
        marked("受け付け", "うつ")


SMALL = Glossary(
    {"日": "にち", "1日": "ついたち", "番号": "ばんごう", "暗証番号": "あんしょうばんごう", "市": "し"}
)


@pytest.mark.parametrize(
    ("text", "annotated"),
    [
        ("暗証番号と番号", "｜暗証番号《あんしょうばんごう》と｜番号《ばんごう》"),
        ("1日と21日", "｜1日《ついたち》と21｜日《にち》"),
        ("｜市《いち》の番号", "｜市《いち》の｜番号《ばんごう》"),
        ("八日市の市", "八日市の｜市《し》"),
        ("ABC", "ABC"),
    ],
)
def test_the_longest_word_counts_and_a_name_is_not_read_by_halves(text: str, annotated: str) -> None:
    assert SMALL.annotate(text) == annotated


@pytest.mark.parametrize("language", [Language.JA, Language.EASY])
def test_every_kanji_of_the_catalogue_has_a_reading(language: Language) -> None:
    uncovered = {
        id_: rest
        for id_ in CATALOGUE.ids(language)
        if (rest := unread(LOADED.annotate(CATALOGUE.source(id_, language))))
    }
    assert uncovered == {}


def test_readings_are_hiragana() -> None:
    for id_ in CATALOGUE.ids(Language.EASY):
        annotated = LOADED.annotate(CATALOGUE.source(id_, Language.EASY))
        for reading in annotated.split("《")[1:]:
            assert all("ぁ" <= glyph <= "ん" for glyph in reading.split("》")[0]), annotated


def test_annotating_changes_no_word() -> None:
    for id_ in CATALOGUE.ids(Language.EASY):
        source = CATALOGUE.source(id_, Language.EASY)
        assert plain(LOADED.annotate(source)) == plain(source)


def test_arguments_get_their_readings_too() -> None:
    said = message("terms.closes", day=verbatim("2023年2月20日"))
    assert "｜20日《はつか》" in CATALOGUE.with_furigana(said, Language.EASY)
    assert CATALOGUE.with_furigana(verbatim(Localised("鷺沼銀行")), Language.EASY) == "鷺沼銀行"


def test_paper_robot_and_speech_get_no_readings() -> None:
    for id_ in CATALOGUE.ids(Language.EASY):
        if not CATALOGUE.places(id_, Language.EASY):
            assert "《" not in CATALOGUE.text(message(id_), Language.EASY)
