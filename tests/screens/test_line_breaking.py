"""Line breaking: nothing lost, nothing too wide, 禁則 kept."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screens.line_breaking import (
    NO_END,
    NO_START,
    Atom,
    Break,
    balance,
    break_between,
    break_lines,
    by_sentences,
    measure,
)
from screens.theme import Face, Style
from screens.typeset import Compositor

TEXT = st.text(
    alphabet="あいうきゃっんをにアイウカード暗証番号手続、。（）「」ー 123ABab-%", min_size=1, max_size=60
)
WIDTH = st.integers(min_value=300, max_value=700)
STYLE = Style(34)
COMPOSITOR = Compositor(1.0)


def lines_of(text: str, width: float, style: Style = STYLE) -> list[str]:
    return ["".join(atom.text for atom in line) for line in COMPOSITOR.set(text, style, width).lines]


def squeezed(text: str) -> str:
    return "".join(glyph for glyph in text if glyph not in " \u200b\u2005\u3000\n")


@given(TEXT, WIDTH)
def test_no_glyph_is_lost_or_doubled(text: str, width: int) -> None:
    assert squeezed("".join(lines_of(text, width))) == squeezed(text)


@given(TEXT, WIDTH)
def test_no_line_is_wider_than_its_box(text: str, width: int) -> None:
    setting = COMPOSITOR.set(text, STYLE, width)
    assert setting.width <= width + 0.5


def glued(text: str) -> int:
    """The longest stretch in which no break is allowed."""
    atoms = COMPOSITOR._atoms(text, STYLE)
    longest = current = 0.0
    for index, atom in enumerate(atoms):
        current += atom.width
        longest = max(longest, current)
        if index + 1 < len(atoms) and break_between(atom, atoms[index + 1]) is not Break.NEVER:
            current = 0.0
    return int(longest)


@given(TEXT, WIDTH)
def test_kinsoku_holds_wherever_what_belongs_together_fits_a_line(text: str, width: int) -> None:
    if glued(text) > width:
        return
    lines = [line for line in lines_of(text, width) if line]
    for before, after in pairwise(lines):
        assert after[0] not in NO_START, lines
        assert before[-1] not in NO_END, lines


@given(TEXT, WIDTH)
def test_a_balanced_text_has_no_more_lines_than_a_plain_one(text: str, width: int) -> None:
    atoms = COMPOSITOR._atoms(text, STYLE)
    plain, even = break_lines(atoms, width), balance(atoms, width)
    assert len(even.lines) == len(plain.lines)
    assert even.worst >= plain.worst


def test_a_phrase_ends_a_line_before_a_character_does() -> None:
    assert lines_of("次にまちがえると、暗証番号が 使えなくなります", 540) == [
        "次にまちがえると、暗証番号が",
        "使えなくなります",
    ]


def test_a_number_keeps_its_unit() -> None:
    for width in range(200, 700, 20):
        for line in lines_of("カードを2022年9月30日までに申し込んだ人が もらえます", width)[1:]:
            assert line[0] not in "年月日"


def test_latin_words_stay_whole() -> None:
    text = "Leave it in until this screen asks you to take it"
    words = set(text.split())
    for width in range(200, 700, 25):
        assert set(" ".join(lines_of(text, width)).split()) == words


def test_a_word_wider_than_its_box_is_parted_rather_than_cut() -> None:
    lines = lines_of("Donaudampfschifffahrtsgesellschaft", 200)
    assert len(lines) > 1
    assert "".join(lines) == "Donaudampfschifffahrtsgesellschaft"


def test_no_single_character_is_left_on_a_last_line() -> None:
    assert all(len(line) >= 3 for line in lines_of("もどりますもどりますもどります", 34 * 14))


@pytest.mark.parametrize("face", list(Face))
def test_what_is_measured_is_what_kivy_renders(face: Face) -> None:
    from kivy.core.text import Label

    text = "暗証番号 4けた ABC" if face is not Face.LATIN else "Insert your card"
    width = COMPOSITOR.width(text, Style(46, True, face))
    label = Label(text=text, font_name=face.value, font_size=46, bold=True)
    label.resolve_font_name()
    rendered, _ = label.get_extents(text)
    assert rendered <= width + 1, "a run wider than measured would leave its box"
    assert abs(rendered - width) <= 0.04 * width


def test_closing_spaces_have_no_width() -> None:
    assert measure([Atom("あ", 34), Atom(" ", 11)]) == 34


def test_each_sentence_begins_a_line_if_that_costs_none() -> None:
    assert lines_of("申込みは 受け付けていません。お金は 使っていません。", 624) == [
        "申込みは 受け付けていません。",
        "お金は 使っていません。",
    ]
    assert lines_of("Nothing was accepted. What you entered has been erased.", 680) == [
        "Nothing was accepted.",
        "What you entered has been erased.",
    ]


def test_a_last_line_is_no_stump() -> None:
    assert lines_of("24時間から3日 たってから、また来て ください。", 600) == [
        "24時間から3日 たってから、",
        "また来て ください。",
    ]


def test_a_list_is_parted_between_its_items() -> None:
    assert lines_of("暗証番号・マイナンバー・口座番号のこと", 500)[0] == "暗証番号・マイナンバー・"


@given(TEXT, WIDTH)
def test_sentences_and_stumps_never_cost_a_line(text: str, width: int) -> None:
    atoms = COMPOSITOR._atoms(text, STYLE)
    plain, better = break_lines(atoms, width), by_sentences(atoms, width)
    assert len(better.lines) == len(plain.lines)
    assert better.worst >= plain.worst
    assert max(map(measure, better.lines)) <= max(width, *map(measure, plain.lines)) + 0.01


def test_the_hours_go_to_a_line_of_their_own_rather_than_part() -> None:
    assert lines_of("0000-00-0000（9時から17時）", 300) == ["0000-00-0000", "（9時から17時）"]


def test_two_phrases_on_two_lines_are_not_parted_for_the_sake_of_evenness() -> None:
    assert lines_of("申込みは 受け付けていません。", 450) == ["申込みは", "受け付けていません。"]
