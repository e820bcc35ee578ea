"""The recipes themselves, without a window."""

from collections.abc import Iterable

import pytest

from screens.drawings import anchors, aspect, draw, names
from screens.drawings import colours as c
from screens.drawings.recipes import Recipe, lower_ones, recipe_of
from screens.drawings.shapes import Fill, Shape, Stroke
from screens.drawings.tessellation import triangles
from screens.icons import draw_icon, icon_names, icon_shapes
from terminal.endings import every_trouble

PROMISED = [
    "attract",
    "card",
    "card-photo",
    "card-small",
    "pin-small",
    "id-small",
    "reader-insert",
    "reader-take",
    "nfc-lay",
    "nfc-take",
    "e-money-number",
    "e-money-code",
    "paper-out",
    "no-paper",
    "pin-locked",
    "card-lifted",
    "out-of-service",
    "hidden-fields",
    "four-pins",
    "working",
    "card-wrong",
    "network-waiting",
    "ask-by-phone",
    "elsewhere",
    "maintenance",
    "phone-wrong",
]
PROMISED_ICONS = [
    "globe",
    "text-size",
    "contrast",
    "stop",
    "back",
    "forward",
    "search",
    "calendar",
    "clock",
    "info",
    "warning",
    "error",
    "check",
    "barred",
    "lock",
    "coin",
    "house",
    "phone",
    "paper",
    "card",
    "pin",
    "trash",
    "backspace",
    "seal",
    "person",
    "document",
    "printer",
    "reader",
    "network",
    "moon",
    "hand",
    "plus",
    "pen",
]


def extent(shapes: Iterable[Shape]) -> tuple[float, float, float, float]:
    xs: list[float] = []
    ys: list[float] = []
    for shape in shapes:
        points, half = (shape.outline, 0.0) if isinstance(shape, Fill) else (shape.points, shape.width / 2)
        for x, y in points:
            xs += (x - half, x + half)
            ys += (y - half, y + half)
    return min(xs), min(ys), max(xs), max(ys)


def everything(recipe: Recipe) -> list[Shape]:
    return [*recipe.still, *recipe.moving, *(shape for step in recipe.steps for shape in step)]


def test_every_promised_drawing_and_icon_exists() -> None:
    assert set(PROMISED) <= names()
    assert set(PROMISED_ICONS) <= icon_names()


@pytest.mark.parametrize("name", sorted(names()))
def test_a_drawing_stays_inside_its_box_even_while_it_moves(name: str) -> None:
    recipe = recipe_of(name)
    boxes = [extent(everything(recipe))]
    if recipe.moving:
        left, top, right, bottom = extent(recipe.moving)
        dx, dy = recipe.travel
        boxes.append((left + dx, top + dy, right + dx, bottom + dy))
    for left, top, right, bottom in boxes:
        assert left >= -0.01
        assert top >= -0.01
        assert right <= recipe.width + 0.01
        assert bottom <= recipe.height + 0.01


@pytest.mark.parametrize("name", sorted(names()))
def test_a_drawing_fills_its_box_in_one_direction_at_least(name: str) -> None:
    recipe = recipe_of(name)
    left, top, right, bottom = extent(everything(recipe))
    assert (right - left) / recipe.width > 0.93 or (bottom - top) / recipe.height > 0.93


@pytest.mark.parametrize("name", sorted(icon_names()))
def test_an_icon_stays_inside_its_48_units(name: str) -> None:
    left, top, right, bottom = extent(icon_shapes(name))
    assert min(left, top) >= 0
    assert max(right, bottom) <= 48
    assert max(right - left, bottom - top) > 30


@pytest.mark.parametrize("name", sorted(names()))
def test_labels_point_into_the_drawing(name: str) -> None:
    for x, y in anchors(name).values():
        assert 0 <= x <= 1
        assert 0 <= y <= 1
    assert aspect(name) == recipe_of(name).width / recipe_of(name).height


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("reader-insert", {"chip", "photo", "chip-label", "photo-label"}),
        ("e-money-number", {"number"}),
        ("e-money-code", {"code"}),
    ],
)
def test_the_places_with_leader_lines_have_anchors(name: str, wanted: set[str]) -> None:
    assert set(anchors(name)) == wanted


