"""Contrast of the tokens, and the scale of panels."""

from __future__ import annotations

import pytest

from screens.dress import Kind, dress
from screens.theme import (
    HIGH_CONTRAST,
    KNOWN_GLASS,
    NORMAL,
    SMALLEST,
    UNIT_MM,
    Palette,
    Type,
    glass,
    reading_distance_cm,
    style,
)
from terminal.presentation import Language, TextSize
from terminal.view_parts import Tone


def luminance(colour: str) -> float:
    """WCAG 2 relative luminance."""
    channels = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def pairs(p: Palette) -> list[tuple[str, str]]:
    """Every ink with the grounds it is written on."""
    grounds = [p.sheet, p.ground, p.act_ground, *(p.soft_of(tone) for tone in Tone)]
    found = [(ink, ground) for ink in (p.text, p.text2) for ground in grounds]
    found += [
        (p.primary, p.sheet),
        (p.error, p.sheet),
        (p.success, p.sheet),
        (p.error, p.barred),
        (p.text, p.barred),
    ]
    found += [(p.on_band, p.band), (p.on_act_strip, p.act_strip), (p.on_attention, p.attention)]
    for kind in Kind:
        for pressed in (False, True):
            worn = dress(kind, p, pressed=pressed)
            found += [(worn.ink, worn.fill), (worn.second, worn.fill)]
    return found


@pytest.mark.parametrize(("palette", "least"), [(NORMAL, 4.5), (HIGH_CONTRAST, 7.0)], ids=["normal", "high"])
def test_every_ink_is_readable_on_its_ground(palette: Palette, least: float) -> None:
    poor = [
        (ink, ground, round(contrast(ink, ground), 1))
        for ink, ground in pairs(palette)
        if contrast(ink, ground) < least
    ]
    assert poor == []


@pytest.mark.parametrize("palette", [NORMAL, HIGH_CONTRAST], ids=["normal", "high"])
def test_every_control_is_outlined_or_filled_visibly(palette: Palette) -> None:
    """WCAG 1.4.11: 3:1 for what marks a control. Tools are known by their place, icon and word."""
    for kind in set(Kind) - {Kind.TOOL, Kind.BARRED, Kind.DISABLED}:
        worn = dress(kind, palette)
        assert (
            max(contrast(worn.line or worn.fill, palette.sheet), contrast(worn.fill, palette.sheet)) >= 2.95
        ), kind


@pytest.mark.parametrize("name", sorted(KNOWN_GLASS))
def test_a_unit_is_never_smaller_than_on_the_design_panel(name: str) -> None:
    shown = glass(name)
    assert shown.px_per_unit * shown.mm_per_px >= UNIT_MM * 0.999
    assert shown.width >= 720
    assert shown.height >= 1000


def test_the_design_panel_is_one_to_one() -> None:
    assert glass("720x1280").px_per_unit == 1.0


@pytest.mark.parametrize("size", list(TextSize))
@pytest.mark.parametrize("row", [row for row in Type if row is not Type.RUBY])
def test_no_text_is_below_the_smallest_size(row: Type, size: TextSize) -> None:
    for language in Language:
        assert style(row, size, language).size >= SMALLEST


@pytest.mark.parametrize(("size", "cm"), list(zip(TextSize, (25, 34, 41), strict=True)))
def test_the_reading_distance_of_the_design_panel_is_what_the_installer_is_told(
    size: TextSize, cm: int
) -> None:
    assert round(reading_distance_cm(size, KNOWN_GLASS["720x1280"])) == cm


@pytest.mark.parametrize("name", KNOWN_GLASS)
def test_no_known_panel_is_read_from_nearer_than_the_design_panel(name: str) -> None:
    design = KNOWN_GLASS["720x1280"]
    for size in TextSize:
        assert reading_distance_cm(size, KNOWN_GLASS[name]) >= 0.99 * reading_distance_cm(size, design)
