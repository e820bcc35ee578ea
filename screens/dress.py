"""What buttons wear: fill, line and ink by kind and state. Every state differs by more than colour elsewhere
(icon, word or ring), so colour never stands alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto

from screens.theme import Palette
from terminal.controls import Choice, Look, Role


class Kind(Enum):
    """Buttons that look alike."""

    MAIN = auto()
    SECONDARY = auto()
    BACK = auto()
    TOOL = auto()
    STOP = auto()
    ROW = auto()
    BARRED = auto()
    CURRENT = auto()  # what is in force already: the language one reads
    CHIP = auto()
    SEAL = auto()
    DESTRUCTIVE = auto()
    KEY = auto()
    FUNCTION_KEY = auto()
    DISABLED = auto()


@dataclass(frozen=True)
class Dress:
    """`ink` writes the label, `second` the line below it, `mark` the icon."""

    fill: str
    ink: str
    second: str
    mark: str
    line: str = ""
    line_width: float = 0.0
    radius: float = 24.0
    dashed: bool = False
    inner_line: str = ""


def kind_of(choice: Choice) -> Kind:
    """The kind a choice has by role and look."""
    if not choice.enabled:
        return Kind.DISABLED
    by_look = {
        Look.SEAL: Kind.SEAL,
        Look.DESTRUCTIVE: Kind.DESTRUCTIVE,
        Look.FILLED: Kind.MAIN,
        Look.CHOSEN: Kind.MAIN,
    }
    if choice.look in by_look:
        return by_look[choice.look]
    by_role = {
        Role.PRIMARY: Kind.MAIN,
        Role.BACK: Kind.BACK,
        Role.STOP: Kind.STOP,
        Role.TOOL: Kind.TOOL,
        Role.ROW: Kind.ROW,
    }
    return by_role.get(choice.role, Kind.SECONDARY)


def dress(kind: Kind, p: Palette, *, pressed: bool = False) -> Dress:
    """The dress of that kind, from touch-down on if `pressed`."""
    return _pressed(kind, p) if pressed else _normal(kind, p)


def _normal(kind: Kind, p: Palette) -> Dress:
    match kind:
        case Kind.MAIN:
            return Dress(p.primary, p.on_primary, p.on_primary, p.on_primary)
        case Kind.BACK:
            return Dress(p.sheet, p.text, p.text2, p.text, p.line, 4)
        case Kind.TOOL:
            return Dress(p.sheet, p.text, p.text2, p.text, p.hairline, 3, 20)
        case Kind.STOP:
            return Dress(p.sheet, p.text, p.text2, p.error, p.error, 3, 20)
        case Kind.ROW:
            return Dress(p.sheet, p.text, p.text2, p.primary, p.primary, 3, 20)
        case Kind.CURRENT:
            return Dress(p.soft, p.text, p.text2, p.primary, p.primary, 6, 20)
        case Kind.BARRED:
            return Dress(p.barred, p.text, p.text2, p.error, p.hairline, 3, 20)
        case Kind.CHIP:
            return Dress(p.sheet, p.text, p.text2, p.text, p.line, 4, 20)
        case Kind.SEAL:
            return Dress(p.seal, p.on_seal, p.on_seal, p.seal_line, radius=12, inner_line=p.seal_line)
        case Kind.DESTRUCTIVE:
            return Dress(p.error, p.on_error, p.on_error, p.on_error)
        case Kind.KEY:
            return Dress(p.key, p.text, p.text, p.text, p.key_line, 3, 20)
        case Kind.FUNCTION_KEY:
            return Dress(p.sheet, p.text, p.text, p.text, p.line, 3, 20)
        case Kind.DISABLED:
            return Dress(p.barred, p.text2, p.text2, p.text2, p.line, 4, dashed=True)
        case _:
            return Dress(p.sheet, p.primary, p.text2, p.primary, p.primary, 4)


def _pressed(kind: Kind, p: Palette) -> Dress:
    normal = _normal(kind, p)
    match kind:
        case Kind.MAIN | Kind.DESTRUCTIVE:
            ink = p.on_pressed
            return replace(normal, fill=p.primary_pressed, ink=ink, second=ink, mark=ink)
        case Kind.SEAL:
            return replace(normal, fill=p.text, inner_line=p.sheet, ink=p.sheet, second=p.sheet, mark=p.sheet)
        case Kind.KEY | Kind.FUNCTION_KEY | Kind.CHIP:
            ink = p.on_primary
            return replace(normal, fill=p.key_pressed, line=p.key_pressed, ink=ink, second=ink, mark=ink)
        case Kind.DISABLED:
            return normal
        case _:
            return replace(
                normal, fill=p.soft, line=p.primary_pressed, ink=p.primary_pressed, mark=p.primary_pressed
            )
