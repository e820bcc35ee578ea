"""What stands below the sheet: もどる, and the main button or the dashed box that takes its place."""

from __future__ import annotations

import re
from dataclasses import replace

from screens.buttons import centred, target
from screens.dress import Kind, kind_of
from screens.rendering import Rendering
from screens.scene import Box, Fill, PageTurn, Plan
from screens.theme import FOOTER_HEIGHT, GAP, MARGIN, TARGET, Style, Type
from terminal.controls import Choice, Look, Role
from terminal.messages import Message
from terminal.view_parts import Status

BACK_WIDTH = 240

COUNT = re.compile(r"(\D+?) ?(\d+) ?(\D+)")
"""A status that counts: words, a number, words."""

NEXT_PAGE = "page-next"
"""Id of the button that turns to the next page inside a screen."""


def main_box(width: float, height: float, *, whole: bool) -> Box:
    left = MARGIN if whole else MARGIN + BACK_WIDTH + GAP
    return Box(left, height - FOOTER_HEIGHT + 16, width - MARGIN - left, TARGET)


def back_box(height: float) -> Box:
    return Box(MARGIN, height - FOOTER_HEIGHT + 16, BACK_WIDTH, TARGET)


def back(plan: Plan, choice: Choice, r: Rendering, height: float, *, turns: bool) -> None:
    """もどる; on a later page of a screen it turns back to the page before."""
    box = back_box(height)
    label = centred(r, r.text(choice.label), choice.icon, box.inset(-8, 0), Type.CHOICE, 52)
    plan.add(target(r, choice, box, label, kind=Kind.BACK, answer=PageTurn(-1) if turns else None))


def main(plan: Plan, shown: Choice | Status, r: Rendering, box: Box) -> None:
    if isinstance(shown, Status):
        status(plan, shown, r, box)
        return
    kind = kind_of(shown)
    if shown.look is Look.PLAIN and shown.role is Role.BACK:
        kind = Kind.BACK
    row = Type.MAIN if kind in (Kind.MAIN, Kind.SEAL) else Type.CHOICE
    icon = "seal" if kind is Kind.SEAL else shown.icon
    plan.add(target(r, shown, box, centred(r, r.text(shown.label), icon, box, row, 52), kind=kind))


def status(plan: Plan, shown: Status, r: Rendering, box: Box) -> None:
    """Not a button: no fill, dashed, regular weight."""
    p = r.palette
    text = r.text(shown.text)
    setting = r.fit(text, Type.STATUS, box.width - 60, box.height - 12)
    plan.add(Fill(box, r.ground, 24, p.line, 4, dashed=True))
    top = box.y + (box.height - setting.height) / 2
    counted = COUNT.fullmatch(text)
    if counted and len(setting.lines) == 1:
        _counted(plan, (counted[1], counted[2], counted[3]), r, box, setting.style)
    else:
        plan.add(*setting.place(box.x, top, box.width, p.text2, "centre"))
    plan.say(setting.text)


def _counted(plan: Plan, texts: tuple[str, str, str], r: Rendering, box: Box, style: Style) -> None:
    """How many are missing, the number bold and larger."""
    large = replace(style, bold=True, size=round(style.size * 1.2))
    styles = (style, large, style)
    settings = [
        r.compositor.set(text, each, box.width)
        for text, each in zip(texts, styles, strict=True)
        if text.strip()
    ]
    space = r.compositor.width(" ", style) * 1.3
    x = box.x + (box.width - sum(setting.width for setting in settings) - space * (len(settings) - 1)) / 2
    for setting in settings:
        top = box.y + (box.height - setting.height) / 2
        plan.add(*setting.place(x, top, setting.width, r.palette.text2))
        x += setting.width + space


def next_page(plan: Plan, r: Rendering, page: int, pages: int, box: Box) -> None:
    """The main button while there are pages left: the real action stands on the last one only."""
    words = r.say("page.next", page=page, pages=pages)
    label = Message("verbatim", (("text", words),))
    choice = Choice(NEXT_PAGE, label, Role.PRIMARY)
    plan.add(target(r, choice, box, centred(r, words, "", box, Type.MAIN), answer=PageTurn(1)))
