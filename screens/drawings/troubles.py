"""Drawings of the troubles: each shows the thing that its words name, so that a glance tells which trouble it is.

They are low (about 170 units), for panels above three bars of text.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from screens.drawings import colours as c
from screens.drawings.cards import CARD_SIZE, MONEY_SIZE, card, chip_place, money_back, shoulders
from screens.drawings.devices import arrow, badge, house, reader, terminal
from screens.drawings.shapes import (
    Fill,
    Points,
    Shapes,
    Stroke,
    arc,
    capsule,
    circle,
    dashes,
    outlined,
    placed,
    rounded,
)

CARD_SCALE = 0.72  # of the cards in a row of two: 216 × 136


def phone(line: float = 4) -> Shapes:
    """A smartphone 88×160, upright: screen, loudspeaker, and rows of small pictures."""
    body = rounded(0, 0, 88, 160, 16)
    shapes: Shapes = (
        Fill(body, c.DEVICE),
        Fill(rounded(9, 20, 70, 118, 6), c.PALE_BLUE),
        Fill(capsule(32, 8, 24, 5), c.SLOT),
        Fill(circle(44, 149, 5), c.PALE_BLUE),
        Stroke(body, line, c.LINE, closed=True),
    )
    tiles = (c.PRIMARY, c.MONEY_STRIPE, c.ARROW, c.YELLOW, c.PHOTO_LINE, c.WHITE)
    for index, colour in enumerate(tiles):
        x, y = 17 + 30 * (index % 2), 30 + 34 * (index // 2)
        shapes += (Fill(rounded(x, y, 24, 24, 6), colour),)
    return shapes


def licence(line: float = 4) -> Shapes:
    """A card that looks like a driver's licence: photo at the right, a coloured bar across the lines."""
    body = rounded(0, 0, *CARD_SIZE, 14)
    photo = rounded(204, 56, 78, 100, 4)
    return (
        Fill(body, c.SOFT),
        Fill(rounded(0, 0, 300, 34, (14, 14, 0, 0)), c.PALE_BLUE),
        Fill(capsule(18, 52, 150, 12), c.GREY),
        Fill(capsule(18, 78, 168, 12), c.GREY),
        Fill(rounded(18, 104, 172, 26, 4), c.YELLOW),
        Fill(capsule(18, 144, 120, 12), c.GREY),
        Fill(photo, c.PHOTO),
        Fill(circle(243, 92, 17), c.CARD_NAME),
        Fill(shoulders(213, 273, 156, 38), c.GREY),
        Stroke(photo, 2.5, c.PHOTO_LINE, closed=True),
        Stroke(body, line, c.LINE, closed=True),
    )


def resident_register_card(line: float = 4) -> Shapes:
    """The card before the My Number card: chip in sight, no photo."""
    body = rounded(0, 0, *CARD_SIZE, 14)
    return (
        Fill(body, c.GROUND),
        Fill(rounded(0, 0, 300, 40, (14, 14, 0, 0)), c.HILL_FAR),
        Fill(capsule(20, 15, 170, 12), c.MONEY_STRIPE),
        *outlined(rounded(26, 70, 66, 54, 9), c.YELLOW, c.BROWN, 3),
        Stroke(((26, 97), (92, 97)), 2.5, c.BROWN),
        Stroke(((59, 70), (59, 124)), 2.5, c.BROWN),
        *(Fill(capsule(122, y, width, 11), c.CARD_TEXT) for y, width in ((72, 150), (100, 116), (128, 136))),
        Fill(capsule(26, 152, 160, 11), c.CARD_TEXT),
        Stroke(body, line, c.LINE, closed=True),
    )


def calendar(line: float = 4) -> Shapes:
    """A leaf of a calendar 132×136: band with rings, days below."""
    body = rounded(0, 10, 132, 126, 14)
    shapes: Shapes = (
        Fill(body, c.WHITE),
        Fill(rounded(0, 10, 132, 36, (14, 14, 0, 0)), c.PRIMARY),
        Stroke(body, line, c.LINE, closed=True),
    )
    for x in (38, 94):
        shapes += outlined(capsule(x - 6, 0, 12, 26), c.WHITE, c.LINE, 3.4)
    for row in range(3):
        for column in range(4):
            shapes += (Fill(rounded(17 + 27 * column, 60 + 25 * row, 16, 14, 3), c.PALE_BLUE),)
    return shapes


