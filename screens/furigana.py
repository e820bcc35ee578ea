"""Furigana from a glossary: which words of a text get which reading.

`locale/ruby.toml` says how each word is read; a text of the catalogue is written without readings and gets them when
やさしい日本語 is chosen. Where a word is read in another way, the text carries its own markup ｜…《…》.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from importlib import resources

from screens.ruby import MARKUP

KANJI = re.compile(r"[\u4e00-\u9fff々]+")
_PARTS = re.compile(r"([\u4e00-\u9fff々0-9]+)|([^\u4e00-\u9fff々0-9]+)")


class Glossary:
    """Words and their readings in hiragana, okurigana included: `受け付け` = `うけつけ`.

    A word that begins with a digit (`1日` = `ついたち`) is not found within a longer number. ValueError names a word
    whose okurigana its reading lacks.
    """

    def __init__(self, words: Mapping[str, str]) -> None:
        self._by_first: dict[str, list[tuple[str, str]]] = {}
        for word in sorted(words, key=len, reverse=True):
            self._by_first.setdefault(word[0], []).append((word, marked(word, words[word])))

    def annotate(self, text: str) -> str:
        """`text` with the markup of its readings; what has markup already keeps it.

        Kanji in a row of which one is unknown stay without: a name must not be read by halves.
        """
        done: list[str] = []
        end = 0
        for match in MARKUP.finditer(text):
            done += [self._stretch(text[end : match.start()]), match[0]]
            end = match.end()
        return "".join([*done, self._stretch(text[end:])])

    def _stretch(self, text: str) -> str:
        found = [*self._words(text)]
        for run in KANJI.finditer(text):
            known = sum(min(end, run.end()) - max(start, run.start()) for start, end, _ in found
                        if start < run.end() and end > run.start())  # fmt: skip
            if known < run.end() - run.start():
                found = [word for word in found if word[1] <= run.start() or word[0] >= run.end()]
        done: list[str] = []
        last = 0
        for start, end, with_reading in found:
            done += [text[last:start], with_reading]
            last = end
        return "".join([*done, text[last:]])

    def _words(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Start, end and markup of each word, the longest at each place."""
        at = 0
        while at < len(text):
            inside_number = text[at].isdigit() and at > 0 and text[at - 1].isdigit()
            for word, with_reading in () if inside_number else self._by_first.get(text[at], ()):
                if text.startswith(word, at):
                    yield at, at + len(word), with_reading
                    at += len(word)
                    break
            else:
                at += 1


def marked(word: str, reading: str) -> str:
    """`受け付け`, `うけつけ` as `｜受《う》け｜付《つ》け`. A reading with markup stands for the word as it is."""
    if "｜" in reading:
        return reading
    parts = [*_PARTS.finditer(word)]
    pattern = "".join("(.+?)" if part[1] else re.escape(part[2]) for part in parts)
    match = re.fullmatch(pattern, reading)
    if match is None:
        raise ValueError(f"{word} is not read {reading}")
    kana = iter(match.groups())
    return "".join(f"｜{part[1]}《{next(kana)}》" if part[1] else part[2] for part in parts)


def load_glossary() -> Glossary:
    """The glossary of the package `screens.locale`."""
    text = (resources.files("screens.locale") / "ruby.toml").read_text(encoding="utf-8")
    words: dict[str, str] = {}
    for table in tomllib.loads(text).values():
        words |= table
    return Glossary(words)


def unread(text: str) -> list[str]:
    """The kanji of `text` that have no reading."""
    return KANJI.findall(MARKUP.sub("", text))
