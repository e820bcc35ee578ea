"""Shapes of a recipe: filled areas and strokes in the recipe's own units, origin top left, y downwards.

Nothing here knows a window. Curves become points when a shape is made; a tolerance of 0.06 units stays
under a quarter of a pixel up to four times the design size.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import acos, ceil, cos, hypot, pi, radians, sin, sqrt

Point = tuple[float, float]
Points = tuple[Point, ...]

CURVE_TOLERANCE = 0.06  # units between a curve and its chords
CURVE_STEPS = 18  # chords of one Bézier piece


@dataclass(frozen=True, slots=True)
class Fill:
    """An area inside `outline` and outside every hole. No contour may cross itself or another one."""

    outline: Points
    colour: str
    holes: tuple[Points, ...] = ()


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line `width` units thick with round caps and joins; a closed one returns to its first point."""

    points: Points
    width: float
    colour: str
    closed: bool = False


Shape = Fill | Stroke
Shapes = tuple[Shape, ...]


def arc(cx: float, cy: float, rx: float, ry: float, start: float, end: float) -> Points:
    """Points of an elliptic arc; angles in degrees, 0 to the right, growing clockwise on the screen."""
    largest = max(rx, ry)
    step = 2 * acos(max(0.0, 1 - CURVE_TOLERANCE / largest)) if largest > CURVE_TOLERANCE else pi / 8
    turn = radians(end - start)
    count = max(1, ceil(abs(turn) / min(step, pi / 8)))
    angles = [radians(start) + turn * i / count for i in range(count + 1)]
    return tuple((cx + rx * cos(a), cy + ry * sin(a)) for a in angles)


def ellipse(cx: float, cy: float, rx: float, ry: float) -> Points:
    return arc(cx, cy, rx, ry, 0, 360)[:-1]


def circle(cx: float, cy: float, r: float) -> Points:
    return ellipse(cx, cy, r, r)


def rectangle(x: float, y: float, width: float, height: float) -> Points:
    return ((x, y), (x + width, y), (x + width, y + height), (x, y + height))


def rounded(
    x: float, y: float, width: float, height: float, radius: float | tuple[float, float, float, float]
) -> Points:
    """A rounded rectangle; four radii start top left and go clockwise."""
    radii = radius if isinstance(radius, tuple) else (radius,) * 4
    right, bottom = x + width, y + height
    corners = ((x, y, 1, 1), (right, y, -1, 1), (right, bottom, -1, -1), (x, bottom, 1, -1))
    points: list[Point] = []
    for turn, ((cx, cy, sx, sy), r) in enumerate(zip(corners, radii, strict=True)):
        start = 180 + 90 * turn
        points += arc(cx + sx * r, cy + sy * r, r, r, start, start + 90) if r else ((cx, cy),)
    return without_repeats(points)


def bezier(start: Point, *pieces: tuple[Point, Point, Point]) -> Points:
    """Cubic pieces one after the other: each names two control points and its end."""
    points = [start]
    for first, second, end in pieces:
        origin = points[-1]
        for i in range(1, CURVE_STEPS + 1):
            t = i / CURVE_STEPS
            a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
            points.append(
                (
                    a * origin[0] + b * first[0] + c * second[0] + d * end[0],
                    a * origin[1] + b * first[1] + c * second[1] + d * end[1],
                )
            )
    return tuple(points)


def joined(*parts: Sequence[Point]) -> Points:
    """One contour out of several runs of points; a point met twice in a row is kept once."""
    return without_repeats([point for part in parts for point in part])


def without_repeats(points: Sequence[Point], least: float = 0.02) -> Points:
    kept: list[Point] = []
    for point in points:
        if not kept or hypot(point[0] - kept[-1][0], point[1] - kept[-1][1]) > least:
            kept.append(point)
    while len(kept) > 1 and hypot(kept[0][0] - kept[-1][0], kept[0][1] - kept[-1][1]) <= least:
        kept.pop()
    return tuple(kept)


def capsule(x: float, y: float, width: float, height: float) -> Points:
    """A bar with fully round ends."""
    return rounded(x, y, width, height, min(width, height) / 2)


