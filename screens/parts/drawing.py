"""Drawing panels: a drawing, texts beside its leader lines, a caption."""

from __future__ import annotations

from dataclasses import replace

from screens import drawings
from screens.block import Block
from screens.parts.note import panel
from screens.rendering import Rendering
from screens.scene import Box, Disc, Fill, Picture, Plan, Rule
from screens.theme import Type
from screens.typeset import Setting
from terminal.messages import Message
from terminal.presentation import TextSize
from terminal.view_parts import Drawing, Tone

BARE = frozenset({"attract", "out-of-service"})
"""Scenes that fill their panel to its edges."""

MOVING = frozenset(
    {"reader-insert", "reader-take", "nfc-lay", "nfc-take", "paper-out", "working", "working-nfc"}
)

PADDING = 24
LOW_PADDING = 14
"""Around a drawing whose panel is lower than `LOW_PANEL`: there the drawing needs the room."""
LOW_PANEL = 190.0
TALLEST = 760.0
"""A panel takes what room there is up to here, its drawing with it as far as the width allows."""
LABELLED = 400.0
"""Below that height the words beside the leader lines would meet."""
LABELLED_LANDSCAPE = 330.0  # the column is narrower there, and so is the drawing

WHITE, BLACK = "#ffffff", "#1a1a1a"
"""Drawings keep their colours: in high contrast they stand on a white panel."""

MOST_SMALLER = 8
"""Units by which a caption beside a low drawing gets smaller before it stands above it."""

LEAST, LEAST_LOW = 110.0, 96.0
"""Of a panel; the second where it stands above the three bars of a trouble."""

LOWEST = 150.0
"""Of a panel with its caption beside the drawing."""

LOW = 200.0
"""With less height for the drawing below its caption, the two stand side by side."""

BESIDE = frozenset({"e-money-number", "e-money-code", "app-number", "web-number"})
"""Drawings low enough for their caption to stand beside them."""
BESIDE_WIDTH = 298
BESIDE_LEAST, BESIDE_MOST = 120.0, 212.0


def ink(r: Rendering) -> str:
    """Colour of words and lines on a drawing's panel."""
    return BLACK if r.presentation.high_contrast else r.palette.text


def drawing_panel(box: Box, tone: Tone, r: Rendering, radius: float) -> Fill:
    if r.presentation.high_contrast:
        return Fill(box, WHITE, radius)
    return panel(box, tone, r.palette, radius, plain=True)


def drawing_block(drawing: Drawing, r: Rendering, width: float, *, tallest: float = 0.0) -> Block:
    """As tall as the drawing at the panel's width, less where there is no room; its text is never given up.

    `tallest` bounds it, as in Trouble (216 with its panel).
    """
    if drawing.name in BESIDE and drawing.caption is not None and r.presentation.size is TextSize.NORMAL:
        return _beside(drawing, drawing.caption, r, width)
    if drawing.name in BARE:
        return _scene(drawing, r, width, tallest)
    head = _caption(drawing, r, width)
    head_height = sum(setting.height for setting, _ in head) + (16 if head else 0)
    most = tallest or TALLEST * max(1.0, width / 656)
    least = head_height + (
        (LEAST_LOW if tallest else LEAST)
        if not drawing.labels
        else LABELLED_LANDSCAPE
        if r.glass.landscape
        else LABELLED
    )
    if head and not drawing.labels and _low(Plan(), drawing, r, Box(0, 0, width, LOWEST)):
        least = LOWEST

    def paint(plan: Plan, x: float, y: float, height: float) -> None:
        plan.add(drawing_panel(Box(x, y, width, height), drawing.tone, r, 28))
        if (
            head
            and not drawing.labels
            and height - head_height < LOW
            and _low(plan, drawing, r, Box(x, y, width, height))
        ):
            return
        top = y + (14 if head else 0)
        for setting, _ in head:
            plan.add(*setting.place(x + PADDING, top, width - 2 * PADDING, ink(r), "centre"))
            plan.say(setting.text)
            top += setting.height
        padding = PADDING if height >= LOW_PANEL else LOW_PADDING
        above = padding if not head else 8
        box = Box(x + PADDING, top + above, width - 2 * PADDING, y + height - padding - top - above)
        plan.add(Picture(drawing.name, box, drawing.name in MOVING))
        _labels(plan, drawing, r, box, x + width)

    return Block(paint, min(least, most), most, droppable=not head and not drawing.labels)


