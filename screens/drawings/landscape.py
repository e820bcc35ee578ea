"""The picture of the first screen: a card, stepping stones over a meadow, and what waits at the end of the way.

It fills its panel to the edges, so it comes in several heights: a lower panel gets a lower landscape, not a smaller one
with bare sides.
"""

from screens.drawings import colours as c
from screens.drawings.cards import bank_card, card, coin
from screens.drawings.shapes import (
    Fill,
    Points,
    Shapes,
    arc,
    bezier,
    circle,
    ellipse,
    joined,
    outlined,
    placed,
    rounded,
)

WIDTH = 656.0
HEIGHTS = {"attract": 320.0, **{f"attract-{height}": float(height) for height in range(304, 175, -16)}}
"""Height of each landscape by name; the tallest is the design's."""
RADIUS = 28.0
STONES = (
    (56, 286, 27, 15),
    (132, 262, 25, 14),
    (206, 276, 24, 13),
    (276, 252, 23, 12.5),
    (344, 262, 22, 12),
    (408, 240, 21, 11.5),
)
"""Middle and radii of the stones in the tallest landscape: smaller the further away."""


def landscape(height: float) -> Shapes:
    """656 × `height`; the meadow keeps its height, the sky gives way, the cards a little."""
    lower, share = 320.0 - height, height / 320.0
    large, small = share**0.8, share**0.6
    stones: Shapes = ()
    for x, y, rx, ry in STONES:
        stones += outlined(ellipse(x, y - lower, rx, ry), c.GROUND, c.BROWN, 3.5)
    sun = 50.0 * small
    return (
        Fill(rounded(0, 0, WIDTH, height, RADIUS), c.SOFT),
        Fill(circle(452 - lower * 0.4, 32 + sun - lower * 0.1, sun), c.YELLOW),
        Fill(_far(lower), c.HILL_FAR),
        Fill(_near(lower), c.MONEY_TEXT),
        *stones,
        *placed(card(), 49.5, 33.5 - lower * 0.1, 0.865 * large, turn=-6, widths=False),
        *placed(bank_card(), 440, 244 - lower - 112 * small, 0.593 * small, widths=False),
        *coin(440 + 156 * small, 236 - lower, 34 * small),
        *coin(440 + 108 * small, 266 - lower - 4 * small, 30 * small),
    )


def _floor(lower: float) -> tuple[Points, Points]:
    """The panel's two lower corners."""
    return arc(628, 292 - lower, RADIUS, RADIUS, 0, 90), arc(28, 292 - lower, RADIUS, RADIUS, 90, 180)


def _far(lower: float) -> Points:
    hill = bezier(
        (0, 276 - lower),
        ((50, 270 - lower), (90, 254 - lower), (150, 246 - lower)),
        ((260, 232 - lower), (330, 244 - lower), (450, 238 - lower)),
        ((540, 234 - lower), (600, 230 - lower), (656, 220 - lower)),
    )
    return joined([(WIDTH, 220 - lower)], [(WIDTH, 292 - lower)], *_floor(lower), hill)


def _near(lower: float) -> Points:
    hill = bezier(
        (0, 274 - lower),
        ((100, 254 - lower), (240, 276 - lower), (380, 276 - lower)),
        ((480, 276 - lower), (570, 270 - lower), (656, 262 - lower)),
    )
    return joined([(WIDTH, 262 - lower)], [(WIDTH, 292 - lower)], *_floor(lower), hill)
