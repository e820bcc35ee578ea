"""The pens of the icons: 48 units, stroke 4.5, one ink that is tinted when it is painted."""

from screens.drawings.shapes import Fill, Point, Points, Stroke, circle

UNITS = 48.0
STROKE = 4.5
INK = "#ffffff"


def line(*points: Point, width: float = STROKE) -> Stroke:
    return Stroke(points, width, INK)


def curve(points: Points, width: float = STROKE) -> Stroke:
    return Stroke(points, width, INK)


def loop(points: Points, width: float = STROKE) -> Stroke:
    return Stroke(points, width, INK, closed=True)


def fill(outline: Points, *holes: Points) -> Fill:
    return Fill(outline, INK, holes)


def dot(x: float, y: float, r: float) -> Fill:
    return fill(circle(x, y, r))
