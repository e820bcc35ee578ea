"""The words: catalogues by language, and how a `Message` becomes text.

`locale/LANGUAGE.toml` holds what the core says (`[section] name = "text with {places}"`), `furniture.LANGUAGE.toml`
what belongs to every screen (header, keypads, pagers). A place is filled by an argument of the message; `{day:era}`,
`{day:short}`, `{day:time}` and `{amount:yen}` choose how.

やさしい日本語 words only what is worded more simply; for the rest it falls back to `ja`. Its furigana come from a
glossary, or from markup in its own texts; paper, robot and speech get the text without them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from importlib import resources
from typing import TYPE_CHECKING

from screens.furigana import Glossary, load_glossary
from screens.ruby import plain
from terminal.messages import Localised, Message
from terminal.presentation import Language

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

PLACE = re.compile(r"\{(\w+)(?::(\w+))?\}")

FALLBACKS = {Language.EASY: Language.JA}
"""Where a language takes the texts that it does not word itself."""

Argument = str | int | date | datetime | Localised | Message

REIWA = 2018
"""令和1年 is 2019, from 1 May (改元政令, 平成31年政令第143号)."""
REIWA_BEGINS = date(2019, 5, 1)
HEISEI = 1988
WEEKDAYS_JA = "月火水木金土日"
MONTHS_EN = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


class Catalogue:
    """The texts of all languages. A missing id or argument is a KeyError that names it and the language."""

    def __init__(
        self,
        texts: Mapping[Language, Mapping[str, str]],
        glossary: Glossary | None = None,
        speech: Mapping[Language, Mapping[str, str]] | None = None,
    ) -> None:
        self._texts = {
            language: {**texts.get(FALLBACKS.get(language, language), {}), **texts.get(language, {})}
            for language in Language
        }
        self._own = {language: frozenset(texts.get(language, {})) for language in Language}
        self._glossary = glossary or Glossary({})
        self._speech = speech or {}

    def text(self, message: Message, language: Language) -> str:
        """The finished text of `message`, without furigana."""
        return plain(self._filled(message, language))

    def with_furigana(self, message: Message, language: Language) -> str:
        """The finished text of `message`, with the markup of its readings."""
        return self._glossary.annotate(self._filled(message, language))

    def spoken(self, message: Message, language: Language) -> str:
        """What is read aloud for `message`: its text for speech where there is one, else the written one.

        `screens.speech` makes symbols speakable; this only chooses the words.
        """
        speech = self._speech.get(language, {})
        if language in FALLBACKS and message.id not in self._own[language]:
            speech = {**self._speech.get(FALLBACKS[language], {}), **speech}
        return plain(self._filled(message, language, speech))

    def speech_ids(self, language: Language) -> frozenset[str]:
        """Ids with a text for speech alone."""
        return frozenset(self._speech.get(language, {}))

    def say(self, id: str, language: Language, **args: Argument) -> str:  # noqa: A002
        """The text named `id`."""
        return self.text(Message(id, tuple(args.items())), language)

    def ids(self, language: Language) -> frozenset[str]:
        return frozenset(self._texts[language])

    def own_ids(self, language: Language) -> frozenset[str]:
        """What `language` words itself."""
        return self._own[language]

    def places(self, id: str, language: Language) -> frozenset[str]:  # noqa: A002
        """Names of the arguments that text takes."""
        return frozenset(match[1] for match in PLACE.finditer(self._texts[language][id]))

    def source(self, id: str, language: Language) -> str:  # noqa: A002
        return self._texts[language][id]

    def _filled(self, message: Message, language: Language, first: Mapping[str, str] | None = None) -> str:
        """The text of `message`, from the table `first` if it stands there."""
        if message.id == "verbatim":
            return self._argument(message.arg("text"), "", language)
        try:
            text = (first or {}).get(message.id) or self._texts[language][message.id]
        except KeyError:
            raise KeyError(f"{message.id} ({language})") from None
        arguments = dict(message.args)

        def fill(place: re.Match[str]) -> str:
            if place[1] not in arguments:
                raise KeyError(f"{message.id} needs {place[1]} ({language})")
            return self._argument(arguments[place[1]], place[2] or "", language)

        return PLACE.sub(fill, text)

    def _argument(self, value: Argument, form: str, language: Language) -> str:
        match value:
            case Message():
                return self._filled(value, language)
            case Localised():
                return (value.en or value.ja) if language is Language.EN else value.ja
            case date():
                return format_date(value, form, language)
            case int():
                return f"{value:,}" if form in ("", "yen") and abs(value) >= 1000 else str(value)
            case _:
                return value


def format_date(day: date, form: str, language: Language) -> str:
    """A day or time in words.

    Forms: none (with weekday), `date` (without), `era` (both years), `era_only`, `short` (no year), `time` (10時00分),
    `digits` (10:00), `datetime` (day and time).
    """
    if form == "digits":
        return f"{day:%H:%M}"
    if form == "time":
        return _time(day, language)
    if form == "datetime":
        return f"{format_date(day, '', language)} {format_date(day, 'time', language)}"
    if not language.is_japanese:
        words = f"{day.day} {MONTHS_EN[day.month - 1]}"
        return words if form == "short" else f"{words} {day.year}"
    short = f"{day.month}月{day.day}日"
    by_form = {
        "short": short,
        "date": f"{day.year}年{short}",
        "era": f"{day.year}年({era(day)}年){short}",
        "era_only": f"{era(day)}年{short}",
    }
    return by_form.get(form) or f"{day.year}年{short}({WEEKDAYS_JA[day.weekday()]})"


def _time(day: date, language: Language) -> str:
    hour = int(f"{day:%H}")
    match language:
        case Language.JA:
            return f"{hour}時{day:%M}分"
        case Language.EASY:
            return f"{hour}時" if f"{day:%M}" == "00" else f"{hour}:{day:%M}"
        case _:
            return f"{day:%H:%M}"


def era(day: date) -> str:
    """Era and year: 令和5, 平成31, 令和元."""
    plain_day = date(day.year, day.month, day.day)
    name, year = ("令和", day.year - REIWA) if plain_day >= REIWA_BEGINS else ("平成", day.year - HEISEI)
    return f"{name}{'元' if year == 1 else year}"


def load_catalogue() -> Catalogue:
    """The catalogue of the package `screens.locale`."""
    folder = resources.files("screens.locale")
    speech = {language: _tables(folder, f"speech.{language}.toml") for language in Language}
    return Catalogue(
        {language: _language(folder, language) for language in Language}, load_glossary(), speech
    )


def _language(folder: Traversable, language: Language) -> dict[str, str]:
    return _tables(folder, f"furniture.{language}.toml") | _tables(folder, f"{language}.toml")


def _tables(folder: Traversable, name: str) -> dict[str, str]:
    """The texts of a file; none if it is not there."""
    file = folder / name
    return _flat(tomllib.loads(file.read_text(encoding="utf-8"))) if file.is_file() else {}


def _flat(table: Mapping[str, object], at: str = "") -> dict[str, str]:
    """`[section.part] name = "text"` as `section.part.name`."""
    texts: dict[str, str] = {}
    for name, value in table.items():
        if isinstance(value, Mapping):
            texts |= _flat(value, f"{at}{name}.")
        else:
            texts[at + name] = str(value)
    return texts
