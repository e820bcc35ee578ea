"""The cards: マイナンバーカード 300×189 (photo side), the back of an e-money card 404×244, a plain card 300×189."""

from screens.drawings import colours as c
from screens.drawings.shapes import (
    Fill,
    Points,
    Shapes,
    Stroke,
    bezier,
    capsule,
    circle,
    dashes,
    joined,
    outlined,
    placed,
    rectangle,
    rounded,
)

CARD_SIZE = (300.0, 189.0)
MONEY_SIZE = (404.0, 244.0)
TEXT_BARS = (145.0, 104.0, 124.0, 84.0)
# Shorter where the chip is shown, so that no bar runs into it; the chip ends above the fourth.
TEXT_BARS_BESIDE_CHIP = (84.0, 64.0, 92.0, 120.0)


def shoulders(left: float, right: float, bottom: float, height: float) -> Points:
    """The dome of a person's shoulders, standing on `bottom`."""
    middle, top = (left + right) / 2, bottom - height
    reach, side = (right - left) * 0.26, bottom - height * 0.45
    return joined(
        [(right, bottom), (left, bottom)],
        bezier(
            (left, side),
            ((left, side - height * 0.36), (middle - reach, top), (middle, top)),
            ((middle + reach, top), (right, side - height * 0.36), (right, side)),
        ),
    )


def card(*, chip: bool = False, framed: bool = False, line: float = 4) -> Shapes:
    """The photo side, photo left. With `chip` the place of the chip on the other side is dashed, at the right.
    `framed` puts S8's frame around the photo and makes room for it."""
    body = rounded(0, 0, *CARD_SIZE, 14)
    photo = rounded(20, 62, 84, 108, 5)
    shapes: Shapes = (
        Fill(body, c.CARD),
        Fill(rounded(0, 0, 300, 44, (14, 14, 0, 0)), c.CARD_BAND),
        Fill(capsule(18, 17, 150, 14), c.CARD_NAME),
        Fill(photo, c.PHOTO),
        Fill(circle(62, 101, 18), c.CARD_NAME),
        Fill(shoulders(30, 94, 170, 41), c.PHOTO_LINE),
        Stroke(photo, 2.5, c.PHOTO_LINE, closed=True),
    )
    bars = TEXT_BARS_BESIDE_CHIP if chip else TEXT_BARS
    shapes += tuple(
        Fill(capsule(132 if framed else 122, y, width, 10), c.CARD_TEXT)
        for y, width in zip((66, 94, 122, 150), bars, strict=True)
    )
    if chip:
        shapes += chip_place(226, 76)
    shapes += (Stroke(body, line, c.LINE, closed=True),)
    if framed:
        shapes += (Stroke(rounded(9.5, 50, 105, 132, 12), 9, c.PRIMARY, closed=True),)
    return shapes


def chip_place(x: float, y: float) -> Shapes:
    """The chip 54×44 as a dashed mark: it lies on the other side."""
    return (
        *dashes(rounded(x, y, 54, 44, 8), 3.4, c.BROWN, closed=True, on=11, off=6.5),
        *dashes(((x + 5, y + 22), (x + 49, y + 22)), 2.2, c.BROWN, on=8, off=5),
        *dashes(((x + 27, y + 5), (x + 27, y + 39)), 2.2, c.BROWN, on=8, off=5),
    )


def money_back(*, framed: str = "", line: float = 4) -> Shapes:
    """The back of an e-money card; `framed` is "number", "code", "both" or nothing."""
    body = rounded(0, 0, *MONEY_SIZE, 20)
    shapes: Shapes = (
        Fill(body, c.MONEY),
        Fill(rectangle(0, 34, 404, 44), c.MONEY_STRIPE),
        Fill(capsule(27, 102, 250, 10), c.MONEY_TEXT),
        Fill(capsule(27, 128, 180, 10), c.MONEY_TEXT),
    )
    for group in range(4):
        for digit in range(4):
            shapes += (Fill(rounded(38 + 62 * group + 13 * digit, 188, 9, 22, 2), c.LINE),)
    shapes += outlined(rounded(322, 186, 56, 26, 3), c.WHITE, c.LINE, 2.5)
    shapes += tuple(Fill(rounded(331.5 + 14 * digit, 191, 9, 16, 2), c.LINE) for digit in range(3))
    shapes += (Stroke(body, line, c.LINE, closed=True),)
    if framed in ("number", "both"):
        shapes += (Stroke(rounded(24, 174, 268, 50, 14), 9, c.ARROW, closed=True),)
    if framed in ("code", "both"):
        shapes += (Stroke(rounded(308, 172, 84, 54, 14), 9, c.ARROW, closed=True),)
    return shapes


def bank_card(line: float = 4) -> Shapes:
    """A card that is not a マイナンバーカード: blue, a stripe, no photo."""
    body = rounded(0, 0, *CARD_SIZE, 14)
    return (
        Fill(body, c.PRIMARY),
        Fill(rectangle(0, 38, 300, 34), c.PRIMARY_DARK),
        Fill(capsule(31, 110, 136, 16), c.PALE_BLUE),
        Fill(capsule(31, 144, 85, 16), c.PALE_BLUE),
        Stroke(body, line, c.LINE, closed=True),
    )


def coin(cx: float, cy: float, radius: float) -> Shapes:
    return (
        *outlined(circle(cx, cy, radius), c.YELLOW, c.BROWN, 4),
        Stroke(circle(cx, cy, radius * 0.58), 4, c.BROWN, closed=True),
    )


def quarter_left(shapes: Shapes, x: float, y: float, scale: float = 1) -> Shapes:
    """A 300×189 card turned a quarter left: its right end points up; x, y is its new top left corner."""
    return placed(shapes, x, y + 300 * scale, scale, turn=-90)
