"""Blocks: what a part of a view becomes once its width is known, and how blocks share a column."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from screens.scene import Plan
from screens.theme import BLOCK_GAP

Paint = Callable[[Plan, float, float, float], None]
"""Paints a block: the plan, left, top and height in units."""

T = TypeVar("T")


@dataclass(frozen=True)
class Block:
    """`least` height, and `most` where more room makes it better. `gap` stands above it, unless it is first.

    `anchored` blocks stand at the column's lower end. `droppable` ones are drawings without which the text still
    says everything. `split` parts a block at a height, None if nothing of it fits.
    """

    paint: Paint
    least: float
    most: float = 0.0
    gap: float = BLOCK_GAP
    anchored: bool = False
    droppable: bool = False
    split: Callable[[float], tuple[Block, Block] | None] | None = None

    @property
    def growth(self) -> float:
        return max(0.0, self.most - self.least)


def heights(blocks: Sequence[Block]) -> float:
    """Least height of a column."""
    return sum(block.least for block in blocks) + sum(block.gap for block in blocks[1:])


def divisible(items: Sequence[T], build: Callable[[Sequence[T]], Block]) -> Block:
    """A block of several items that may be parted between any two of them."""
    block = build(items)
    if len(items) < 2:
        return block

    def split(room: float) -> tuple[Block, Block] | None:
        for count in range(len(items) - 1, 0, -1):
            first = build(items[:count])
            if first.least <= room:
                return first, divisible(items[count:], build)
        return None

    return replace(block, split=split)


def without_drawings(blocks: Sequence[Block], room: float) -> list[Block]:
    """`blocks`, without their drawings if that makes them fit, or brings fewer pages."""
    kept = list(blocks)
    if heights(kept) <= room:
        return kept
    return [block for block in kept if not block.droppable] or kept


def paginate(blocks: Sequence[Block], rooms: Callable[[int], float]) -> list[list[Block]]:
    """Pages of blocks. `rooms` gives the height of the nth page, counted from 0. Every page has at least a block."""
    pages: list[list[Block]] = []
    rest = list(blocks)
    while rest:
        room = rooms(len(pages))
        page: list[Block] = []
        while rest and (not page or heights([*page, rest[0]]) <= room):
            if not page and rest[0].least > room:
                parted = rest[0].split(room) if rest[0].split else None
                if parted:
                    page.append(parted[0])
                    rest[0] = parted[1]
                    break
            page.append(rest.pop(0))
        else:
            _fill_up(page, rest, room)
        pages.append(page)
    return pages or [[]]


def _fill_up(page: list[Block], rest: list[Block], room: float) -> None:
    """Puts what fits of the next block onto the page."""
    if not rest or rest[0].split is None:
        return
    parted = rest[0].split(room - heights(page) - rest[0].gap)
    if parted:
        page.append(parted[0])
        rest[0] = parted[1]


def stack(plan: Plan, blocks: Sequence[Block], x: float, top: float, bottom: float) -> float:
    """Paints a column between `top` and `bottom`; returns the room left over, negative if it overflows."""
    spare = (bottom - top) - heights(blocks)
    growing = sum(block.growth for block in blocks)
    share = min(1.0, max(0.0, spare) / growing) if growing else 0.0
    tall = [block.least + block.growth * share for block in blocks]
    left_over = spare - growing * share
    slack = _slack(blocks, max(0.0, left_over))
    y = top
    for index, (block, height) in enumerate(zip(blocks, tall, strict=True)):
        y += (block.gap if index else 0.0) + slack[index]
        block.paint(plan, x, y, height)
        y += height
    return left_over


def _slack(blocks: Sequence[Block], spare: float) -> list[float]:
    """Extra room above each block: what is anchored goes down, a drawing before it stands in the middle."""
    slack = [0.0] * len(blocks)
    first = next((index for index, block in enumerate(blocks) if block.anchored), None)
    if first is None or not spare:
        return slack
    before = blocks[first - 1] if first else None
    if before is not None and before.droppable:
        slack[first - 1] = spare / 2
        slack[first] = spare / 2
    else:
        slack[first] = spare
    return slack
