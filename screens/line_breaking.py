"""Where a line may end: 禁則 (JIS X 4051), phrases first.

A space or a phrase mark (U+2005) in a message is where it breaks best; characters of a Japanese phrase are parted
only where no phrase ends in time. Words and numbers of Latin letters and digits are never parted unless a single
one is wider than the box.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

NO_START = frozenset(
    "、。，．・：；？！ー）］｝」』】〉》〕’”…‥々〻ゝゞヽヾぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶ％%〜～‐–,.:;?!)]}／/℃"
)
"""行頭禁則: what must not begin a line."""
NO_END = frozenset("（［｛「『【〈《〔‘“([{￥¥＄$#第約")
"""行末禁則: what must not end a line."""
HIDDEN_MARK = "\u200b"
"""A phrase ends here, but no space stands there."""
NO_BREAK = "\u00a0"
SPACES = frozenset(" \u2005\u3000\u200b")
ERAS = frozenset({"令和", "平成"})
SOONEST = 0.35
SOONEST_OF_TWO = 0.27
"""A phrase break nearer to the line's start than this part of the width would leave a ragged stump; the second where all
the rest then fits one line: 「申込みは／受け付けていません。」 reads better than a parted word."""


SHORTEST_LAST = 0.42
"""Part of the width below which a last line looks lost: 「ください。」, "it."."""

FEWEST = 3
"""A last line of fewer characters looks lost; the line before it gives some up."""


@dataclass(frozen=True)
class Atom:
    """What is never parted: a character, a Latin word, or a base with its furigana."""

    text: str
    width: float
    ruby: str = ""

    @property
    def is_space(self) -> bool:
        return not self.ruby and bool(self.text) and self.text in SPACES

    @property
    def is_newline(self) -> bool:
        return self.text == "\n"


class Break(IntEnum):
    """How gladly a line ends between two atoms."""

    NEVER = 0
    CHARACTER = 1
    WORD = 2
    PHRASE = 3
    MUST = 4


@dataclass(frozen=True)
class Broken:
    """The lines of a text, and how gladly the worst of them ends."""

    lines: tuple[tuple[Atom, ...], ...]
    worst: Break

    @property
    def parted(self) -> bool:
        """Whether a phrase had to be parted."""
        return self.worst < Break.PHRASE


def is_word_glyph(glyph: str) -> bool:
    """Whether `glyph` belongs to a Latin word or number: printable ASCII, Latin letters, the space that never breaks."""
    return "!" <= glyph <= "~" or "\u00a0" <= glyph <= "\u024f" or glyph in "–’"


def break_between(left: Atom, right: Atom) -> Break:
    """How a line may end after `left` and the next begin with `right`."""
    if left.is_newline or right.is_newline:
        return Break.MUST if left.is_newline else Break.NEVER
    if right.is_space:
        return Break.NEVER
    if left.is_space:
        return Break.NEVER if right.text[0] in NO_START else Break.PHRASE
    last, first = left.text[-1], right.text[0]
    if last in NO_END or first in NO_START:
        return Break.NEVER
    if last.isdigit() and first == "（":  # a telephone number, then its hours
        return Break.PHRASE
    if last.isdigit() and not is_word_glyph(first):  # a number keeps its unit
        return Break.NEVER
    if last + first in ERAS or (last in "和成" and first.isdigit()):  # 令和5年 is one word
        return Break.NEVER
    if last == ")" and first.isdigit():
        return Break.WORD
    if last in "、。，．！？：":
        return Break.PHRASE
    if last == "・":  # between the items of a list, not within one
        return Break.WORD
    if is_word_glyph(last) and is_word_glyph(first):
        return Break.CHARACTER if last == "-" and first.isalpha() else Break.NEVER
    return Break.WORD if _begins_word(last, first) else Break.CHARACTER


def _begins_word(last: str, first: str) -> bool:
    """A Japanese word mostly begins where other letters follow hiragana, or after を."""
    return (
        last == "を"
        or (_is_hiragana(last) and not _is_hiragana(first))
        or (_is_kanji(last) and _is_katakana(first))
    )


def _is_hiragana(glyph: str) -> bool:
    return "\u3041" <= glyph <= "\u309f"


def _is_katakana(glyph: str) -> bool:
    return "\u30a1" <= glyph <= "\u30ff"


def _is_kanji(glyph: str) -> bool:
    return "\u4e00" <= glyph <= "\u9fff"


def measure(line: Iterable[Atom]) -> float:
    """Width of a line, its closing spaces left out."""
    total = pending = 0.0
    for atom in line:
        if atom.is_space:
            pending += atom.width
        else:
            total += pending + atom.width
            pending = 0.0
    return total


def break_lines(atoms: Sequence[Atom], width: float) -> Broken:
    """Lines no wider than `width` (unless a single atom is). Nothing but spaces and newlines at their ends is lost."""
    lines: list[tuple[Atom, ...]] = []
    worst = Break.MUST
    start = 0
    while start < len(atoms):
        end, quality = _end_of_line(atoms, start, width)
        lines.append(_trimmed(atoms[start:end]))
        worst = min(worst, quality)
        start = end
        while start < len(atoms) and atoms[start].is_space:
            start += 1
    return Broken(tuple(lines), worst)


def _end_of_line(atoms: Sequence[Atom], start: int, width: float) -> tuple[int, Break]:
    """The index after the line's last atom, and how gladly it ends there."""
    best: dict[Break, int] = {}
    reach = 0.0
    for index in range(start, len(atoms)):
        atom = atoms[index]
        if atom.is_newline:
            return index + 1, Break.MUST
        reach += atom.width
        if reach > width + 0.01 and not atom.is_space:
            break
        if index + 1 == len(atoms):
            return index + 1, Break.MUST
        quality = break_between(atom, atoms[index + 1])
        if quality > Break.CHARACTER and _is_too_soon(atoms, start, index + 1, width):
            quality = Break.CHARACTER
        if quality is Break.CHARACTER and quality in best and len(atoms) - index - 1 < FEWEST:
            continue
        best[quality] = index + 1
    for quality in (Break.PHRASE, Break.WORD, Break.CHARACTER):
        if quality in best:
            return best[quality], quality
    # Not even one place to break: the box is narrower than what must stay together.
    return max(best.get(Break.NEVER, start + 1), start + 1), Break.NEVER


