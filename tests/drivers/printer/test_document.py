"""The bytes of a paper, judged by the bench's renderer, which knows the printer and not the driver."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from bench.paper.commands import commands_in
from bench.paper.render import MARGIN, WIDTH, render
from drivers.printer.document import EJECT, compose
from drivers.printer.layout import Piece, SetLine
from drivers.printer.raster import line_picture
from terminal.ports import Align, CutLine, FeedLine, PairLine, Paper, QrLine, RuleLine, TextLine
from tests.drivers.printer.papers import BOTH, LARGE, NORMAL

PICTURES = Path(__file__).parent / "pictures"
MOST_BYTES = 4000


def job(*lines: TextLine | PairLine | QrLine | RuleLine | FeedLine | CutLine) -> bytes:
    return b"".join(part.data for part in compose(lines))


def names(data: bytes) -> list[str]:
    return [command.name for command in commands_in(data)]


def ink(picture: Image.Image) -> tuple[int, int, int, int]:
    """Left, upper, right, lower edge of what is black; without the margins of the paper."""
    box = ImageChops.invert(picture.convert("L")).getbbox()
    assert box is not None
    return box[0], box[1] - MARGIN, box[2], box[3] - MARGIN


def read_qr(picture: Image.Image) -> str:
    return cv2.QRCodeDetector().detectAndDecode(np.array(picture.convert("RGB")))[0]


@pytest.mark.parametrize("paper", [NORMAL, BOTH], ids=["application", "reservation and application"])
def test_a_receipt_of_normal_size_takes_at_most_4_kb(paper: Paper) -> None:
    assert len(b"".join(part.data for part in compose(paper))) <= MOST_BYTES


@pytest.mark.parametrize("paper", [NORMAL, LARGE], ids=["normal", "large"])
def test_the_number_is_read_back_from_the_printed_qr_code(paper: Paper) -> None:
    assert read_qr(render(job(*paper))) == "K7M-29Q"


@pytest.mark.parametrize("module", [3, 9, 12, 16])
def test_the_qr_code_has_four_white_modules_on_every_side(module: int) -> None:
    def line() -> TextLine:
        return TextLine("█" * 24)

    alone = render(job(line(), line()))
    rows = ~np.array(render(job(line(), QrLine("K7M-29Q", module), line())))
    full = np.flatnonzero(
        rows[:, :24].any(axis=1)
    )  # the two lines of text reach the left edge, the code does not
    gap = int(np.argmax(np.diff(full)))
    upper, lower = int(full[gap]), int(full[gap + 1])
    code = np.flatnonzero(rows[upper + 1 : lower].any(axis=1)) + upper + 1
    assert alone.height < len(rows)
    assert code[-1] - code[0] + 1 == 21 * module
    assert code[0] - upper - 1 >= 4 * module
    assert lower - code[-1] - 1 >= 4 * module
    across = np.flatnonzero(rows[code[0] : code[-1] + 1].any(axis=0))
    assert across[0] >= 4 * module
    assert WIDTH - 1 - across[-1] >= 4 * module


@pytest.mark.parametrize("text", ["髙﨑①", "みほん駅前店", "ｱｲｳ abc 0123"])
def test_what_the_font_has_goes_as_text(text: str) -> None:
    assert "raster" not in names(job(TextLine(text)))


@pytest.mark.parametrize("text", ["𠮷", "みほん𠮷野店", "葛\U000e0100城市", "한국어"])
def test_what_the_font_lacks_goes_as_a_picture(text: str) -> None:
    commands = names(job(TextLine(text)))
    assert commands.count("raster") == 1
    assert "text" not in commands


def test_only_the_line_with_the_rare_character_becomes_a_picture() -> None:
    commands = names(job(TextLine("みほん"), TextLine("𠮷"), TextLine("みほん")))
    assert (commands.count("raster"), commands.count("text")) == (1, 2)


@pytest.mark.parametrize("size", [1, 2, 3])
@pytest.mark.parametrize("bold", [False, True])
def test_a_picture_of_a_line_looks_as_the_printers_own_text_would(size: int, bold: bool) -> None:
    line = SetLine((Piece("結果 abc", 0, bold), Piece("見本", 480 - 48 * size, bold)), size)
    own = Image.new("1", (WIDTH, 200), 1)
    own.paste(line_picture(line, WIDTH), (0, MARGIN))
    assert np.allclose(ink(own), ink(render(_as_text(line))), atol=2)


def _as_text(line: SetLine) -> bytes:
    """Written by hand from the command reference."""
    data = b"\x1b@\x1cC\x01\x1dP\xcb\xcb\x1cS\0\0" + bytes((0x1D, 0x21, (line.size - 1) * 0x11))
    for piece in line.pieces:
        data += b"\x1bE" + bytes((piece.bold,)) + b"\x1b$" + piece.x.to_bytes(2, "little")
        data += piece.text.encode("cp932")
    return data + b"\n"


def test_a_band_is_black_from_edge_to_edge_with_white_letters() -> None:
    rows = np.array(render(job(TextLine("見本", inverted=True, align=Align.CENTRE))))[MARGIN : MARGIN + 48]
    assert not rows[:, 0].any()
    assert not rows[:, -1].any()
    assert not rows[:12].any()
    assert not rows[36:].any()
    assert rows[12:36, 264:312].any()


def test_a_band_of_two_lines_has_no_white_gap() -> None:
    picture = render(job(TextLine("見本　実際の申込みにはなりません", size=2, inverted=True)))
    assert not np.array(picture)[MARGIN : MARGIN + 12 + 48 + 8 + 48 + 12, 0].any()


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_size_multiplies_the_24_dots(size: int) -> None:
    left, top, right, bottom = ink(render(job(TextLine("国国", size))))
    assert 24 * size * 0.75 <= bottom - top <= 24 * size
    assert 48 * size * 0.85 <= right - left <= 48 * size


def test_a_value_ends_at_the_right_edge_and_bold_is_only_the_values() -> None:
    plain = np.array(render(job(PairLine("国", "国"))))
    strong = np.array(render(job(PairLine("国", "国", bold=True))))
    assert (plain[:, :24] == strong[:, :24]).all()
    assert (~strong[:, -24:]).sum() > (~plain[:, -24:]).sum()


def test_a_rule_is_dashed_and_three_dots_high() -> None:
    rows = ~np.array(render(job(RuleLine())))
    dashed = np.flatnonzero(rows.any(axis=1))
    assert len(dashed) == 3
    assert "".join("#" if dot else "." for dot in rows[dashed[0], :20]) == "######....######...."


def test_a_feed_longer_than_one_command_is_fed_whole() -> None:
    assert render(job(FeedLine(600))).height == 600 + 2 * MARGIN


def test_every_job_sets_the_printer_up_whatever_state_it_was_in() -> None:
    wrecked = b"\x1d!\x33\x1dB\x01\x1bE\x01\x1ba\x02\x1c.\x1cC\x00\x1b3\xff\x1dP\x10\x10"
    alone = render(job(*NORMAL))
    assert (
        ImageChops.difference(render(wrecked + job(*NORMAL)).convert("L"), alone.convert("L")).getbbox()
        is None
    )


def test_ejecting_what_was_left_prints_nothing() -> None:
    assert ImageChops.invert(render(EJECT).convert("L")).getbbox() is None


def test_the_paper_named_for_the_waiting_time_is_at_least_what_is_printed() -> None:
    for paper in (NORMAL, LARGE, BOTH, (QrLine("x" * 200, 3),)):
        assert sum(part.dots for part in compose(paper)) >= render(job(*paper)).height - 2 * MARGIN - 3


_LINES = st.one_of(
    st.builds(
        TextLine,
        st.text(max_size=30),
        st.integers(1, 4),
        st.booleans(),
        st.sampled_from(Align),
        st.booleans(),
    ),
    st.builds(PairLine, st.text(max_size=20), st.text(max_size=20), st.integers(1, 4), st.booleans()),
    st.builds(QrLine, st.from_regex(r"[0-9A-Z-]{1,12}", fullmatch=True), st.integers(3, 12)),
    st.just(RuleLine()),
    st.builds(FeedLine, st.integers(0, 300)),
    st.just(CutLine()),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(_LINES, max_size=6))
def test_any_paper_is_understood_to_the_last_byte_and_holds_no_real_time_command(
    lines: list[TextLine | PairLine | QrLine | RuleLine | FeedLine | CutLine],
) -> None:
    data = job(*lines)
    render(data)
    assert not any(command in data for command in (b"\x10\x04", b"\x10\x05", b"\x10\x14"))


def test_a_picture_that_would_contain_a_real_time_command_gets_one_more_dot(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dots = bytes((0x10, 0x04, 0x01, 0x10, 0x14, 0x08, 0x10, 0x05, 0x02, 0x00, 0x00, 0x00))
    unlucky = ImageChops.invert(Image.frombytes("1", (96, 1), dots))
    monkeypatch.setattr("drivers.printer.document.dashed_rule", lambda width: unlucky)
    data = job(RuleLine())
    raster = next(command for command in commands_in(data) if command.name == "raster")
    assert raster.data == dots.replace(b"\x10", b"\x18")


@pytest.mark.parametrize(("paper", "name"), [(NORMAL, "normal"), (LARGE, "large")], ids=["normal", "large"])
def test_the_paper_looks_as_it_did_when_somebody_looked_at_it(paper: Paper, name: str) -> None:
    """Pictures were compared with the design by eye. A new one: `python -m tests.drivers.printer.draw_pictures`."""
    seen = Image.open(PICTURES / f"{name}.png").convert("L")
    now = render(job(*paper)).convert("L")
    assert now.size == seen.size
    different = np.count_nonzero(np.array(now) != np.array(seen))
    assert different <= 0.002 * now.width * now.height  # another FreeType may round a few dots


def test_random_names_of_shops_never_upset_the_printer() -> None:
    seed = 20220715
    print(f"seed {seed}")
    chance = random.Random(seed)
    for _ in range(50):
        name = "".join(
            chr(chance.choice([chance.randrange(0x20, 0x3000), chance.randrange(0x4E00, 0x2FA1F)]))
            for _ in range(12)
        )
        render(job(PairLine("場所", name.encode("utf-8", "replace").decode())))


def test_importing_the_printer_leaves_nothing_in_the_temporary_folder(tmp_path: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    environment.pop("ESCPOS_CAPABILITIES_PICKLE_DIR", None)
    subprocess.run([sys.executable, "-c", "import drivers.printer.document"], env=environment, check=True)
    assert not list(tmp_path.iterdir())
