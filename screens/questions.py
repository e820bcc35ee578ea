"""The screens of the way itself. Each has its class, so that what is its own has a place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from screens.block import Block
from screens.page import Page
from screens.parts.column import blocks_of
from screens.parts.fact import fact_block
from screens.rendering import Rendering
from screens.scene import Plan, Rule
from terminal.view_parts import Fact, Part

UNDERLINED_LEAST, UNDERLINED = 4, 22
"""Room around a question and for the hairline below it: little and, where there is some, plenty."""


class LanguageChoice(Page):
    """Each language in its own name, from the top."""

    def blocks(self, parts: Sequence[Part], r: Rendering, width: float) -> list[Block]:
        return [replace(block, anchored=False) for block in blocks_of(parts, r, width)]


class Home(Page):
    """S2."""


class Checklist(Page):
    """S3, and its help pages."""


class ChooseService(Page):
    """S4: a list turns its own pages, so the screen does not turn as well."""

    one_page = True


class ServiceTerms(Page):
    """S5."""


class Consent(Page):
    """S6: hairlines between the questions."""

    def blocks(self, parts: Sequence[Part], r: Rendering, width: float) -> list[Block]:
        found: list[Block] = []
        for index, part in enumerate(parts):
            blocks = _inked(part, r, width)
            followed = index + 1 < len(parts) and isinstance(parts[index + 1], Fact)
            if isinstance(part, Fact) and part.detail is not None and followed:
                blocks = [_underlined(block, r, width) for block in blocks]
            found.extend(blocks)
        return found


def _inked(part: Part, r: Rendering, width: float) -> list[Block]:
    if isinstance(part, Fact):
        return [fact_block(part, r, width, r.palette.primary)]
    return blocks_of([part], r, width)


def _underlined(block: Block, r: Rendering, width: float) -> Block:
    def paint(plan: Plan, x: float, y: float, height: float) -> None:
        block.paint(plan, x, y + (height - block.least - UNDERLINED_LEAST) / 2, block.least)
        plan.add(Rule(x, y + height - 2, width, 2, r.palette.hairline))

    least = block.least + UNDERLINED_LEAST
    return replace(block, paint=paint, least=least, most=block.least + UNDERLINED, gap=6, split=None)


class PlaceCard(Page):
    """S7."""


class ConfirmCard(Page):
    """S8."""


class Working(Page):
    """Nothing to press."""
