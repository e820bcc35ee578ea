"""From the lines of a paper to lines that fit it: wrapped, placed in dots, each with its size.

Pure. The unit is the dot (203 dpi, 8 per millimetre); a half-width column is 12 dots, Kanji are 24 × 24, both
times the size.
"""

from __future__ import annotations

from dataclasses import dataclass

from drivers.printer.charset import printable, width
from drivers.printer.kinsoku import wrap
from terminal.ports import Align, CutLine, FeedLine, PairLine, Paper, QrLine, RuleLine, TextLine

COLUMN_DOTS = 12  # half-width cell of Font A and of the half-width Kanji font
CELL_DOTS = 24
_PAIR_GAP = 2  # columns between label and value: one full-width blank
_LEAST_COLUMNS = 4  # an indent leaves at least two full-width characters


@dataclass(frozen=True)
class Piece:
    """Text without a break, beginning `x` dots from the left edge."""

    text: str
    x: int
    bold: bool = False


@dataclass(frozen=True)
class SetLine:
    """One printed line. Its pieces go from left to right, do not overlap and end within the paper."""

    pieces: tuple[Piece, ...]
    size: int = 1
    inverted: bool = False


LaidLine = SetLine | QrLine | RuleLine | FeedLine | CutLine


def lay_out(paper: Paper, columns: int = 48) -> tuple[LaidLine, ...]:
    """Lays `paper` out on `columns` half-width columns of size 1 (48 on 576 dots).

    Sizes outside 1–4 are a fault of the caller (`ValueError`).
    """
    laid: list[LaidLine] = []
    for line in paper:
        match line:
            case TextLine():
                laid.extend(_text(line, columns))
            case PairLine():
                laid.extend(_pair(line, columns))
            case _:
                laid.append(line)
    return tuple(laid)


def _columns_at(size: int, columns: int) -> int:
    if not 1 <= size <= 4:
        raise ValueError(f"size {size} is not 1–4")
    return columns // size


def _text(line: TextLine, columns: int) -> tuple[SetLine, ...]:
    room = _columns_at(line.size, columns)
    indent = min(max(line.indent, 0) * 2, room - _LEAST_COLUMNS)
    dots = COLUMN_DOTS * line.size
    laid: list[SetLine] = []
    for text in wrap(line.text, room - indent):
        blank = room - indent - width(text)
        x = indent * dots
        if line.align is Align.CENTRE:
            x += blank * dots // 2
        laid.append(SetLine((Piece(text, x, line.bold),), line.size, line.inverted))
    return tuple(laid)


def _pair(line: PairLine, columns: int) -> tuple[SetLine, ...]:
    """Label left in regular weight, value right; `bold` is the value's.

    A line end in the value puts what follows right-aligned below; only the first part stands beside the label.
    """
    room = _columns_at(line.size, columns)
    dots = COLUMN_DOTS * line.size

    def right(text: str) -> Piece:
        return Piece(text, (room - width(text)) * dots, line.bold)

    labels = wrap(line.label, room)
    first, _, rest = printable(line.value).partition("\n")
    beside = wrap(first, room)
    below = wrap(rest, room) if rest else ()
    laid = [SetLine((Piece(text, 0),), line.size) for text in labels]
    if len(beside) == 1 and width(labels[-1]) + _PAIR_GAP + width(beside[0]) <= room:
        laid[-1] = SetLine((*laid[-1].pieces, right(beside[0])), line.size)
    else:
        below = (*beside, *below)
    return (*laid, *(SetLine((right(text),), line.size) for text in below))
