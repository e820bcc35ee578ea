"""The parts of a view as blocks of one column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from screens.block import Block
from screens.fields import entry_block, tries_block
from screens.parts.banner import banner_block
from screens.parts.bars import bars_blocks, small_block
from screens.parts.drawing import drawing_block
from screens.parts.fact import fact_block, paragraph_block
from screens.parts.note import note_block
from screens.parts.options import options_blocks, pager_block
from screens.parts.result import countdown_block, number_block, progress_block
from screens.parts.sheet import sheet_block
from screens.rendering import Rendering
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
    Tone,
    Tries,
)


def blocks_of(parts: Sequence[Part], r: Rendering, width: float) -> list[Block]:
    """Blocks in the order of the parts; tries beside a field belong to it."""
    entry = next((part for part in parts if isinstance(part, Entry)), None)
    tries = next((part for part in parts if isinstance(part, Tries)), None) if entry else None
    found: list[Block] = []
    for part in parts:
        if part is tries:
            continue
        if isinstance(part, Number):
            labels = [other.label for other in parts if isinstance(other, Number)]
            found.append(number_block(part, r, width, labels))
            continue
        found.extend(_blocks(part, tries, r, width))
    return anchored_end(parts, found)


def _blocks(part: Part, tries: Tries | None, r: Rendering, width: float) -> list[Block]:
    match part:
        case Note():
            return [note_block(part, r, width)]
        case Fact():
            return [fact_block(part, r, width)]
        case Paragraph():
            return [paragraph_block(part, r, width)]
        case Banner():
            return [banner_block(part, r, width)]
        case Drawing():
            return [drawing_block(part, r, width)]
        case Options():
            return options_blocks(part, r, width)
        case Pager():
            return [pager_block(part, r, width)]
        case Entry():
            return [entry_block(part, tries, r, width)]
        case _:
            return _results(part, r, width)


def _results(part: Part, r: Rendering, width: float) -> list[Block]:
    match part:
        case Tries():
            return [tries_block(part, r, width)]
        case Sheet():
            return [sheet_block(part, r, width)]
        case Bars():
            return bars_blocks(part, r, width)
        case Progress():
            return [progress_block(part, r, width)]
        case Countdown():
            return [countdown_block(part, r, width)]
        case Small():
            return [small_block(part, r, width)]
        case _:
            raise TypeError(f"no block for {type(part).__name__}")


def _closes(parts: Sequence[Part]) -> bool:
    """Whether the last part is a note that may stand apart; one about a slip stays below its title."""
    if not parts or not isinstance(parts[-1], Note):
        return False
    return len(parts) > 1 or parts[-1].tone is not Tone.ERROR


def anchored_end(parts: Sequence[Part], blocks: list[Block]) -> list[Block]:
    """What follows the last drawing, and a closing note, stand at the column's lower end."""
    if len(blocks) != len(parts):
        return blocks
    drawn = [index for index, part in enumerate(parts) if isinstance(part, Drawing)]
    first = drawn[-1] + 1 if drawn else len(parts) - 1
    closing = _closes(parts) and not any(block.anchored for block in blocks)
    if first < len(blocks) and (drawn or closing):
        start = first if drawn and not isinstance(parts[first], Banner | Bars | Fact) else len(parts) - 1
        if drawn and isinstance(parts[first], Fact) and len(parts) > first + 1:
            start = first
        blocks[start] = replace(blocks[start], anchored=True)
    return blocks
