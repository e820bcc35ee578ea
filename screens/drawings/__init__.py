"""Drawings of the screens, painted with Kivy's graphics instructions: no image files, no text in them.

`draw(name, group, x, y, width, height)` paints into a box; labels stand at `anchors(name)`.
"""

from functools import cache
from math import cos, pi

from kivy.graphics import Color, InstructionGroup, Mesh, PopMatrix, PushMatrix, Translate

from screens.drawings.painting import colours_of, mesh, vertices
from screens.drawings.recipes import STEPS, lower_ones, names, recipe_of
from screens.drawings.tessellation import Triangles, triangles

MeshData = tuple[list[float], list[int]]

__all__ = ["Moving", "anchors", "aspect", "draw", "lower_ones", "names", "prepare"]


class Moving:
    """The moving part of a drawing that was drawn. Setting `phase` moves it; nothing is built anew.

    An arrow goes its 12 units and comes back within one round of the phase, at rest at 0 and at 1.
    The discs of `working` take a fifth of the round each.
    """

    def __init__(
        self,
        arrow: Translate | None = None,
        reach: tuple[float, float] = (0.0, 0.0),  # pixels, Kivy's upward y
        discs: Mesh | None = None,
        steps: tuple[MeshData, ...] = (),
    ) -> None:
        self._arrow = arrow
        self._reach = reach
        self._discs = discs
        self._steps = steps
        self._step = 0  # the mesh is made with the first
        self._phase = 0.0

    @property
    def phase(self) -> float:
        """0 to 1; a value outside is brought to the nearer end."""
        return self._phase

    @phase.setter
    def phase(self, value: float) -> None:
        self._phase = min(1.0, max(0.0, value))
        if self._arrow is not None:
            way = (1 - cos(2 * pi * self._phase)) / 2
            self._arrow.xy = (self._reach[0] * way, self._reach[1] * way)
        if self._discs is not None:
            step = min(STEPS - 1, int(self._phase * STEPS + 1e-9))
            if step != self._step:
                self._step = step
                self._discs.vertices, self._discs.indices = self._steps[step]


@cache
def _layers(name: str) -> tuple[Triangles, Triangles | None, tuple[Triangles, ...]]:
    recipe = recipe_of(name)
    moving = triangles(recipe.moving) if recipe.moving else None
    return triangles(recipe.still), moving, tuple(triangles(step) for step in recipe.steps)


def draw(
    name: str, group: InstructionGroup, x: float, y: float, width: float, height: float, phase: float = 0.0
) -> Moving | None:
    """Paints the drawing as large as fits the box (Kivy's pixels, y of the lower edge), centred.

    Adds to `group` without clearing it, and leaves Kivy's colour white. Returns the handle of the moving
    part, or None where nothing moves. KeyError names an unknown drawing.
    """
    recipe = recipe_of(name)
    still, moving, steps = _layers(name)
    scale = min(width / recipe.width, height / recipe.height)
    left = x + (width - recipe.width * scale) / 2
    top = y + (height + recipe.height * scale) / 2
    at = (left, top, scale)
    colours = colours_of((still, *([moving] if moving else []), *steps))
    group.add(Color(1, 1, 1, 1))
    group.add(mesh(still, colours, at))
    handle: Moving | None = None
    if moving:
        translate = Translate(0, 0)
        for instruction in (PushMatrix(), translate, mesh(moving, colours, at), PopMatrix()):
            group.add(instruction)
        handle = Moving(arrow=translate, reach=(recipe.travel[0] * scale, -recipe.travel[1] * scale))
    elif steps:
        discs = mesh(steps[0], colours, at)
        group.add(discs)
        data = tuple((vertices(step, colours, at), list(step.indices)) for step in steps)
        handle = Moving(discs=discs, steps=data)
    if handle is not None:
        handle.phase = phase
    return handle


def prepare() -> None:
    """Cuts every drawing into triangles beforehand (0.1 s on the development machine, once a process).

    Without it the first `draw` of a name costs 2 to 10 ms instead of 0.1 to 1.4.
    """
    for name in names():
        _layers(name)


def aspect(name: str) -> float:
    """Width divided by height."""
    recipe = recipe_of(name)
    return recipe.width / recipe.height


def anchors(name: str) -> dict[str, tuple[float, float]]:
    """Where labels point: 0 to 1 of the drawing's own box, origin top left. `…-label`: where the label begins."""
    recipe = recipe_of(name)
    return {key: (ax / recipe.width, ay / recipe.height) for key, (ax, ay) in recipe.anchors.items()}