def clock_face(cx: float, cy: float, radius: float) -> Shapes:
    """A clock at four; its marks at twelve, three, six and nine."""
    shapes: Shapes = outlined(circle(cx, cy, radius), c.WHITE, c.LINE, radius * 0.12)
    for dx, dy in ((0, -1), (1, 0), (0, 1), (-1, 0)):
        near, far = radius * 0.68, radius * 0.78
        shapes += (
            Stroke(((cx + dx * near, cy + dy * near), (cx + dx * far, cy + dy * far)), radius * 0.07, c.GREY),
        )
    hands = ((cx, cy - radius * 0.56), (cx, cy), (cx + radius * 0.36, cy + radius * 0.21))
    return (*shapes, Stroke(hands, radius * 0.12, c.LINE))


def question(cx: float, cy: float, radius: float) -> Shapes:
    """A yellow disc with a question mark: nobody can say."""
    r = radius
    hook = (*arc(cx, cy - r * 0.2, r * 0.32, r * 0.32, 180, 405), (cx, cy + r * 0.16), (cx, cy + r * 0.24))
    return (
        Fill(circle(cx, cy, r + 4), c.WHITE),
        *outlined(circle(cx, cy, r), c.YELLOW, c.LINE, r * 0.1),
        Stroke(hook, r * 0.18, c.LINE),
        Fill(circle(cx, cy + r * 0.54, r * 0.12), c.LINE),
    )


def wrench(length: float = 150) -> Shapes:
    """A spanner lying along x, its open jaw at the right."""
    jaw = arc(length - 26, 0, 24, 24, 38, 322)
    return (
        Stroke(((12, 0), (length - 50, 0)), 26, c.LINE),
        Stroke(jaw, 22, c.LINE),
        Stroke(((12, 0), (length - 50, 0)), 18, c.YELLOW),
        Stroke(jaw, 14, c.YELLOW),
    )


def recoloured(shapes: Shapes, colours: Mapping[str, str]) -> Shapes:
    return tuple(replace(shape, colour=colours.get(shape.colour, shape.colour)) for shape in shapes)


def _small(shapes: Shapes, x: float, y: float = 3) -> Shapes:
    return placed(shapes, x, y, CARD_SCALE, widths=False)


def this_not_that(wrong: Shapes) -> Shapes:
    """A thing that is no use here with ✕, and the card that is wanted with ✓: 488×168."""
    return (
        *_small(wrong, 3),
        *_small(card(), 259),
        *badge(196, 132, 30, right=False),
        *badge(452, 132, 30, right=True),
    )


def phone_wrong() -> Shapes:
    """370×168."""
    return (
        *placed(phone(), 3, 4),
        *_small(card(), 140, 14),
        *badge(88, 132, 30, right=False),
        *badge(335, 134, 30, right=True),
    )


def cards_exchanged() -> Shapes:
    """The first card, an arrow, the card of another person in its place: 536×168."""
    other = recoloured(card(), {c.PHOTO: c.YELLOW, c.PHOTO_LINE: c.PRIMARY, c.CARD_NAME: c.PRIMARY_DARK})
    way = placed(arrow(0, 0, 64, 26, 66, 38, 1), 300, 71, turn=90)
    return (
        *_small(card(), 3),
        *way,
        *_small(other, 308),
        *badge(200, 132, 30, right=True),
        *badge(502, 132, 30, right=False),
    )


def card_with(mark: Shapes) -> Shapes:
    """A whole card 300×189 with a mark over its lower right corner."""
    return (*placed(card(), 3, 3), *mark)


def card_and_calendar(*, over: bool) -> Shapes:
    """Card and calendar: its day is past (✕) or still to come (a clock). 400×168."""
    mark = (
        badge(362, 132, 32, right=False)
        if over
        else (
            Fill(circle(362, 132, 38), c.WHITE),
            *clock_face(362, 132, 32),
        )
    )
    return (*_small(card(), 3, 14), *placed(calendar(), 240, 14), *mark)


def card_without_certificate() -> Shapes:
    """The chip is there, and empty: 306×195."""
    return (
        *placed(card(chip=True), 3, 3),
        Fill(rounded(219, 69, 74, 64, 10), c.WHITE),
        *chip_place(229, 79),
        *badge(266, 158, 30, right=False),
    )


