"""What would be read aloud: all that stands on the screen, in one order, and nothing that must stay hidden."""

from __future__ import annotations

import re

import pytest

from screens.speech import speakable, spoken
from terminal.messages import message
from terminal.presentation import Language, Presentation
from terminal.views import Trouble
from tests.screens.samples import catalogue, samples

SAMPLES, CATALOGUE = samples(), catalogue()
UNSPEAKABLE = re.compile("[●／・％→（）「」：《》｜\n\u3000]")


def said(name: str, language: Language = Language.JA, *, covered: bool = False) -> tuple[str, ...]:
    return spoken(SAMPLES[name], Presentation(language), CATALOGUE, covered=covered)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_every_view_can_be_spoken(name: str, language: Language) -> None:
    texts = said(name, language)
    assert all(text.strip() for text in texts)
    assert [text for text in texts if UNSPEAKABLE.search(text)] == []
    labels = [
        speakable(CATALOGUE.spoken(choice.say or choice.label, language), language, "")
        for choice in SAMPLES[name].choices()
    ]
    rest = iter(texts)
    assert all(label in rest for label in labels), "choices are spoken in the order of focus and robot"


@pytest.mark.parametrize("name", ["S13-pin", "S13-pin-ready", "S13-pin-wrong"])
def test_of_a_pin_only_the_count_is_spoken(name: str) -> None:
    (field,) = SAMPLES[name].fields()
    typed = sum(len(group.content) for group in field.groups)
    assert f"{typed}けた 入れました" in said(name)


@pytest.mark.parametrize("name", ["S09-id", "S10-again", "S12-confirm", "S12-confirm-revealed"])
@pytest.mark.parametrize("language", Language)
def test_what_is_covered_is_not_spoken(name: str, language: Language) -> None:
    aloud = " ".join(said(name, language, covered=True))
    for value in ("5019", "5 0 1 9", "3 7", "1 2 3 4", "あおば電子マネー", "Aoba"):
        assert value not in aloud


def test_masked_digits_are_said_to_be_hidden() -> None:
    assert "かくしてあります 1 2 3 4" in said("S12-confirm")
    assert "5 0 1 9 0 0 4 2 3 7 2 1 1 2 3 4" in said("S12-confirm-revealed")


@pytest.mark.parametrize(
    ("written", "aloud"),
    [
        ("●●●● 1234", "かくしてあります 1 2 3 4"),
        ("チャージした額の 25％", "チャージした額の 25パーセント"),
        ("最大 5,000円分", "最大 5,000円分"),
        ("しめきり 2023年2月28日(火)", "しめきり 2023年2月28日(火)"),
        ("ポイントのしくみ・相談先", "ポイントのしくみ、相談先"),
        ("「つづける」で もどります", "つづける、で もどります"),
    ],
)
def test_symbols_are_spoken_and_codes_digit_by_digit(written: str, aloud: str) -> None:
    assert speakable(written, Language.JA, "かくしてあります") == aloud


def test_the_order_is_that_of_the_view() -> None:
    texts = said("T-C-03-card-lifted")
    view = SAMPLES["T-C-03-card-lifted"]
    assert isinstance(view, Trouble)
    heads = [
        texts.index(CATALOGUE.say(f"bars.{head}", Language.JA)) for head in ("happened", "not_done", "next")
    ]
    assert heads == sorted(heads)
    assert texts.index(CATALOGUE.text(view.title, Language.JA)) < heads[0]
    assert texts[-1] == "おわる"


def test_a_text_for_speech_stands_for_a_text_of_the_catalogue_with_the_same_places() -> None:
    for language in Language:
        for id_ in CATALOGUE.speech_ids(language):
            if not id_.startswith("speech."):
                assert id_ in CATALOGUE.ids(language)
    assert CATALOGUE.spoken(message("page.of", page=2, pages=5), Language.EASY) == "5ページの うち 2ページ"
    assert CATALOGUE.spoken(message("tool.size"), Language.EASY) == "もじ"
