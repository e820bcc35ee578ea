"""Colours, type and the scale of the panel: the design's tokens, in one place.

Lengths are design units: one unit is one pixel of the design panel (720×1280 at 0.122 mm a pixel), so that a
unit is a length a finger or an eye knows. `Glass` says how many pixels of the fitted panel make a unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum
from math import radians, tan

from terminal.presentation import Language, TextSize
from terminal.view_parts import Tone

UNIT_MM = 0.122

BAND_HEIGHT = 52
HEADER_HEIGHT = 192
FOOTER_HEIGHT = 156
MARGIN = 32
GAP = 16  # least between two touchables
BLOCK_GAP = 22
TARGET = 124  # least side of a touchable, 15.1 mm; keypads of letters and lines of S12 are narrower by design
CELL = 152


# --------------------------------------------------------------------------- panel


LARGER_THAN_DESIGN = 1.5
"""A larger panel stands further from the eyes: a unit grows up to half as much again, the rest of the room goes
to drawings and spacing. A unit never gets smaller than `UNIT_MM`."""

LANDSCAPE_ROWS = 1100
"""Units a landscape panel must offer in height: band, tools, field, keypad and footer (52+140+752+156)."""


@dataclass(frozen=True)
class Glass:
    """The fitted panel: its pixels and how large one is."""

    width_px: int
    height_px: int
    mm_per_px: float = UNIT_MM

    @property
    def landscape(self) -> bool:
        return self.width_px > self.height_px

    @property
    def px_per_unit(self) -> float:
        least = UNIT_MM / self.mm_per_px
        portrait = min(self.width_px / 720, self.height_px / 1280)
        filling = self.height_px / LANDSCAPE_ROWS if self.landscape else portrait
        return max(min(filling, least * LARGER_THAN_DESIGN), min(least, filling))

    @property
    def width(self) -> float:
        return self.width_px / self.px_per_unit

    @property
    def height(self) -> float:
        return self.height_px / self.px_per_unit


KNOWN_GLASS = {
    "720x1280": Glass(720, 1280, 0.122),  # Raspberry Pi Touch Display 2, 7 inch
    "1080x1920": Glass(1080, 1920, 0.18),
    "1280x800": Glass(1280, 800, 0.17),  # 10.1 inch
}


def glass(size: str, mm_per_px: float | None = None) -> Glass:
    """The panel named `WIDTHxHEIGHT`; ValueError if it is no such name. Unknown sizes count as the design's pixel."""
    if mm_per_px is None and size in KNOWN_GLASS:
        return KNOWN_GLASS[size]
    width, _, height = size.partition("x")
    return Glass(int(width), int(height), mm_per_px or UNIT_MM)


# --------------------------------------------------------------------------- type


class Face(StrEnum):
    """`text` is proportional, `fixed` for digits and codes people compare, `latin` for languages BIZ UD lacks."""

    TEXT = "text"
    FIXED = "fixed"
    LATIN = "latin"


@dataclass(frozen=True)
class Style:
    """How a text is set: size in units, line height as a factor of it."""

    size: float
    bold: bool = False
    face: Face = Face.TEXT
    leading: float = 1.4


class Type(Enum):
    """Rows of the type table: sizes for normal, large and largest; bold; face; line height."""

    BODY = ((34, 46, 56), False, Face.TEXT, (1.38, 1.36, 1.3))
    LABEL = ((34, 40, 46), False, Face.TEXT, (1.3, 1.3, 1.3))
    STRONG = ((34, 46, 56), True, Face.TEXT, (1.38, 1.36, 1.3))
    TITLE = ((46, 56, 62), True, Face.TEXT, (1.25, 1.25, 1.2))
    HERO = ((56, 60, 66), True, Face.TEXT, (1.25, 1.25, 1.2))
    DONE = ((50, 56, 62), True, Face.TEXT, (1.2, 1.2, 1.2))
    CHOICE = ((42, 46, 46), True, Face.TEXT, (1.2, 1.2, 1.2))
    DETAIL = ((34, 40, 46), False, Face.TEXT, (1.3, 1.25, 1.2))
    CHIP = ((34, 36, 36), True, Face.TEXT, (1.2, 1.2, 1.2))
    LEAD = ((38, 46, 56), True, Face.TEXT, (1.3, 1.3, 1.25))
    NAME = ((40, 46, 56), True, Face.TEXT, (1.25, 1.2, 1.15))
    MAIN = ((46, 50, 56), True, Face.TEXT, (1.2, 1.2, 1.15))
    STATUS = ((40, 46, 50), False, Face.TEXT, (1.2, 1.2, 1.15))
    GROUP = ((50, 50, 56), True, Face.FIXED, (1.2, 1.2, 1.2))
    KEY = ((60, 60, 64), True, Face.FIXED, (1.0, 1.0, 1.0))
    LETTER = ((50, 50, 52), True, Face.FIXED, (1.0, 1.0, 1.0))
    NUMBER = ((60, 64, 72), True, Face.FIXED, (1.1, 1.1, 1.1))
    TOOL = ((34, 40, 44), True, Face.TEXT, (1.1, 1.1, 1.1))
    BAND = ((34, 37, 37), True, Face.TEXT, (1.2, 1.2, 1.2))
    RUBY = ((20, 24, 30), False, Face.TEXT, (1.1, 1.1, 1.1))


