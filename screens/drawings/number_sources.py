"""Where a service shows its ID if not on a card: the screen of its app 190×248, a page on a computer 404×300."""

from screens.drawings import colours as c
from screens.drawings.shapes import (
    Fill,
    Shapes,
    Stroke,
    capsule,
    circle,
    outlined,
    rectangle,
    rounded,
)

GROUPS, DIGITS = 4, 4


def number_marks(x: float, y: float, step: float, height: float) -> Shapes:
    """Sixteen digits as marks in groups of four, `step` apart."""
    width = step * 0.7
    return tuple(
        Fill(rounded(x + (DIGITS + 0.9) * step * group + step * digit, y, width, height, 2), c.LINE)
        for group in range(GROUPS)
        for digit in range(DIGITS)
    )


def app_screen() -> Shapes:
    """A smartphone, upright; the number is framed."""
    body = rounded(2, 2, 186, 244, 24)
    return (
        Fill(body, c.DEVICE),
        Fill(rounded(16, 28, 158, 190, 8), c.WHITE),
        Fill(rounded(16, 28, 158, 38, (8, 8, 0, 0)), c.PRIMARY),
        Fill(capsule(28, 42, 76, 10), c.PALE_BLUE),
        Fill(capsule(78, 12, 34, 7), c.SLOT),
        Fill(circle(95, 232, 7), c.PALE_BLUE),
        Fill(capsule(30, 84, 96, 9), c.PALE_GREY),
        *number_marks(34, 122, 6.3, 18),
        Stroke(rounded(22, 110, 146, 42, 12), 8, c.ARROW, closed=True),
        Fill(capsule(30, 174, 118, 9), c.PALE_GREY),
        Fill(capsule(30, 194, 82, 9), c.PALE_GREY),
        Stroke(body, 4, c.LINE, closed=True),
    )


def web_page() -> Shapes:
    """A page on the screen of a computer, its address above; the number is framed."""
    body = rounded(2, 2, 400, 244, 18)
    return (
        *outlined(rectangle(172, 240, 60, 40), c.DEVICE, c.LINE, 4),
        *outlined(capsule(122, 274, 160, 22), c.DEVICE, c.LINE, 4),
        Fill(body, c.WHITE),
        Fill(rounded(2, 2, 400, 48, (18, 18, 0, 0)), c.DEVICE_LID),
        *(Fill(circle(28 + 24 * n, 26, 7), c.PALE_BLUE) for n in range(3)),
        Fill(capsule(104, 15, 274, 22), c.WHITE),
        Fill(capsule(120, 22, 130, 8), c.PALE_GREY),
        Fill(rectangle(26, 68, 96, 60), c.SOFT),
        Fill(capsule(142, 76, 230, 11), c.PALE_GREY),
        Fill(capsule(142, 102, 170, 11), c.PALE_GREY),
        *outlined(rounded(30, 154, 300, 56, 6), c.MONEY, c.MONEY_TEXT, 2.5),
        *number_marks(52, 171, 13, 22),
        Stroke(rounded(24, 148, 312, 68, 14), 9, c.ARROW, closed=True),
        Stroke(body, 4, c.LINE, closed=True),
    )
