"""The 12-key pad (FLOW §6): digits type or choose, ＊ goes to the next thing that can be pressed, # presses it.

Every view can be worked with these alone. Speech, when it comes, begins with the first ＊ and says what it stands on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from screens.page import in_order
from screens.scene import Scene, Target
from terminal.controls import FieldKind, Role

NEXT, DECIDE = "*", "#"

KANA_BY_DIGIT = dict(zip("1234567890", "あかさたなはまやらわ", strict=True))
"""As on a telephone: 1 is the row of あ, 0 that of わ."""

_LAST = (Role.BACK, Role.STOP, Role.TOOL)
"""What is walked to after everything else, in this order."""


def pressed_by(scene: Scene, glyph: str, focused: str = "") -> Target | None:
    """What a key presses: a field's own key first, then the choice that has that key; # what ＊ went to, else the main
    button, else what is focused from the start."""
    if glyph == DECIDE and focused:
        return scene.target(focused)
    for shown in scene.fields:
        sign = KANA_BY_DIGIT.get(glyph, glyph) if shown.kind == FieldKind.KANA else glyph
        on_pad = scene.target(f"{shown.id}/{sign}")
        if on_pad is not None:
            return on_pad
    by_key = next((target for target in scene.targets if target.key == glyph), None)
    if by_key is not None or glyph != DECIDE:
        return by_key
    return next((target for target in scene.targets if target.focused), None)


def way_of_focus(scene: Scene, order: Sequence[str]) -> tuple[str, ...]:
    """Ids in the order in which ＊ goes: what digits cannot reach of a keypad, then the view's own `order`."""
    typed = {f"{shown.id}/{sign}" for shown in scene.fields for sign in _digits_of(shown.kind)}
    open_ = [target for target in scene.targets if target.enabled and target.id not in typed]

    def rank(target: Target) -> tuple[int, int]:
        if target.role is None:
            return (0, 0)
        if target.role in _LAST:
            return (2 + _LAST.index(target.role), 0)
        return (1, order.index(target.id) if target.id in order else -1)

    return tuple(target.id for target in sorted(open_, key=rank))


def _digits_of(kind: str) -> str:
    return "".join(KANA_BY_DIGIT.values()) if kind == FieldKind.KANA else "0123456789"


def after(way: Sequence[str], focused: str) -> str:
    """The next id of the way; the first after the last, and where nothing is focused yet."""
    if not way:
        return ""
    return way[(way.index(focused) + 1) % len(way)] if focused in way else way[0]


def with_focus(scene: Scene, focused: str) -> Scene:
    """`scene` with the ring around that target, painted last so that it lies above its neighbours."""
    if scene.target(focused) is None:
        return scene
    ringed = tuple(
        replace(item, focused=item.id == focused) if isinstance(item, Target) else item
        for item in scene.items
    )
    return replace(scene, items=in_order(ringed))
