"""Setting text: from a translated string to runs on lines, with or without furigana."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from screens import fonts
from screens.catalogue import MONTHS_EN
from screens.line_breaking import (
    HIDDEN_MARK,
    NO_BREAK,
    SPACES,
    Atom,
    Break,
    Broken,
    balance,
    by_sentences,
    is_word_glyph,
    measure,
)
from screens.ruby import Reading, plain, readings
from screens.scene import Words
from screens.theme import SMALLEST, Style

REQUEST = re.compile("(?<=[てで])(?=ください)")
"""「…て ください」 is two words, however it is written."""

DAY = re.compile(
    rf"(?<=\d) (?={'|'.join(MONTHS_EN)})|(?<={'|'.join(sorted({name[-3:] for name in MONTHS_EN}))}) (?=\d{{4}})"
)
"""「30 September 2022」 is one word."""

Align = Literal["left", "centre", "right"]

RUBY_SIZE = {34.0: 20.0, 38.0: 20.0, 40.0: 20.0, 42.0: 22.0, 46.0: 24.0, 50.0: 24.0, 56.0: 30.0, 62.0: 30.0}
"""Furigana for a base of that size, else 0.56 of it."""
NARROWER = 4.0
"""A label is set so much smaller before it is set in two lines (46 → 42 for two words)."""
RUBY_LEADING = 1.65
"""Line height of a line with furigana, in sizes of the base (1.65–1.8)."""


@dataclass(frozen=True)
class Compositor:
    """Sets text for one panel: glyph widths are measured at the size in pixels that will be painted."""

    px_per_unit: float
    ruby: bool = False

    def px(self, units: float) -> int:
        return max(1, round(units * self.px_per_unit))

    def width(self, text: str, style: Style) -> float:
        return fonts.width(text, style.face, style.bold, self.px(style.size)) / self.px_per_unit

    def set(self, text: str, style: Style, width: float, *, even: bool = False) -> Setting:
        """`text` in lines no wider than `width`; `even` makes them about equally long."""
        atoms = self._atoms(text, style)
        broken = balance(atoms, width) if even else by_sentences(atoms, width)
        broken = self._emergency(broken, style, width)
        return Setting(self, style, broken.lines, plain(text), broken.parted)

    def fit(self, text: str, style: Style, width: float, height: float, *, even: bool = True) -> Setting:
        """The largest setting, from `style.size` down, that fits the box without parting a phrase.

        Below `SMALLEST` nothing is set; a text that fits nowhere is set at that size, parted where it must be.
        """
        size = style.size
        while even and size >= max(style.size - NARROWER, SMALLEST):
            setting = self.set(text, replace(style, size=size), width)
            if len(setting.lines) == 1 and setting.height <= height:
                return setting
            size -= 2
        least = min(SMALLEST, style.size)
        fallback: Setting | None = None
        for size in (*_down(style.size, least), least):
            setting = self.set(text, replace(style, size=size), width, even=even)
            if setting.height <= height and setting.width <= width + 0.5:
                if not setting.parted:
                    return setting
                fallback = fallback or setting
        return fallback or self.set(text, replace(style, size=least), width, even=even)

    def headline(self, text: str, style: Style, width: float, least: float) -> Setting:
        """On one line if a size from `style.size` down to `least` allows it, else in lines of equal length."""
        size = style.size
        while size >= least:
            setting = self.set(text, replace(style, size=size), width)
            if len(setting.lines) == 1:
                return setting
            size -= 2
        return self.set(text, style, width, even=True)

    def _atoms(self, text: str, style: Style) -> list[Atom]:
        found: list[Atom] = []
        for reading in readings(DAY.sub(NO_BREAK, REQUEST.sub(HIDDEN_MARK, text))):
            if reading.ruby and self.ruby:
                found.append(self._ruby_atom(reading, style))
            else:
                found.extend(Atom(part, self._part_width(part, style)) for part in _parts(reading.base))
        return self._overhanging(found, style)

    def _overhanging(self, atoms: list[Atom], style: Style) -> list[Atom]:
        """A long reading reaches over the kana beside it by up to half a glyph of furigana (JIS X 4051)."""
        reach = ruby_style(style).size / 2
        done: list[Atom] = []
        for index, atom in enumerate(atoms):
            beside = (*atoms[max(0, index - 1) : index], *atoms[index + 1 : index + 2])
            if not atom.ruby or not all(_takes_overhang(other) for other in beside):
                done.append(atom)
                continue
            base = self.width(atom.text, style)
            done.append(replace(atom, width=max(base, atom.width - 2 * reach)))
        return done

    def _part_width(self, part: str, style: Style) -> float:
        return 0.0 if part in ("\n", HIDDEN_MARK) else self.width(part, style)

    def _ruby_atom(self, reading: Reading, style: Style) -> Atom:
        reading_width = self.width(reading.ruby, ruby_style(style))
        return Atom(reading.base, max(self.width(reading.base, style), reading_width), reading.ruby)

    def _emergency(self, broken: Broken, style: Style, width: float) -> Broken:
        """Parts a single word that is wider than its box: better an ugly break than a cut text."""
        if all(measure(line) <= width + 0.5 for line in broken.lines):
            return broken
        lines: list[tuple[Atom, ...]] = []
        for line in broken.lines:
            if measure(line) <= width + 0.5:
                lines.append(line)
                continue
            glyphs = [Atom(glyph, self._part_width(glyph, style)) for atom in line for glyph in atom.text]
            row: list[Atom] = []
            for glyph in glyphs:
                if row and measure([*row, glyph]) > width:
                    lines.append(tuple(row))
                    row = []
                row.append(glyph)
            lines.append(tuple(row))
        return Broken(tuple(lines), Break.NEVER)


def _down(size: float, least: float) -> list[float]:
    """Sizes from `size` in steps of 2, all above `least`."""
    return [size - step for step in range(0, int(size), 2) if size - step > least]


def ruby_style(style: Style) -> Style:
    return replace(style, size=RUBY_SIZE.get(style.size, round(style.size * 0.56)), bold=False)


def _takes_overhang(atom: Atom) -> bool:
    """Whether the furigana of a neighbour may reach over it: kana and spaces."""
    return not atom.ruby and (atom.text in SPACES or "\u3041" <= atom.text <= "\u30ff")


def _parts(text: str) -> list[str]:
    """Latin words and numbers whole, everything else by character."""
    parts: list[str] = []
    for glyph in text:
        after_hyphen = (
            len(parts) > 0 and len(parts[-1]) > 1 and parts[-1][-1] == "-" and parts[-1][-2].isalpha()
        )
        if (
            parts
            and is_word_glyph(glyph)
            and is_word_glyph(parts[-1][-1])
            and parts[-1] != ")"  # it closes what stood before: 「(令和5年)2月」
            and not (after_hyphen and glyph.isalpha())
        ):
            parts[-1] += glyph
        else:
            parts.append(glyph)
    return parts


@dataclass(frozen=True, repr=False)
class Setting:
    """A text in lines, not yet placed."""

    compositor: Compositor
    style: Style
    lines: tuple[tuple[Atom, ...], ...]
    text: str
    parted: bool = False

    @property
    def width(self) -> float:
        return max((measure(line) for line in self.lines), default=0.0)

    @property
    def height(self) -> float:
        return sum(self._line_height(line) for line in self.lines)

    @property
    def first_middle(self) -> float:
        """Where the middle of the first line's letters is, furigana left out: for an icon beside it."""
        line = self.lines[0] if self.lines else ()
        height = self._line_height(line)
        return height - self.style.size * 1.15 / 2 if any(atom.ruby for atom in line) else height / 2

    def _line_height(self, line: Sequence[Atom]) -> float:
        leading = RUBY_LEADING if any(atom.ruby for atom in line) else self.style.leading
        return self.style.size * max(leading, self.style.leading)

    def place(self, x: float, y: float, width: float, colour: str, align: Align = "left") -> list[Words]:
        """The runs with their first line's top at `y`, aligned within `width` from `x`."""
        words: list[Words] = []
        for line in self.lines:
            height = self._line_height(line)
            spare = width - measure(line)
            left = x + {"left": 0.0, "centre": spare / 2, "right": spare}[align]
            has_ruby = any(atom.ruby for atom in line)
            # Furigana takes the upper part of its line; the base is centred by cap height in the rest.
            base_top = y + (height - self.style.size * 1.15 if has_ruby else 0.0)
            base_height = self.style.size * 1.15 if has_ruby else height
            baseline = base_top + (base_height + fonts.CAP_HEIGHT * self.style.size) / 2
            words.extend(self._line(line, left, baseline, colour))
            y += height
        return words

    def _line(self, line: Sequence[Atom], left: float, baseline: float, colour: str) -> list[Words]:
        words: list[Words] = []
        run, run_left, run_width = "", left, 0.0
        for atom in line:
            if not atom.ruby:
                run += "" if atom.text == HIDDEN_MARK else atom.text
                run_width += atom.width
                continue
            if run.strip():
                words.append(self._words(run, run_left, baseline, run_width, colour))
            words.extend(self._ruby(atom, run_left + run_width, baseline, colour))
            run, run_left, run_width = "", run_left + run_width + atom.width, 0.0
        if run.strip():
            words.append(self._words(run, run_left, baseline, run_width, colour))
        return words

    def _words(self, text: str, x: float, baseline: float, width: float, colour: str) -> Words:
        return Words(text, x, baseline, width, self.style.size, colour, self.style.bold, self.style.face)

    def _ruby(self, atom: Atom, left: float, baseline: float, colour: str) -> list[Words]:
        """Base and reading over the same width, the narrower one spread."""
        above = ruby_style(self.style)
        overhang = max(0.0, self.compositor.width(atom.ruby, above) - atom.width)
        ruby_baseline = baseline - self.style.size * 0.88 - above.size * 0.14
        return [
            *self._spread(atom.text, self.style, left, baseline, atom.width, colour),
            *self._spread(
                atom.ruby, above, left - overhang / 2, ruby_baseline, atom.width + overhang, colour
            ),
        ]

    def _spread(
        self, text: str, style: Style, left: float, baseline: float, width: float, colour: str
    ) -> list[Words]:
        widths = [self.compositor.width(glyph, style) for glyph in text]
        space = (width - sum(widths)) / len(text)
        words: list[Words] = []
        x = left + space / 2
        for glyph, glyph_width in zip(text, widths, strict=True):
            words.append(Words(glyph, x, baseline, glyph_width, style.size, colour, style.bold, style.face))
            x += glyph_width + space
        return words