def _scene(drawing: Drawing, r: Rendering, width: float, tallest: float) -> Block:
    """A picture that fills its panel to the edges: where the panel is lower, so is the picture."""
    names = drawings.lower_ones(drawing.name)
    natural = [width / drawings.aspect(name) for name in names]
    most = min(natural[0], tallest or natural[0])
    least = natural[-1] if len(names) > 1 else LEAST_LOW if tallest else LEAST

    def paint(plan: Plan, x: float, y: float, height: float) -> None:
        fitting = [(name, tall) for name, tall in zip(names, natural, strict=True) if tall <= height + 0.5]
        name, tall = fitting[0] if fitting else (names[-1], height)
        box = Box(x, y + (height - tall) / 2, width, tall)
        plan.add(drawing_panel(box, drawing.tone, r, 28), Picture(name, box))

    return Block(paint, min(least, most), most, droppable=True)


def _low(plan: Plan, drawing: Drawing, r: Rendering, box: Box) -> bool:
    """Where the panel is low the drawing takes its height, with the caption at its left; False if that is too long."""
    for tall in dict.fromkeys((box.height - 24, min(box.height, LOWEST) - 24)):
        side = tall * drawings.aspect(drawing.name)
        room = box.width - side - 3 * PADDING
        for smaller in range(0, MOST_SMALLER + 1, 2):
            lines = [setting for setting, _ in _caption(drawing, r, room + 2 * PADDING, smaller)]
            inner = sum(setting.height for setting in lines)
            if inner > box.height - 16 or any(setting.parted for setting in lines):
                continue
            top = box.y + (box.height - inner) / 2
            for setting in lines:
                plan.add(*setting.place(box.x + PADDING, top, room, ink(r), "centre"))
                plan.say(setting.text)
                top += setting.height
            picture = Box(box.right - PADDING - side, box.y + (box.height - tall) / 2, side, tall)
            plan.add(Picture(drawing.name, picture, drawing.name in MOVING))
            return True
    return False


def _beside(drawing: Drawing, caption: Message, r: Rendering, width: float) -> Block:
    left = BESIDE_WIDTH + 42
    room = width - left - 16
    first, *rest = r.text(caption).split("\n")
    settings = [r.set(first, Type.STRONG, room), *(r.set(line, Type.BODY, room) for line in rest)]
    inner = sum(setting.height for setting in settings)

    def paint(plan: Plan, x: float, y: float, height: float) -> None:
        plan.add(drawing_panel(Box(x, y, width, height), drawing.tone, r, 20))
        plan.add(Picture(drawing.name, Box(x + 20, y + 16, BESIDE_WIDTH, height - 32)))
        top = y + (height - inner) / 2
        for setting in settings:
            plan.add(*setting.place(x + left, top, room, ink(r)))
            plan.say(setting.text)
            top += setting.height

    return Block(paint, max(BESIDE_LEAST, inner + 32), most=max(BESIDE_MOST, inner + 32))


def _caption(drawing: Drawing, r: Rendering, width: float, smaller: int = 0) -> list[tuple[Setting, Type]]:
    """The caption's first line is as large as a title (less `smaller`), the lines after it are sentences."""
    if drawing.caption is None:
        return []
    first, *rest = r.text(drawing.caption).split("\n")
    head = r.style(Type.TITLE)
    head = replace(head, size=head.size - smaller)
    styles = [(first, Type.TITLE, head), *((line, Type.BODY, r.style(Type.BODY)) for line in rest)]
    room = width - 2 * PADDING
    return [(r.compositor.set(text, style, room, even=True), row) for text, row, style in styles]


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
        setting = r.fit(r.text(message), Type.STRONG, room, 0.3 * fitted.height)
        plan.add(Disc(x, y, 6, ink(r)), Rule(x, y - 2, end - x, 4, ink(r)))
        first_line = setting.height / len(setting.lines)
        plan.add(*setting.place(end + 10, y - first_line * 0.5, room, ink(r)))
        plan.say(setting.text)
