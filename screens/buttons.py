"""Buttons: from a choice and a box to a target with its two faces, at rest and pressed."""

from __future__ import annotations

from collections.abc import Callable

from screens.dress import Dress, Kind, dress, kind_of
from screens.rendering import Rendering
from screens.ruby import plain
from screens.scene import Box, Fill, Icon, Item, PageTurn, SwitchPad, Target
from screens.theme import Palette, Type
from screens.typeset import Setting
from terminal.controls import Badge, Choice, KeyPressed, Look, Pressed, Role

Content = Callable[[Dress], list[Item]]

BADGES = {
    Badge.OK: ("check", "badge.ok"),
    Badge.ATTENTION: ("warning", "badge.attention"),
    Badge.BARRED: ("barred", "badge.barred"),
}
"""Icon and the word that stands where a choice brings none of its own."""

IN_BUTTONS = {"check": "tick"}
"""A button is filled already: its ✓ needs no disc."""

TRAILING_ICONS = frozenset({"forward"})
"""Icons that point on stand after the label, all others before it."""

NARROW_ICONS = frozenset({"forward", "back"})
BARE_SIDE = 0.24
"""Part of its size that a narrow icon leaves bare on each side: what is centred is what is seen."""


def body(box: Box, worn: Dress) -> list[Item]:
    """Fill and line of a button, and the inner line of the seal."""
    line = worn.line or worn.fill
    items: list[Item] = [Fill(box, worn.fill, worn.radius, line, worn.line_width, dashed=worn.dashed)]
    if worn.inner_line:
        inner = box.inset(5 + 4)
        items.append(Fill(inner, worn.fill, max(worn.radius - 9, 2), worn.inner_line, 3))
    return items


def focus_ring(box: Box, radius: float, p: Palette) -> tuple[Item, ...]:
    """A line 4 wide 2 outside the box, on a ring that reaches 14 outside."""
    return (
        Fill(box.grown(14), p.focus_ring, radius + 14),
        Fill(box.grown(6), p.focus_line, radius + 6),
        Fill(box.grown(2), p.focus_ring, radius + 2),
    )


def target(
    r: Rendering,
    choice: Choice,
    box: Box,
    content: Content,
    *,
    kind: Kind | None = None,
    answer: Pressed | PageTurn | None = None,
) -> Target:
    """The target for `choice` in `box`."""
    kind = kind or kind_of(choice)
    at_rest, touched = dress(kind, r.palette), dress(kind, r.palette, pressed=True)
    label = r.text(choice.label)
    return Target(
        id=choice.id,
        box=box,
        answer=answer or Pressed(choice.id),
        normal=(*body(box, at_rest), *content(at_rest)),
        pressed=(*body(box, touched), *content(touched)),
        focus=focus_ring(box, at_rest.radius, r.palette),
        focused=choice.focused,
        enabled=choice.enabled,
        label=plain(label).replace("\n", ""),
        role=choice.role,
        key=choice.key,
    )


def key_target(
    r: Rendering,
    id: str,  # noqa: A002
    box: Box,
    answer: KeyPressed | SwitchPad | Pressed,
    content: Content,
    kind: Kind,
    label: str,
    *,
    role: Role | None = None,
) -> Target:
    """One key of a keypad; with a role it is a choice as well."""
    at_rest, touched = dress(kind, r.palette), dress(kind, r.palette, pressed=True)
    return Target(
        id=id,
        box=box,
        answer=answer,
        normal=(*body(box, at_rest), *content(at_rest)),
        pressed=(*body(box, touched), *content(touched)),
        focus=focus_ring(box, at_rest.radius, r.palette),
        label=plain(label),
        role=role,
    )


# --------------------------------------------------------------------------- contents


def centred(r: Rendering, text: str, icon: str, box: Box, row: Type, icon_size: float = 48) -> Content:
    """Label in the middle, its icon before it (or after it if it points on)."""
    icon = IN_BUTTONS.get(icon, icon)
    bare = icon_size * BARE_SIDE if icon in NARROW_ICONS else 0.0
    beside = icon_size - 2 * bare + 20 if icon else 0.0
    setting = r.fit(text, row, box.width - 40 - beside, box.height - 12)

    def content(worn: Dress) -> list[Item]:
        total = setting.width + beside
        left = box.x + (box.width - total) / 2
        trailing = icon in TRAILING_ICONS
        words_left = left if trailing or not icon else left + beside
        top = box.y + (box.height - setting.height) / 2
        items: list[Item] = [*setting.place(words_left, top, setting.width, worn.ink, "centre")]
        if icon:
            icon_left = (left + setting.width + 20 if trailing else left) - bare
            items.append(Icon(icon, icon_left, box.y + (box.height - icon_size) / 2, icon_size, worn.mark))
        return items

    return content


