"""Every screen as a picture, compared with the one that was looked at.

After a wanted change: `python -m tests.screens.test_pictures` paints the references anew; look at them first.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from bench.gallery.every_view import every_view
from terminal.presentation import Language, Presentation, TextSize
from tests.screens.samples import samples

REFERENCES = Path(__file__).parent / "pictures"
SCALE = 2  # references are half as large, 32 colours: 3–12 kB each
MOST_MEAN = 2.5
MOST_FAR = 0.002
"""Largest mean difference of a channel, and share of pixels off by more than 64.

A button moved by 40 units is 0.5 % far; the palette of the references 0.01 % and 1.9 in the mean.
"""

SAMPLES = samples()
JA, EN, EASY = (Presentation(language=language) for language in (Language.JA, Language.EN, Language.EASY))
LARGE, LARGEST = Presentation(size=TextSize.LARGE), Presentation(size=TextSize.LARGEST)
HIGH = Presentation(high_contrast=True)

LARGER = (
    "S01-attract",
    "S02-home",
    "S03-checklist",
    "S05-terms",
    "S09-id",
    "S12-confirm",
    "S13-pin",
    "S14-paper",
)
CONTRAST = (
    "S01-attract",
    "S03-checklist",
    "S09-id",
    "S12-confirm",
    "S13-pin-last-try",
    "T-C-03-card-lifted",
    "X1-idle",
)
EASIER = ("S01-attract", "S02-home", "S03-checklist", "S04-services", "S05-terms", "S06-consent", "S07-place-card",
          "S09-id", "S12-confirm", "S13-pin-wrong", "S14-paper", "T-P-01-pin-blocked", "X1-idle")  # fmt: skip
OTHER_PANELS = ("1080x1920", "1280x800")
PANELS = ("S01-attract", "S09-id", "S12-confirm", "T-C-03-card-lifted")

CASES: dict[str, tuple[str, Presentation, str]] = {
    **{name: (name, JA, "720x1280") for name in SAMPLES},
    **{f"{name}_en": (name, EN, "720x1280") for name in every_view()},
    **{f"{name}_easy": (name, EASY, "720x1280") for name in EASIER},
    **{f"{name}_46": (name, LARGE, "720x1280") for name in LARGER},
    **{f"{name}_56": (name, LARGEST, "720x1280") for name in LARGER},
    **{f"{name}_contrast": (name, HIGH, "720x1280") for name in CONTRAST},
    **{f"{name}_{panel}": (name, JA, panel) for name in PANELS for panel in OTHER_PANELS},
}
"""First pages; `test_layout` walks all of them."""


def small(picture: Image.Image) -> Image.Image:
    size = (picture.width // SCALE, picture.height // SCALE)
    return picture.convert("RGB").resize(size, Image.Resampling.BOX)


def differences(one: Image.Image, other: Image.Image) -> tuple[float, float]:
    difference = ImageChops.difference(one, other)
    far = difference.convert("L").point(lambda value: 255 if value > 64 else 0)
    return sum(ImageStat.Stat(difference).mean) / 3, ImageStat.Stat(far).mean[0] / 255


async def paint(folder: Path) -> dict[str, Image.Image]:
    from tests.screens.stage import stage

    pictures: dict[str, Image.Image] = {}
    async with stage() as on:
        for case, (name, presentation, panel) in CASES.items():
            if panel != "720x1280":
                continue
            on.screen.show(SAMPLES["X1-idle"], presentation)  # so that each begins at its first page
            await on.show(SAMPLES[name], presentation)
            on.screen.screenshot(folder / f"{case}.png")
            with Image.open(folder / f"{case}.png") as picture:
                pictures[case] = small(picture)
    return pictures


def paint_panel(panel: str, folder: Path) -> dict[str, Image.Image]:
    """The pictures of another panel: a window of another size needs a process of its own."""
    names = ",".join(PANELS)
    command = [sys.executable, "-m", "bench.gallery.painting", "--paint", str(folder)]
    subprocess.run([*command, "--language", "ja", "--panel", panel, "--only", names], check=True, timeout=120)
    pictures: dict[str, Image.Image] = {}
    for name in PANELS:
        first = next(
            path
            for path in (folder / f"{name}.png", *sorted(folder.glob(f"{name}_1of*.png")))
            if path.is_file()
        )
        with Image.open(first) as picture:
            pictures[f"{name}_{panel}"] = small(picture)
    return pictures


def wrong_ones(pictures: dict[str, Image.Image]) -> list[str]:
    wrong = []
    for case, picture in pictures.items():
        with Image.open(REFERENCES / f"{case}.png") as reference:
            mean, far = differences(picture, reference.convert("RGB"))
        if mean > MOST_MEAN or far > MOST_FAR:
            wrong.append(f"{case}: mean {mean:.2f}, far {far:.4f}")
    return wrong


@pytest.mark.window
async def test_every_screen_looks_as_it_was_accepted(tmp_path: Path) -> None:
    assert wrong_ones(await paint(tmp_path)) == []


@pytest.mark.window
@pytest.mark.parametrize("panel", OTHER_PANELS)
def test_the_other_panels_look_as_they_were_accepted(panel: str, tmp_path: Path) -> None:
    assert wrong_ones(paint_panel(panel, tmp_path)) == []


def test_every_reference_is_compared_and_small() -> None:
    assert max(path.stat().st_size for path in REFERENCES.glob("*.png")) < 25_000
    assert sum(path.stat().st_size for path in REFERENCES.glob("*.png")) < 4_000_000
    assert {path.stem for path in REFERENCES.glob("*.png")} == set(CASES)


def test_the_comparison_sees_a_moved_button() -> None:
    with Image.open(REFERENCES / "S02-home.png") as reference:
        picture = reference.convert("RGB")
    moved = picture.copy()
    moved.paste(picture.crop((16, 570, 136, 632)), (36, 570))
    assert differences(picture, picture) == (0.0, 0.0)
    assert differences(picture, moved)[1] > MOST_FAR


def main() -> None:
    import tempfile

    from tests.screens import conftest  # noqa: F401 - prepares Kivy

    REFERENCES.mkdir(exist_ok=True)
    for old in REFERENCES.glob("*.png"):
        old.unlink()
    with tempfile.TemporaryDirectory() as folder:
        pictures = asyncio.run(paint(Path(folder)))
        for panel in OTHER_PANELS:
            (Path(folder) / panel).mkdir()
            pictures |= paint_panel(panel, Path(folder) / panel)
        for case, picture in pictures.items():
            picture.quantize(32, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(
                REFERENCES / f"{case}.png", optimize=True
            )


if __name__ == "__main__":
    main()
