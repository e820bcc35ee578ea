"""Words and pairs as lines of a paper, in one language and one of two sizes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from terminal.facilities import Wording
from terminal.messages import Localised, Message, message, verbatim
from terminal.ports import Align, PairLine, PaperLine, TextLine
from terminal.presentation import Language


@dataclass(frozen=True)
class PaperWriter:
    """`large` doubles everything, as the screen was when it was printed (FLOW §5)."""

    wording: Wording
    language: Language
    large: bool

    def say(self, id_: str, **args: str | int | date | datetime | Localised | Message) -> str:
        return self.wording.text(message(id_, **args), self.language)

    def data(self, text: Localised) -> str:
        return self.wording.text(verbatim(text), self.language)

    def line(self, text: str, *, size: int = 1, bold: bool = False, centre: bool = False) -> TextLine:
        align = Align.CENTRE if centre else Align.LEFT
        return TextLine(text, self._size(size), bold, align)

    def pair(self, label: str, value: str) -> Iterator[PaperLine]:
        if not self.large:
            yield PairLine(label, value, bold=True)
            return
        yield TextLine(label, self._size(1))
        yield TextLine(value, self._size(1), bold=True, indent=1)

    def sample(self) -> TextLine:
        """The 見本 line: the only inverted one on any paper."""
        return TextLine(self.say("paper.sample"), self._size(1), bold=True, align=Align.CENTRE, inverted=True)

    def _size(self, size: int) -> int:
        """Everything double on the large print; 4 is the largest that still holds a 受付番号 on one line."""
        return min(4, size * 2) if self.large else size
