"""The devices: card reader 380×170 from above, NFC pad 516×250, printer mouth, the terminal itself; paper; marks."""

from math import cos, pi, sin

from screens.drawings import colours as c
from screens.drawings.shapes import (
    Fill,
    Point,
    Points,
    Shapes,
    Stroke,
    arc,
    capsule,
    circle,
    dashes,
    outlined,
    placed,
    rectangle,
    rounded,
)

PAPER_SIZE = (296.0, 306.0)


def reader(lamp: str) -> Shapes:
    body = rounded(0, 0, 380, 170, 26)
    return (
        Fill(body, c.DEVICE),
        Fill(rounded(22, 18, 336, 90, 14), c.DEVICE_LID),
        Fill(rounded(72, 136, 236, 20, 8), c.SLOT),
        *outlined(circle(328, 44, 13), lamp, c.LINE, 3),
        Stroke(body, 4, c.LINE, closed=True),
    )


def nfc_pad() -> Shapes:
    body = rounded(0, 0, 516, 250, 40)
    return (
        Fill(body, c.DEVICE),
        Fill(rounded(34, 30, 448, 190, 26), c.DEVICE_LID),
        Stroke(arc(122, 125, 78, 78, 153, 207), 10, c.PALE_BLUE),
        Stroke(arc(394, 125, 78, 78, -27, 27), 10, c.PALE_BLUE),
        Stroke(body, 4, c.LINE, closed=True),
    )


def printer(width: float, height: float, slot: float, slot_y: float) -> Shapes:
    """The mouth of the printer; `slot` wide and 16 high in its middle at `slot_y`."""
    body = rounded(0, 0, width, height, 20)
    return (
        Fill(body, c.DEVICE),
        Fill(capsule((width - slot) / 2, slot_y, slot, 16), c.SLOT),
        Stroke(body, 4, c.LINE, closed=True),
    )


def paper_edge(width: float, height: float, teeth: int = 8, depth: float = 16) -> Points:
    """From the top right corner down, along the toothed lower edge, and up to the top left corner."""
    pitch = width / teeth
    edge: list[Point] = [(width, 0), (width, height - depth)]
    for tooth in range(teeth):
        left = width - pitch * (tooth + 1)
        edge += [(left + pitch / 2, height), (left, height - depth)]
    return (*edge, (0, 0))


def paper() -> Shapes:
    """The receipt 296×306, its reception number as the darker, thicker bar."""
    width, height = PAPER_SIZE
    sheet = paper_edge(width, height)
    bars = ((44, 228, 16, c.GREY), (146, 228, 12, c.PALE_GREY), (180, 190, 12, c.PALE_GREY))
    last = (214, 210, 12, c.PALE_GREY)
    return (
        Fill(sheet, c.WHITE),
        *(Fill(capsule(34, y, w, h), colour) for y, w, h, colour in (*bars, last)),
        Fill(rounded(34, 86, 150, 32, 9), c.LINE),
        Stroke(sheet, 4, c.LINE, closed=True),
    )


def missing_paper(width: float, height: float) -> Shapes:
    """Where paper ought to be: its sides and torn edge dashed."""
    sheet = paper_edge(width, height, teeth=4, depth=14)
    return (
        *dashes(sheet, 4, c.GREY, on=14, off=8),
        *dashes(((6, 0), (width - 6, 0)), 4, c.GREY, on=14, off=8),
    )


def terminal(*, asleep: bool = False) -> Shapes:
    """The terminal 114×148; asleep it has closed eyes."""
    body = rounded(0, 0, 114, 148, 16)
    shapes: Shapes = (
        Fill(body, c.DEVICE),
        Fill(rounded(15, 16, 84, 78, 8), c.DEVICE_LID),
        Fill(capsule(30, 111, 54, 11), c.SLOT),
        Stroke(body, 4, c.LINE, closed=True),
    )
    if asleep:
        shapes += (
            Stroke(arc(43, 47, 12, 14, 35, 145), 4, c.WHITE),
            Stroke(arc(71, 47, 12, 14, 35, 145), 4, c.WHITE),
        )
    return shapes


