"""The contact sheets under docs/gallery show the screens as they are painted now."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from terminal.presentation import Language

REPOSITORY = Path(__file__).parents[2]
SHEETS = REPOSITORY / "docs" / "gallery"
#: A sheet: pictures row by row, so many in a row, each in a cell of this size (px).
COLUMNS, CELL = 7, (316, 583)
#: A pixel has changed when it is lighter or darker by more than this (of 255), a picture when more than this share of it
#: has, as in tests/screens: another release of Mesa or FreeType smooths letters differently. One driver and one set of
#: fonts give not one such pixel, another word on a button 0.6 %.
STEP = 64
SHARE = 0.0005
LIMIT_S = 120.0

WHAT_TO_DO = (
    "docs/gallery/{sheet} is not what is painted now; look at these, then run `mynapo-bench gallery`: {names}"
)


@pytest.mark.window
@pytest.mark.parametrize("language", Language)
def test_a_sheet_shows_every_screen_and_paper_as_it_is_now(language: Language, tmp_path: Path) -> None:
    names = _painted(language, tmp_path)
    sheet = f"{language}.png"
    kept, painted = _opened(SHEETS / sheet), _opened(tmp_path / sheet)
    assert kept.size == painted.size, WHAT_TO_DO.format(sheet=sheet, names="another number of pictures")
    changed = ImageChops.difference(kept, painted).convert("L").point(lambda step: 255 * (step > STEP))
    differing = [
        name
        for at, name in enumerate(names)
        if _cell(changed, at).histogram()[255] > SHARE * CELL[0] * CELL[1]
    ]
    assert differing == [], WHAT_TO_DO.format(sheet=sheet, names=", ".join(differing))


def test_there_is_a_sheet_of_every_language_and_of_nothing_else() -> None:
    assert {file.name for file in SHEETS.iterdir()} == {f"{language}.png" for language in Language}


def _painted(language: Language, folder: Path) -> list[str]:
    """Paints sheet and single pictures into `folder`; the names of the pictures in the sheet's order."""
    command = [sys.executable, "-m", "bench", "gallery", "--language", language, "--out", str(folder)]
    command += ["--pictures", str(folder / "pictures")]
    done = subprocess.run(
        command, cwd=REPOSITORY, capture_output=True, text=True, timeout=LIMIT_S, check=False
    )
    assert done.returncode == 0, done.stderr
    return [picture.stem for picture in sorted((folder / "pictures" / language).glob("*.png"))]


def _opened(sheet: Path) -> Image.Image:
    with Image.open(sheet) as image:
        return image.convert("RGB")


def _cell(sheet: Image.Image, at: int) -> Image.Image:
    row, column = divmod(at, COLUMNS)
    x, y = column * CELL[0], row * CELL[1]
    return sheet.crop((x, y, x + CELL[0], y + CELL[1]))
