"""A hand that comes from the lower right and holds a card: fingers behind the card, thumb in front of it.

Own units; the thumb's tip is the origin. Draw `fingers`, then the card, then `thumb_and_palm`.
"""

from screens.drawings import colours as c
from screens.drawings.shapes import Fill, Shapes, Stroke, bezier, joined, outlined, rounded

LINE_WIDTH = 4.5
REACH = 216  # units from the thumb's tip to the right end of the sleeve


def fingers() -> Shapes:
    """Three fingers, lowest first: each lies over the one below it."""
    lowest = bezier(
        (-20, 12),
        ((10, 8), (60, 2), (104, 2)),
        ((120, 2), (122, 36), (98, 38)),
        ((60, 40), (20, 38), (-20, 34)),
    )
    middle = bezier(
        (-20, -36),
        ((20, -42), (70, -52), (112, -52)),
        ((136, -50), (134, -10), (110, -8)),
        ((70, -4), (20, -4), (-20, -6)),
    )
    first = bezier(
        (-20, -76),
        ((20, -80), (70, -88), (106, -91)),
        ((130, -92), (134, -58), (112, -54)),
        ((70, -46), (20, -42), (-20, -40)),
    )
    return tuple(
        shape
        for finger in (lowest, middle, first)
        for shape in outlined(finger, c.SKIN, c.SKIN_LINE, LINE_WIDTH)
    )


def thumb_and_palm(depth: float = 122) -> Shapes:
    """`depth`: units from the thumb's tip down to the end of the sleeve."""
    outline = joined(
        bezier(
            (91, depth - 4),
            ((91, 100), (91, 94), (90, 88)),
            ((84, 62), (84, 36), (96, 4)),
            ((74, 6), (50, 18), (34, 22)),
            ((16, 26), (0, 14), (0, 0)),
            ((0, -12), (12, -20), (24, -27)),
            ((54, -44), (82, -64), (120, -66)),
            ((160, -66), (207, -14), (207, 46)),
        ),
        [(207, depth - 4)],
    )
    nail = bezier((4, -6), ((6, -18), (16, -22), (28, -23)))
    cuff = rounded(82, depth - 30, REACH - 82, 30, 8)
    return (
        *outlined(outline, c.SKIN, c.SKIN_LINE, LINE_WIDTH),
        Stroke(nail, 3, c.SKIN_LINE),
        Fill(cuff, c.PHOTO_LINE),
        Stroke(cuff, LINE_WIDTH, c.LINE, closed=True),
    )