def _is_too_soon(atoms: Sequence[Atom], start: int, end: int, width: float) -> bool:
    length = measure(atoms[start:end])
    if length >= SOONEST * width:
        return False
    return length < SOONEST_OF_TWO * width or measure(atoms[end:]) > width


def _trimmed(line: Sequence[Atom]) -> tuple[Atom, ...]:
    end = len(line)
    while end and (line[end - 1].is_space or line[end - 1].is_newline):
        end -= 1
    return tuple(line[:end])


def by_sentences(atoms: Sequence[Atom], width: float) -> Broken:
    """As few lines as `break_lines`: each sentence on lines of its own if that costs none more, and no stump at the end."""
    plain = break_lines(atoms, width)
    if len(plain.lines) < 2:
        return plain
    parts = [_without_stump(part, width) for part in _sentences(atoms)]
    lines = tuple(line for part in parts for line in part.lines)
    worst = min(part.worst for part in parts)
    if len(lines) == len(plain.lines) and worst >= plain.worst:
        return Broken(lines, worst)
    return _without_stump(atoms, width)


def _sentences(atoms: Sequence[Atom]) -> list[Sequence[Atom]]:
    """The text parted after each full stop; spaces between two sentences are left out."""
    parts: list[Sequence[Atom]] = []
    start = 0
    for index, atom in enumerate(atoms):
        last = index + 1 == len(atoms)
        ends = atom.text.endswith("。") or (
            atom.text.endswith(".") and not last and atoms[index + 1].is_space
        )
        if (
            last
            or (ends and break_between(atom, atoms[index + 1]) is not Break.NEVER)
            or (ends and atoms[index + 1].is_space)
        ):
            part = atoms[start : index + 1]
            while part and part[0].is_space:
                part = part[1:]
            if part:
                parts.append(part)
            start = index + 1
    return parts


def _without_stump(atoms: Sequence[Atom], width: float) -> Broken:
    """Lines of which the last is no stump, if somewhat shorter lines before it can help that."""
    plain = break_lines(atoms, width)
    if len(plain.lines) < 2 or measure(plain.lines[-1]) >= SHORTEST_LAST * width:
        return plain
    for percent in range(96, 48, -4):
        tried = break_lines(atoms, width * percent / 100)
        if len(tried.lines) > len(plain.lines):
            break
        if tried.worst >= plain.worst and measure(tried.lines[-1]) >= SHORTEST_LAST * width:
            return tried
    return balance(atoms, width)


def balance(atoms: Sequence[Atom], width: float) -> Broken:
    """As few lines as `break_lines`, of as equal length as they get: for labels of buttons."""
    best = break_lines(atoms, width)
    if len(best.lines) < 2:
        return best
    low, high = width / len(best.lines), width
    for _ in range(8):
        middle = (low + high) / 2
        tried = break_lines(atoms, middle)
        fits = max(measure(line) for line in tried.lines) <= middle
        if len(tried.lines) == len(best.lines) and fits and tried.worst >= best.worst:
            best, high = tried, middle
        else:
            low = middle
    return best
