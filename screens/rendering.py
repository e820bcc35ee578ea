"""How a view is to be rendered: words, size, colours, panel, and what must stay hidden."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from screens import theme
from screens.catalogue import Argument, Catalogue
from screens.ruby import plain
from screens.theme import SMALLEST, Face, Glass, Palette, Style, Type
from screens.typeset import Compositor, Setting
from terminal.messages import Message
from terminal.presentation import Language, Presentation

HIDDEN = "●"


class Told(StrEnum):
    """Which tool's cell says what it has been set to, in its label's place."""

    NOTHING = ""
    SIZE = "size"
    CONTRAST = "contrast"


def told_of(before: Presentation, after: Presentation) -> Told:
    """What was pressed between the two; nothing if the language changed: then all words did."""
    if before.language is not after.language:
        return Told.NOTHING
    if before.size is not after.size:
        return Told.SIZE
    return Told.CONTRAST if before.high_contrast != after.high_contrast else Told.NOTHING


@dataclass(frozen=True)
class Rendering:
    """`letters` is the keypad the resident switched to (None: the field decides); `page` counts from 1."""

    catalogue: Catalogue
    presentation: Presentation
    glass: Glass
    covered: bool = False
    letters: bool | None = None
    page: int = 1
    shrink: float = 1.0  # text only as much smaller as one page needs, never below 34
    told: Told = Told.NOTHING
    act: bool = False  # the layout of the act: yellow ground, square sheet

    @property
    def ruby(self) -> bool:
        """Whether furigana stand over the words."""
        return self.presentation.language is Language.EASY

    @property
    def palette(self) -> Palette:
        palette = theme.palette(self.presentation.high_contrast)
        return replace(palette, hairline=palette.act_line) if self.act else palette

    @property
    def compositor(self) -> Compositor:
        return Compositor(self.glass.px_per_unit, self.ruby)

    @property
    def ground(self) -> str:
        return self.palette.act_ground if self.act else self.palette.ground

    @property
    def sheet(self) -> str:
        return self.palette.act_ground if self.act else self.palette.sheet

    def text(self, message: Message) -> str:
        """The words of `message`, with furigana markup if they are to be seen."""
        language = self.presentation.language
        return (
            self.catalogue.with_furigana(message, language)
            if self.ruby
            else self.catalogue.text(message, language)
        )

    def say(self, id: str, **args: Argument) -> str:  # noqa: A002
        """A text of the furniture."""
        return self.text(Message(id, tuple(args.items())))

    def style(self, row: Type) -> Style:
        style = theme.style(row, self.presentation.size, self.presentation.language)
        if self.shrink == 1.0 or style.face is Face.FIXED:
            return style
        return replace(style, size=max(SMALLEST, round(style.size * self.shrink)))

    def set(self, text: str, row: Type, width: float) -> Setting:
        return self.compositor.set(text, self.style(row), width)

    def fit(self, text: str, row: Type, width: float, height: float) -> Setting:
        return self.compositor.fit(text, self.style(row), width, height)

    def masked(self, text: str) -> str:
        """`text`, or as many ● while nobody stands in front or the card is off."""
        return "".join(HIDDEN if glyph.strip() else glyph for glyph in plain(text)) if self.covered else text
