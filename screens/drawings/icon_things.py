"""Icons that show things: papers, cards, devices, houses, tools."""

from collections.abc import Callable, Mapping

from screens.drawings.icon_pens import curve, dot, fill, line, loop
from screens.drawings.shapes import Points, Shapes, arc, bezier, circle, joined, rounded


def _calendar() -> Shapes:
    return (
        loop(rounded(6, 10, 36, 33, 5)),
        line((6, 20), (42, 20)),
        line((15, 5), (15, 12)),
        line((33, 5), (33, 12)),
    )


def _clock() -> Shapes:
    return (loop(circle(24, 24, 19.5)), line((24, 13), (24, 24.5), (32, 29)))


def _lock() -> Shapes:
    shackle = joined([(14.5, 22)], arc(24, 15, 9.5, 10, 180, 360), [(33.5, 22)])
    return (curve(tuple(shackle)), fill(rounded(7, 20, 34, 25, 5)))


def _house() -> Shapes:
    return (line((4, 24), (24, 6), (44, 24)), line((11, 20), (11, 42), (37, 42), (37, 20)))


def _phone() -> Shapes:
    handset = bezier(
        (9, 7),
        ((11, 5), (15, 5), (16.5, 8)),
        ((18, 11), (19.5, 14.5), (20, 16)),
        ((20.5, 18.5), (16, 20.5), (16.5, 22.5)),
        ((18, 27), (21.5, 30.5), (25.5, 32)),
        ((27.5, 32.5), (29.5, 28), (32, 28.5)),
        ((33.5, 29), (37, 30.5), (40, 32)),
        ((43, 33.5), (43, 37.5), (41, 39.5)),
        ((38, 43), (34, 44), (29, 42.5)),
        ((18, 39), (9, 30), (5.5, 19)),
        ((4, 14), (5.5, 10), (9, 7)),
    )
    return (loop(joined(handset), 4.2),)


def _paper() -> Shapes:
    sheet: Points = (
        (10, 4.5),
        (38, 4.5),
        (38, 43),
        (33.3, 39),
        (28.7, 43),
        (24, 39),
        (19.3, 43),
        (14.7, 39),
        (10, 43),
    )
    return (loop(sheet), line((18, 15), (30, 15)), line((18, 24.5), (30, 24.5)))


def _card() -> Shapes:
    return (
        loop(rounded(2.5, 8, 43, 32, 6)),
        loop(rounded(9.5, 16.5, 11, 15, 2), 4),
        line((28, 19), (38, 19), width=4),
        line((28, 29), (38, 29), width=4),
    )


def _pin() -> Shapes:
    return (
        loop(rounded(2.5, 13, 43, 22, 5)),
        *(dot(10.7 + 8.9 * i, 24, 3.3) for i in range(4)),
    )


def _trash() -> Shapes:
    return (
        line((8, 12), (40, 12)),
        line((18.5, 11), (18.5, 5), (29.5, 5), (29.5, 11), width=4),
        line((12, 13), (14.5, 43), (33.5, 43), (36, 13)),
    )


def _person() -> Shapes:
    body = joined(
        [(41, 44), (7, 44)], bezier((7, 42), ((7, 31), (14, 26), (24, 26)), ((34, 26), (41, 31), (41, 42)))
    )
    return (dot(24, 13, 9.5), fill(body))


def _document() -> Shapes:
    return (
        loop(((9, 4), (28, 4), (39, 15), (39, 44), (9, 44))),
        line((27.5, 5), (27.5, 15.5), (38, 15.5), width=3.8),
        line((17, 25), (31, 25), width=4),
        line((17, 34), (31, 34), width=4),
    )


def _printer() -> Shapes:
    return (
        line((13, 15), (13, 4.5), (35, 4.5), (35, 15)),
        line((12.5, 34), (5, 34), (5, 16.5), (43, 16.5), (43, 34), (35.5, 34)),
        loop(((13, 27), (35, 27), (35, 43.5), (13, 43.5))),
    )


