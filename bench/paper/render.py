"""ESC/POS bytes to a picture a person can read: what the head of a Japanese 80 mm printer would burn.

576 dots, 203 dpi. Starts from the printer's state after switch-on, so a job that forgets its setup looks wrong
here as it would on paper. `python -m bench.paper.render IN.bin OUT.png`
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import segno
from PIL import Image, ImageDraw, ImageFont

from bench.paper.commands import Command, UnknownCommandError, commands_in

WIDTH = 576
MARGIN = 24  # white above and below, as between knife and head
ANK = (12, 24)
KANJI = (24, 24)
DPI = 203
BLACK, WHITE = 0, 255
_FONT = "/usr/share/fonts/truetype/bizud-gothic/BIZUDGothic-{}.ttf"
_JAPAN = 8  # ESC R: a Japanese model starts with the yen sign at 5C and the overline at 7E


@dataclass(frozen=True)
class _Glyph:
    character: str
    x: int
    cell: tuple[int, int]  # at size 1
    scale: tuple[int, int]
    bold: bool
    inverted: bool

    @property
    def width(self) -> int:
        return self.cell[0] * self.scale[0]

    @property
    def height(self) -> int:
        return self.cell[1] * self.scale[1]


@dataclass
class _Settings:
    """State after switch-on or ESC @, Japanese model (TM-T90: motion units 203 and 406)."""

    scale: tuple[int, int] = (1, 1)
    kanji_scale: tuple[int, int] | None = None
    bold: bool = False
    inverted: bool = False
    align: int = 0
    units: tuple[int, int] = (203, 406)
    spacing: int = 30  # dots
    kanji: bool = False
    shift_jis: bool = False
    kanji_gap: tuple[int, int] = (0, 2)
    international: int = _JAPAN
    code_table: int = 0
    right_space: int = 0


@dataclass
class _Symbol:
    module: int = 3
    level: str = "L"
    content: bytes = b""


@dataclass
class _Page:
    settings: _Settings = field(default_factory=_Settings)
    symbol: _Symbol = field(default_factory=_Symbol)
    strips: list[tuple[int, Image.Image, int]] = field(default_factory=list)  # y, picture, x
    line: list[_Glyph] = field(default_factory=list)
    x: int = 0
    y: int = MARGIN


def render(data: bytes) -> Image.Image:
    """The paper as a 1-bit picture. Unknown bytes raise `UnknownCommandError`."""
    page = _Page()
    for command in commands_in(data):
        _obey(page, command)
    if page.line:
        raise UnknownCommandError(len(data), b"")  # text that no line feed ever printed
    picture = Image.new("1", (WIDTH, page.y + MARGIN), WHITE)
    for y, strip, x in page.strips:
        picture.paste(strip, (x, y))
    return picture


def _obey(page: _Page, command: Command) -> None:
    settings, args = page.settings, command.args
    match command.name:
        case "text":
            _text(page, command)
        case "line-feed":
            _print_line(page)
        case "carriage-return" | "automatic-status" | "transmit-status":
            pass
        case "cancel":
            page.line, page.x = [], 0
        case "initialise":
            page.settings, page.line, page.x = _Settings(), [], 0
        case "feed-units":
            _print_line(page, _dots(args[0], settings.units[1]))
        case "feed-lines":
            _print_line(page, args[0] * settings.spacing)
        case "position":
            page.x = _dots(int.from_bytes(args, "little"), settings.units[0])
        case "raster":
            _raster(page, command)
        case "symbol":
            _symbol(page, command)
        case "cut":
            if args[0] in b"\x41\x42":
                page.y += _dots(args[1], settings.units[1])
        case _:
            _set(settings, command)


def _set(settings: _Settings, command: Command) -> None:
    args = command.args
    match command.name:
        case "default-spacing":
            settings.spacing = 30
        case "spacing":
            settings.spacing = _dots(args[0], settings.units[1])
        case "bold":
            settings.bold = bool(args[0] & 1)
        case "inverted":
            settings.inverted = bool(args[0] & 1)
        case "align":
            settings.align = args[0] & 0x0F
        case "international":
            settings.international = args[0]
        case "code-table":
            settings.code_table = args[0]
        case "right-space":
            settings.right_space = args[0]
        case "kanji-on":
            settings.kanji = True
        case "kanji-off":
            settings.kanji = False
        case "kanji-code":
            settings.shift_jis = args[0] in b"\x01\x31"
        case "kanji-spacing":
            settings.kanji_gap = (args[0], args[1])
        case "kanji-mode":
            settings.kanji_scale = (2 if args[0] & 4 else 1, 2 if args[0] & 8 else 1)
        case "size":
            settings.scale = ((args[0] >> 4 & 7) + 1, (args[0] & 7) + 1)
            settings.kanji_scale = None
        case "motion-units":
            settings.units = (args[0] or 203, args[1] or 406)
        case _:
            raise UnknownCommandError(command.offset, command.raw)


def _dots(count: int, per_inch: int) -> int:
    return count * DPI // per_inch


def _characters(settings: _Settings, command: Command) -> list[tuple[str, bool]]:
    """Characters of a run of text with the mark whether each is a Kanji."""
    found: list[tuple[str, bool]] = []
    data, at = command.raw, 0
    while at < len(data):
        byte = data[at]
        if settings.shift_jis and (0x81 <= byte <= 0x9F or 0xE0 <= byte <= 0xFC):
            pair, at = data[at : at + 2], at + 2
            try:
                found.append((pair.decode("cp932"), True))
            except UnicodeDecodeError as error:
                raise UnknownCommandError(command.offset + at - 2, pair) from error
        elif settings.kanji and not settings.shift_jis:
            pair, at = bytes(each | 0x80 for each in data[at : at + 2]), at + 2
            found.append((pair.decode("euc_jp", "replace"), True))
        else:
            found.append((_single(settings, byte), False))
            at += 1
    return found


def _single(settings: _Settings, byte: int) -> str:
    if byte >= 0x80:
        table = "cp932" if settings.code_table == 1 else "cp437"
        return bytes((byte,)).decode(table, "replace")
    if settings.international == _JAPAN and byte in b"\\~":
        return {"\\": "¥", "~": "‾"}[chr(byte)]
    return chr(byte)


def _text(page: _Page, command: Command) -> None:
    settings = page.settings
    for character, is_kanji in _characters(settings, command):
        scale = settings.kanji_scale if is_kanji and settings.kanji_scale else settings.scale
        cell = KANJI if is_kanji else ANK
        left, right = settings.kanji_gap if is_kanji else (0, settings.right_space)
        page.x += left * scale[0]
        if page.x + cell[0] * scale[0] > WIDTH:
            _print_line(page)
        page.line.append(_Glyph(character, page.x, cell, scale, settings.bold, settings.inverted))
        page.x += (cell[0] + right) * scale[0]


def _print_line(page: _Page, feed: int | None = None) -> None:
    """Prints what is in the line and feeds by `feed` dots, by default the line spacing, at least its height."""
    height = max((glyph.height for glyph in page.line), default=0)
    if page.line:
        strip = Image.new("1", (WIDTH, height), WHITE)
        for glyph in page.line:
            strip.paste(_glyph_picture(glyph), (glyph.x, height - glyph.height))
        page.strips.append((page.y, strip, _shift(page, page.x)))
    page.y += max(page.settings.spacing if feed is None else feed, height)
    page.line, page.x = [], 0


def _shift(page: _Page, width: int) -> int:
    return {0: 0, 1: (WIDTH - width) // 2, 2: WIDTH - width}[page.settings.align]


@cache
def _font(bold: bool, height: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(_FONT.format("Bold" if bold else "Regular"), height)


def _glyph_picture(glyph: _Glyph) -> Image.Image:
    height = glyph.height
    natural = glyph.cell[0] * height // glyph.cell[1]  # width if both scales were equal
    ground, ink = (BLACK, WHITE) if glyph.inverted else (WHITE, BLACK)
    picture = Image.new("1", (natural, height), ground)
    drawing = ImageDraw.Draw(picture)
    drawing.fontmode = "1"
    drawing.text((0, height * 7 // 8), glyph.character, fill=ink, font=_font(glyph.bold, height), anchor="ls")
    if natural != glyph.width:
        picture = picture.resize((glyph.width, height), Image.Resampling.NEAREST)
    return picture


def _raster(page: _Page, command: Command) -> None:
    if page.line:
        raise UnknownCommandError(command.offset, command.raw[:8])  # GS v 0 needs an empty line
    mode, across, down = command.args[0], command.args[1] + 256 * command.args[2], command.args[3:5]
    if mode not in (0, 1, 2, 3, 48, 49, 50, 51):
        raise UnknownCommandError(command.offset, command.raw[:8])
    rows = int.from_bytes(down, "little")
    picture = Image.frombytes("1", (across * 8, rows), bytes(255 - byte for byte in command.data))
    wide, high = (2 if mode & 1 else 1), (2 if mode & 2 else 1)
    picture = picture.resize((picture.width * wide, rows * high), Image.Resampling.NEAREST)
    page.strips.append((page.y, picture, _shift(page, picture.width)))
    page.y += picture.height


def _symbol(page: _Page, command: Command) -> None:
    """GS ( k with cn 49: a QR code, as the printer's firmware makes it: no quiet zone of its own."""
    kind, function, values = command.data[0], command.data[1], command.data[2:]
    if kind != 49:
        raise UnknownCommandError(command.offset, command.raw[:8])
    symbol = page.symbol
    match function:
        case 65:
            if values[0] != 50:
                raise UnknownCommandError(command.offset, command.raw)  # only model 2
        case 67:
            symbol.module = values[0]
        case 69:
            symbol.level = "LMQH"[values[0] - 48]
        case 80:
            symbol.content = values[1:]
        case 81:
            _print_symbol(page, symbol)
        case _:
            raise UnknownCommandError(command.offset, command.raw[:8])


def _print_symbol(page: _Page, symbol: _Symbol) -> None:
    code = segno.make_qr(symbol.content, error=symbol.level, boost_error=False)
    rows = [list(row) for row in code.matrix]
    picture = Image.new("1", (len(rows), len(rows)), WHITE)
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark:
                picture.putpixel((x, y), BLACK)
    picture = picture.resize((len(rows) * symbol.module,) * 2, Image.Resampling.NEAREST)
    if picture.width > WIDTH:
        raise ValueError(f"a QR code of {picture.width} dots does not fit {WIDTH}")
    page.strips.append((page.y, picture, _shift(page, picture.width)))
    page.y += picture.height


def main(source: str, target: str) -> None:
    render(Path(source).read_bytes()).save(target)


if __name__ == "__main__":
    main(*sys.argv[1:3])
