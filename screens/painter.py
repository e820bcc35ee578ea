"""Paints scenes with Kivy's graphics instructions.

Items of a scene that were in the scene before keep their instructions; all others are given up at once, so that
nothing a resident typed outlives the view it stood on. No texture is kept beyond its scene.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from math import cos, pi, sin

from kivy.core.text import Label
from kivy.graphics import (
    Canvas,
    Color,
    InstructionGroup,
    Rectangle,
    SmoothEllipse,
    SmoothLine,
    SmoothRoundedRectangle,
)
from kivy.utils import get_color_from_hex

from screens import drawings, fonts, icons
from screens.scene import Box, Caret, Disc, Fill, Icon, Item, Picture, Ring, Rule, Scene, Target, Words
from screens.theme import Glass

DASH_ON, DASH_OFF = 12.0, 8.0


@cache
def rgba(colour: str) -> tuple[float, float, float, float]:
    red, green, blue, alpha = get_color_from_hex(colour)
    return red, green, blue, alpha


class Painter:
    """Paints onto one canvas. `moving` are the drawings that move, `carets` the colours of what blinks."""

    def __init__(self, canvas: Canvas, glass: Glass) -> None:
        self._canvas = canvas
        self._scale = glass.px_per_unit
        self._height = glass.height_px
        self._painted: dict[tuple[Item | Target, bool, bool], Painted] = {}

    def paint(self, scene: Scene | None, pressed: str = "") -> None:
        """Shows `scene`; the target named is shown pressed."""
        before, self._painted = self._painted, {}
        self._canvas.clear()
        for item in scene.items if scene else ():
            down = isinstance(item, Target) and item.id == pressed
            ringed = isinstance(item, Target) and item.focused
            key = (item, down, ringed)
            if key in self._painted:  # the same thing at the same place
                continue
            painted = before.get(key) or self._new(item, down, ringed)
            self._painted[key] = painted
            self._canvas.add(painted.group)

    @property
    def moving(self) -> list[tuple[str, drawings.Moving]]:
        """Drawings that move, with their names."""
        return [moving for painted in self._painted.values() for moving in painted.moving]

    @property
    def carets(self) -> list[Color]:
        return [caret for painted in self._painted.values() for caret in painted.carets]

    def _new(self, item: Item | Target, pressed: bool, ringed: bool) -> Painted:
        painted = Painted()
        if isinstance(item, Target):
            parts: Sequence[Item] = item.pressed if pressed else item.normal
            for part in (*(item.focus if ringed else ()), *parts):
                self._item(painted, part)
        else:
            self._item(painted, item)
        return painted

    # ----------------------------------------------------------------- items

    def _item(self, painted: Painted, item: Item) -> None:
        group = painted.group
        match item:
            case Fill():
                self._fill(group, item)
            case Words():
                self._words(group, item)
            case Disc():
                self._disc(group, item)
            case Rule():
                self._rule(group, item)
            case Ring():
                self._ring(group, item)
            case Icon():
                x, y, size, _ = self._px(Box(item.x, item.y, item.size, item.size))
                icons.draw_icon(item.name, group, x, y, size, rgba(item.colour))
            case Picture():
                moving = drawings.draw(item.name, group, *self._px(item.box))
                if moving is not None and item.moving:
                    painted.moving.append((item.name, moving))
            case Caret():
                caret = Color(*rgba(item.colour))
                painted.carets.append(caret)
                group.add(caret)
                x, y, width, height = self._px(item.box)
                group.add(Rectangle(pos=(x, y), size=(width, height)))

    def _px(self, box: Box) -> tuple[float, float, float, float]:
        """Kivy's x, y, width and height, on whole pixels."""
        left, right = round(box.x * self._scale), round(box.right * self._scale)
        top, bottom = round(box.y * self._scale), round(box.bottom * self._scale)
        return left, self._height - bottom, right - left, bottom - top

    def _fill(self, group: InstructionGroup, fill: Fill) -> None:
        if fill.dashed:
            self._rounded(group, fill.box, fill.colour, fill.radius, top_only=False)
            self._dashes(group, fill)
            return
        if fill.line and fill.line_width:
            self._rounded(group, fill.box, fill.line, fill.radius, top_only=fill.top_only)
            width = fill.line_width
            inner = fill.box.inset(width)
            if fill.top_only:  # open below: the line runs along the top only
                inner = Box(fill.box.x, fill.box.y + width, fill.box.width, fill.box.height - width)
            self._rounded(group, inner, fill.colour, max(fill.radius - width, 0), top_only=fill.top_only)
        else:
            self._rounded(group, fill.box, fill.colour, fill.radius, top_only=fill.top_only)

    def _rounded(
        self, group: InstructionGroup, box: Box, colour: str, radius: float, *, top_only: bool
    ) -> None:
        x, y, width, height = self._px(box)
        group.add(Color(*rgba(colour)))
        round_px = radius * self._scale
        if round_px < 1:
            group.add(Rectangle(pos=(x, y), size=(width, height)))
            return
        corners = [round_px, round_px, 0, 0] if top_only else [round_px]
        if top_only:  # a smooth rectangle fades its square corners too: it ends below the visible edge
            y, height = y - 4, height + 4
            corners = [round_px, round_px, 1, 1]
        group.add(SmoothRoundedRectangle(pos=(x, y), size=(width, height), radius=corners, segments=24))

    def _dashes(self, group: InstructionGroup, fill: Fill) -> None:
        """Dashes along the sides as bars, one curved dash round each corner."""
        group.add(Color(*rgba(fill.line)))
        box, r, w = fill.box.inset(fill.line_width / 2), fill.radius - fill.line_width / 2, fill.line_width
        for start, length in _dash_places(box.width - 2 * r):
            for y in (box.y, box.bottom):
                self._bar(group, Box(box.x + r + start, y - w / 2, length, w))
        for start, length in _dash_places(box.height - 2 * r):
            for x in (box.x, box.right):
                self._bar(group, Box(x - w / 2, box.y + r + start, w, length))
        for x, y, first in (
            (box.right - r, box.y + r, 0.0),
            (box.right - r, box.bottom - r, 0.5),
            (box.x + r, box.bottom - r, 1.0),
            (box.x + r, box.y + r, 1.5),
        ):
            self._arc(group, x, y, r, w, (first + 0.1) * pi, (first + 0.4) * pi)

    def _bar(self, group: InstructionGroup, box: Box) -> None:
        x, y, width, height = self._px(box)
        group.add(Rectangle(pos=(x, y), size=(width, height)))

    def _arc(
        self,
        group: InstructionGroup,
        x: float,
        y: float,
        radius: float,
        width: float,
        start: float,
        end: float,
    ) -> None:
        """Clockwise from the top, angles in radians."""
        steps = max(6, int((end - start) * radius / 4))
        points: list[float] = []
        for step in range(steps + 1):
            angle = start + (end - start) * step / steps
            points += [
                (x + radius * sin(angle)) * self._scale,
                self._height - (y - radius * cos(angle)) * self._scale,
            ]
        group.add(SmoothLine(points=points, width=width / 2 * self._scale, cap="round", joint="round"))

    def _disc(self, group: InstructionGroup, disc: Disc) -> None:
        for colour, radius in ((disc.line, disc.radius), (disc.colour, disc.radius - disc.line_width)):
            if not colour:
                continue
            x, y = disc.x * self._scale, self._height - disc.y * self._scale
            size = radius * self._scale
            group.add(Color(*rgba(colour)))
            group.add(SmoothEllipse(pos=(x - size, y - size), size=(2 * size, 2 * size), segments=64))

    def _rule(self, group: InstructionGroup, rule: Rule) -> None:
        group.add(Color(*rgba(rule.colour)))
        places = _dash_places(rule.width) if rule.dashed else [(0.0, rule.width)]
        for start, length in places:
            self._bar(group, Box(rule.x + start, rule.y, length, rule.thickness))

    def _ring(self, group: InstructionGroup, ring: Ring) -> None:
        group.add(Color(*rgba(ring.colour)))
        self._arc(group, ring.x, ring.y, ring.radius, ring.thickness, 0.0, 2 * pi * ring.part)

    def _words(self, group: InstructionGroup, words: Words) -> None:
        size = max(1, round(words.size * self._scale))
        label = Label(text=words.text, font_name=words.face.value, font_size=size, bold=words.bold)
        label.refresh()
        texture = label.texture
        if texture is None:
            return
        baseline = round(words.baseline * self._scale)
        top = baseline - fonts.ascent(words.face, words.bold, size)
        x = round(words.x * self._scale)
        group.add(Color(*rgba(words.colour)))
        group.add(Rectangle(texture=texture, pos=(x, self._height - top - texture.height), size=texture.size))


class Painted:
    """The instructions of one item."""

    def __init__(self) -> None:
        self.group = InstructionGroup()
        self.moving: list[tuple[str, drawings.Moving]] = []
        self.carets: list[Color] = []


def _dash_places(length: float) -> list[tuple[float, float]]:
    """Starts and lengths of dashes that begin and end on a dash."""
    if length < DASH_ON:
        return [(0.0, max(length, 0.0))]
    count = max(1, round((length + DASH_OFF) / (DASH_ON + DASH_OFF)))
    period = (length + DASH_OFF) / count
    return [(index * period, period - DASH_OFF) for index in range(count)]