def dashes(
    points: Sequence[Point], width: float, colour: str, closed: bool = False, on: float = 12, off: float = 8
) -> Shapes:
    """Separate segments along a line, `on` long with their round caps, `off` apart.

    On a closed line the pattern is stretched a little, so that it meets itself without a seam.
    """
    path = [*points, points[0]] if closed else list(points)
    lengths = [hypot(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(path)]
    total = sum(lengths)
    count = max(1, round(total / (on + off) if closed else (total + off) / (on + off)))
    pitch = total / count if closed else (total + off) / count
    drawn = max(0.5, on * pitch / (on + off) - width)
    starts = [i * pitch + width / 2 for i in range(count)]
    return tuple(Stroke(_stretch(path, lengths, start, start + drawn), width, colour) for start in starts)


def _stretch(path: Sequence[Point], lengths: Sequence[float], start: float, end: float) -> Points:
    """The part of a line between two distances from its beginning."""
    points: list[Point] = []
    walked = 0.0
    for (a, b), length in zip(pairwise(path), lengths, strict=True):
        low, high = max(start, walked), min(end, walked + length)
        if length and low <= high:
            for at in (low, high):
                t = (at - walked) / length
                points.append((a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t))
        walked += length
    return without_repeats(points)


def turned(points: Points, x: float = 0, y: float = 0, scale: float = 1, turn: float = 0) -> Points:
    """Points scaled and turned (degrees, clockwise on the screen) about their origin, then moved to x, y."""
    c, s = cos(radians(turn)) * scale, sin(radians(turn)) * scale
    return tuple((x + c * px - s * py, y + s * px + c * py) for px, py in points)


def placed(
    shapes: Iterable[Shape],
    x: float = 0,
    y: float = 0,
    scale: float = 1,
    turn: float = 0,
    widths: bool = True,
) -> Shapes:
    """Shapes scaled, turned and moved as `turned` does points; line widths are scaled too if `widths`."""

    def put(shape: Shape) -> Shape:
        if isinstance(shape, Fill):
            holes = tuple(turned(hole, x, y, scale, turn) for hole in shape.holes)
            return Fill(turned(shape.outline, x, y, scale, turn), shape.colour, holes)
        width = shape.width * scale if widths else shape.width
        return Stroke(turned(shape.points, x, y, scale, turn), width, shape.colour, shape.closed)

    return tuple(put(shape) for shape in shapes)


def outlined(points: Points, fill: str, line: str, width: float) -> Shapes:
    """A filled area with a line around it."""
    return (Fill(points, fill), Stroke(points, width, line, closed=True))


def thickened(points: Sequence[Point], width: float) -> Points:
    """The contour of an open line `width` thick with round caps, to be cut out of a fill as a hole.

    The line may bend, but not so sharply that its inner side would cross itself.
    """
    half = width / 2
    normals = [_normal(a, b) for a, b in pairwise(points)]
    left: list[Point] = []
    right: list[Point] = []
    for i, (px, py) in enumerate(points):
        before, after = normals[max(0, i - 1)], normals[min(i, len(normals) - 1)]
        nx, ny = before[0] + after[0], before[1] + after[1]
        reach = 2 * half / (nx * nx + ny * ny)
        turn = before[0] * after[1] - before[1] * after[0]
        inner, outer = (px + nx * reach, py + ny * reach), (px - nx * reach, py - ny * reach)
        if turn <= 0:  # the left side is the outer one of the bend
            inner, outer = outer, inner
        bend = [outer] if abs(turn) < 0.2 else _bend((px, py), before, after, half if turn <= 0 else -half)
        (left if turn <= 0 else right).extend(bend)
        (right if turn <= 0 else left).append(inner)
    end = _cap(points[-1], normals[-1], half)
    start = _cap(points[0], (-normals[0][0], -normals[0][1]), half)
    return joined(left, end, list(reversed(right)), start)


def _normal(a: Point, b: Point) -> Point:
    length = sqrt((b[0] - a[0]) ** 2 + (b[1] - a[1]) ** 2)
    return (-(b[1] - a[1]) / length, (b[0] - a[0]) / length)


def _bend(centre: Point, before: Point, after: Point, half: float) -> Points:
    """The round outer side of a corner, from one normal to the other."""
    steps = 6
    points = []
    for i in range(steps + 1):
        nx = before[0] + (after[0] - before[0]) * i / steps
        ny = before[1] + (after[1] - before[1]) * i / steps
        length = sqrt(nx * nx + ny * ny)
        points.append((centre[0] + half * nx / length, centre[1] + half * ny / length))
    return tuple(points)


def _cap(centre: Point, normal: Point, half: float) -> Points:
    """Half a circle from the side of `normal`, ahead, to the other side."""
    (nx, ny), steps = normal, 10
    angles = [pi * i / steps for i in range(1, steps)]
    return tuple(
        (
            centre[0] + half * (nx * cos(a) + ny * sin(a)),
            centre[1] + half * (ny * cos(a) - nx * sin(a)),
        )
        for a in angles
    )
