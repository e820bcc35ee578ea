"""The fonts, and how wide their glyphs are.

Kivy's text provider has no font fallback: one font a run. BIZ UD for Japanese, Noto Sans CJK for other languages,
whose descenders BIZ UD cuts short. Widths are kept by single glyph only: a cache of whole texts would keep what
residents typed.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from kivy.core.text import Label, LabelBase

from screens.theme import Face

BIZ_UD = Path("/usr/share/fonts/truetype/bizud-gothic")
NOTO = Path("/usr/share/fonts/opentype/noto")

FILES = {
    Face.TEXT: (BIZ_UD / "BIZUDPGothic-Regular.ttf", BIZ_UD / "BIZUDPGothic-Bold.ttf"),
    Face.FIXED: (BIZ_UD / "BIZUDGothic-Regular.ttf", BIZ_UD / "BIZUDGothic-Bold.ttf"),
    Face.LATIN: (NOTO / "NotoSansCJK-Regular.ttc", NOTO / "NotoSansCJK-Bold.ttc"),
}
"""Where Debian's fonts-morisawa-bizud-gothic and fonts-noto-cjk put them."""

CAP_HEIGHT = 0.74
"""Of BIZ UDPGothic, in em; lines are centred by it, since the font's own box sits high."""


@cache
def register() -> None:
    """Makes the faces known to Kivy; FileNotFoundError names what is not installed."""
    for face, (regular, bold) in FILES.items():
        for file in (regular, bold):
            if not file.is_file():
                raise FileNotFoundError(file)
        LabelBase.register(face.value, str(regular), fn_bold=str(bold))
    # Whatever Kivy itself draws must not need a font of its own.
    LabelBase.register("Roboto", str(FILES[Face.TEXT][0]), fn_bold=str(FILES[Face.TEXT][1]))


@cache
def _ruler(face: Face, bold: bool, size_px: int) -> Label:
    register()
    label = Label(text="", font_name=face.value, font_size=size_px, bold=bold)
    label.resolve_font_name()
    return label


@cache
def advance(glyph: str, face: Face, bold: bool, size_px: int) -> int:
    """Width in pixels of one glyph."""
    width, _ = _ruler(face, bold, size_px).get_extents(glyph)
    return int(width)


@cache
def ascent(face: Face, bold: bool, size_px: int) -> int:
    """Pixels from the top of a rendered run to its baseline."""
    label = _ruler(face, bold, size_px)
    label.get_extents("あ")
    return int(label.get_ascent())


def width(text: str, face: Face, bold: bool, size_px: int) -> int:
    """Width in pixels of a run: kerning only makes it narrower."""
    return sum(advance(glyph, face, bold, size_px) for glyph in text)
