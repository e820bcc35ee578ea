"""Furigana: its markup, and where it stands."""

from __future__ import annotations

from itertools import pairwise

from screens.ruby import Reading, plain, readings
from screens.theme import Style
from screens.typeset import Compositor, ruby_style

TEXT = "カードの ｜暗証番号《あんしょうばんごう》です"


def test_markup_is_bases_with_their_readings() -> None:
    assert readings(TEXT) == [
        Reading("カードの "),
        Reading("暗証番号", "あんしょうばんごう"),
        Reading("です"),
    ]


def test_without_furigana_only_the_bases_are_left() -> None:
    assert plain(TEXT) == "カードの 暗証番号です"
    words = Compositor(1.0, ruby=False).set(TEXT, Style(34), 600).place(0, 0, 600, "#000000")
    assert "".join(word.text for word in words) == "カードの 暗証番号です"


def test_furigana_stands_above_its_base_and_reaches_little_over_its_neighbours() -> None:
    style = Style(34)
    words = Compositor(1.0, ruby=True).set(TEXT, style, 600).place(0, 0, 600, "#000000")
    base = [word for word in words if word.text in "暗証番号" and word.size == 34]
    above = [word for word in words if word.size == ruby_style(style).size]
    assert "".join(word.text for word in above) == "あんしょうばんごう"
    assert all(word.baseline < base[0].baseline - 0.8 * 34 for word in above)
    left, right = min(w.x for w in base), max(w.x + w.width for w in base)
    reach = ruby_style(style).size / 2
    assert min(w.x for w in above) >= left - reach - 4
    assert max(w.x + w.width for w in above) <= right + reach + 4


def test_a_wide_reading_spreads_its_base() -> None:
    compositor = Compositor(1.0, ruby=True)
    narrow = compositor.set("人", Style(34), 300).width
    wide = compositor.set("｜人《にんげんたち》", Style(34), 300).width
    assert wide > narrow


def test_a_reading_reaches_over_kana_but_never_over_another_reading() -> None:
    compositor = Compositor(1.0, ruby=True)
    between_kana = compositor.set("の｜行《ぎょう》に", Style(34), 600)
    assert between_kana.width < compositor.set("の｜行《ぎょう》｜行《ぎょう》に", Style(34), 600).width - 60
    words = compositor.set("｜行《ぎょう》｜行《ぎょう》", Style(34), 600).place(0, 0, 600, "#000000")
    above = [word for word in words if word.size == ruby_style(Style(34)).size]
    assert all(one.x + one.width <= other.x + 0.5 for one, other in pairwise(above))


def test_a_line_with_furigana_is_higher_and_its_base_is_never_parted() -> None:
    compositor = Compositor(1.0, ruby=True)
    setting = compositor.set(TEXT, Style(34), 300)
    assert any([atom.text for atom in line].count("暗証番号") == 1 for line in setting.lines)
    assert setting.height > compositor.set(plain(TEXT), Style(34), 300).height
