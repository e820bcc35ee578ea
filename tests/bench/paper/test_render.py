"""The renderer shows what a Japanese ESC/POS printer would burn. Bytes by hand from the command reference."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops

from bench.paper.commands import UnknownCommandError, commands_in
from bench.paper.render import MARGIN, WIDTH, render

SETUP = b"\x1b@\x1cC\x01\x1cS\x00\x00\x1dP\xcb\xcb"


def box(data: bytes) -> tuple[int, int, int, int]:
    """Left, upper, right, lower edge of the ink, without the margin."""
    found = ImageChops.invert(render(data).convert("L")).getbbox()
    assert found is not None
    return found[0], found[1] - MARGIN, found[2], found[3] - MARGIN


def same(one: bytes, other: bytes) -> bool:
    first, second = render(one), render(other)
    return first.size == second.size and first.tobytes() == second.tobytes()


def kanji(text: str) -> bytes:
    return text.encode("cp932")


def test_kanji_need_their_code_system_set() -> None:
    assert same(SETUP + kanji("国") + b"\n", SETUP + b"\x1c&" + kanji("国") + b"\n")
    assert not same(SETUP + kanji("国") + b"\n", b"\x1b@\x1cS\x00\x00\x1dP\xcb\xcb" + kanji("国") + b"\n")


def test_a_japanese_model_prints_a_yen_sign_for_a_backslash_until_told_otherwise() -> None:
    assert not same(SETUP + b"\\\n", SETUP + b"\x1bR\x00\\\n")


def test_katakana_need_their_code_table() -> None:
    assert not same(SETUP + b"\xb1\n", SETUP + b"\x1bt\x01\xb1\n")


@pytest.mark.parametrize(("n", "wide", "high"), [(0x00, 1, 1), (0x10, 2, 1), (0x01, 1, 2), (0x22, 3, 3)])
def test_gs_exclamation_multiplies_width_and_height(n: int, wide: int, high: int) -> None:
    left, top, right, bottom = box(SETUP + bytes((0x1D, 0x21, n)) + kanji("国") + b"\n")
    assert 24 * wide * 0.8 <= right - left <= 24 * wide
    assert 24 * high * 0.75 <= bottom - top <= 24 * high


def test_fs_exclamation_doubles_kanji_only() -> None:
    assert same(SETUP + b"\x1c!\x0c" + kanji("国") + b"\n", SETUP + b"\x1d!\x11" + kanji("国") + b"\n")
    assert same(SETUP + b"\x1c!\x0cabc\n", SETUP + b"abc\n")


@pytest.mark.parametrize(("n", "left"), [(0, 0), (1, 276), (2, 552)])
def test_alignment_moves_the_whole_line(n: int, left: int) -> None:
    plain, _, _, _ = box(SETUP + kanji("国") + b"\n")
    moved, _, _, _ = box(SETUP + bytes((0x1B, 0x61, n)) + kanji("国") + b"\n")
    assert moved - plain == left


def test_bold_has_more_ink() -> None:
    def dots(data: bytes) -> int:
        return int((~np.array(render(data))).sum())

    assert dots(SETUP + b"\x1bE\x01" + kanji("国") + b"\n") > dots(SETUP + kanji("国") + b"\n")


def test_inverted_letters_are_the_negative_of_their_cell() -> None:
    plain = np.array(render(SETUP + kanji("国") + b"\n"))[MARGIN : MARGIN + 24, :24]
    inverted = np.array(render(SETUP + b"\x1dB\x01" + kanji("国") + b"\n"))[MARGIN : MARGIN + 24, :24]
    assert (plain == ~inverted).all()


def test_feeds_are_in_motion_units_or_lines() -> None:
    def height(data: bytes) -> int:
        return render(data).height - 2 * MARGIN

    assert height(b"\x1dP\xcb\xcb\x1bJ\x64") == 100
    assert height(b"\x1bJ\x64") == 50  # 1/406 inch before GS P
    assert height(SETUP + b"\x1b3\x28\x1bd\x03") == 120
    assert height(SETUP + b"\x1b3\x05" + kanji("国") + b"\n") == 24  # never less than the letters


@pytest.mark.parametrize(("mode", "size"), [(0, (16, 2)), (1, (32, 2)), (2, (16, 4)), (3, (32, 4))])
def test_a_raster_picture_is_as_large_as_its_mode_says(mode: int, size: tuple[int, int]) -> None:
    data = b"\x1dv0" + bytes((mode, 2, 0, 2, 0)) + b"\xff" * 4
    assert box(data) == (0, 0, *size)


def test_a_text_longer_than_the_line_goes_on_in_the_next() -> None:
    assert same(SETUP + b"a" * 50 + b"\n", SETUP + b"a" * 48 + b"\n" + b"aa\n")


def qr(content: bytes, module: int) -> bytes:
    store = b"\x1d(k" + (len(content) + 3).to_bytes(2, "little") + b"1P0" + content
    model = b"\x1d(k\x04\x001A2\x00"
    return (
        model + b"\x1d(k\x03\x001C" + bytes((module,)) + b"\x1d(k\x03\x001E1" + store + b"\x1d(k\x03\x001Q0"
    )


@pytest.mark.parametrize("content", [b"K7M-29Q", "申込".encode(), b"0" * 60])
def test_a_native_qr_code_can_be_read(content: bytes) -> None:
    picture = render(b"\x1ba\x01\x1bJ\xff" + qr(content, 6) + b"\x1bJ\xff")
    assert cv2.QRCodeDetector().detectAndDecode(np.array(picture.convert("RGB")))[0] == content.decode()


@pytest.mark.parametrize(
    ("data", "offset"),
    [
        (b"abc\n\x01", 4),
        (b"\x1bZ", 0),
        (b"ab\x1d\x99", 2),
        (b"\n\x1dV\x07", 1),
        (b"\x1d(L\x02\x00ab", 0),
        (b"\x10\x04\x01", 0),  # real-time commands never reach the paper
        (b"ab\n\x1dv0\x00\x02\x00\x02\x00\xff", 3),  # cut short
        (b"abc\n\x1b", 4),
        (b"x\x1dv0\x00\x01\x00\x01\x00\xff", 1),  # a picture in the middle of a line
    ],
)
def test_what_is_not_understood_is_an_error_with_its_place(data: bytes, offset: int) -> None:
    with pytest.raises(UnknownCommandError) as caught:
        render(data)
    assert caught.value.offset == offset
    assert str(offset) in str(caught.value)


@given(st.binary(max_size=60))
def test_any_bytes_are_either_all_understood_or_refused(data: bytes) -> None:
    try:
        commands = commands_in(data)
    except UnknownCommandError as error:
        assert 0 <= error.offset < len(data)
    else:
        assert b"".join(command.raw for command in commands) == data


def test_the_paper_is_576_dots_wide() -> None:
    assert render(b"\n").size[0] == WIDTH == 576
    assert isinstance(render(b"\n"), Image.Image)
