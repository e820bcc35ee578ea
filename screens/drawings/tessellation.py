"""Turns shapes into triangles with a soft rim of one pixel, so that edges are smooth without multisampling.

Every edge is two rows of corners half a pixel inside and outside of it, fully covered and not covered at
all; the graphics chip blends between them. The rim is one pixel whatever the scale, so a corner keeps its
place in units apart from its push in pixels, and one tessellation serves every size.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, hypot, pi, sin

from kivy.graphics.tesselator import TYPE_POLYGONS, WINDING_ODD, Tesselator

from screens.drawings.shapes import Fill, Point, Points, Shape, Stroke, circle

GRID = 64  # corners lie on 1/64 unit: exact as 32-bit floats, so the tesselator's corners are found again
LONGEST_PUSH = 2.5  # of half a pixel, at sharp tips
TEN_CORNERS = tuple((cos(pi * i / 5), sin(pi * i / 5)) for i in range(10))
BENT = 0.80  # cosine of the turn (37°) from which a line's corner gets a disc instead of a mitre


@dataclass(frozen=True, slots=True)
class Corner:
    """x, y in units; push_x, push_y in half pixels; covered 0 or 1; colour as named by the shape."""

    x: float
    y: float
    push_x: float
    push_y: float
    covered: int
    colour: str


@dataclass(frozen=True, slots=True)
class Triangles:
    corners: tuple[Corner, ...]
    indices: tuple[int, ...]


class _Builder:
    def __init__(self) -> None:
        self.corners: list[Corner] = []
        self.indices: list[int] = []

    def add(self, corners: Sequence[Corner], indices: Sequence[int]) -> None:
        base = len(self.corners)
        self.corners += corners
        self.indices += [base + i for i in indices]


def triangles(shapes: Sequence[Shape]) -> Triangles:
    """All shapes in painting order. ValueError for a fill whose contours cross, or too many corners for a mesh."""
    builder = _Builder()
    for shape in shapes:
        if isinstance(shape, Fill):
            _fill(builder, shape)
        else:
            _stroke(builder, shape)
    if len(builder.corners) > 65_535:
        raise ValueError(f"{len(builder.corners)} corners; a mesh holds 65535")
    return Triangles(tuple(builder.corners), tuple(builder.indices))


def _area(points: Points) -> float:
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise([*points, points[0]])) / 2


def _pushes(points: Points) -> list[Point]:
    """For each corner of a closed contour the way out of it, as long as puts both edges one apart."""
    sign = 1 if _area(points) > 0 else -1
    count = len(points)
    normals = []
    for i in range(count):
        (ax, ay), (bx, by) = points[i], points[(i + 1) % count]
        length = hypot(bx - ax, by - ay)
        normals.append((sign * (by - ay) / length, -sign * (bx - ax) / length))
    return [_mitre(normals[i - 1], normals[i]) for i in range(count)]


def _mitre(before: Point, after: Point) -> Point:
    x, y = before[0] + after[0], before[1] + after[1]
    square = x * x + y * y
    if square < 1e-6:
        return before
    reach = min(2 / square, LONGEST_PUSH / square**0.5)
    return (x * reach, y * reach)


def _fill(builder: _Builder, shape: Fill) -> None:
    contours = [_on_grid(contour) for contour in (shape.outline, *shape.holes)]
    corners: list[Corner] = []
    indices: list[int] = []
    place: dict[Point, int] = {}
    for number, points in enumerate(contours):
        first, count = len(corners), len(points)
        way = -1 if number else 1  # out of the area is into a hole
        for (x, y), (px, py) in zip(points, _pushes(points), strict=True):
            place[x, y] = len(corners)
            corners.append(Corner(x, y, -way * px, -way * py, 1, shape.colour))
            corners.append(Corner(x, y, way * px, way * py, 0, shape.colour))
        for i in range(count):
            a, b = first + 2 * i, first + 2 * ((i + 1) % count)
            indices += [a, a + 1, b, b, a + 1, b + 1]
    builder.add(corners, _inside(contours, place) + indices)


def _on_grid(points: Points) -> Points:
    """The contour on the grid, without corners that fall together there."""
    kept: list[Point] = []
    for x, y in points:
        corner = (round(x * GRID) / GRID, round(y * GRID) / GRID)
        if corner not in kept[-1:]:
            kept.append(corner)
    if len(kept) > 1 and kept[0] == kept[-1]:
        kept.pop()
    return tuple(kept)


def _inside(contours: Sequence[Points], place: dict[Point, int]) -> list[int]:
    tesselator = Tesselator()
    for points in contours:
        tesselator.add_contour([value for point in points for value in point])
    if not tesselator.tesselate(WINDING_ODD, TYPE_POLYGONS):
        raise ValueError("a fill that cannot be cut into triangles")
    indices: list[int] = []
    for vertices, fan in tesselator.meshes:
        # Four floats a corner: place and texture place, of which only the place is ours.
        found = [place.get((vertices[4 * i], vertices[4 * i + 1])) for i in fan]
        if None in found:
            raise ValueError("the contours of a fill cross")
        known = [i for i in found if i is not None]
        for b, c in pairwise(known[1:]):
            indices += [known[0], b, c]
    return indices


def _stroke(builder: _Builder, shape: Stroke) -> None:
    """A ribbon along the line, cut at sharp corners, where a disc joins the pieces, and a disc at each end."""
    points = shape.points
    half = shape.width / 2
    if len(points) == 1:
        _disc(builder, points[0], half, shape.colour)
        return
    path = [*points, points[0]] if shape.closed else list(points)
    normals = []
    for (ax, ay), (bx, by) in pairwise(path):
        length = hypot(bx - ax, by - ay)
        normals.append(((by - ay) / length, -(bx - ax) / length))
    piece: list[tuple[Point, Point]] = []
    last = len(path) - 1
    for i, point in enumerate(path):
        before = normals[i - 1] if i or shape.closed else normals[0]
        after = normals[i] if i < last else normals[0 if shape.closed else -1]
        sharp = before[0] * after[0] + before[1] * after[1] < BENT
        end = not shape.closed and i in (0, last)
        if sharp or end:
            if i:
                piece.append((point, before))
                _ribbon(builder, piece, half, shape.colour)
            if i < last or end:
                _disc(builder, point, half, shape.colour)
            piece = [(point, after)]
        else:
            piece.append((point, _mitre(before, after)))
    if shape.closed and len(piece) > 1:
        _ribbon(builder, piece, half, shape.colour)


def _ribbon(builder: _Builder, piece: Sequence[tuple[Point, Point]], half: float, colour: str) -> None:
    corners: list[Corner] = []
    indices: list[int] = []
    for (x, y), (nx, ny) in piece:
        left, right = (x + nx * half, y + ny * half), (x - nx * half, y - ny * half)
        corners += [
            Corner(*left, nx, ny, 0, colour),
            Corner(*left, -nx, -ny, 1, colour),
            Corner(*right, nx, ny, 1, colour),
            Corner(*right, -nx, -ny, 0, colour),
        ]
    for row in range(0, 4 * (len(piece) - 1), 4):
        for a in (row, row + 1, row + 2):
            indices += [a, a + 1, a + 4, a + 4, a + 1, a + 5]
    builder.add(corners, indices)


def _disc(builder: _Builder, centre: Point, radius: float, colour: str) -> None:
    # A cap thinner than 5 units is a handful of pixels: ten corners are round enough, and dashes have many.
    rim = (
        circle(*centre, radius)
        if radius > 2.5
        else tuple((centre[0] + radius * x, centre[1] + radius * y) for x, y in TEN_CORNERS)
    )
    corners = [Corner(*centre, 0, 0, 1, colour)]
    indices: list[int] = []
    count = len(rim)
    for i, (x, y) in enumerate(rim):
        nx, ny = (x - centre[0]) / radius, (y - centre[1]) / radius
        corners += [Corner(x, y, -nx, -ny, 1, colour), Corner(x, y, nx, ny, 0, colour)]
        a, b = 1 + 2 * i, 1 + 2 * ((i + 1) % count)
        indices += [0, a, b, a, a + 1, b, b, a + 1, b + 1]
    builder.add(corners, indices)
