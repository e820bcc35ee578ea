"""Fields: groups as printed on the card, and the four boxes of a PIN."""

from __future__ import annotations

from dataclasses import replace

from screens.block import Block
from screens.keypads import HEIGHT as PAD_HEIGHT
from screens.keypads import keypad
from screens.rendering import HIDDEN, Rendering
from screens.ruby import plain
from screens.scene import Box, Caret, Disc, Fill, Plan, Shown
from screens.theme import GAP, Palette, Type
from terminal.controls import Field, FieldKind, Group, GroupState
from terminal.view_parts import Entry, Tries

GROUP_HEIGHT = 92
PIN_BOX = 80
PIN_GAP = 12
SINGLE_BOX = 98
PAD_GAP = 20
BELOW_PAD = 24
"""Room below the pad where there is some: it then ends 44 above the footer."""
WIDEST_GLYPH = 40.0
PADDING_GLYPHS = 3.5
"""Width of a group beside its glyphs, in glyphs: a group of two and three of five share a line as 108:167."""


SINGLE_BOXES = 6
"""A lone group of at most so many characters is shown as boxes of one: a code has no groups to find again."""


def boxes_of(field: Field) -> Field:
    """The field as it is drawn."""
    if len(field.groups) != 1 or field.kind in (FieldKind.PIN, FieldKind.KANA):
        return field
    whole = field.groups[0]
    if not 1 < whole.length <= SINGLE_BOXES:
        return field
    typed = len(whole.content)
    boxes = [Group(1, glyph, GroupState.EMPTY) for glyph in whole.content]
    boxes += [
        Group(1, "", whole.state if index == typed else GroupState.EMPTY)
        for index in range(typed, whole.length)
    ]
    if whole.state is GroupState.COMPLETE:
        boxes = [replace(box, state=GroupState.COMPLETE) for box in boxes]
    return replace(field, groups=tuple(boxes))


def entry_block(entry: Entry, tries: Tries | None, r: Rendering, width: float) -> Block:
    """Field and keypad, at the same place on every screen: the pad ends 44 above the footer where there is room."""
    told, field = entry.field, boxes_of(entry.field)
    field_height = GROUP_HEIGHT + PAD_GAP if field.groups and field.kind is not FieldKind.KANA else 0.0
    label_height = _label_height(field, r, width)

    def paint(plan: Plan, x: float, y: float, _: float) -> None:
        plan.fields.append(_shown(told, r))
        if label_height:
            label = r.set(r.text(field.label), Type.LABEL, width) if field.label else None
            if label:
                plan.add(*label.place(x, y, width, r.palette.text2))
                plan.say(label.text)
            y += label_height
        if field_height:
            right = _groups(plan, field, r, x, y, width)
            _beside(plan, field, tries, r, Box(right, y, x + width - right, GROUP_HEIGHT), bool(label_height))
        keypad(plan, field, r, x, y + field_height, width)

    least = label_height + field_height + PAD_HEIGHT
    anchored = field.kind is not FieldKind.KANA
    return Block(paint, least, most=least + (BELOW_PAD if anchored else 0), gap=16, anchored=anchored)


def _shown(field: Field, r: Rendering) -> Shown:
    contents = tuple(_content(field, group, r) for group in field.groups)
    return Shown(field.id, field.kind.value, plain(r.text(field.label)) if field.label else "", contents)


def _content(field: Field, group: Group, r: Rendering) -> str:
    return HIDDEN * len(group.content) if field.kind is FieldKind.PIN else r.masked(group.content)


def _label_height(field: Field, r: Rendering, width: float) -> float:
    """A label stands beside the groups where they leave 200 for it, else above them."""
    if field.label is None or field.kind is FieldKind.KANA:
        return 0.0
    if width - sum(_widths(field, width)) - GAP * len(field.groups) >= 200:
        return 0.0
    return r.set(r.text(field.label), Type.LABEL, width).height + 4


def _widths(field: Field, width: float) -> list[float]:
    groups = field.groups
    if field.kind is FieldKind.PIN:
        return [PIN_BOX] * len(groups)
    if all(group.length == 1 for group in groups):
        gap = GAP * (len(groups) - 1)
        return [min(SINGLE_BOX, (width - gap) / len(groups))] * len(groups)
    glyphs = sum(group.length + PADDING_GLYPHS for group in groups)
    unit = min(WIDEST_GLYPH, (width - GAP * (len(groups) - 1)) / glyphs)
    return [(group.length + PADDING_GLYPHS) * unit for group in groups]


