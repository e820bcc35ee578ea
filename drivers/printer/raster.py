"""Pictures of what the printer's font lacks: whole lines with a character outside cp932, rules, bars."""

from __future__ import annotations

from functools import cache

from PIL import Image, ImageDraw, ImageFont

from drivers.printer.charset import clusters, columns_of
from drivers.printer.layout import CELL_DOTS, COLUMN_DOTS, SetLine

_FONTS = "/usr/share/fonts/truetype/bizud-gothic"  # Debian's fonts-morisawa-bizud-gothic
_FALLBACK = "/usr/share/fonts/opentype/noto"  # fonts-noto-cjk: rare Kanji and scripts that BIZ UD lacks
_BASELINE = 0.86  # of the cell: BIZ UD's descenders end just above the lower edge
_NO_CHARACTER = "\uffff"  # never assigned: its picture is the font's mark for a missing glyph


def line_picture(line: SetLine, width_dots: int) -> Image.Image:
    """Draws a line black on white (reversed if inverted), as wide as needed, a multiple of 8 dots."""
    ground, ink = (0, 255) if line.inverted else (255, 0)
    picture = Image.new("L", (width_dots, CELL_DOTS * line.size), ground)
    drawing = ImageDraw.Draw(picture)
    drawing.fontmode = "1"  # no grey: the head knows only black
    right = 0
    for piece in line.pieces:
        x = piece.x
        for cluster in clusters(piece.text):
            font = _font_for(cluster, piece.bold, CELL_DOTS * line.size)
            drawing.text((x, round(_BASELINE * picture.height)), cluster, fill=ink, font=font, anchor="ls")
            x += columns_of(cluster) * COLUMN_DOTS * line.size
        right = max(right, x)
    if not line.inverted:
        picture = picture.crop((0, 0, min(width_dots, (right + 7) // 8 * 8), picture.height))
    return picture.convert("1", dither=Image.Dither.NONE)


def dashed_rule(width_dots: int) -> Image.Image:
    """A dashed rule 3 dots high, 6 on and 4 off, drawn at half its width: the printer doubles it."""
    picture = Image.new("1", (width_dots // 2, 3), 255)
    for x in range(0, width_dots // 2, 5):
        picture.paste(0, (x, 0, x + 3, 3))
    return picture


def bar(width_dots: int, height_dots: int) -> Image.Image:
    """A black bar drawn at half its width and height: the printer doubles both."""
    return Image.new("1", (width_dots // 2, height_dots // 2), 0)


@cache
def _font(path: str, dots: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, dots)


@cache
def _missing(path: str, dots: int) -> bytes:
    return bytes(_font(path, dots).getmask(_NO_CHARACTER))


def _font_for(cluster: str, bold: bool, dots: int) -> ImageFont.FreeTypeFont:
    own = f"{_FONTS}/BIZUDGothic-{'Bold' if bold else 'Regular'}.ttf"
    if bytes(_font(own, dots).getmask(cluster[0])) != _missing(own, dots):
        return _font(own, dots)
    return _font(f"{_FALLBACK}/NotoSansCJK-{'Bold' if bold else 'Regular'}.ttc", dots)
