"""Shapes become triangles that cover exactly what the shape covers, with a rim one pixel soft."""

from itertools import pairwise
from math import hypot, pi

import pytest

from screens.drawings.shapes import (
    Fill,
    Points,
    Stroke,
    arc,
    circle,
    dashes,
    joined,
    placed,
    rectangle,
    rounded,
    thickened,
    turned,
)
from screens.drawings.tessellation import Triangles, triangles

INK = "#000000"


def core_area(result: Triangles) -> float:
    """Area of the fully covered triangles, units."""
    total = 0.0
    for i in range(0, len(result.indices), 3):
        a, b, c = (result.corners[k] for k in result.indices[i : i + 3])
        if a.covered and b.covered and c.covered:
            total += abs((b.x - a.x) * (c.y - a.y) - (c.x - a.x) * (b.y - a.y)) / 2
    return total


@pytest.mark.parametrize(
    ("outline", "area"),
    [
        (rectangle(0, 0, 30, 20), 600.0),
        (tuple(reversed(rectangle(0, 0, 30, 20))), 600.0),
        (circle(0, 0, 20), pi * 400),
        (rounded(0, 0, 40, 30, 10), 1200 - (4 - pi) * 100),
        (((0, 0), (30, 0), (30, 30), (15, 10), (0, 30)), 600.0),
    ],
)
def test_a_fill_covers_its_area_whichever_way_round_it_was_drawn(outline: Points, area: float) -> None:
    assert core_area(triangles((Fill(outline, INK),))) == pytest.approx(area, rel=0.01)


def test_a_hole_stays_open() -> None:
    result = triangles((Fill(rectangle(0, 0, 40, 40), INK, (rectangle(10, 10, 10, 10), circle(30, 30, 5))),))
    assert core_area(result) == pytest.approx(1600 - 100 - pi * 25, rel=0.01)


def test_the_rim_is_pushed_out_of_the_area_and_into_holes() -> None:
    result = triangles((Fill(rectangle(0, 0, 40, 40), INK, (rectangle(10, 10, 20, 20),)),))
    for corner in result.corners:
        outer = corner.x in (0, 40)
        away = (corner.x - 20) * corner.push_x + (corner.y - 20) * corner.push_y
        assert (away > 0) == (outer != bool(corner.covered))


def test_a_rim_is_two_half_pixels_wide_on_straight_edges() -> None:
    result = triangles((Fill(circle(0, 0, 50), INK),))
    for corner in result.corners:
        assert hypot(corner.push_x, corner.push_y) == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("bend", [10, 60, 90, 150])
def test_a_line_is_as_thick_at_its_corner_as_elsewhere(bend: float) -> None:
    end = turned(((30.0, 0.0),), 30, 0, turn=bend)[0]
    result = triangles((Stroke(((0, 0), (30, 0), end), 6, INK),))
    for corner in result.corners:
        onto = min(
            _distance((corner.x, corner.y), (0, 0), (30, 0)), _distance((corner.x, corner.y), (30, 0), end)
        )
        assert onto <= 3.02


def _distance(p: tuple[float, float], a: tuple[float, float], b: tuple[float, float]) -> float:
    dx, dy = b[0] - a[0], b[1] - a[1]
    t = max(0.0, min(1.0, ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / (dx * dx + dy * dy)))
    return hypot(p[0] - a[0] - t * dx, p[1] - a[1] - t * dy)


def test_a_closed_line_has_no_gap_at_its_beginning() -> None:
    length = 2 * (30 + 20) - 8 * 6 + 2 * pi * 6
    ring = triangles((Stroke(rounded(0, 0, 30, 20, 6), 4, INK, closed=True),))
    assert core_area(ring) == pytest.approx(length * 4, rel=0.02)


def test_a_dot_is_a_line_of_one_point() -> None:
    assert core_area(triangles((Stroke(((5, 5),), 8, INK),))) == pytest.approx(pi * 16, rel=0.02)


def test_crossing_contours_are_refused() -> None:
    with pytest.raises(ValueError, match="cross"):
        triangles((Fill(((0, 0), (30, 20), (30, 0), (0, 20)), INK),))


def test_the_tick_that_is_cut_out_has_the_thickness_of_its_line() -> None:
    line: Points = ((14.5, 24.5), (21.0, 31.0), (33.5, 17.5))
    length = hypot(6.5, 6.5) + hypot(12.5, 13.5)
    cut = core_area(triangles((Fill(thickened(line, 5), INK),)))
    assert cut == pytest.approx(length * 5 + pi * 2.5**2, rel=0.05)
    flipped = core_area(triangles((Fill(thickened(tuple(reversed(line)), 5), INK),)))
    assert flipped == pytest.approx(cut, rel=0.001)


def test_dashes_leave_room_between_their_round_ends() -> None:
    marks = dashes(((0, 0), (100, 0)), 4, INK, on=12, off=8)
    ends = []
    for mark in marks:
        assert isinstance(mark, Stroke)
        ends.append((mark.points[0][0] - 2, mark.points[-1][0] + 2))
    assert ends[0][0] == pytest.approx(0)
    assert ends[-1][1] == pytest.approx(100, abs=1)
    for (_, end), (start, _) in pairwise(ends):
        assert start - end == pytest.approx(8, abs=1.5)


def test_dashes_of_a_closed_line_meet_without_a_seam() -> None:
    marks = dashes(circle(0, 0, 20), 3, INK, closed=True, on=9, off=6)
    middles = [mark.points[0] for mark in marks if isinstance(mark, Stroke)]
    gaps = [hypot(a[0] - b[0], a[1] - b[1]) for a, b in zip(middles, [*middles[1:], middles[0]], strict=True)]
    assert max(gaps) - min(gaps) < 0.2


def test_placing_scales_lines_with_the_shape_unless_told_not_to() -> None:
    (thin,) = placed((Stroke(((0, 0), (10, 0)), 4, INK),), 5, 5, 0.5, turn=90)
    assert isinstance(thin, Stroke)
    assert thin.width == 2
    assert thin.points[1] == pytest.approx((5, 10))
    (kept,) = placed((Stroke(((0, 0), (10, 0)), 4, INK),), scale=0.5, widths=False)
    assert isinstance(kept, Stroke)
    assert kept.width == 4


def test_an_arc_grows_clockwise_on_the_screen() -> None:
    points = joined(arc(0, 0, 10, 10, 0, 90))
    assert points[0] == pytest.approx((10, 0))
    assert points[-1] == pytest.approx((0, 10))
