"""How text is broken into lines and set on 576 dots."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from drivers.printer.charset import BREAK_MARK, GETA, clusters, columns_of, kanji_bytes, printable, width
from drivers.printer.kinsoku import NEVER_FIRST, NEVER_LAST, wrap
from drivers.printer.layout import Piece, SetLine, lay_out
from terminal.ports import Align, CutLine, FeedLine, PairLine, QrLine, RuleLine, TextLine

JAPANESE = st.text(
    st.sampled_from("あいうえお漢字結果申込ャッ、。「」（）ー・abc019-./# 　\u200b𠮷髙﨑①ｶﾞ…々%"), max_size=80
)


@pytest.mark.parametrize(
    ("text", "columns", "lines"),
    [
        ("みじかい", 12, ("みじかい",)),
        ("あいうえお、かき", 10, ("あいうえ", "お、かき")),  # a comma pulls its character down
        ("あいう「えお」か", 8, ("あいう", "「えお」", "か")),  # an opening bracket goes to the next line
        ("あいうえっか", 8, ("あいう", "えっか")),
        ("あいデータ", 6, ("あいデ"[:2], "データ")),
        ("電話は0000-00-0000です", 16, ("電話は", "0000-00-0000です")),  # a number stays whole
        ("警察は#9110", 8, ("警察は", "#9110")),
        ("abcdefghijkl", 5, ("abcde", "fghij", "kl")),
        ("暗証番号を 電話で聞くことは ありません。", 24, ("暗証番号を", "電話で聞くことは", "ありません。")),
        ("結果が「できました」\u200bになってから", 24, ("結果が「できました」", "になってから")),
        ("a b", 40, ("a b",)),
        ("一\n二", 40, ("一", "二")),
        ("", 10, ("",)),
        ("あ……い", 4, ("あ", "……", "い")),
        ("、、、、、", 4, ("、、", "、、", "、")),  # nothing better exists: it ends all the same
    ],
)
def test_lines_break_where_a_japanese_reader_expects(text: str, columns: int, lines: tuple[str, ...]) -> None:
    assert wrap(text, columns) == lines


@given(JAPANESE | st.text(max_size=60), st.integers(4, 48))
def test_no_line_is_wider_than_the_paper(text: str, columns: int) -> None:
    assert all(width(line) <= columns for line in wrap(text, columns))


@given(JAPANESE | st.text(max_size=60), st.integers(2, 48))
def test_wrapping_loses_nothing_but_blanks(text: str, columns: int) -> None:
    def ink(some: str) -> str:
        return "".join(some.replace(BREAK_MARK, "").split())

    kept = "".join("".join(clusters(paragraph)) for paragraph in printable(text).split("\n"))
    assert ink("".join(wrap(text, columns))) == ink(kept)


# Words separated by at most two forbidden characters: then a lawful place is always near.
_LAWFUL = st.lists(
    st.tuples(
        st.sampled_from(["", "「", "（"]),
        st.text(st.sampled_from("あいう漢字申込"), min_size=2, max_size=9),
        st.sampled_from(["", "、", "。", "」", "）、", "ー"]),
    ),
    max_size=12,
).map(lambda parts: "".join("".join(part) for part in parts))


@given(_LAWFUL, st.integers(12, 48))
def test_no_line_begins_or_ends_with_a_forbidden_character(text: str, columns: int) -> None:
    lines = wrap(text, columns)
    assert not any(line[0] in NEVER_FIRST for line in lines[1:] if line)
    assert not any(line[-1] in NEVER_LAST for line in lines[:-1] if line)


@pytest.mark.parametrize(
    ("cluster", "columns"),
    [
        ("a", 1),
        ("ｱ", 1),
        ("漢", 2),
        ("①", 2),
        ("髙", 2),
        ("𠮷", 2),
        ("é", 1),
        ("葛\U000e0100", 2),
        (BREAK_MARK, 0),
    ],
)
def test_width_is_that_of_the_printers_cells(cluster: str, columns: int) -> None:
    assert columns_of(cluster) == columns


@pytest.mark.parametrize("text", ["髙﨑①", "みほん店～－", "ｱｲｳ abc\\~"])
def test_these_are_in_the_printers_font(text: str) -> None:
    assert kanji_bytes(text) == text.encode("cp932")


@pytest.mark.parametrize("text", ["𠮷", "葛\U000e0100", "한", "\ue000"])
def test_these_are_not_in_the_printers_font(text: str) -> None:
    assert kanji_bytes(text) is None


def test_both_spellings_of_the_wave_dash_print_as_text() -> None:
    assert kanji_bytes(printable("9時〜17時−¥")) == "9時～17時－￥".encode("cp932")


def test_a_combining_dakuten_joins_its_kana_and_a_compatibility_kanji_stays_itself() -> None:
    assert clusters("か\u3099神") == ("が", "神")


@given(st.text())
def test_no_control_character_reaches_the_printer(text: str) -> None:
    assert all(character == "\n" or ord(character) >= 0x20 for character in printable(text))


def test_an_escape_in_the_settings_becomes_a_visible_mark() -> None:
    assert printable("店\x1b@\x10\x04") == f"店{GETA}@{GETA}{GETA}"


def test_label_and_value_stand_on_one_line_when_they_fit() -> None:
    assert lay_out((PairLine("場所", "駅前店", bold=True),)) == (
        SetLine((Piece("場所", 0), Piece("駅前店", 576 - 72, True))),
    )


def test_a_value_that_does_not_fit_goes_right_aligned_below() -> None:
    value = "い" * 23
    assert lay_out((PairLine("場所", value),)) == (
        SetLine((Piece("場所", 0),)),
        SetLine((Piece(value, 576 - 23 * 24),)),
    )


def test_a_second_line_of_a_value_goes_below_the_first() -> None:
    assert lay_out((PairLine("受付", "7月15日\n（令和4年）"),)) == (
        SetLine((Piece("受付", 0), Piece("7月15日", 576 - 84))),
        SetLine((Piece("（令和4年）", 576 - 132),)),
    )


def test_centred_text_has_the_same_white_on_both_sides() -> None:
    (line,) = lay_out((TextLine("受付票", size=2, align=Align.CENTRE),))
    assert line == SetLine((Piece("受付票", 216),), 2)


def test_an_indent_never_leaves_less_than_two_characters() -> None:
    lines = lay_out((TextLine("あいうえ", size=4, indent=99),))
    assert [line.pieces[0].text for line in lines if isinstance(line, SetLine)] == ["あい", "うえ"]


def test_lines_without_text_pass_unchanged() -> None:
    others = (QrLine("K7M"), RuleLine(), FeedLine(7), CutLine())
    assert lay_out(others) == others


@pytest.mark.parametrize("size", [0, 5])
def test_a_size_the_printer_does_not_have_is_a_fault_of_the_caller(size: int) -> None:
    with pytest.raises(ValueError, match="size"):
        lay_out((TextLine("あ", size=size),))


@given(
    JAPANESE, JAPANESE, st.integers(1, 4), st.integers(0, 30), st.booleans(), st.sampled_from([32, 42, 48])
)
def test_nothing_is_set_outside_the_paper_or_over_each_other(
    one: str, other: str, size: int, indent: int, centred: bool, columns: int
) -> None:
    align = Align.CENTRE if centred else Align.LEFT
    laid = lay_out((TextLine(one, size, align=align, indent=indent), PairLine(one, other, size)), columns)
    assume(laid)
    for line in laid:
        assert isinstance(line, SetLine)
        edge = 0
        for piece in line.pieces:
            assert piece.x >= edge
            edge = piece.x + width(piece.text) * 12 * size
        assert edge <= columns * 12