def _reader() -> Shapes:
    return (
        loop(rounded(3, 4, 42, 21, 5)),
        line((11, 18), (37, 18), width=4),
        line((14, 25), (14, 44), (34, 44), (34, 25)),
        dot(36, 10.8, 2.4),
    )


def _moon() -> Shapes:
    outer = arc(22.5, 25.5, 19.5, 19.5, 20, 265)
    end, start = outer[-1], outer[0]
    inner = bezier(end, ((13, 18), (26, 36), start))
    return (loop(joined(outer, inner)),)


def _pen() -> Shapes:
    return (
        loop(((6, 42), (8.5, 31.5), (33, 7), (41, 15), (16.5, 39.5))),
        line((27.5, 12.5), (35.5, 20.5), width=4),
    )


def _wrench() -> Shapes:
    return (
        curve(arc(32.5, 15.5, 10.5, 10.5, 8, 262), 5.5),
        line((25, 23), (7.5, 40.5), width=7.5),
    )


def _bank() -> Shapes:
    pillars: Shapes = tuple(line((x, 22), (x, 37)) for x in (11, 19.7, 28.3, 37))
    return (loop(((24, 5), (43, 16), (5, 16))), *pillars, line((4.5, 43), (43.5, 43)))


def _insurance() -> Shapes:
    return (loop(rounded(2.5, 8, 43, 32, 6)), line((24, 16.5), (24, 31.5)), line((16.5, 24), (31.5, 24)))


def _town() -> Shapes:
    return (
        line((3, 43), (45, 43)),
        line((8, 42), (8, 14), (16, 7), (24, 14), (24, 42)),
        line((24, 22), (41, 22), (41, 42)),
        line((32.5, 30), (32.5, 33)),
        line((16, 21), (16, 24)),
    )


def _shield() -> Shapes:
    edge = bezier(
        (24, 4),
        ((30, 9), (36, 10.5), (41, 10.5)),
        ((41, 26), (37, 38), (24, 44)),
        ((11, 38), (7, 26), (7, 10.5)),
        ((12, 10.5), (18, 9), (24, 4)),
    )
    return (loop(joined(edge)), line((16.5, 24), (22, 29.5), (32, 18.5)))


def _box() -> Shapes:
    return (
        loop(((24, 4.5), (42, 13.5), (42, 34.5), (24, 43.5), (6, 34.5), (6, 13.5))),
        line((6.5, 14), (24, 23), (41.5, 14), width=4),
        line((24, 23), (24, 43), width=4),
    )


def _qr() -> Shapes:
    eyes: Shapes = ()
    for x, y in ((5, 5), (29, 5), (5, 29)):
        eyes += (loop(((x, y), (x + 14, y), (x + 14, y + 14), (x, y + 14)), 4), dot(x + 7, y + 7, 2.6))
    marks = ((29, 29), (43, 29), (36, 36), (29, 43), (43, 43))
    return (*eyes, *(fill(rounded(x - 2.5, y - 2.5, 5, 5, 1)) for x, y in marks))


THINGS: Mapping[str, Callable[[], Shapes]] = {
    "calendar": _calendar,
    "clock": _clock,
    "lock": _lock,
    "coin": lambda: (loop(circle(24, 24, 20.5), 3.6), loop(circle(24, 24, 12), 3.6)),
    "house": _house,
    "phone": _phone,
    "paper": _paper,
    "card": _card,
    "pin": _pin,
    "trash": _trash,
    "person": _person,
    "document": _document,
    "printer": _printer,
    "reader": _reader,
    "moon": _moon,
    "pen": _pen,
    "wrench": _wrench,
    "bank": _bank,
    "insurance": _insurance,
    "town": _town,
    "shield": _shield,
    "box": _box,
    "qr": _qr,
}