def test_every_trouble_has_a_drawing_and_no_plain_card_stands_for_a_fault() -> None:
    shown = {words.drawing for words in every_trouble().values()}
    assert shown <= names()
    assert {words.slug for words in every_trouble().values() if words.drawing == "card"} == {
        "stopped",
        "left",
    }


def test_a_lower_landscape_is_as_wide_and_less_tall() -> None:
    heights = [recipe_of(name).height for name in lower_ones("attract")]
    assert heights == sorted(heights, reverse=True)
    assert {recipe_of(name).width for name in lower_ones("attract")} == {recipe_of("attract").width}
    assert lower_ones("card") == ("card",)


def _of_colour(name: str, *colours: str) -> list[Shape]:
    return [shape for shape in recipe_of(name).still if shape.colour in colours]


def test_the_chip_lies_opposite_the_photo_and_goes_in_first() -> None:
    chip = extent(_of_colour("reader-insert", c.BROWN))
    photo = extent(_of_colour("reader-insert", c.PHOTO))
    card = extent(_of_colour("reader-insert", c.CARD))
    slot = extent(_of_colour("reader-insert", c.SLOT))
    assert slot[1] < card[1] < chip[1]
    assert chip[3] < photo[1]
    assert chip[1] - card[1] < card[3] - chip[3], "the chip must lie at the end near the reader"
    assert card[3] - photo[3] < photo[1] - card[1], "the photo must lie at the other end"
    assert recipe_of("reader-insert").travel == (0, -12)


def test_the_lamp_waits_is_done_or_shows_trouble() -> None:
    assert _of_colour("reader-insert", c.LAMP_WAITS)
    assert _of_colour("reader-take", c.LAMP_DONE)
    assert _of_colour("card-lifted", c.LAMP_TROUBLE)


@pytest.mark.parametrize(("name", "at"), [("e-money-number", "number"), ("e-money-code", "code")])
def test_the_frame_surrounds_the_place_its_label_points_at(name: str, at: str) -> None:
    recipe = recipe_of(name)
    frames = _of_colour(name, c.ARROW)
    assert len(frames) == 1
    left, top, right, bottom = extent(frames)
    x, y = recipe.anchors[at]
    assert left < x < right
    assert top < y < bottom
    marks = [shape for shape in _of_colour(name, c.LINE) if isinstance(shape, Fill)]
    framed = [m for m in marks if left < extent([m])[0] and extent([m])[2] < right]
    assert len(framed) == (16 if at == "number" else 3)


def test_one_pin_of_four_stands_out() -> None:
    frames = [shape for shape in _of_colour("four-pins", c.PRIMARY) if isinstance(shape, Stroke)]
    assert len(frames) == 1
    dots = [s for s in _of_colour("four-pins", c.LINE) if isinstance(s, Fill)]
    left, top, right, bottom = extent(frames)
    inside = [d for d in dots if left < extent([d])[0] < right and top < extent([d])[1] < bottom]
    assert len(inside) == 4


@pytest.mark.parametrize("name", sorted(names()))
def test_a_drawing_is_cheap_for_the_graphics_chip(name: str) -> None:
    # Measured on the development machine: 9,200 corners, the most of any drawing, are built in 1.4 ms.
    assert len(triangles(everything(recipe_of(name))).corners) < 12_000


def test_an_unknown_name_is_named_in_the_error() -> None:
    from kivy.graphics import InstructionGroup

    with pytest.raises(KeyError, match="dragon"):
        draw("dragon", InstructionGroup(), 0, 0, 10, 10)
    with pytest.raises(KeyError, match="dragon"):
        draw_icon("dragon", InstructionGroup(), 0, 0, 48, (0, 0, 0, 1))
    with pytest.raises(KeyError, match="dragon"):
        aspect("dragon")
    with pytest.raises(KeyError, match="dragon"):
        anchors("dragon")
