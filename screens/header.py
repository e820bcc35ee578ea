"""What stands above the sheet on every screen: 見本 band, tools, and at the same place always やめる."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from screens.buttons import above, target
from screens.rendering import Rendering, Told
from screens.scene import Box, Disc, Fill, Icon, Plan, Rule
from screens.theme import BAND_HEIGHT, CELL, GAP, MARGIN, TARGET, Type
from terminal.controls import Choice, Role
from terminal.messages import Message
from terminal.view_parts import Stone, Stones
from terminal.views import View

TOOLS = (
    Choice("language", Message("tool.language"), Role.TOOL, icon="globe"),
    Choice("size", Message("tool.size"), Role.TOOL, icon="text-size"),
    Choice("contrast", Message("tool.contrast"), Role.TOOL, icon="contrast"),
)
TOOLS_TOP = 60


def header(plan: Plan, view: View, r: Rendering, width: float) -> None:
    """Band and tool cells; the fourth cell stays empty where there is nothing to stop."""
    p = r.palette
    if view.sample:
        plan.add(Fill(Box(0, 0, width, BAND_HEIGHT), p.band))
        words = r.fit(r.say("band.sample"), Type.BAND, width - 2 * MARGIN, BAND_HEIGHT)
        plan.add(*words.place(0, (BAND_HEIGHT - words.height) / 2, width, p.on_band, "centre"))
        plan.say(words.text)
    for index, tool in enumerate(TOOLS):
        choice = replace(tool, label=_state(r)) if tool.id == r.told else tool
        box = Box(MARGIN + index * (CELL + GAP), TOOLS_TOP, CELL, TARGET)
        plan.add(target(r, choice, box, above(r, r.text(choice.label), choice.icon, box, Type.TOOL, 52)))


def _state(r: Rendering) -> Message:
    """What 文字 or 色 has just been set to."""
    if r.told is Told.SIZE:
        return Message(f"tool.size_{r.presentation.size.name.lower()}")
    return Message("tool.contrast_high" if r.presentation.high_contrast else "tool.contrast_normal")


def stop_box(width: float) -> Box:
    """The place where nothing but やめる ever stands."""
    return Box(width - MARGIN - CELL, TOOLS_TOP, CELL, TARGET)


def stop(plan: Plan, choice: Choice, r: Rendering, width: float) -> None:
    box = stop_box(width)
    plan.add(target(r, choice, box, above(r, r.text(choice.label), choice.icon, box, Type.TOOL, 52)))


def clock(plan: Plan, now: datetime, r: Rendering, width: float) -> None:
    """Time and date as text at the place of やめる."""
    box = stop_box(width)
    time = r.fit(f"{now:%H:%M}", Type.LEAD, box.width, 56)
    day = r.fit(r.text(_short(now)), Type.LABEL, box.width + 16, 50)
    top = box.y + (box.height - time.height - day.height) / 2
    plan.add(*time.place(box.x, top, box.width, r.palette.text, "centre"))
    plan.add(*day.place(box.x - 8, top + time.height, box.width + 16, r.palette.text2, "centre"))
    plan.say(time.text)
    plan.say(day.text)


def _short(now: datetime) -> Message:
    return Message("clock.day", (("day", now),))


STONES_WIDTH = 237
DISC_DONE, DISC_NOW, DISC_AHEAD = 14, 21, 13
BETWEEN_STEPS = 18


def stones(plan: Plan, shown: Stones, r: Rendering, y: float) -> None:
    """The stepping stones: done with ✓, now with a dot, ahead empty; then the step, and the one after it."""
    p = r.palette
    count, now = len(shown.stones), shown.stones.index(shown.now)
    step = (STONES_WIDTH - 52) / 5
    first, middle = MARGIN + 26, y + 41
    for index in range(count - 1):
        colour = p.primary if index < now else p.hairline
        plan.add(Rule(first + index * step, middle - 3, step, 6, colour))
    for index in range(count):
        x = first + index * step
        if index < now:
            plan.add(Disc(x, middle, DISC_DONE, p.primary))
            plan.add(Icon("tick", x - 15, middle - 15, 30, p.on_primary))
        elif index == now:
            plan.add(Disc(x, middle, DISC_NOW, p.attention, p.text, 5), Disc(x, middle, 7, p.on_attention))
        else:
            plan.add(Disc(x, middle, DISC_AHEAD, p.ahead, p.line, 4))
    left = first + (count - 1) * step + 36
    words = f"{r.say('step.of', step=now + 1, steps=count)} {_name(shown.now, r)}"
    room = 720 - MARGIN - left
    setting = r.fit(words, Type.STRONG, room, 60)
    plan.add(*setting.place(left, middle - setting.height / 2, setting.width, p.text))
    plan.say(setting.text)
    if now + 1 < count:
        following = r.say("step.next", stone=_name(shown.stones[now + 1], r))
        x = left + setting.width + BETWEEN_STEPS
        then = r.set(following, Type.BODY, 720)
        if x + then.width <= 720 - MARGIN:
            plan.add(*then.place(x, middle - then.height / 2, then.width, p.text2))
            plan.say(then.text)


def _name(stone: Stone, r: Rendering) -> str:
    return r.text(Message(f"stone.{stone}"))
