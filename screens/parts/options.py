"""Groups of choices, and the pager of a list."""

from __future__ import annotations

from collections.abc import Sequence

from screens.block import Block, divisible
from screens.buttons import (
    centred,
    choice_content,
    choice_settings,
    plain_button,
    row_content,
    row_settings,
    target,
)
from screens.dress import Kind
from screens.rendering import Rendering
from screens.scene import Box, Plan
from screens.theme import BLOCK_GAP, GAP, TARGET, Type
from terminal.controls import Badge, Choice, Look
from terminal.view_parts import Layout, Options, Pager

CHIP_WIDTH = 118
CHIP_PADDING = 10
CHIP_LEAST = 112
"""Narrower than 13.7 mm no chip gets."""


def options_blocks(options: Options, r: Rendering, width: float) -> list[Block]:
    """Blocks of a group; each may be parted between its rows."""
    rows: list[Sequence[Choice]]
    match options.layout:
        case Layout.CHOICES | Layout.LIST | Layout.STACK:
            rows = [[choice] for choice in options.choices]
        case Layout.PAIR:
            rows = _rows(options.choices, 2)
        case Layout.CHIPS:
            rows = _rows(options.choices, max(1, int((width + GAP) // (CHIP_WIDTH + GAP))))
    return [_group(rows, options.layout, r, width)]


def _rows(choices: Sequence[Choice], columns: int) -> list[Sequence[Choice]]:
    return [choices[start : start + columns] for start in range(0, len(choices), columns)]


def _group(rows: Sequence[Sequence[Choice]], layout: Layout, r: Rendering, width: float) -> Block:
    gap = BLOCK_GAP if layout is Layout.CHOICES and not r.glass.landscape else GAP
    tall = {id(row): _row_height(row, layout, r, width) for row in rows}

    def build(part: Sequence[Sequence[Choice]]) -> Block:
        heights = [tall[id(row)] for row in part]

        def paint(plan: Plan, x: float, y: float, _: float) -> None:
            for row, row_height in zip(part, heights, strict=True):
                _row(plan, row, layout, r, Box(x, y, width, row_height))
                y += row_height + gap

        anchored = layout in (Layout.PAIR, Layout.STACK)
        return Block(paint, sum(heights) + gap * (len(part) - 1), anchored=anchored)

    return divisible(rows, build)


def _row_height(row: Sequence[Choice], layout: Layout, r: Rendering, width: float) -> float:
    if layout is Layout.CHOICES:
        title, second = choice_settings(r, row[0], width)
        least = 190 if row[0].look is Look.FILLED and not r.glass.landscape else 160
        return max(least, title.height + (second.height if second else 0) + 34)
    if layout is Layout.LIST:
        name, second = row_settings(r, row[0], width)
        return max(TARGET, name.height + (second.height if second else 0) + 20)
    return TARGET


def _row(plan: Plan, row: Sequence[Choice], layout: Layout, r: Rendering, box: Box) -> None:
    match layout:
        case Layout.CHOICES:
            plan.add(target(r, row[0], box, choice_content(r, row[0], box)))
        case Layout.LIST:
            plan.add(target(r, row[0], box, row_content(r, row[0], box), kind=_row_kind(row[0])))
        case Layout.STACK:
            plan.add(plain_button(r, row[0], box, kind=Kind.CURRENT if row[0].look is Look.CHOSEN else None))
        case Layout.PAIR:
            column = (box.width - GAP) / 2 if len(row) > 1 else box.width
            for index, choice in enumerate(row):
                plan.add(
                    plain_button(r, choice, Box(box.x + index * (column + GAP), box.y, column, box.height))
                )
        case Layout.CHIPS:
            _chips(plan, row, r, box)


def _row_kind(choice: Choice) -> Kind:
    if choice.badge is Badge.BARRED:
        return Kind.BARRED
    return Kind.CURRENT if choice.look is Look.CHOSEN else Kind.ROW


def _chips(plan: Plan, row: Sequence[Choice], r: Rendering, box: Box) -> None:
    left = box.x
    for choice, width in zip(row, chip_widths(row, r, box.width), strict=True):
        place = Box(left, box.y, width, box.height)
        kind = Kind.MAIN if choice.look in (Look.CHOSEN, Look.FILLED) else Kind.CHIP
        label = centred(r, r.text(choice.label), "", place.inset(-16, 0), Type.CHIP)
        plan.add(target(r, choice, place, label, kind=kind))
        left += width + GAP


def chip_widths(row: Sequence[Choice], r: Rendering, width: float) -> list[float]:
    """Equal chips; where a label would touch the edge of one, the room the short labels leave goes to the long ones."""
    columns = max(1, int((width + GAP) // (CHIP_WIDTH + GAP)))
    equal = (width - GAP * (columns - 1)) / columns
    labels = [r.fit(r.text(choice.label), Type.CHIP, equal - 8, TARGET - 12).width for choice in row]
    least = [max(CHIP_LEAST, label + 2 * CHIP_PADDING) for label in labels]
    if len(row) < columns or max(least) <= equal or sum(least) > equal * columns:
        return [equal] * len(row)
    spare = (equal * columns - sum(least)) / len(row)
    return [each + spare for each in least]


PAGER_BUTTON = 208
"""A third of the design's width: 前へ, the page and 次へ stand in three equal columns."""


def pager_block(pager: Pager, r: Rendering, width: float) -> Block:
    """前へ, the page, 次へ; a button without a page to turn to is absent, not grey."""
    words = r.say("page.of", page=pager.page, pages=pager.pages)

    def paint(plan: Plan, x: float, y: float, _: float) -> None:
        for choice in pager.choices:
            back = choice.id == "page-back"
            left = x if back else x + width - PAGER_BUTTON
            box = Box(left, y, PAGER_BUTTON, TARGET)
            plan.add(
                target(
                    r,
                    choice,
                    box,
                    centred(r, r.text(choice.label), choice.icon, box, Type.CHOICE, 44),
                )
            )
        room = width - 2 * PAGER_BUTTON - 2 * GAP
        setting = r.fit(words, Type.BODY, room, TARGET)
        plan.add(
            *setting.place(
                x + PAGER_BUTTON + GAP, y + (TARGET - setting.height) / 2, room, r.palette.text, "centre"
            )
        )
        plan.say(setting.text)

    return Block(paint, TARGET, gap=18)
