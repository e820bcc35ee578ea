"""From laid-out lines to ESC/POS bytes, one `ComposedPart` a line.

python-escpos writes the commands it knows. It has no Kanji (its `text` would send GB18030 for Japanese), so
Kanji bytes, ESC $, ESC J and the Japanese setup go out raw. Importing this module costs 0.15 s (escpos): the
device thread does it, not the composition root.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass

from escpos import capabilities
from escpos.printer import Dummy
from PIL import Image

from drivers.printer.charset import kanji_bytes, width
from drivers.printer.layout import CELL_DOTS, COLUMN_DOTS, LaidLine, Piece, SetLine, lay_out
from drivers.printer.raster import bar, dashed_rule, line_picture
from terminal.ports import CutLine, FeedLine, Paper, QrLine, RuleLine

# At each import escpos makes a temporary folder for a cache that nobody reads again, and leaves it there.
if "ESCPOS_CAPABILITIES_PICKLE_DIR" not in os.environ:
    shutil.rmtree(capabilities.pickle_dir, ignore_errors=True)

# ESC @; FS C 1: Shift_JIS; FS &: Kanji on; FS S 0 0: no gaps between Kanji; ESC R 0: 5C is a backslash;
# ESC t 1: A1–DF are katakana; GS P 203 203: one motion unit is one dot (defaults differ by model: 180/360 on a
# TM-T88, 203/406 on a Japanese TM-T90); GS a 0: the printer does not report unasked.
SETUP = b"\x1b@\x1cC\x01\x1c&\x1cS\x00\x00\x1bR\x00\x1bt\x01\x1dP\xcb\xcb\x1da\x00"
EJECT = SETUP + b"\n\x1dV\x42\x00"  # pushes out what an interrupted job left, so that nobody's lines meet
_GAP_DOTS = 6  # line pitch is 26 × size + 6 dots: 32, 58, 84, 110
_LEAST_GAP = 8  # white that every text line leaves below itself (size 1: 32 - 24)
_BAND_DOTS = 12  # black above and below the text of an inverted band
_BAND_AFTER = 16  # white below a band
_BAND_GAP = 8  # black between two lines of one band
_RULE_BEFORE, _RULE_AFTER = 8, 16  # the line above has 8 dots of gap already
_QUIET_MODULES = 4  # ISO/IEC 18004 6.3.8
_REAL_TIME = (b"\x10\x04", b"\x10\x05", b"\x10\x14")  # DLE EOT, DLE ENQ, DLE DC4
_PROFILE = (
    "TM-T20II"  # 576 dots; with no width in the profile python-escpos writes a remark to stdout per picture
)


@dataclass(frozen=True)
class ComposedPart:
    """Bytes that end at a command boundary, and the paper they use."""

    data: bytes
    dots: int


def compose(paper: Paper, columns: int = 48) -> tuple[ComposedPart, ...]:
    """The whole job; joined, the parts are what the printer gets. The first part is the setup."""
    composer = _Composer(columns * COLUMN_DOTS)
    parts = [ComposedPart(SETUP, 0)]
    laid = lay_out(paper, columns)
    for index, line in enumerate(laid):
        before = laid[index - 1] if index else None
        after = laid[index + 1] if index + 1 < len(laid) else None
        parts.append(composer.part(line, _is_band(before), _is_band(after)))
    return tuple(parts)


def _is_band(line: LaidLine | None) -> bool:
    return isinstance(line, SetLine) and line.inverted


class _Composer:
    """Remembers what the printer is set to, so that a setting is sent only when it changes."""

    def __init__(self, width_dots: int) -> None:
        self._width = width_dots
        self._printer = Dummy(profile=_PROFILE)
        self._size = 1
        self._bold = self._inverted = self._centred = False
        self._pitch = -1
        self._dots = 0

    def part(self, line: LaidLine, band_before: bool, band_after: bool) -> ComposedPart:
        self._printer.clear()
        self._dots = 0
        match line:
            case SetLine(inverted=True):
                self._band(line, band_before, band_after)
            case SetLine():
                self._line(line, 26 * line.size + _GAP_DOTS)
            case QrLine():
                self._qr(line)
            case RuleLine():
                self._feed(_RULE_BEFORE)
                self._picture(dashed_rule(self._width), double_width=True)
                self._feed(_RULE_AFTER)
            case FeedLine():
                self._feed(line.dots)
            case CutLine():
                self._printer.cut(feed=False)  # GS V 66 0: the printer knows how far its knife is
        return ComposedPart(self._printer.output, self._dots)

    def _raw(self, data: bytes) -> None:
        self._printer._raw(data)

    def _feed(self, dots: int) -> None:
        self._dots += max(dots, 0)
        while dots > 0:  # ESC J takes one byte
            self._raw(b"\x1bJ" + bytes((min(dots, 255),)))
            dots -= 255

    def _style(self, size: int, inverted: bool, pitch: int) -> None:
        if size != self._size:
            self._printer.set(custom_size=True, width=size, height=size)
            self._size = size
        if inverted != self._inverted:
            self._printer.set(invert=inverted)
            self._inverted = inverted
        if pitch != self._pitch:
            self._printer.line_spacing(pitch)
            self._pitch = pitch

    def _line(self, line: SetLine, pitch: int) -> None:
        codes = [kanji_bytes(piece.text) for piece in line.pieces]
        known = [code for code in codes if code is not None]
        if len(known) < len(codes):
            self._picture(line_picture(line, self._width))
            self._feed(pitch - CELL_DOTS * line.size)
            return
        self._style(line.size, line.inverted, pitch)
        at = 0
        for piece, code in zip(line.pieces, known, strict=True):
            if piece.x != at:
                self._raw(b"\x1b$" + piece.x.to_bytes(2, "little"))
            if piece.bold != self._bold:
                self._printer.set(bold=piece.bold)
                self._bold = piece.bold
            self._raw(code)
            at = piece.x + len(code) * COLUMN_DOTS * line.size
        self._raw(b"\n")
        self._dots += pitch

    def _band(self, line: SetLine, band_before: bool, band_after: bool) -> None:
        if not band_before:
            self._picture(bar(self._width, _BAND_DOTS), double_width=True, double_height=True)
        self._line(_filled(line, self._width), CELL_DOTS * line.size)
        below = _BAND_GAP if band_after else _BAND_DOTS
        self._picture(bar(self._width, below), double_width=True, double_height=True)
        if not band_after:
            self._feed(_BAND_AFTER)

    def _qr(self, line: QrLine) -> None:
        self._feed(_QUIET_MODULES * line.module - _LEAST_GAP)
        self._printer.set(align="center")
        self._printer.qr(line.content, size=line.module, native=True)
        self._printer.set(align="left")
        self._feed(_QUIET_MODULES * line.module)
        # Each version adds 4 modules and room for at least 15 bytes to the first one's 21 modules and 17 bytes.
        self._dots += (21 + 4 * -(-max(len(line.content.encode()) - 17, 0) // 15)) * line.module

    def _picture(self, picture: Image.Image, double_width: bool = False, double_height: bool = False) -> None:
        """GS v 0. One dot is added wherever the picture would contain a real-time command.

        A printer obeys DLE EOT, ENQ and DC4 even inside picture data (Epson's notes on real-time commands).
        """
        drawn = Dummy(profile=_PROFILE)
        drawn.image(
            picture, high_density_horizontal=not double_width, high_density_vertical=not double_height
        )
        data = drawn.output
        for command in _REAL_TIME:
            data = data.replace(command, bytes((command[0] | 0x08, command[1])))
        self._raw(data)
        self._dots += picture.height * (2 if double_height else 1)


def _filled(line: SetLine, width_dots: int) -> SetLine:
    """An inverted line with blanks to both edges: only what is printed turns black, positions do not."""
    dots = COLUMN_DOTS * line.size
    piece = line.pieces[0]
    left = piece.x // dots
    right = width_dots // dots - left - width(piece.text)
    return SetLine((Piece(" " * left + piece.text + " " * right, 0, piece.bold),), line.size, True)
