"""The drawings by name, as recipes: sizes in units that are pixels of the 720×1280 design.

A drawing is symmetrical about the thing it shows (reader, pad, printer), so that centring the box centres
the thing. Motion is part of the recipe: a layer that travels, or layers that take turns.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, partial

from screens.drawings import colours as c
from screens.drawings.cards import (
    bank_card,
    card,
    money_back,
    quarter_left,
)
from screens.drawings.devices import (
    arrow,
    badge,
    barred,
    cross,
    house,
    missing_paper,
    nfc_pad,
    paper,
    printer,
    reader,
    telephone,
    terminal,
)
from screens.drawings.hand import fingers, thumb_and_palm
from screens.drawings.landscape import HEIGHTS, WIDTH, landscape
from screens.drawings.number_sources import app_screen, web_page
from screens.drawings.shapes import (
    Fill,
    Point,
    Shapes,
    Stroke,
    bezier,
    circle,
    dashes,
    joined,
    outlined,
    placed,
    rounded,
)
from screens.drawings.troubles import TROUBLES

TRAVEL = 12.0  # units an arrow moves, from the design's chapter on motion
STEPS = 5  # discs of `working`


@dataclass(frozen=True)
class Recipe:
    """`width` × `height` units. `moving` is painted over `still` and travels by `travel` and back;
    `steps` are layers of which one is shown at a time. Anchors are in units."""

    width: float
    height: float
    still: Shapes
    moving: Shapes = ()
    travel: Point = (0.0, 0.0)
    steps: tuple[Shapes, ...] = ()
    anchors: Mapping[str, Point] = field(default_factory=dict)


def _landscape(height: float) -> Recipe:
    return Recipe(WIDTH, height, landscape(height))


def _card(line: float = 4) -> Recipe:
    return Recipe(304, 193, placed(card(line=line), 2, 2), anchors={"photo": (64, 118), "name": (95, 26)})


def _card_photo() -> Recipe:
    return Recipe(304, 193, placed(card(framed=True), 2, 2), anchors={"photo": (64, 118)})


def _pin_small() -> Recipe:
    still: Shapes = ()
    for i in range(4):
        still += outlined(rounded(1.5 + 38 * i, 1.5, 33, 47, 7), c.WHITE, c.LINE, 3)
        still += (Fill(circle(18 + 38 * i, 25, 8), c.LINE),)
    return Recipe(150, 50, still)


def _money(framed: str, line: float = 4) -> Recipe:
    anchors = {"number": (160.0, 201.0), "code": (352.0, 201.0)}
    still = placed(money_back(framed=framed, line=line), 2, 2)
    return Recipe(408, 248, still, anchors=anchors if framed == "both" else {framed: anchors[framed]})


def _reader_insert() -> Recipe:
    still = (
        *placed(reader(c.LAMP_WAITS), 106, 4),
        *quarter_left(card(chip=True), 201.5, 165),
    )
    anchors = {"chip": (398.0, 208.0), "photo": (398.0, 386.0), "chip-label": (454.0, 208.0)}
    return Recipe(
        592,
        470,
        still,
        moving=arrow(84, 223, 192, 40, 104, 65, 1),
        travel=(0, -TRAVEL),
        anchors={**anchors, "photo-label": (454, 386)},
    )


def _reader_take() -> Recipe:
    still = (
        *placed(reader(c.LAMP_DONE), 98, 4, 0.8),
        *placed(fingers(), 290, 355),
        *quarter_left(card(), 174, 172, 0.8),
        *placed(thumb_and_palm(), 288, 355),
    )
    moving = placed(arrow(84, 355, 168, 36, 96, 60, -1), 7)
    return Recipe(514, 482, placed(still, 7), moving=moving, travel=(0, TRAVEL), anchors={"card": (333, 292)})


def _nfc_lay() -> Recipe:
    still = (*placed(nfc_pad(), 2, 196), *placed(card(), 99.5, 220, 1.07, widths=False))
    moving = arrow(260, 176, 172, 44, 119, 74, -1)
    return Recipe(520, 448, still, moving=moving, travel=(0, TRAVEL), anchors={"card": (422, 320)})


def _nfc_take() -> Recipe:
    still = (
        *placed(nfc_pad(), 42, 196),
        *placed(fingers(), 408, 206, 0.9),
        *placed(card(), 150, 60, 0.94, widths=False),
        *placed(thumb_and_palm(depth=262), 394, 210, 0.9),
    )
    moving = arrow(84, 18, 166, 38, 100, 62, 1)
    return Recipe(600, 448, still, moving=moving, travel=(0, -TRAVEL), anchors={"card": (291, 60)})


def _paper_out() -> Recipe:
    still = (
        *placed(printer(312, 85, 237, 50), 46, 3),
        *placed(paper(), 97, 62, 0.71),
    )
    moving = placed(arrow(366, 258, 142, 28, 74, 46, -1), 2)
    return Recipe(
        408, 282, placed(still, 2), moving=moving, travel=(0, TRAVEL), anchors={"number": (227, 133)}
    )


def _no_paper() -> Recipe:
    still = (
        *placed(printer(242, 82, 185, 49), 69, 2, widths=False),
        *placed(missing_paper(164, 74), 108, 90),
        *barred(338, 88, 34, 8),
    )
    return Recipe(380, 168, still)


def _pin_locked() -> Recipe:
    still: Shapes = ()
    for i in range(4):
        still += outlined(rounded(2 + 92 * i, 2, 78, 96, 12), c.WHITE, c.LINE, 4)
        still += cross(41 + 92 * i, 50, 17, 9.5, c.ERROR)
    return Recipe(358, 100, still)


def _card_lifted() -> Recipe:
    still = (
        *placed(reader(c.LAMP_TROUBLE), 2, 2, 0.62, widths=False),
        *placed(card(line=4.4), 217, 33, 0.67, turn=8.2),
    )
    return Recipe(418, 190, still)


def _out_of_service() -> Recipe:
    hill = bezier(
        (0, 166),
        ((60, 132), (150, 118), (280, 112)),
        ((400, 106), (510, 108), (570, 166)),
    )
    moon = joined(
        bezier(
            (376, 4),
            ((340, 4), (314, 34), (314, 68)),
            ((314, 104), (342, 132), (378, 132)),
            ((404, 132), (426, 118), (435, 98)),
        ),
        bezier(
            (435, 98),
            ((426, 104), (416, 107), (404, 107)),
            ((372, 107), (347, 82), (347, 50)),
            ((347, 32), (358, 14), (376, 4)),
        ),
    )
    still = (
        Fill(hill, c.PALE_BLUE),
        *placed(terminal(asleep=True), 140, 14),
        *outlined(moon, c.YELLOW, c.BROWN, 3.5),
    )
    return Recipe(570, 168, still)


def _hidden_fields() -> Recipe:
    still: Shapes = ()
    for i in range(4):
        left = 140 * i
        box = rounded(left + 2, 2, 124, 100, 14)
        still += (Fill(box, c.WHITE), *dashes(box, 4, c.GREY, closed=True, on=13, off=8))
        for k in range(4):
            ring = circle(left + 28 + 24 * k, 52, 8)
            still += dashes(ring, 3, c.GREY, closed=True, on=8, off=5)
    return Recipe(548, 104, still)


def _pin_row(x: float, y: float, marks: int, asked: bool) -> Shapes:
    """One PIN of a card as boxes with dots; the one that is asked for is framed and filled."""
    shapes: Shapes = ()
    pitch = 40 if marks <= 4 else 30
    for i in range(marks):
        width = pitch - 4
        box = rounded(x + pitch * i, y, width, 44, 7)
        shapes += outlined(box, c.WHITE, c.LINE if asked else c.GREY, 4 if asked else 3)
        dot = circle(x + pitch * i + width / 2, y + 22, 8 if asked else 5)
        shapes += (Fill(dot, c.LINE if asked else c.GREY),)
    return shapes


def _four_pins() -> Recipe:
    asked = rounded(248, 61, 184, 66, 14)
    still = (
        *placed(card(), 4, 36, 0.72, widths=False),
        *_pin_row(260, 8, 6, asked=False),
        *outlined(asked, c.YELLOW, c.PRIMARY, 6),
        *_pin_row(262, 72, 4, asked=True),
        *_pin_row(260, 136, 4, asked=False),
        *_pin_row(260, 190, 4, asked=False),
    )
    return Recipe(444, 238, still, anchors={"asked": (435, 94), "others": (421, 158)})


def _working_steps(y: float, middle: float) -> tuple[Shapes, ...]:
    """The five discs once for each step: the place now is large and yellow, its neighbours blue."""
    layers = []
    for now in range(STEPS):
        shapes: Shapes = ()
        for i in range(STEPS):
            x = middle + 60 * (i - 2)
            if i == now:
                shapes += outlined(circle(x, y, 23), c.YELLOW, c.LINE, 5)
            elif abs(i - now) == 1:
                shapes += (Fill(circle(x, y, 18), c.PRIMARY),)
            else:
                shapes += (Fill(circle(x, y, 14), c.PALE_BLUE),)
        layers.append(shapes)
    return tuple(layers)


def _working() -> Recipe:
    still = (*quarter_left(card(), 97.5, 94), *placed(reader(c.LAMP_WAITS), 2, 2))
    return Recipe(384, 476, still, steps=_working_steps(449, 192))


def _working_nfc() -> Recipe:
    still = (*placed(nfc_pad(), 2, 2), *placed(card(), 99.5, 26, 1.07, widths=False))
    return Recipe(520, 334, still, steps=_working_steps(306, 260))


def _photo_in_reader() -> Recipe:
    """The card where it is, its photo framed: the real one is meant, not the drawn one."""
    still = (*quarter_left(card(framed=True), 97.5, 94), *placed(reader(c.LAMP_DONE), 2, 2))
    return Recipe(384, 398, still)


def _photo_on_pad() -> Recipe:
    still = (*placed(nfc_pad(), 2, 2), *placed(card(framed=True), 99.5, 26, 1.07, widths=False))
    return Recipe(520, 254, still)


def _card_wrong() -> Recipe:
    still = (
        *placed(bank_card(), 3, 3, 0.72, widths=False),
        *placed(card(), 259, 3, 0.72, widths=False),
        *badge(196, 132, 30, right=False),
        *badge(452, 132, 30, right=True),
    )
    return Recipe(488, 168, still)


def _network_waiting() -> Recipe:
    """Terminal – clock – building: the way is there, its answer is waited for."""
    still = (
        *placed(terminal(), 2, 2, 0.9, widths=False),
        *dashes(((126, 68), (176, 68)), 6, c.LINE, on=20, off=10),
        *outlined(circle(220, 68, 33), c.WHITE, c.LINE, 6),
        Stroke(((220, 46), (220, 68), (235, 77)), 6, c.LINE),
        *dashes(((264, 68), (314, 68)), 6, c.LINE, on=20, off=10),
        *house(330, 9),
    )
    return Recipe(438, 138, still)


def _ask_by_phone() -> Recipe:
    """The slip with its number, and the telephone that asks for it."""
    still = (
        *placed(paper(), 3, 3, 0.62, widths=False),
        *placed(arrow(0, 0, 84, 28, 70, 42, 1), 302, 98, turn=90),
        *placed(telephone(), 328, 16),
    )
    return Recipe(522, 196, still, anchors={"number": (60, 63)})


_RECIPES: Mapping[str, Callable[[], Recipe]] = {
    **{name: partial(_landscape, height) for name, height in HEIGHTS.items()},
    "card": _card,
    "card-photo": _card_photo,
    "card-small": lambda: _card(line=4),
    "pin-small": _pin_small,
    "id-small": lambda: _money("both"),
    "reader-insert": _reader_insert,
    "reader-take": _reader_take,
    "nfc-lay": _nfc_lay,
    "nfc-take": _nfc_take,
    "e-money-number": lambda: _money("number"),
    "e-money-code": lambda: _money("code"),
    "e-money-both": lambda: _money("both"),
    "app-number": lambda: Recipe(190, 248, app_screen(), anchors={"number": (95, 131)}),
    "web-number": lambda: Recipe(404, 300, web_page(), anchors={"number": (180, 182)}),
    "paper-out": _paper_out,
    "no-paper": _no_paper,
    "pin-locked": _pin_locked,
    "card-lifted": _card_lifted,
    "out-of-service": _out_of_service,
    "hidden-fields": _hidden_fields,
    "four-pins": _four_pins,
    "working": _working,
    "working-nfc": _working_nfc,
    "photo-in-reader": _photo_in_reader,
    "photo-on-pad": _photo_on_pad,
    "card-wrong": _card_wrong,
    "network-waiting": _network_waiting,
    "ask-by-phone": _ask_by_phone,
}


def lower_ones(name: str) -> tuple[str, ...]:
    """The names under which the same picture comes less tall, the tallest first; itself alone for most."""
    return tuple(HEIGHTS) if name in HEIGHTS else (name,)


def names() -> frozenset[str]:
    return frozenset(_RECIPES) | frozenset(TROUBLES)


@cache
def recipe_of(name: str) -> Recipe:
    """The recipe of that name; KeyError names an unknown one."""
    if name in TROUBLES:
        width, height, shapes = TROUBLES[name]
        return Recipe(width, height, shapes())
    if name not in _RECIPES:
        raise KeyError(f"no drawing is called {name!r}")
    return _RECIPES[name]()
