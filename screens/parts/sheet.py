"""The framed sheet of the act: a black strip with ⚠, then the lines that are about to count."""

from __future__ import annotations

from collections.abc import Sequence

from screens.block import Block, divisible
from screens.buttons import plain_button
from screens.rendering import Rendering
from screens.scene import Box, Fill, Icon, Plan, Rule, Target
from screens.theme import GAP, TARGET, Type
from screens.typeset import NARROWER, Setting
from terminal.controls import Choice
from terminal.presentation import TextSize
from terminal.view_parts import Line, Sheet

FRAME = 5
PADDING = 20
BUTTON = 112
WIDER_BUTTON = 136
WARNING_LINES = "#1a1a1a"


def sheet_block(sheet: Sheet, r: Rendering, width: float) -> Block:
    """Parted between its lines; every page repeats the strip."""
    lead = r.style(Type.LEAD)
    strip = r.compositor.headline(r.text(sheet.strip), lead, width - 120, lead.size - NARROWER)
    strip_height = max(92.0, strip.height + 32)

    def build(lines: Sequence[Line]) -> Block:
        drafts = [_Draft(line, r, width - 2 * (FRAME + PADDING)) for line in lines]
        inner = sum(draft.height for draft in drafts)

        def paint(plan: Plan, x: float, y: float, height: float) -> None:
            p = r.palette
            plan.add(Fill(Box(x, y, width, height), p.sheet, 8, p.act_strip, FRAME))
            plan.add(Fill(Box(x, y, width, strip_height), p.act_strip, 8))
            # In the strip's own colour only the yellow under its lines shows: a filled sign with its mark cut out.
            plan.add(Icon("warning", x + 24, y + (strip_height - 56) / 2, 56, WARNING_LINES))
            top = y + (strip_height - strip.height) / 2
            plan.add(*strip.place(x + 102, top, width - 120, p.on_act_strip))
            plan.say(strip.text)
            y += strip_height + 2
            for index, draft in enumerate(drafts):
                if index:
                    plan.add(
                        Rule(x + FRAME + PADDING, y - 1, width - 2 * (FRAME + PADDING), 3, p.act_line, True)
                    )
                draft.paint(plan, x + FRAME + PADDING, y)
                y += draft.height

        return Block(paint, strip_height + inner + 2 + FRAME)

    return divisible(sheet.lines, build)


class _Draft:
    """One line laid out: label over value, its buttons at the right; in larger text below."""

    def __init__(self, line: Line, r: Rendering, width: float) -> None:
        self.line, self.r, self.width = line, r, width
        self.buttons = _button_widths(line.choices, r)
        total = sum(self.buttons) + GAP * len(self.buttons)
        self.below = len(self.buttons) > 1 and r.presentation.size is not TextSize.NORMAL
        room = width if self.below else width - total
        self.label = r.set(r.text(line.label), Type.LABEL, room)
        self.value = r.set(r.masked(r.text(line.value)), Type.LEAD, room)
        self.inline = not line.choices and self._fits_beside()

    def _fits_beside(self) -> bool:
        return self.label.width + 20 + self.value.width <= self.width

    @property
    def text_height(self) -> float:
        return (
            max(self.label.height, self.value.height)
            if self.inline
            else self.label.height + self.value.height
        )

    @property
    def height(self) -> float:
        if self.below:
            return 12 + self.text_height + 8 + TARGET + 14
        least = TARGET + GAP if self.line.choices else 0.0
        return max(least, self.text_height + (20 if self.inline else 24))

    def paint(self, plan: Plan, x: float, y: float) -> None:
        p = self.r.palette
        height = 12 + self.text_height if self.below else self.height
        top = y + 12 if self.below else y + (height - self.text_height) / 2
        lower = (
            self.text_height - self.label.height if self.inline else 0.0
        )  # furigana lengthen a line upwards
        plan.add(*self.label.place(x, top + lower, self.label.width, p.text2))
        plan.say(self.label.text)
        if self.inline:
            left, foot = x + self.label.width + 20, top + self.text_height
            plan.add(*self.value.place(left, foot - self.value.height, self.value.width, p.text))
        else:
            plan.add(*self.value.place(x, top + self.label.height, self.value.width, p.text))
        plan.say(self.value.text)
        self._buttons(plan, x, y)

    def _buttons(self, plan: Plan, x: float, y: float) -> None:
        if self.below:
            side = (self.width - GAP * (len(self.buttons) - 1)) / len(self.buttons)
            tops = y + 12 + self.text_height + 8
            for index, choice in enumerate(self.line.choices):
                plan.add(_small_button(self.r, choice, Box(x + index * (side + GAP), tops, side, TARGET)))
            return
        left = x + self.width - sum(self.buttons) - GAP * (len(self.buttons) - 1)
        for choice, width in zip(self.line.choices, self.buttons, strict=True):
            plan.add(_small_button(self.r, choice, Box(left, y + (self.height - TARGET) / 2, width, TARGET)))
            left += width + GAP


def _small_button(r: Rendering, choice: Choice, box: Box) -> Target:
    return plain_button(r, choice, box, Type.STRONG)


def _button_widths(choices: Sequence[Choice], r: Rendering) -> list[float]:
    """Wide enough for its label in two lines."""
    widths: list[float] = []
    for choice in choices:
        setting: Setting = r.set(r.text(choice.label), Type.STRONG, 104)
        wide = len(setting.lines) > 1 or setting.parted or setting.width > BUTTON - 44
        needed = setting.width + 44
        widths.append(max(WIDER_BUTTON if wide else BUTTON, needed))
    return widths
