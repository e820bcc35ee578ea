"""Notes: a soft panel with icon, a bold line and a plain one."""

from __future__ import annotations

from screens.block import Block
from screens.rendering import Rendering
from screens.scene import Box, Fill, Icon, Plan
from screens.theme import Palette, Type
from terminal.view_parts import Note, Tone

ICON = 56
TEXT_LEFT = 96
LOUD = frozenset({"error", "warning", "barred"})
"""Icons of notes that are bold even in a single line."""


def panel(box: Box, tone: Tone, p: Palette, radius: float = 20, *, plain: bool = False) -> Fill:
    """A panel of that tone; where panels have no fill of their own, its line shows it.

    `plain` leaves an error's line out: around drawings.
    """
    line, width = p.panel_line, 3.0 if p.panel_line else 0.0
    if tone is Tone.ERROR and not plain:
        line, width = p.error, 3.0
    if tone is Tone.PLAIN:
        line, width = p.hairline, 3.0
    return Fill(box, p.soft_of(tone), radius, line, width)


def icon_colour(icon: str, p: Palette) -> str:
    """Icons that carry a meaning by colour keep it; the others are drawn like the text."""
    return {"info": p.primary, "error": p.error, "check": p.success}.get(icon, p.text)


def note_block(note: Note, r: Rendering, width: float) -> Block:
    """A lone line is plain unless the note warns; with a second line the first is bold."""
    room = width - TEXT_LEFT - 20
    bold = note.detail is not None or note.icon in LOUD
    first = r.set(r.text(note.text), Type.LEAD if note.detail else Type.STRONG if bold else Type.BODY, room)
    second = r.set(r.text(note.detail), Type.BODY, room) if note.detail else None
    inner = first.height + (second.height if second else 0.0)
    height = max(inner + 32, 84)

    def paint(plan: Plan, x: float, y: float, height: float) -> None:
        box = Box(x, y, width, height)
        colour = icon_colour(note.icon, r.palette)
        plan.add(panel(box, note.tone, r.palette))
        plan.add(Icon(note.icon, x + 20, y + (height - ICON) / 2, ICON, colour))
        top = y + (height - inner) / 2
        plan.add(*first.place(x + TEXT_LEFT, top, room, r.palette.text))
        plan.say(first.text)
        if second:
            plan.add(*second.place(x + TEXT_LEFT, top + first.height, room, r.palette.text))
            plan.say(second.text)

    return Block(paint, height)
