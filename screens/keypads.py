"""Keypads: numbers in four columns, letters in seven, kana rows in three. Always 1-2-3 on top, never shuffled."""

from __future__ import annotations

from dataclasses import dataclass

from screens.buttons import Content, above, key_target
from screens.dress import Dress, Kind
from screens.rendering import Rendering
from screens.scene import Box, Item, Plan, SwitchPad, Target
from screens.theme import GAP, TARGET, Type
from terminal.controls import KANA_ROWS_IN_LATIN, Field, FieldKind, KeyPressed, Pressed, Role

ROWS = 4
HEIGHT = ROWS * TARGET + (ROWS - 1) * GAP

KANA_ROWS = {
    "あ": "いうえお",
    "か": "きくけこ",
    "さ": "しすせそ",
    "た": "ちつてと",
    "な": "にぬねの",
    "は": "ひふへほ",
    "ま": "みむめも",
    "や": "ゆよ",
    "ら": "りるれろ",
    "わ": "をん",
}

OTHERS_IN_LATIN = {
    "あ": "i u e o",
    "か": "ki … ko ga",
    "さ": "shi … so za",
    "た": "chi … to da",
    "な": "ni nu ne no",
    "は": "hi … ba pa",
    "ま": "mi mu…mo",
    "や": "yu yo",
    "ら": "ri ru re ro",
    "わ": "o n",
}
"""What stands below a row's first sound for whoever reads no kana."""


@dataclass(frozen=True)
class Cells:
    """The places of a keypad: `columns` across the width, four rows."""

    x: float
    y: float
    width: float
    columns: int

    def box(self, column: int, row: int) -> Box:
        side = (self.width - GAP * (self.columns - 1)) / self.columns
        return Box(self.x + column * (side + GAP), self.y + row * (TARGET + GAP), side, TARGET)


def keypad(plan: Plan, field: Field, r: Rendering, x: float, y: float, width: float) -> None:
    """The keypad that belongs to the field's kind, 544 high."""
    match field.kind:
        case FieldKind.KANA:
            _kana(plan, field, r, Cells(x, y, width, 3))
        case FieldKind.LETTERS if letters_shown(field, r):
            _letters(plan, field, r, Cells(x, y, width, 7))
        case _:
            _numbers(plan, field, r, Cells(x, y, width, 4))


def letters_shown(field: Field, r: Rendering) -> bool:
    """Whether the letter pad is up: what the resident switched to, else what the field begins with."""
    return field.letters_first if r.letters is None else r.letters


def _numbers(plan: Plan, field: Field, r: Rendering, cells: Cells) -> None:
    for index, digit in enumerate("123456789"):
        _digit(plan, field, r, cells.box(index % 3, index // 3), digit, Type.KEY)
    _digit(plan, field, r, cells.box(1, 3), "0", Type.KEY)
    _function(plan, field, r, cells.box(3, 0), "back", r.say("key.back"), "backspace")
    _function(plan, field, r, cells.box(3, 1), "clear", r.say("key.clear"), "trash")
    if field.find_help:
        _find(plan, r, cells.box(3, 2))
    if field.kind is FieldKind.LETTERS:
        _switch(plan, field, r, cells.box(3, 3), r.say("key.letters"), letters=True)


def _letters(plan: Plan, field: Field, r: Rendering, cells: Cells) -> None:
    for index, letter in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ"):
        _digit(plan, field, r, cells.box(index % 7, index // 7), letter, Type.LETTER)
    _switch(plan, field, r, cells.box(5, 3), r.say("key.digits"), letters=False)
    _function(plan, field, r, cells.box(6, 3), "back", r.say("key.short_erase"), "backspace")


def _kana(plan: Plan, field: Field, r: Rendering, cells: Cells) -> None:
    for index, (row, others) in enumerate(KANA_ROWS.items()):
        box = cells.box(index % 3, index // 3)
        kind = _row_kind(field, row)
        plan.add(_key(r, field, row, box, _row_content(r, row, others, box), kind, row))
    box = cells.box(1, 3)
    latin = two_lines(r, "A–Z", r.say("key.latin"), box)
    plan.add(_key(r, field, "A", box, latin, _row_kind(field, "A"), "A–Z"))
    _function(plan, field, r, cells.box(2, 3), "back", r.say("key.erase"), "backspace")


def _row_kind(field: Field, row: str) -> Kind:
    """A row that leads on, or one that leads nowhere: dashed. None is filled: the next sound may be of the same row."""
    return Kind.KEY if field.leading is None or row in field.leading else Kind.DISABLED


def _row_content(r: Rendering, row: str, others: str, box: Box) -> Content:
    """The row in kana; where Japanese is not read, its first kana with the sounds of the row in Latin letters."""
    if r.presentation.language.is_japanese:
        return two_lines(r, row, others, box)
    return two_lines(r, f"{row} {KANA_ROWS_IN_LATIN[row]}", OTHERS_IN_LATIN[row], box)


def two_lines(r: Rendering, first: str, second: str, box: Box) -> Content:
    """The row's first kana large, the others below."""
    head = r.fit(first, Type.LETTER, box.width - 12, 64)
    rest = r.fit(second, Type.BODY, box.width - 4, 48)

    def content(worn: Dress) -> list[Item]:
        top = box.y + (box.height - head.height - rest.height) / 2
        return [
            *head.place(box.x, top, box.width, worn.ink, "centre"),
            *rest.place(box.x, top + head.height, box.width, worn.second, "centre"),
        ]

    return content


def key_id(field: Field, key: str) -> str:
    """Targets of keys have ids no choice has."""
    return f"{field.id}/{key}"


def _key(r: Rendering, field: Field, key: str, box: Box, content: Content, kind: Kind, label: str) -> Target:
    return key_target(r, key_id(field, key), box, KeyPressed(field.id, key), content, kind, label)


def _digit(plan: Plan, field: Field, r: Rendering, box: Box, digit: str, row: Type) -> None:
    setting = r.fit(digit, row, box.width, box.height)

    def content(worn: Dress) -> list[Item]:
        top = box.y + (box.height - setting.height) / 2
        return list(setting.place(box.x, top, box.width, worn.ink, "centre"))

    plan.add(_key(r, field, digit, box, content, Kind.KEY, digit))


def _function(plan: Plan, field: Field, r: Rendering, box: Box, key: str, label: str, icon: str) -> None:
    content = above(r, label, icon, box, Type.CHIP)
    plan.add(_key(r, field, key, box, content, Kind.FUNCTION_KEY, label or key))


def _switch(plan: Plan, field: Field, r: Rendering, box: Box, label: str, *, letters: bool) -> None:
    content = above(r, label, "", box, Type.CHIP)
    answer = SwitchPad(letters)
    plan.add(key_target(r, key_id(field, "switch"), box, answer, content, Kind.FUNCTION_KEY, label))


def _find(plan: Plan, r: Rendering, box: Box) -> None:
    """見つけ方 is a choice of the view's field: the core shows the large drawing."""
    label = r.say("key.find")
    content = above(r, label, "search", box, Type.CHIP)
    plan.add(
        key_target(r, "find", box, Pressed("find"), content, Kind.FUNCTION_KEY, label, role=Role.SECONDARY)
    )
