"""What is read aloud of a view, in the view's one order. No sound yet: only the texts.

Whoever listens stands in public: a PIN is never more than the count of its digits, and what the presence cover hides
on the screen is not spoken either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from screens.buttons import BADGES
from screens.catalogue import Argument, Catalogue
from terminal.controls import Choice, Field, FieldKind
from terminal.messages import Message
from terminal.presentation import Language, Presentation
from terminal.view_parts import (
    Banner,
    Bars,
    Countdown,
    Drawing,
    Entry,
    Fact,
    Note,
    Number,
    Options,
    Pager,
    Paragraph,
    Part,
    Progress,
    Sheet,
    Small,
    Tries,
)
from terminal.views import Attract, View

_HIDDEN = re.compile("●+")
_CODE = re.compile(r"(?<![\d,])\d{4,}(?![\d,年])")
_PAUSES = re.compile(r"[／・：（）「」『』“”　\n]+")
_SYMBOLS = {
    Language.JA: (("％", "パーセント"), ("%", "パーセント"), ("→", "から "), ("#", "シャープ ")),
    Language.EN: (("%", " percent"), ("→", " then "), ("–", ", "), ("/", " of ")),
}


def spoken(
    view: View, presentation: Presentation, catalogue: Catalogue, *, covered: bool = False
) -> tuple[str, ...]:
    """The texts of `view` as they would be read aloud, each a sentence of its own.

    `covered` is the presence cover: it hides the values of personal views.
    """
    reader = _Reader(catalogue, presentation.language, covered and view.personal)
    return tuple(text for text in reader.view(view) if text)


def speakable(text: str, language: Language, hidden: str) -> str:
    """`text` with its symbols spoken: ●●●● as `hidden`, four or more digits one by one, brackets as pauses."""
    text = _HIDDEN.sub(f" {hidden} ", text)
    text = _CODE.sub(lambda code: " ".join(code[0]), text)
    for symbol, words in _SYMBOLS[Language.JA if language.is_japanese else Language.EN]:
        text = text.replace(symbol, words)
    pause = "、" if language.is_japanese else ", "
    text = re.sub(r"\s+", " ", _PAUSES.sub(pause, text)).strip(f" {pause}")
    return re.sub(r"(?<=[。、,.?!])[、,]|\s+(?=[、。,.])", "", text)


@dataclass(frozen=True)
class _Reader:
    catalogue: Catalogue
    language: Language
    covered: bool

    def text(self, message: Message | None) -> str:
        if message is None:
            return ""
        text = self.catalogue.spoken(message, self.language)
        return speakable(text, self.language, self.say("speech.hidden"))

    def say(self, id: str, **args: Argument) -> str:  # noqa: A002
        return self.catalogue.spoken(Message(id, tuple(args.items())), self.language)

    def value(self, message: Message) -> str:
        return self.say("speech.hidden") if self.covered else self.text(message)

    def view(self, view: View) -> Iterator[str]:
        if view.sample:
            yield self.text(Message("band.sample"))
        if view.stones is not None:
            now = view.stones.stones.index(view.stones.now) + 1
            step = self.say("step.of", step=now, steps=len(view.stones.stones))
            yield f"{step} {self.text(Message(f'stone.{view.stones.now}'))}"
        yield self.text(view.title)
        yield self.text(view.sentence)
        for part in view.parts:
            yield from self.part(part)
        if isinstance(view.main, Choice):
            yield from self.choice(view.main)
        elif view.main is not None:
            yield self.text(view.main.text)
        for choice in (view.back, view.stop):
            if choice is not None:
                yield from self.choice(choice)
        if isinstance(view, Attract):
            yield self.text(Message("clock.day", (("day", view.clock),)))

    def choice(self, choice: Choice) -> Iterator[str]:
        yield self.text(choice.say or choice.label)
        yield self.text(choice.detail)
        if choice.badge is not None and choice.detail is None:
            yield self.text(Message(BADGES[choice.badge][1]))

    def part(self, part: Part) -> Iterator[str]:
        match part:
            case Note() | Fact():
                yield from (self.text(part.text), self.text(part.detail))
            case Paragraph():
                yield self.text(part.text)
            case Banner():
                yield from (self.text(line) for line in (part.headline, *part.lines, *part.warnings))
            case Drawing():
                yield self.text(part.caption)
                yield from (self.text(label) for _, label in part.labels)
            case Options():
                for choice in part.choices:
                    yield from self.choice(choice)
            case Pager():
                yield self.text(Message("page.of", (("page", part.page), ("pages", part.pages))))
                for choice in part.choices:
                    yield from self.choice(choice)
            case Entry():
                yield from self.field(part.field)
            case _:
                yield from self.result(part)

    def result(self, part: Part) -> Iterator[str]:
        match part:
            case Tries():
                yield self.say("tries.remaining", count=part.left)
            case Sheet():
                yield self.text(part.strip)
                for line in part.lines:
                    yield from (self.text(line.label), self.value(line.value))
                    for choice in line.choices:
                        yield from self.choice(choice)
            case Bars():
                heads = (Message("bars.happened"), part.not_done_head, Message("bars.next"))
                for head, lines in zip(heads, (part.happened, part.not_done, part.next), strict=True):
                    yield from (self.text(message) for message in (head, *lines))
            case Number():
                yield self.text(part.label)
                yield " ".join(glyph for glyph in part.text if glyph.isalnum())
            case Progress():
                for message, state in part.steps:
                    yield f"{self.text(message)}、{self.say(f'speech.step_{state}')}"
            case Countdown():
                yield self.say("speech.seconds", left=part.left)
            case Small():
                yield from (self.text(line) for line in part.lines)
            case _:
                raise TypeError(f"nobody can say {type(part).__name__}")

    def field(self, field: Field) -> Iterator[str]:
        """What has been typed: digit by digit, of a PIN and of what is covered only how much."""
        yield self.text(field.label)
        contents = [group.content for group in field.groups]
        if field.kind is FieldKind.PIN or self.covered:
            yield self.say("speech.typed", n=sum(len(content) for content in contents))
        else:
            yield from (" ".join(content) for content in contents)
