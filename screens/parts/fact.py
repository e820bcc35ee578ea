"""Facts and paragraphs: icon or small drawing, a bold line, a plain line."""

from __future__ import annotations

from screens.block import Block
from screens.parts.note import icon_colour, panel
from screens.rendering import Rendering
from screens.scene import Box, Fill, Icon, Picture, Plan
from screens.theme import Type
from terminal.presentation import TextSize
from terminal.view_parts import Fact, Paragraph, Tone

ICON = 44
ICON_LEFT = 72
DRAWING = 150
SMALL_DRAWING = 96  # beside larger text


def fact_block(fact: Fact, r: Rendering, width: float, ink: str = "") -> Block:
    """`ink` colours icons that carry no meaning by colour."""
    return _drawn(fact, r, width) if fact.drawing else _listed(fact, r, width, ink)


def _listed(fact: Fact, r: Rendering, width: float, ink: str) -> Block:
    """Icon and lines on the sheet. A ✓ speaks in its colour."""
    left = ICON_LEFT if fact.icon else 0.0
    first = r.set(r.text(fact.text), Type.STRONG if fact.detail else Type.BODY, width - left)
    second = r.set(r.text(fact.detail), Type.BODY, width - left) if fact.detail else None
    height = max(first.height + (second.height if second else 0.0), ICON if fact.icon else 0.0)

    def paint(plan: Plan, x: float, y: float, _: float) -> None:
        if fact.icon:
            middle = y + (first.height if not second else first.height + second.height) / 2
            colour = icon_colour(fact.icon, r.palette)
            if ink and colour == r.palette.text:
                colour = ink
            plan.add(Icon(fact.icon, x + 4, middle - 48 / 2, 48, colour))
        plan.add(*first.place(x + left, y, width - left, r.palette.text))
        plan.say(first.text)
        if second:
            plan.add(*second.place(x + left, y + first.height, width - left, r.palette.text))
            plan.say(second.text)

    return Block(paint, height, gap=14)


def _drawn(fact: Fact, r: Rendering, width: float) -> Block:
    """A soft panel with a small drawing at its left, as large as all of its like."""
    drawing = DRAWING if r.presentation.size is TextSize.NORMAL else SMALL_DRAWING
    left = drawing + 46
    room = width - left - 16
    first = r.set(r.text(fact.text), Type.LEAD, room)
    second = r.set(r.text(fact.detail), Type.BODY, room) if fact.detail else None
    inner = first.height + (second.height if second else 0.0)

    def paint(plan: Plan, x: float, y: float, height: float) -> None:
        plan.add(panel(Box(x, y, width, height), Tone.SOFT, r.palette))
        if r.presentation.high_contrast:
            plan.add(Fill(Box(x + 14, y + (height - 114) / 2, drawing + 16, 114), "#ffffff", 12))
        plan.add(Picture(fact.drawing, Box(x + 22, y + (height - 98) / 2, drawing, 98)))
        top = y + (height - inner) / 2
        plan.add(*first.place(x + left, top, room, r.palette.text))
        plan.say(first.text)
        if second:
            plan.add(*second.place(x + left, top + first.height, room, r.palette.text2))
            plan.say(second.text)

    return Block(paint, max(inner + 24, 126), most=max(inner + 28, 140), gap=16)


def paragraph_block(paragraph: Paragraph, r: Rendering, width: float) -> Block:
    setting = r.set(r.text(paragraph.text), Type.STRONG if paragraph.bold else Type.BODY, width)

    def paint(plan: Plan, x: float, y: float, _: float) -> None:
        plan.add(*setting.place(x, y, width, r.palette.text))
        plan.say(setting.text)

    return Block(paint, setting.height, gap=16)
