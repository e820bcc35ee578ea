"""Drawing panels: a drawing, texts beside its leader lines, a caption."""

from __future__ import annotations

from screens import drawings
from screens.block import Block
from screens.parts.note import panel
from screens.rendering import Rendering
from screens.scene import Box, Disc, Fill, Picture, Plan, Rule
from screens.theme import Type
from screens.typeset import Setting
from terminal.views import Drawing, Message, TextSize, Tone

BARE = frozenset({"attract", "out-of-service"})
"""Scenes that fill their panel to its edges."""

MOVING = frozenset(
    {"reader-insert", "reader-take", "nfc-lay", "nfc-take", "paper-out", "working", "working-nfc"}
)

PADDING = 24
LABELLED = 400.0
"""Below that height the words beside the leader lines would meet."""
LABELLED_LANDSCAPE = 330.0  # the column is narrower there, and so is the drawing
ROOMY = 320.0  # a panel for a low drawing, where there is room

WHITE, BLACK = "#ffffff", "#1a1a1a"
"""Drawings keep their colours: in high contrast they stand on a white panel."""

LOW = 200.0
"""With less height for the drawing below its caption, the two stand side by side."""

BESIDE = frozenset({"e-money-number", "e-money-code"})
"""Drawings low enough for their caption to stand beside them."""
BESIDE_WIDTH = 298


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
    head = _caption(drawing, r, width)
    head_height = sum(setting.height for setting, _ in head) + (16 if head else 0)
    scene = drawing.name in BARE
    padding = 0 if scene else PADDING
    natural = (width - 2 * padding) / drawings.aspect(drawing.name)
    if not scene:
        natural = min(natural, _design_height(drawing.name))
    roomy = max(natural + 2 * padding, 0 if scene or tallest else ROOMY)
    most = min(head_height + roomy, tallest or 620.0 * max(1.0, width / 656))
    least = head_height + (
        110.0 if not drawing.labels else LABELLED_LANDSCAPE if r.glass.landscape else LABELLED
    )

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
            colour = ink(r)
            plan.add(*setting.place(x + PADDING, top, width - 2 * PADDING, colour, "centre"))
            plan.say(setting.text)
            top += setting.height
        above = padding if not head else 8
        box = Box(x + padding, top + above, width - 2 * padding, y + height - padding - top - above)
        plan.add(Picture(drawing.name, box, drawing.name in MOVING))
        _labels(plan, drawing, r, box, x + width)

    return Block(paint, min(least, most), most, droppable=not head and not drawing.labels)


def _low(plan: Plan, drawing: Drawing, r: Rendering, box: Box) -> bool:
    """Where the panel is low the drawing takes its whole height, with the caption at its left; False if it is too long."""
    side = (box.height - 24) * drawings.aspect(drawing.name)
    room = box.width - side - 3 * PADDING
    lines = _caption(drawing, r, room + 2 * PADDING)
    inner = sum(setting.height for setting, _ in lines)
    if inner > box.height - 16 or any(setting.parted for setting, _ in lines):
        return False
    top = box.y + (box.height - inner) / 2
    for setting, _ in lines:
        plan.add(*setting.place(box.x + PADDING, top, room, ink(r), "centre"))
        plan.say(setting.text)
        top += setting.height
    picture = Box(box.right - PADDING - side, box.y + 12, side, box.height - 24)
    plan.add(Picture(drawing.name, picture, drawing.name in MOVING))
    return True


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

    return Block(paint, max(212.0, inner + 32))


def _design_height(name: str) -> float:
    """A drawing grows no further than this: its panel does."""
    return 516.0 if drawings.aspect(name) < 1.4 else 340.0


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
        setting = r.fit(r.text(message), Type.STRONG, room, 0.3 * fitted.height)
        plan.add(Disc(x, y, 6, ink(r)), Rule(x, y - 2, end - x, 4, ink(r)))
        first_line = setting.height / len(setting.lines)
        plan.add(*setting.place(end + 10, y - first_line * 0.9, room, ink(r)))
        plan.say(setting.text)