def above(r: Rendering, text: str, icon: str, box: Box, row: Type, icon_size: float = 44) -> Content:
    """Icon over label: tools and function keys."""
    room = box.height - icon_size - 22 if icon else box.height - 12
    setting = r.fit(text, row, box.width - 10, room)

    def content(worn: Dress) -> list[Item]:
        gap = 4.0 if icon and text else 0.0
        total = (icon_size if icon else 0.0) + gap + (setting.height if text else 0.0)
        top = box.y + (box.height - total) / 2
        items: list[Item] = []
        if icon:
            items.append(Icon(icon, box.x + (box.width - icon_size) / 2, top, icon_size, worn.mark))
            top += icon_size + gap
        items += setting.place(box.x, top, box.width, worn.ink, "centre")
        return items

    return content


def choice_content(r: Rendering, choice: Choice, box: Box) -> Content:
    """Large icon at the left, title, and a second line."""
    left = box.x + (140 if choice.icon else 28)
    title, second = choice_settings(r, choice, box.width)

    def content(worn: Dress) -> list[Item]:
        total = title.height + (second.height if second else 0.0)
        top = box.y + (box.height - total) / 2
        items: list[Item] = []
        if choice.icon:
            items.append(Icon(choice.icon, box.x + 32, box.y + (box.height - 84) / 2, 84, worn.mark))
        items += title.place(left, top, title.width, worn.ink)
        if second:
            items += second.place(left, top + title.height, second.width, worn.second)
        return items

    return content


def choice_settings(r: Rendering, choice: Choice, width: float) -> tuple[Setting, Setting | None]:
    room = width - (140 if choice.icon else 28) - 24
    title = r.set(r.text(choice.label), Type.CHOICE, room)
    return title, r.set(r.text(choice.detail), Type.DETAIL, room) if choice.detail else None


def badge_colour(badge: Badge, p: Palette) -> tuple[str, str]:
    """Colours of a badge's icon and words."""
    if badge is Badge.OK:
        return p.success, p.success
    if badge is Badge.BARRED:
        return p.error, p.error
    return p.text, p.text2


def row_content(r: Rendering, choice: Choice, box: Box) -> Content:
    """Name, a badge line with icon and words, and › at the right unless the row is barred."""
    name, second = row_settings(r, choice, box.width)
    barred = choice.badge is Badge.BARRED

    def content(worn: Dress) -> list[Item]:
        total = name.height + (second.height if second else 0.0)
        top = box.y + (box.height - total) / 2
        items: list[Item] = [*name.place(box.x + 28, top, name.width, worn.ink)]
        top += name.height
        left = box.x + 28
        colour = worn.second
        if choice.badge is not None and second:
            mark, colour = badge_colour(choice.badge, r.palette)
            items.append(Icon(BADGES[choice.badge][0], left, top + second.first_middle - 18, 36, mark))
            left += 44
        if second:
            items += second.place(left, top, second.width, colour)
        if not barred:
            mark_name = "check" if choice.look is Look.CHOSEN else "forward"
            items.append(Icon(mark_name, box.right - 28 - 44, box.y + (box.height - 48) / 2, 48, worn.mark))
        return items

    return content


def row_settings(r: Rendering, choice: Choice, width: float) -> tuple[Setting, Setting | None]:
    room = width - 28 - 76
    name = r.set(r.text(choice.label), Type.NAME, room)
    words = r.text(choice.detail) if choice.detail else r.say(BADGES[choice.badge][1]) if choice.badge else ""
    if not words:
        return name, None
    return name, r.set(words, Type.DETAIL, room - (44 if choice.badge else 0))


def plain_button(
    r: Rendering,
    choice: Choice,
    box: Box,
    row: Type = Type.CHOICE,
    icon_size: float = 44,
    kind: Kind | None = None,
) -> Target:
    """A button with its label in the middle."""
    icon = "check" if kind is Kind.CURRENT else choice.icon
    content = centred(r, r.text(choice.label), icon, box, row, icon_size)
    return target(r, choice, box, content, kind=kind)
