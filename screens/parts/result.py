"""What comes of it: 受付番号, what has been done, and the seconds that are left."""

from __future__ import annotations

from collections.abc import Sequence

from screens.block import Block
from screens.parts.note import icon_colour
from screens.rendering import Rendering
from screens.scene import Disc, Icon, Plan, Ring
from screens.theme import Face, Style, Type
from terminal.messages import Message
from terminal.view_parts import Countdown, Number, Progress, StepState


def number_block(number: Number, r: Rendering, width: float, labels: Sequence[Message] = ()) -> Block:
    """Label and number on one line where they fit, else one above the other.

    `labels` are those of all numbers of the view: the numbers stand exactly below each other.
    """
    code = r.fit(number.text, Type.NUMBER, width, 120)
    label = r.set(r.text(number.label), Type.LABEL, width)
    column = max([label.width, *(r.set(r.text(other), Type.LABEL, width).width for other in labels)])
    beside = column + 24 + code.width <= width
    height = max(code.height, label.height) if beside else code.height + label.height

    def paint(plan: Plan, x: float, y: float, height: float) -> None:
        p = r.palette
        if beside:
            left = x + (width - column - 24 - code.width) / 2
            middle = y + height / 2
            plan.add(*label.place(left, middle - label.height / 2 + 9, column, p.text2, "right"))
            plan.add(*code.place(left + column + 24, middle - code.height / 2, code.width, p.text))
        else:
            plan.add(*label.place(x, y, width, p.text2, "centre"))
            plan.add(*code.place(x, y + label.height, width, p.text, "centre"))
        plan.say(label.text)
        plan.say(code.text)

    return Block(paint, height + 12, gap=10)


STEP_ICONS = {StepState.DONE: "check", StepState.NOW: "clock"}


def progress_block(progress: Progress, r: Rendering, width: float) -> Block:
    """One line a step: done, going on, ahead."""
    settings = [(r.set(r.text(message), Type.STRONG, width - 72), state) for message, state in progress.steps]
    rows = [max(66.0, setting.height) for setting, _ in settings]

    def paint(plan: Plan, x: float, y: float, _: float) -> None:
        for (setting, state), row in zip(settings, rows, strict=True):
            if state in STEP_ICONS:
                name = STEP_ICONS[state]
                plan.add(Icon(name, x + 2, y + (row - 48) / 2, 48, icon_colour(name, r.palette)))
            else:
                plan.add(Disc(x + 26, y + row / 2, 20, r.palette.ahead, r.palette.line, 4))
            plan.add(*setting.place(x + 72, y + (row - setting.height) / 2, width - 72, r.palette.text))
            plan.say(setting.text)
            y += row

    return Block(paint, sum(rows), anchored=True)


RING_RADIUS = 121
RING_THICKNESS = 26


def countdown_block(countdown: Countdown, r: Rendering, width: float) -> Block:
    """A ring that empties each second, with the seconds in it."""
    seconds = r.compositor.set(str(countdown.left), Style(86, True, Face.FIXED, 1.0), 200)
    part = max(0.0, min(1.0, countdown.left / countdown.of)) if countdown.of else 0.0

    def paint(plan: Plan, x: float, y: float, height: float) -> None:
        middle, centre = x + width / 2, y + height / 2
        plan.add(Ring(middle, centre, RING_RADIUS - RING_THICKNESS / 2, RING_THICKNESS, r.palette.hairline))
        if part:
            plan.add(
                Ring(middle, centre, RING_RADIUS - RING_THICKNESS / 2, RING_THICKNESS, r.palette.arrow, part)
            )
        plan.add(*seconds.place(x, centre - seconds.height / 2, width, r.palette.text, "centre"))
        plan.say(seconds.text)

    return Block(paint, 2 * RING_RADIUS, most=2 * RING_RADIUS + 90)