def house(x: float, y: float) -> Shapes:
    """The centre as a building 106 wide, 124 high."""
    wall = ((0, 43), (53, 0), (106, 43), (106, 124), (0, 124))
    return placed(
        (
            *outlined(wall, c.PALE_BLUE, c.LINE, 3.6),
            *outlined(rectangle(18, 49, 19, 17), c.WHITE, c.LINE, 3),
            *outlined(rectangle(69, 49, 19, 17), c.WHITE, c.LINE, 3),
            *outlined(rectangle(40, 73, 26, 50), c.WHITE, c.LINE, 3),
        ),
        x,
        y,
    )


def telephone() -> Shapes:
    """A telephone 190×160 as everybody knows it: handset on its rest, dial below."""
    body = ((58, 66), (132, 66), (166, 150), (24, 150))
    holes = tuple((95 + 20 * cos(pi * i / 4), 108 + 20 * sin(pi * i / 4)) for i in range(8))
    handset: Shapes = ()
    for width, colour in ((42, c.LINE), (34, c.DEVICE)):
        handset += (
            Stroke(arc(95, 66, 70, 44, 196, 344), width * 0.72, colour),
            Stroke(((22, 56), (40, 62)), width, colour),
            Stroke(((168, 56), (150, 62)), width, colour),
        )
    return (
        Stroke(body, 14, c.LINE, closed=True),
        Stroke(body, 6, c.DEVICE_LID, closed=True),
        Fill(body, c.DEVICE_LID),
        *outlined(circle(95, 108, 31), c.WHITE, c.LINE, 4),
        *(Fill(circle(x, y, 4.6), c.LINE) for x, y in holes),
        *handset,
    )


def arrow(
    x: float, y: float, length: float, thick: float, head: float, head_length: float, turn: int
) -> Shapes:
    """An arrow with its tip at x, y, pointing up (`turn` 1) or down (-1), with a thin white rim."""
    half, wide = thick / 2, head / 2
    outline = tuple(
        (x + dx, y + turn * dy)
        for dx, dy in (
            (0, 0),
            (wide, head_length),
            (half, head_length),
            (half, length),
            (-half, length),
            (-half, head_length),
            (-wide, head_length),
        )
    )
    return (Stroke(outline, 4, c.WHITE, closed=True), Fill(outline, c.ARROW))


def cross(cx: float, cy: float, reach: float, width: float, colour: str) -> Shapes:
    return (
        Stroke(((cx - reach, cy - reach), (cx + reach, cy + reach)), width, colour),
        Stroke(((cx + reach, cy - reach), (cx - reach, cy + reach)), width, colour),
    )


def barred(cx: float, cy: float, radius: float, width: float) -> Shapes:
    """The sign for "not here": a red ring with a bar, white inside so that it reads over anything."""
    slant = radius * 0.707
    return (
        Fill(circle(cx, cy, radius), c.WHITE),
        Stroke(circle(cx, cy, radius), width, c.ERROR, closed=True),
        Stroke(((cx + slant, cy - slant), (cx - slant, cy + slant)), width, c.ERROR),
    )


def badge(cx: float, cy: float, radius: float, right: bool) -> Shapes:
    """A disc with ✓ (success) or ✕ (error) and a white rim."""
    r = radius
    disc = (Fill(circle(cx, cy, r + 4), c.WHITE), Fill(circle(cx, cy, r), c.SUCCESS if right else c.ERROR))
    if right:
        tick = ((cx - r * 0.46, cy + r * 0.04), (cx - r * 0.1, cy + r * 0.4), (cx + r * 0.5, cy - r * 0.34))
        return (*disc, Stroke(tick, r * 0.24, c.WHITE))
    return (*disc, *cross(cx, cy, r * 0.36, r * 0.24, c.WHITE))
