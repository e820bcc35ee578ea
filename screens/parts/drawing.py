"""Drawing panels: a drawing, texts beside its leader lines, a caption."""

from __future__ import annotations

from screens import drawings
from screens.block import Block
from screens.parts.note import panel
from screens.rendering import Rendering
from screens.scene import Box, Disc, Picture, Plan, Rule
from screens.theme import Type
from screens.typeset import Setting
from terminal.views import Drawing

BARE = frozenset({"attract", "out-of-service"})
"""Scenes that fill their panel to its edges."""

MOVING = frozenset(
    {"reader-insert", "reader-take", "nfc-lay", "nfc-take", "paper-out", "working", "working-nfc"}
)

PADDING = 24


def drawing_block(drawing: Drawing, r: Rendering, width: float, *, tallest: float = 0.0) -> Block:
    """As tall as the drawing at the panel's width, less where there is no room; its text is never given up.

    `tallest` bounds it, as in Trouble (216 with its panel).
    """
    head = _caption(drawing, r, width)
    head_height = sum(setting.height for setting, _ in head) + (16 if head else 0)
    scene = drawing.name in BARE
    padding = 0 if scene else PADDING
    natural = (width - 2 * padding) / drawings.aspect(drawing.name)
    if not scene:
        natural = min(natural, 1.2 * _design_height(drawing.name))
    most = min(head_height + natural + 2 * padding, tallest or 620.0 * max(1.0, width / 656))
    least = head_height + (110.0 if not drawing.labels else 300.0)

    def paint(plan: Plan, x: float, y: float, height: float) -> None:
        plan.add(panel(Box(x, y, width, height), drawing.tone, r.palette, 28))
        top = y + (14 if head else 0)
        for index, (setting, _) in enumerate(head):
            colour = r.palette.text if index == 0 else r.palette.text2
            plan.add(*setting.place(x + PADDING, top, width - 2 * PADDING, colour, "centre"))
            plan.say(setting.text)
            top += setting.height
        above = padding if not head else 8
        box = Box(x + padding, top + above, width - 2 * padding, y + height - padding - top - above)
        plan.add(Picture(drawing.name, box, drawing.name in MOVING))
        _labels(plan, drawing, r, box, x + width)

    return Block(paint, min(least, most), most, droppable=not head and not drawing.labels)


def _design_height(name: str) -> float:
    return 430.0 if drawings.aspect(name) < 1.6 else 380.0


def _caption(drawing: Drawing, r: Rendering, width: float) -> list[tuple[Setting, Type]]:
    """The caption's first line is as large as a title, the lines after it are sentences."""
    if drawing.caption is None:
        return []
    first, *rest = r.text(drawing.caption).split("\n")
    rows = [(first, Type.TITLE), *((line, Type.BODY) for line in rest)]
    return [(r.compositor.set(text, r.style(row), width - 2 * PADDING, even=True), row) for text, row in rows]


def _fitted(name: str, box: Box) -> Box:
    """Where the drawing stands within the box it is fitted into."""
    aspect = drawings.aspect(name)
    width = min(box.width, box.height * aspect)
    height = width / aspect
    return Box(box.x + (box.width - width) / 2, box.y + (box.height - height) / 2, width, height)


def _labels(plan: Plan, drawing: Drawing, r: Rendering, box: Box, right: float) -> None:
    """A dot at the anchor, a line to the right, and the words where the line ends."""
    if not drawing.labels:
        return
    fitted = _fitted(drawing.name, box)
    known = drawings.anchors(drawing.name)
    for name, message in drawing.labels:
        if name not in known:
            raise KeyError(f"{drawing.name} has no anchor {name}")
        ax, ay = known[name]
        x, y = fitted.x + ax * fitted.width, fitted.y + ay * fitted.height
        end = x + 52
        room = right - 16 - (end + 10)
        setting = r.fit(r.text(message), Type.STRONG, room, 150)
        plan.add(Disc(x, y, 6, r.palette.text), Rule(x, y - 2, end - x, 4, r.palette.text))
        first_line = setting.height / len(setting.lines)
        plan.add(*setting.place(end + 10, y - first_line * 0.9, room, r.palette.text))
        plan.say(setting.text)
