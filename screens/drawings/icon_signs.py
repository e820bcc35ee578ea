"""Icons that are signs: states, directions, what a control does."""

from collections.abc import Callable, Mapping

from screens.drawings.icon_pens import curve, dot, fill, line, loop
from screens.drawings.shapes import (
    Points,
    Shapes,
    Stroke,
    arc,
    bezier,
    capsule,
    circle,
    ellipse,
    joined,
    placed,
    thickened,
    turned,
)

TICK: Points = ((14.5, 24.5), (21.0, 31.0), (33.5, 17.5))


def _globe() -> Shapes:
    return (
        loop(circle(24, 24, 19.5)),
        loop(ellipse(24, 24, 8.5, 19.5), 3.8),
        line((5, 24), (43, 24), width=3.8),
    )


def _letter(x: float, y: float, scale: float, width: float) -> Shapes:
    """あ in a box of 24 units as three brush strokes."""
    first = line((3.5, 5.6), (20, 4.6), width=width)
    second = curve(bezier((10, 1), ((9.6, 8), (9.4, 13), (11.6, 20.2))), width)
    third = curve(
        bezier(
            (16.4, 8.6),
            ((14.6, 15.4), (10.4, 20.8), (6.2, 21.4)),
            ((3.2, 21.6), (2.4, 18.2), (4.2, 15.4)),
            ((7, 11.4), (12, 9.4), (16, 10)),
            ((20.8, 10.8), (22.4, 14.2), (21, 17.6)),
            ((20, 20), (17.6, 21.6), (14.8, 22)),
        ),
        width,
    )
    return placed((first, second, third), x, y, scale, widths=False)


def _text_size() -> Shapes:
    return (*_letter(1, 21.5, 0.78, 2.8), *_letter(17.6, 7.5, 1.3, 4.0))


def _contrast() -> Shapes:
    return (
        loop(circle(24, 24, 19)),
        fill(arc(24, 24, 18, 18, 90, 270)),
    )


def _voice() -> Shapes:
    return (
        fill(((4, 17), (12, 17), (23, 7), (23, 41), (12, 31), (4, 31))),
        curve(arc(24, 24, 9, 9, -48, 48)),
        curve(arc(24, 24, 18.5, 18.5, -50, 50)),
    )


def _voice_off() -> Shapes:
    return (*_voice()[:1], line((31, 18), (43, 30)), line((43, 18), (31, 30)))


def _cross_outline(reach: float, width: float) -> Points:
    """✕ about 24, 24 as one contour with round ends."""
    half = width / 2
    # One arm to the right, turned by 45° and then by quarters; neighbours meet at their inner corner.
    arm = ((half, -half), *arc(reach, 0, half, half, -90, 90))
    return joined(*(turned(arm, 24, 24, turn=45 + 90 * quarter) for quarter in range(4)))


def _search() -> Shapes:
    return (loop(circle(20, 20, 14.5)), line((31, 31), (42, 42), width=5.5))


def _exclamation(top: float, bottom: float, width: float, dot: float) -> tuple[Points, Points]:
    bar = bottom - 2 * dot - 3.2
    return capsule(24 - width / 2, top, width, bar - top), circle(24, bottom - dot, dot)


def _warning() -> Shapes:
    bar, dot = _exclamation(16.5, 38, 4.8, 2.7)
    return (loop(((24, 5.5), (45, 41.5), (3, 41.5)), 4), fill(bar), fill(dot))


def _octagon(radius: float) -> Points:
    cut = radius * 0.414
    return (
        (24 - cut, 24 - radius),
        (24 + cut, 24 - radius),
        (24 + radius, 24 - cut),
        (24 + radius, 24 + cut),
        (24 + cut, 24 + radius),
        (24 - cut, 24 + radius),
        (24 - radius, 24 + cut),
        (24 - radius, 24 - cut),
    )


def _backspace() -> Shapes:
    return (
        loop(((15, 8.5), (44, 8.5), (44, 39.5), (15, 39.5), (3.5, 24))),
        line((22, 18), (34, 30)),
        line((34, 18), (22, 30)),
    )


