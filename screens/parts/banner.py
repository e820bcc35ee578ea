"""Banners: outlined, a headline with badge, then lines."""

from __future__ import annotations

from collections.abc import Sequence

from screens.block import Block, divisible
from screens.buttons import BADGES, badge_colour
from screens.parts.note import panel
from screens.rendering import Rendering
from screens.scene import Box, Icon, Plan
from screens.theme import Type
from screens.typeset import Setting
from terminal.view_parts import Banner, Tone

PADDING = 28


def banner_block(shown: Banner, r: Rendering, width: float) -> Block:
    """May be parted between its lines; the headline then stands on the first page only."""
    room = width - 2 * PADDING
    lines = [
        r.set(r.text(line), Type.STRONG if line == shown.strong else Type.BODY, room) for line in shown.lines
    ]
    warnings = [r.set(r.text(line), Type.BODY, room - 44) for line in shown.warnings]
    mark = 44.0 if shown.badge else 0.0
    headline = r.set(r.text(shown.headline), Type.LEAD, room - mark)
    colour = badge_colour(shown.badge, r.palette) if shown.badge else (r.palette.text, r.palette.text)

    def build(settings: Sequence[Setting]) -> Block:
        with_headline = settings[:1] == [headline]
        inner = sum(setting.height for setting in settings)

        def paint(plan: Plan, x: float, y: float, height: float) -> None:
            plan.add(panel(Box(x, y, width, height), Tone.PLAIN, r.palette, 24))
            top = y + (height - inner) / 2
            for index, setting in enumerate(settings):
                first = with_headline and index == 0
                warns = any(setting is warning for warning in warnings)
                left = x + PADDING + (mark if first else 44.0 if warns else 0.0)
                if warns:
                    sign = top + setting.first_middle - 18
                    plan.add(Icon("warning", x + PADDING, sign, 36, r.palette.text))
                if first and shown.badge:
                    icon = BADGES[shown.badge][0]
                    plan.add(Icon(icon, x + PADDING, top + setting.first_middle - 18, 36, colour[0]))
                plan.add(*setting.place(left, top, room, colour[1] if first else r.palette.text))
                plan.say(setting.text)
                top += setting.height

        return Block(paint, inner + 32)

    return divisible([headline, *lines, *warnings], build)
