"""The kana keys of the search: readable without kana in English, and honest about which of them lead on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from screens.keypads import KANA_ROWS, OTHERS_IN_LATIN
from screens.registry import scene_of
from screens.rendering import Rendering
from screens.scene import Fill, Target, Words
from screens.theme import KNOWN_GLASS
from terminal.controls import KANA_ROWS_IN_LATIN, Field, FieldKind, Group, GroupState
from terminal.presentation import Language, Presentation
from terminal.view_parts import Entry
from terminal.views import View
from tests.screens.samples import catalogue, samples


def keys(view: View, language: Language) -> dict[str, Target]:
    shown = Rendering(catalogue(), Presentation(language), KNOWN_GLASS["720x1280"])
    return {target.id: target for target in scene_of(view, shown).targets}


def written(target: Target) -> list[str]:
    return [item.text for item in target.normal if isinstance(item, Words)]


def dashed(target: Target) -> bool:
    return any(isinstance(item, Fill) and item.dashed for item in target.normal)


@pytest.mark.parametrize("row", KANA_ROWS)
def test_in_english_each_key_says_its_sounds_in_latin_letters(row: str) -> None:
    label = [f"{row} {KANA_ROWS_IN_LATIN[row]}", OTHERS_IN_LATIN[row]]
    assert written(keys(samples()["S04-search"], Language.EN)[f"name/{row}"]) == label


@pytest.mark.parametrize("language", [Language.JA, Language.EASY])
@pytest.mark.parametrize("row", KANA_ROWS)
def test_in_japanese_each_key_shows_its_kana_only(row: str, language: Language) -> None:
    assert written(keys(samples()["S04-search"], language)[f"name/{row}"]) == [row, KANA_ROWS[row]]


def test_a_key_that_leads_nowhere_is_dashed_the_touched_one_too() -> None:
    typed = (Group(1, "あ", GroupState.COMPLETE), Group(1, "", GroupState.CURRENT))
    field = Field("name", FieldKind.KANA, typed, leading=frozenset({"た"}))
    view = replace(samples()["S04-search"], parts=(Entry(field),))
    dead = {
        key for key, target in keys(view, Language.JA).items() if key.startswith("name/") and dashed(target)
    }
    assert dead == {f"name/{row}" for row in (*KANA_ROWS, "A")} - {"name/た"}


def test_nothing_is_dashed_before_the_first_touch_unless_it_finds_nothing() -> None:
    field = Field("name", FieldKind.KANA, (Group(1, "", GroupState.CURRENT),))
    view = replace(samples()["S04-search"], parts=(Entry(field),))
    assert not any(dashed(target) for target in keys(view, Language.JA).values() if "/" in target.id)


@pytest.mark.parametrize("language", list(Language))
def test_the_keys_stay_where_they_are_when_one_is_touched(language: Language) -> None:
    before, after = (keys(samples()[name], language) for name in ("S04-search", "S04-search-typed"))
    moved = {key for key, target in before.items() if "/" in key and after[key].box != target.box}
    assert moved == set()
