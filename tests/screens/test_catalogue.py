"""The words: every language says the same, and none says more than is true."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest

from screens.catalogue import Catalogue, format_date, load_catalogue
from terminal.messages import Localised, Message, message, verbatim
from terminal.presentation import Language

DAY = date(2023, 2, 28)
TIME = datetime(2022, 7, 15, 9, 5, tzinfo=timezone(timedelta(hours=9)))
BOOK = Catalogue(
    {
        Language.JA: {
            "a.day": "{day}",
            "a.era": "{day:era}",
            "a.at": "{at:time}",
            "a.sum": "{n}円",
            "a.deep": "「{m}」",
        },
        Language.EN: {
            "a.day": "{day}",
            "a.era": "{day:era}",
            "a.at": "{at:time}",
            "a.sum": "{n} yen",
            "a.deep": "“{m}”",
        },
    }
)


@pytest.mark.parametrize(
    ("said", "ja", "en"),
    [
        (message("a.day", day=DAY), "2023年2月28日(火)", "28 February 2023"),
        (message("a.era", day=DAY), "2023年(令和5年)2月28日", "28 February 2023"),
        (message("a.era", day=date(2019, 4, 30)), "2019年(平成31年)4月30日", "30 April 2019"),
        (message("a.era", day=date(2019, 5, 1)), "2019年(令和元年)5月1日", "1 May 2019"),
        (message("a.at", at=TIME), "9時05分", "09:05"),
        (message("a.sum", n=5000), "5,000円", "5,000 yen"),
        (message("a.deep", m=message("a.sum", n=3)), "「3円」", "“3 yen”"),
        (verbatim(Localised("あおば", "Aoba")), "あおば", "Aoba"),
        (verbatim(Localised("あおば")), "あおば", "あおば"),
        (verbatim("tk-0042"), "tk-0042", "tk-0042"),
    ],
)
def test_a_message_is_said_in_each_language(said: Message, ja: str, en: str) -> None:
    assert BOOK.text(said, Language.JA) == ja
    assert BOOK.text(said, Language.EN) == en


@pytest.mark.parametrize(
    ("at", "said"), [(TIME, "9:05"), (TIME.replace(hour=10, minute=0), "10時")], ids=["minutes", "full hour"]
)
def test_easy_japanese_tells_the_time_as_clocks_show_it(at: datetime, said: str) -> None:
    assert format_date(at, "time", Language.EASY) == said


def test_a_missing_id_is_named_with_its_language() -> None:
    with pytest.raises(KeyError, match=r"a\.nothing \(en\)"):
        BOOK.text(message("a.nothing"), Language.EN)


def test_a_missing_argument_is_named_with_its_message() -> None:
    with pytest.raises(KeyError, match=r"a\.day needs day"):
        BOOK.text(message("a.day"), Language.JA)


LOADED = load_catalogue()


def test_every_language_has_the_same_ids() -> None:
    assert LOADED.own_ids(Language.JA) ^ LOADED.own_ids(Language.EN) == set()


def test_easy_japanese_words_only_what_japanese_has_and_falls_back_to_it() -> None:
    assert LOADED.own_ids(Language.EASY) < LOADED.own_ids(Language.JA)
    assert LOADED.ids(Language.EASY) == LOADED.ids(Language.JA)
    assert LOADED.say("paper.title", Language.EASY) == LOADED.say("paper.title", Language.JA)


@pytest.mark.parametrize("id_", sorted(LOADED.ids(Language.JA)))
def test_every_language_takes_the_same_arguments(id_: str) -> None:
    assert len({LOADED.places(id_, language) for language in Language}) == 1


TOO_STRONG = {
    Language.JA: ("完了", "登録しました", "申し込みました"),
    Language.EASY: ("完了", "登録しました", "申し込みました", "もらえました"),
    Language.EN: ("complete", "success", "approved", "confirmed"),
}


@pytest.mark.parametrize("language", list(Language))
def test_no_text_promises_more_than_acceptance_here(language: Language) -> None:
    strong = [
        id_
        for id_ in LOADED.ids(language)
        if any(word in LOADED.source(id_, language).lower() for word in TOO_STRONG[language])
    ]
    assert strong == []


def test_no_id_is_defined_by_furniture_and_core_alike() -> None:
    import tomllib
    from importlib import resources

    from screens.catalogue import _flat

    folder = resources.files("screens.locale")
    for language in Language:
        files = [folder / f"{name}{language}.toml" for name in ("", "furniture.")]
        ids = [set(_flat(tomllib.loads(file.read_text(encoding="utf-8")))) for file in files]
        assert ids[0] & ids[1] == set()
