"""The three things a trouble says, and its last small lines."""

from __future__ import annotations

from collections.abc import Sequence

from screens.block import Block, divisible
from screens.rendering import Rendering
from screens.scene import Box, Fill, Plan, Rule
from screens.theme import Type
from screens.typeset import Setting
from terminal.messages import Message
from terminal.view_parts import Bars, Small

BAR = 12
TEXT_LEFT = 32


def bars_blocks(bars: Bars, r: Rendering, width: float) -> list[Block]:
    """One block each; a block too tall for its page is parted between its lines."""
    p = r.palette
    kinds = (
        (r.say("bars.happened"), bars.happened, p.error),
        (r.text(bars.not_done_head), bars.not_done, p.success),
        (r.say("bars.next"), bars.next, p.primary),
    )
    return [_bar(head, messages, colour, r, width) for head, messages, colour in kinds if messages]


def _bar(head: str, messages: Sequence[Message], colour: str, r: Rendering, width: float) -> Block:
    room = width - TEXT_LEFT
    headline = r.set(head, Type.STRONG, room)
    lines = [r.set(r.text(message), Type.BODY, room) for message in messages]

    def build(settings: Sequence[Setting]) -> Block:
        inner = headline.height + sum(setting.height for setting in settings)

        def paint(plan: Plan, x: float, y: float, height: float) -> None:
            plan.add(Fill(Box(x, y, BAR, height), colour))
            top = y + (height - inner) / 2
            plan.add(*headline.place(x + TEXT_LEFT, top, room, colour))
            plan.say(headline.text)
            top += headline.height
            for setting in settings:
                plan.add(*setting.place(x + TEXT_LEFT, top, room, r.palette.text))
                plan.say(setting.text)
                top += setting.height

        return Block(paint, inner + 6, gap=18)

    return divisible(lines, build)


def small_block(small: Small, r: Rendering, width: float) -> Block:
    """Contact, terminal and code under a hairline, at the lower end."""
    lines = [r.set(r.text(message), Type.LABEL, width) for message in small.lines]

    def paint(plan: Plan, x: float, y: float, _: float) -> None:
        plan.add(Rule(x, y, width, 2, r.palette.hairline))
        top = y + 10
        for line in lines:
            plan.add(*line.place(x, top, width, r.palette.text2))
            plan.say(line.text)
            top += line.height

    return Block(paint, 10 + sum(line.height for line in lines), anchored=True)
