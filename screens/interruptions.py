"""What comes between: the stop question, the idle warning, troubles, and out of service."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from screens.block import Block
from screens.buttons import centred, target
from screens.page import Page
from screens.parts.bars import bars_blocks
from screens.parts.column import blocks_of
from screens.parts.drawing import drawing_block
from screens.rendering import Rendering
from screens.scene import Box, Plan
from screens.theme import FOOTER_HEIGHT, MARGIN, Type
from screens.typeset import Align
from terminal import views
from terminal.controls import Choice
from terminal.view_parts import Bars, Drawing, Paragraph, Part, Status, Tone

TROUBLE_DRAWING, DESIGN_HEIGHT = 216, 1280
"""A panel above three bars on the design's glass, and how high that is; a higher one gives most of its room to it."""


class StopQuestion(Page):
    """やめる stands in the content, so that a double tap cannot stop a visit."""

    align: Align = "centre"
    title_row = Type.DONE


class IdleWarning(Page):
    """One large button in the content; the footer holds a last sentence, no button."""

    align: Align = "centre"
    title_row = Type.HERO
    one_page = True

    def parts(self) -> Sequence[Part]:
        return [part for part in self.view.parts if not isinstance(part, Paragraph)]

    def main(self) -> Choice | Status | None:
        return None

    def blocks(self, parts: Sequence[Part], r: Rendering, width: float) -> list[Block]:
        found = [replace(block, droppable=True) for block in blocks_of(parts, r, width)]
        if not isinstance(self.view.main, Choice) or (self.landscape and width != self.left_width):
            return found
        choice = self.view.main

        def paint(plan: Plan, x: float, y: float, height: float) -> None:
            box = Box(x, y, width, height)
            plan.add(
                target(r, choice, box, centred(r, r.text(choice.label), choice.icon, box, Type.HERO, 84))
            )

        return [*found, Block(paint, 150, most=236, gap=30)]

    def extras(self, plan: Plan) -> None:
        last = [part for part in self.view.parts if isinstance(part, Paragraph)]
        if not last:
            return
        room = self.width - 2 * MARGIN
        words = self.r.fit(self.r.text(last[-1].text), Type.BODY, room, FOOTER_HEIGHT - 24)
        top = self.height - FOOTER_HEIGHT + (FOOTER_HEIGHT - words.height) / 2
        plan.add(*words.place(MARGIN, top, room, self.r.palette.text, "centre"))
        plan.say(words.text)


class Trouble(Page):
    """Icon and title, a low drawing, three bars. The icon says whose doing it was."""

    def title_icon(self) -> str:
        if not isinstance(self.view, views.Trouble):
            return "error"
        return {Tone.SOFT: "info", Tone.ATTENTION: "warning"}.get(self.view.tone, "error")

    def blocks(self, parts: Sequence[Part], r: Rendering, width: float) -> list[Block]:
        found: list[Block] = []
        above_bars = any(isinstance(part, Bars) for part in self.view.parts) and not self.landscape
        tallest = TROUBLE_DRAWING + max(0.0, self.height - DESIGN_HEIGHT) * 0.6 if above_bars else 0.0
        for part in parts:
            match part:
                case Drawing():
                    found.append(drawing_block(part, r, width, tallest=tallest))
                case Bars():
                    found.extend(bars_blocks(part, r, width))
                case _:
                    found.extend(blocks_of([part], r, width))
        return found


class OutOfService(Trouble):
    """The terminal rests: nobody has done anything wrong."""

    def title_icon(self) -> str:
        return "info"
