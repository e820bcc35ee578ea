"""Every view of the core, in every size, language and panel: nothing overlaps, nothing is cut, nothing is too small."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations

import pytest

from bench.gallery.every_view import every_view
from screens.catalogue import Catalogue
from screens.parts.options import chip_widths
from screens.registry import SCREENS, scene_of
from screens.rendering import Rendering
from screens.scene import Box, Picture, Scene, Target, Words
from screens.theme import GAP, KNOWN_GLASS, TARGET, Glass
from terminal import views
from terminal.controls import Choice
from terminal.endings import every_trouble
from terminal.messages import verbatim
from terminal.presentation import Language, Presentation, TextSize
from terminal.view_parts import Bars, Sheet
from terminal.views import IdleWarning, Trouble, View
from tests.screens.samples import catalogue, samples

CATALOGUE = catalogue()
LONG = Catalogue(
    {
        language: {
            id_: f"{text} {text}" if len(text) > 1 else text
            for id_ in CATALOGUE.ids(language)
            for text in (CATALOGUE.source(id_, language),)
        }
        for language in Language
    }
)
"""Every text of more than one sign, and the same again behind it."""
SAMPLES = samples()
CASES = [
    pytest.param(name, size, language, panel, id=f"{name}-{int(size)}-{language}-{panel}")
    for name in SAMPLES
    for size in TextSize
    for language in Language
    for panel in KNOWN_GLASS
]


def rendering(glass: Glass, size: TextSize = TextSize.NORMAL, language: Language = Language.JA) -> Rendering:
    return Rendering(CATALOGUE, Presentation(language, size), glass)


def pages(view: View, shown: Rendering) -> list[Scene]:
    first = scene_of(view, shown)
    rest = [scene_of(view, replace(shown, page=page)) for page in range(2, first.pages + 1)]
    return [first, *rest]


def box_of(words: Words) -> Box:
    """What the glyphs take: from the top of a kana to the foot of a comma."""
    return Box(words.x, words.baseline - 0.8 * words.size, words.width, 0.88 * words.size)


def overlap(one: Box, other: Box, slack: float = 0.0) -> bool:
    across = min(one.right, other.right) - max(one.x, other.x)
    down = min(one.bottom, other.bottom) - max(one.y, other.y)
    return across > slack and down > slack


def check_targets(scene: Scene, glass: Glass) -> None:
    page = Box(0, 0, glass.width + 0.5, glass.height + 0.5)
    for target in scene.targets:
        assert target.box.x >= 0
        assert target.box.y >= 0
        assert target.box.right <= page.right, target.id
        assert target.box.bottom <= page.bottom, target.id
        assert target.box.height >= TARGET, target.id
        # Letters are 9.8 mm wide by design, chips and the buttons of S12's lines 13.7 mm.
        assert target.box.width >= (80 if target.role is None else 112) - 0.01, target.id
    for one, other in combinations(scene.targets, 2):
        assert not overlap(one.box.grown(GAP / 2), other.box.grown(GAP / 2), 0.01), (one.id, other.id)


def check_words(scene: Scene, glass: Glass) -> None:
    free = [item for item in scene.items if isinstance(item, Words)]
    page = Box(0, 0, glass.width, glass.height)
    for words in free:
        box = box_of(words)
        assert box.x >= page.x - 0.5 and box.right <= page.right + 1, words.text
        assert box.y >= page.y - 0.5 and box.bottom <= page.bottom + 1, words.text
        for target in scene.targets:
            assert not overlap(box, target.box, 1), (words.text, target.id)
    for one, other in combinations(free, 2):
        assert not overlap(box_of(one), box_of(other), 2), (one.text, other.text)
    for target in scene.targets:
        check_label(target)


def check_label(target: Target) -> None:
    for words in (item for item in target.normal if isinstance(item, Words)):
        box = box_of(words)
        assert box.x >= target.box.x and box.right <= target.box.right + 0.5, (target.id, words.text)
        assert box.y >= target.box.y and box.bottom <= target.box.bottom + 0.5, (target.id, words.text)


def _turns_pages(view: View) -> bool:
    """A keypad, the list of S4 and S1 stand on one page whatever happens: their texts get smaller instead."""
    return not SCREENS[view.name].one_page and not any(True for _ in view.fields())


@pytest.mark.parametrize("language", [Language.JA, Language.EN])
@pytest.mark.parametrize("name", [name for name, view in SAMPLES.items() if _turns_pages(view)])
def test_there_is_room_for_texts_twice_as_long(name: str, language: Language) -> None:
    """For the languages that come later (FLOW §6)."""
    shown = replace(rendering(KNOWN_GLASS["720x1280"], language=language), catalogue=LONG)
    for scene in pages(SAMPLES[name], shown):
        assert scene.room >= -0.5, f"page {scene.page} overflows by {-scene.room:.0f}"


@pytest.mark.parametrize(("name", "size", "language", "panel"), CASES)
def test_nothing_overlaps_and_nothing_is_cut(
    name: str, size: TextSize, language: Language, panel: str
) -> None:
    glass = KNOWN_GLASS[panel]
    for scene in pages(SAMPLES[name], rendering(glass, size, language)):
        assert scene.room >= -0.5, f"page {scene.page} overflows by {-scene.room:.0f}"
        check_targets(scene, glass)
        check_words(scene, glass)


@pytest.mark.parametrize("size", list(TextSize))
@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_every_choice_and_every_warning_stands_on_some_page(name: str, size: TextSize) -> None:
    view = SAMPLES[name]
    shown = rendering(KNOWN_GLASS["720x1280"], size)
    scenes = pages(view, shown)
    ids = {target.id for scene in scenes for target in scene.targets}
    assert {choice.id for choice in view.choices()} <= ids
    texts = {text for scene in scenes for text in scene.texts}
    for part in view.parts:
        if isinstance(part, Bars):
            assert {shown.text(line) for line in (*part.happened, *part.not_done, *part.next)} <= texts
        if isinstance(part, Sheet):
            assert {shown.text(line.value) for line in part.lines} <= texts


@pytest.mark.parametrize("size", list(TextSize))
def test_the_real_action_stands_on_the_last_page_only(size: TextSize) -> None:
    scenes = pages(SAMPLES["S12-confirm"], rendering(KNOWN_GLASS["720x1280"], size))
    assert [scene.target("apply") is not None for scene in scenes] == [False] * (len(scenes) - 1) + [True]
    assert [scene.target("page-next") is not None for scene in scenes] == [True] * (len(scenes) - 1) + [False]


def test_every_view_class_has_a_screen_and_is_in_the_gallery() -> None:
    names = {
        name
        for name, value in vars(views).items()
        if isinstance(value, type) and issubclass(value, View) and value is not View
    }
    assert set(SCREENS) == names
    assert {view.name for view in every_view().values()} == names


def test_every_trouble_is_in_the_gallery() -> None:
    shown = [view.code for view in every_view().values() if isinstance(view, Trouble)]
    assert set(shown) >= {words.code for words in every_trouble().values()}
    assert len(shown) == len(set(shown))


ONE_PAGE = (
    "S03-checklist",
    "S05-terms",
    "S05-terms-register-first",
    "S06-consent",
    "S12-confirm",
    "S14-paper",
)


@pytest.mark.parametrize("name", ONE_PAGE)
@pytest.mark.parametrize("language", [Language.JA, Language.EN])
def test_the_screens_of_the_way_fit_one_page_at_normal_size(name: str, language: Language) -> None:
    assert len(pages(SAMPLES[name], rendering(KNOWN_GLASS["720x1280"], language=language))) == 1


@pytest.mark.parametrize("name", ["S01-attract", "X1-idle", "S09-id", "S13-pin", "S04-services"])
@pytest.mark.parametrize("language", list(Language))
def test_screens_that_must_be_whole_never_turn_pages(name: str, language: Language) -> None:
    for size in TextSize:
        assert len(pages(SAMPLES[name], rendering(KNOWN_GLASS["720x1280"], size, language))) == 1


@pytest.mark.parametrize("name", ["S09-id", "S10-again", "S12-confirm"])
def test_a_cover_leaves_no_value_to_be_read(name: str) -> None:
    shown = replace(rendering(KNOWN_GLASS["720x1280"]), covered=True)
    scene = scene_of(SAMPLES[name], shown)
    told = " ".join((*scene.texts, *(text for field in scene.fields for text in field.groups)))
    painted = "".join(item.text for item in scene.items if isinstance(item, Words))
    for value in ("5019", "0042", "37", "3721", "1234", "あおば"):
        assert value not in told
        assert value not in painted


def test_a_pin_is_never_words() -> None:
    scene = scene_of(SAMPLES["S13-pin-last-try-ready"], rendering(KNOWN_GLASS["720x1280"]))
    assert scene.fields[0].groups == ("●", "●", "●", "●")


def test_stop_never_moves_and_nothing_else_stands_there() -> None:
    place = Box(536, 60, 152, 124)
    for name, view in SAMPLES.items():
        scene = scene_of(view, rendering(KNOWN_GLASS["720x1280"]))
        there = [target.id for target in scene.targets if overlap(target.box, place)]
        assert there == (["stop"] if view.stop is not None else []), name


def test_the_idle_warning_shows_no_field() -> None:
    assert not any(True for view in SAMPLES.values() if isinstance(view, IdleWarning) for _ in view.fields())


EQUAL = ("ab", "cd", "ef", "gh", "ij")


def chips(*labels: str) -> list[float]:
    choices = [Choice(label, verbatim(label)) for label in labels]
    return chip_widths(choices, rendering(KNOWN_GLASS["720x1280"], language=Language.EN), 656)


def test_chips_are_equal_unless_a_label_needs_more() -> None:
    assert len(set(chips(*EQUAL))) == 1
    widths = chips("All", "IC card", "QR pay", "Credit", "Other")
    assert widths[3] == max(widths) > min(widths) >= 112
    assert sum(widths) + 4 * GAP == pytest.approx(656)


@pytest.mark.parametrize("language", list(Language))
def test_no_label_touches_the_edge_of_its_chip(language: Language) -> None:
    scene = scene_of(SAMPLES["S04-services"], rendering(KNOWN_GLASS["720x1280"], language=language))
    for target in (target for target in scene.targets if target.id.startswith("kind-")):
        for words in (item for item in target.normal if isinstance(item, Words)):
            assert words.x - target.box.x >= 8, words.text
            assert target.box.right - (words.x + words.width) >= 8, words.text


@pytest.mark.parametrize("language", list(Language))
def test_reception_numbers_stand_exactly_below_each_other(language: Language) -> None:
    scene = scene_of(SAMPLES["S14-paper"], rendering(KNOWN_GLASS["720x1280"], language=language))
    lefts = {
        item.x for item in scene.items if isinstance(item, Words) and re.fullmatch(r"\w{4}-\w{4}", item.text)
    }
    assert len(lefts) == 1


ONE_PAGE_IN_EASY_JAPANESE = (
    *ONE_PAGE,
    "S12-confirm-revealed",
    "S13-pin-last-try",
    "S14-in-part",
    "S14-paper-offline",
)


@pytest.mark.parametrize("name", ONE_PAGE_IN_EASY_JAPANESE)
def test_easy_japanese_says_it_on_one_page_too(name: str) -> None:
    assert len(pages(SAMPLES[name], rendering(KNOWN_GLASS["720x1280"], language=Language.EASY))) == 1


@pytest.mark.parametrize("language", list(Language))
def test_no_trouble_loses_its_drawing_at_normal_size(language: Language) -> None:
    for name, view in every_view().items():
        if isinstance(view, Trouble):
            scene = scene_of(view, rendering(KNOWN_GLASS["720x1280"], language=language))
            assert any(isinstance(item, Picture) for item in scene.items), name