def reader_cannot_read() -> Shapes:
    """Reader with its lamp in trouble, the card in front of it with ✕: 470×168."""
    return (
        *placed(reader(c.LAMP_TROUBLE), 3, 26, 0.6, widths=False),
        *_small(card(), 246, 14),
        *badge(436, 132, 30, right=False),
    )


def time_over() -> Shapes:
    """A clock in a ring that has run down: 176×176."""
    ring = arc(88, 88, 80, 80, -90, 270)
    return (Stroke(ring, 14, c.ARROW), *clock_face(88, 88, 62))


def one_try_left() -> Shapes:
    """Three tries: two gone, one left. 300×92."""
    return (
        *badge(46, 46, 40, right=False),
        *badge(150, 46, 40, right=False),
        Fill(circle(254, 46, 42), c.WHITE),
        *outlined(circle(254, 46, 38), c.SUCCESS, c.SUCCESS, 4),
    )


def nobody_there() -> Shapes:
    """The terminal, and where somebody stood: 330×168."""
    body = shoulders(180, 320, 160, 80)
    person: Points = (*body[1:], body[0])
    return (
        *placed(terminal(), 3, 10),
        *dashes(circle(250, 42, 34), 5, c.GREY, closed=True, on=16, off=11),
        *dashes(person, 5, c.GREY, closed=True, on=16, off=11),
    )


def closed_hours() -> Shapes:
    """Calendar and clock: 300×168."""
    return (*placed(calendar(), 3, 14), *clock_face(224, 84, 70))


def reader_stopped() -> Shapes:
    """The reader alone, its lamp red: 384×176."""
    return (*placed(reader(c.LAMP_TROUBLE), 2, 2), *badge(190, 92, 42, right=False))


def maintenance() -> Shapes:
    """The terminal with a spanner across it: 250×168."""
    return (
        *placed(terminal(), 3, 10),
        *placed(wrench(), 106, 148, turn=-42, scale=1.05),
    )


def not_recorded() -> Shapes:
    """The terminal keeps no sheet: 266×168."""
    sheet = rounded(160, 26, 84, 108, 8)
    return (
        *placed(terminal(), 3, 10),
        *outlined(sheet, c.WHITE, c.LINE, 4),
        *(Fill(capsule(174, y, width, 9), c.PALE_GREY) for y, width in ((46, 56), (68, 56), (90, 36))),
        *badge(232, 130, 32, right=False),
    )


def money_card() -> Shapes:
    """The back of an e-money card, brought to the size of the other cards."""
    return placed(money_back(), scale=CARD_SIZE[0] / MONEY_SIZE[0], widths=False)


def elsewhere() -> Shapes:
    """Not at this terminal, but with a phone or at a counter: 470×168."""
    slant = 26 * 0.707
    barred = (
        Fill(circle(106, 132, 31), c.WHITE),
        Stroke(circle(106, 132, 26), 8, c.ERROR, closed=True),
        Stroke(((106 + slant, 132 - slant), (106 - slant, 132 + slant)), 8, c.ERROR),
    )
    way = placed(arrow(0, 0, 76, 26, 66, 38, 1), 238, 84, turn=90)
    return (*placed(terminal(), 3, 10), *barred, *way, *placed(phone(), 258, 4), *house(362, 39))


TROUBLES: Mapping[str, tuple[float, float, Callable[[], Shapes]]] = {
    "phone-wrong": (370, 168, phone_wrong),
    "licence-wrong": (488, 168, lambda: this_not_that(licence())),
    "e-money-wrong": (488, 168, lambda: this_not_that(money_card())),
    "juki-wrong": (488, 168, lambda: this_not_that(resident_register_card())),
    "cards-exchanged": (540, 168, cards_exchanged),
    "card-unsure": (306, 195, lambda: card_with(question(262, 148, 36))),
    "card-expired": (402, 172, lambda: card_and_calendar(over=True)),
    "card-not-yet": (402, 172, lambda: card_and_calendar(over=False)),
    "card-no-certificate": (306, 195, card_without_certificate),
    "card-unread": (470, 168, reader_cannot_read),
    "time-over": (176, 176, time_over),
    "one-try-left": (300, 92, one_try_left),
    "nobody-there": (324, 168, nobody_there),
    "closed-hours": (300, 168, closed_hours),
    "reader-stopped": (384, 174, reader_stopped),
    "maintenance": (250, 168, maintenance),
    "not-recorded": (270, 168, not_recorded),
    "elsewhere": (471, 168, elsewhere),
}
"""Width, height and shapes by name."""