def _groups(plan: Plan, field: Field, r: Rendering, x: float, y: float, width: float) -> float:
    """Paints the groups; returns where they end."""
    gap = PIN_GAP if field.kind is FieldKind.PIN else GAP
    for group, group_width in zip(field.groups, _widths(field, width), strict=True):
        _group(plan, field, group, r, Box(x, y, group_width, GROUP_HEIGHT))
        x += group_width + gap
    return x


def _group(plan: Plan, field: Field, group: Group, r: Rendering, box: Box) -> None:
    plan.add(_frame(box, field, group, r.palette))
    content = _content(field, group, r)
    if field.kind is FieldKind.PIN:
        if content:
            plan.add(Disc(*box.centre, 23, r.palette.text))
        width = 0.0
    else:
        setting = r.fit(content, Type.GROUP, box.width - 12, box.height)
        left = box.x + (box.width - setting.width) / 2
        plan.add(
            *setting.place(left, box.y + (box.height - setting.height) / 2, setting.width, r.palette.text)
        )
        width = setting.width
    if group.state in (GroupState.CURRENT, GroupState.WRONG) and len(group.content) < group.length:
        right = box.x + (box.width + width) / 2 + (6 if width else -2.5)
        caret = Box(min(right, box.right - 12), box.y + (box.height - 54) / 2, 5, 54)
        plan.add(Caret(caret, r.palette.primary))


def _frame(box: Box, field: Field, group: Group, p: Palette) -> Fill:
    match group.state:
        case GroupState.CURRENT:
            return Fill(box, p.soft, 14, p.primary, 6)
        case GroupState.WRONG:
            return Fill(box, p.error_soft, 14, p.error, 6)
        case GroupState.COMPLETE if field.kind is not FieldKind.PIN:
            return Fill(box, p.success_soft, 14, p.success, 3)
        case _:
            return Fill(box, p.sheet, 14, p.line, 3)


def _tries(plan: Plan, tries: Tries, r: Rendering, box: Box) -> None:
    """What is counted, so that nobody takes it for digits; below it the discs and how many are left."""
    meaning = r.fit(r.say("tries.meaning"), Type.LABEL, box.width - 16, 46)
    plan.add(*meaning.place(box.x, box.y + 22 - meaning.height / 2, box.width, r.palette.text2, "right"))
    plan.say(meaning.text)
    words = r.fit(r.say("tries.left", count=tries.left), Type.STRONG, box.width - 150, 46)
    colour = r.palette.error if tries.left == 1 else r.palette.text
    plan.add(*words.place(box.x, box.y + 67 - words.height / 2, box.width, colour, "right"))
    plan.say(words.text)
    tries_discs(plan, tries, r, box.right - words.width - 18, box.y + 67, 14, 36)


def _beside(plan: Plan, field: Field, tries: Tries | None, r: Rendering, box: Box, labelled: bool) -> None:
    """At the right of the groups: tries as discs and words, or the field's label."""
    if tries is not None:
        _tries(plan, tries, r, box)
    elif field.label is not None and not labelled:
        label = r.fit(r.text(field.label), Type.LABEL, box.width - 8, box.height + 8)
        top = box.y + (box.height - label.height) / 2
        plan.add(*label.place(box.x, top, box.width, r.palette.text2, "right"))
        plan.say(label.text)


def tries_discs(
    plan: Plan, tries: Tries, r: Rendering, right: float, y: float, radius: float, step: float
) -> None:
    """A filled disc for a try that is left, a ring for one that is gone; the last disc ends at `right`."""
    for index in range(tries.of):
        x = right - radius - (tries.of - 1 - index) * step
        if index < tries.left:
            plan.add(Disc(x, y, radius, r.palette.success))
        else:
            plan.add(Disc(x, y, radius, r.palette.sheet, r.palette.line, 4 if radius < 20 else 8))


def tries_block(tries: Tries, r: Rendering, width: float) -> Block:
    """Tries by themselves, large: the warning before the last one."""
    words = r.fit(r.say("tries.remaining", count=tries.left), Type.TITLE, width - 272, 80)

    def paint(plan: Plan, x: float, y: float, height: float) -> None:
        middle = y + height / 2
        tries_discs(plan, tries, r, x + 32 + 88 * (tries.of - 1) + 30, middle, 30, 88)
        left = x + 2 + 88 * tries.of
        plan.add(*words.place(left, middle - words.height / 2, words.width, r.palette.text))
        plan.say(words.text)

    return Block(paint, max(60.0, words.height))
