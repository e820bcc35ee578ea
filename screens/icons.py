"""Icons: 48 units, stroke 4.5, round caps and joins, in one colour; marks inside discs are cut out of them.

A few icons have a second, fixed colour under their lines (the yellow of a warning or a coin). It is painted
only under a dark colour: on a dark ground the lines stand alone, so that the mark keeps its contrast.
"""

from collections.abc import Mapping
from functools import cache

from kivy.graphics import Color, InstructionGroup

from screens.drawings.colours import YELLOW
from screens.drawings.icon_pens import INK, UNITS
from screens.drawings.icon_signs import SIGNS
from screens.drawings.icon_things import THINGS
from screens.drawings.painting import mesh
from screens.drawings.shapes import Fill, Shape, Shapes, circle
from screens.drawings.tessellation import Triangles, triangles

DARK = 0.4  # luminance of a colour below which the second colour may lie under it

Colour = tuple[float, float, float, float]

_RECIPES = {**SIGNS, **THINGS}

_UNDER: Mapping[str, Shape] = {
    "warning": Fill(((24, 5.5), (45, 41.5), (3, 41.5)), YELLOW),
    "coin": Fill(circle(24, 24, 20.5), YELLOW),
}


def icon_names() -> frozenset[str]:
    return frozenset(_RECIPES)


def icon_shapes(name: str) -> Shapes:
    """The lines and areas of an icon in its 48 units; KeyError names an unknown one."""
    if name not in _RECIPES:
        raise KeyError(f"no icon is called {name!r}")
    return _RECIPES[name]()


@cache
def _ink(name: str) -> Triangles:
    return triangles(icon_shapes(name))


@cache
def _under(name: str) -> Triangles:
    return triangles((_UNDER[name],))


def prepare() -> None:
    """Cuts every icon into triangles beforehand (0.04 s on the development machine, once a process)."""
    for name in _RECIPES:
        _ink(name)


def _luminance(colour: Colour) -> float:
    """Of 0 (black) to 1 (white), without the gamma: enough to tell a dark ink from a light one."""
    return 0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2]


def draw_icon(name: str, group: InstructionGroup, x: float, y: float, size: float, colour: Colour) -> None:
    """Paints the icon into a square of `size` pixels with its lower left corner at x, y (Kivy).

    Adds to `group` without clearing it and leaves Kivy's colour at `colour`. KeyError names an unknown icon.
    """
    ink = _ink(name)
    at = (x, y + size, size / UNITS)
    if name in _UNDER and _luminance(colour) < DARK:
        group.add(Color(1, 1, 1, colour[3]))
        group.add(mesh(_under(name), (YELLOW,), at))
    group.add(Color(*colour))
    group.add(mesh(ink, (INK,), at))