def _network() -> Shapes:
    return (
        dot(24, 39, 4),
        curve(arc(24, 39, 12, 12, 226, 314)),
        curve(arc(24, 39, 20.5, 20.5, 226, 314)),
        curve(arc(24, 39, 29, 29, 226, 314)),
    )


def _no_network() -> Shapes:
    return (*_network(), line((6, 42), (42, 6)))


def _hand() -> Shapes:
    palm = bezier(
        (13, 27),
        ((13, 27), (10, 23), (8, 21.5)),
        ((5.5, 19.5), (2.5, 22.5), (4.2, 25.2)),
        ((7, 30), (11, 37), (14, 40.5)),
        ((17, 44), (21, 45), (26, 45)),
        ((34, 45), (40, 40), (40, 32)),
    )
    fingers: list[Stroke] = []
    for x, top, foot in ((13, 11, 27), (20, 6, 23), (27, 6, 23), (34, 10, 24)):
        fingers.append(
            curve(joined([(x, foot)], arc(x + 3.4, top, 3.4, 3.4, 180, 360), [(x + 6.8, foot)]), 3.6)
        )
    return (curve(palm, 3.6), line((40.6, 24), (40.2, 32), width=3.6), *fingers)


def _finger() -> Shapes:
    outline = bezier(
        (19, 27),
        ((19, 20), (19, 12), (19, 8.5)),
        ((19, 3), (27, 3), (27, 8.5)),
        ((27, 12), (27, 17), (27, 20.5)),
        ((31, 21), (36, 22), (38.5, 23)),
        ((41, 24), (41.5, 26), (41, 29)),
        ((40, 36), (38, 44), (37, 44)),
        ((32, 44), (24, 44), (20.5, 44)),
        ((16, 40), (12, 34), (8.5, 29.5)),
        ((6, 26), (10, 23), (13, 25)),
        ((15, 26.5), (17, 28.5), (19, 30)),
    )
    return (loop(joined(outline), 4.2),)


def _list() -> Shapes:
    rows = (11, 24, 37)
    return (*(dot(7.5, y, 3.4) for y in rows), *(line((18, y), (42, y)) for y in rows))


def _power() -> Shapes:
    return (curve(arc(24, 26, 17.5, 17.5, -52, 232)), line((24, 4.5), (24, 23)))


def _keypad() -> Shapes:
    return tuple(dot(x, y, 4) for y in (7, 18.3, 29.7, 41) for x in (11, 24, 37) if y < 41 or x == 24)


SIGNS: Mapping[str, Callable[[], Shapes]] = {
    "globe": _globe,
    "text-size": _text_size,
    "contrast": _contrast,
    "voice": _voice,
    "voice-off": _voice_off,
    "stop": lambda: (fill(circle(24, 24, 21), _cross_outline(8.6, 5.2)),),
    "back": lambda: (line((30, 9), (15, 24), (30, 39), width=5.5),),
    "forward": lambda: (line((18, 9), (33, 24), (18, 39), width=5.5),),
    "search": _search,
    "info": lambda: (fill(circle(24, 24, 21), circle(24, 13.2, 3.3), capsule(21.3, 19, 5.4, 18)),),
    "warning": _warning,
    "error": lambda: (fill(_octagon(21), *_exclamation(10.5, 37.8, 5.6, 3.4)),),
    "check": lambda: (fill(circle(24, 24, 21), thickened(TICK, 5)),),
    "tick": lambda: (line((8, 25), (19, 36), (40, 13), width=5.5),),
    "barred": lambda: (loop(circle(24, 24, 19)), line((11.5, 36.5), (36.5, 11.5))),
    "backspace": _backspace,
    "seal": lambda: (loop(circle(24, 24, 20), 4.2), line(*TICK)),
    "network": _network,
    "no-network": _no_network,
    "hand": _hand,
    "finger": _finger,
    "plus": lambda: (line((24, 8), (24, 40)), line((8, 24), (40, 24))),
    "list": _list,
    "power": _power,
    "keypad": _keypad,
}
