"""Texts as ids with arguments: nothing here is a finished sentence. `screens` and `receipt` translate (DESIGN §6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class Localised:
    """Text that comes as data (a service's name, an operator's address): one text a language, `ja` at least."""

    ja: str
    en: str = ""


@dataclass(frozen=True)
class Message:
    """A text of the catalogue: `id` is `section.name`; `args` fill its `{places}`. `verbatim` shows `text` as it is."""

    id: str
    args: tuple[tuple[str, str | int | date | datetime | Localised | Message], ...] = ()

    def arg(self, name: str) -> str | int | date | datetime | Localised | Message:
        return dict(self.args)[name]


def message(id: str, /, **args: str | int | date | datetime | Localised | Message) -> Message:  # noqa: A002
    return Message(id, tuple(args.items()))


def verbatim(text: str | Localised) -> Message:
    """Text that is not ours to translate: names, numbers, contact data."""
    return Message("verbatim", (("text", text),))