SMALLEST = 34.0
"""No text below 4.1 mm, except furigana."""


CAPITAL = 0.74
"""Height of a capital in parts of the text's size, measured on BIZ UDPGothic."""

CAPITAL_DEGREES = 0.7
"""The angle under which a capital should be seen where nobody can bring a magnifier of their own (EN 301 549, 5.1.4;
the edition in force is to be read before the figure is quoted in a document)."""


def reading_distance_cm(size: TextSize, glass: Glass) -> float:
    """From how far at most a capital of body text is seen under `CAPITAL_DEGREES` on that panel."""
    capital_mm = size * glass.px_per_unit * glass.mm_per_px * CAPITAL
    return capital_mm / tan(radians(CAPITAL_DEGREES)) / 10


def style(row: Type, size: TextSize, language: Language = Language.JA) -> Style:
    """The row of the type table for this text size and language."""
    sizes, bold, face, leading = row.value
    column = list(TextSize).index(size)
    if face is Face.TEXT and not language.is_japanese:
        face = Face.LATIN
    return Style(sizes[column], bold, face, leading[column])


# --------------------------------------------------------------------------- colours


@dataclass(frozen=True)
class Palette:
    """Colour tokens. `panel_line` outlines soft panels where they have no fill of their own (high contrast)."""

    text: str
    text2: str
    primary: str
    on_primary: str
    primary_pressed: str
    on_pressed: str
    soft: str
    ground: str
    sheet: str
    hairline: str
    line: str
    key: str
    key_line: str
    key_pressed: str
    success: str
    success_soft: str
    error: str
    on_error: str
    error_soft: str
    attention: str
    on_attention: str
    attention_soft: str
    act_ground: str
    act_line: str
    act_strip: str
    on_act_strip: str
    seal: str
    on_seal: str
    seal_line: str
    band: str
    on_band: str
    arrow: str
    barred: str
    ahead: str
    focus_line: str
    focus_ring: str
    panel_line: str = ""

    def soft_of(self, tone: Tone) -> str:
        """Fill of a panel of that tone."""
        fills = {
            Tone.SOFT: self.soft,
            Tone.ATTENTION: self.attention_soft,
            Tone.ERROR: self.error_soft,
            Tone.SUCCESS: self.success_soft,
        }
        return fills.get(tone, self.sheet)


NORMAL = Palette(
    text="#1a1a1a",
    text2="#333333",
    primary="#0017c1",
    on_primary="#ffffff",
    primary_pressed="#000060",
    on_pressed="#ffffff",
    soft="#e8f1fe",
    ground="#fbf5e0",
    sheet="#ffffff",
    hairline="#d8cfa8",
    line="#767676",
    key="#f2f5fb",
    key_line="#8a94b5",
    key_pressed="#0017c1",
    success="#197a4b",
    success_soft="#e6f5ec",
    error="#ce0000",
    on_error="#ffffff",
    error_soft="#fdeeee",
    attention="#ffd43d",
    on_attention="#1a1a1a",
    attention_soft="#fff0b3",
    act_ground="#ffe380",
    act_line="#6e5600",
    act_strip="#1a1a1a",
    on_act_strip="#ffffff",
    seal="#000060",
    on_seal="#ffffff",
    seal_line="#ffd43d",
    band="#541e00",
    on_band="#ffffff",
    arrow="#e25100",
    barred="#f2f2f2",
    ahead="#ffffff",
    focus_line="#000000",
    focus_ring="#ffd43d",
)

HIGH_CONTRAST = Palette(
    text="#ffffff",
    text2="#ffffff",
    primary="#ffd43d",
    on_primary="#000000",
    primary_pressed="#ffffff",
    on_pressed="#000000",
    soft="#000000",
    ground="#000000",
    sheet="#000000",
    hairline="#ffffff",
    line="#ffffff",
    key="#000000",
    key_line="#ffffff",
    key_pressed="#ffd43d",
    success="#9bd4b5",
    success_soft="#000000",
    error="#ffbbbb",
    on_error="#000000",
    error_soft="#000000",
    attention="#ffd43d",
    on_attention="#000000",
    attention_soft="#000000",
    act_ground="#000000",
    act_line="#ffffff",
    act_strip="#ffffff",
    on_act_strip="#000000",
    seal="#ffd43d",
    on_seal="#000000",
    seal_line="#000000",
    band="#ffffff",
    on_band="#000000",
    arrow="#ffd43d",
    barred="#000000",
    ahead="#000000",
    focus_line="#ffffff",
    focus_ring="#0017c1",
    panel_line="#ffffff",
)


def palette(high_contrast: bool) -> Palette:
    return HIGH_CONTRAST if high_contrast else NORMAL
