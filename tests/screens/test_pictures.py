"""Every screen as a picture, compared with the one that was looked at.

After a wanted change: `python -m tests.screens.test_pictures` paints the references anew; look at them first.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from terminal.views import Language, Presentation, TextSize
from tests.screens.samples import samples

REFERENCES = Path(__file__).parent / "pictures"
SCALE = 2  # references are half as large, 32 colours: 3–8 kB each
MOST_MEAN = 2.5
MOST_FAR = 0.002
"""Largest mean difference of a channel, and share of pixels off by more than 64.

A button moved by 40 units is 0.5 % far; the palette of the references 0.01 % and 1.9 in the mean.
"""

SAMPLES = samples()
JA, EN = Presentation(), Presentation(language=Language.EN)
LARGEST = Presentation(size=TextSize.LARGEST)
HIGH = Presentation(high_contrast=True)

CASES: dict[str, tuple[str, Presentation]] = {
    **{name: (name, JA) for name in SAMPLES},
    **{
        f"{name}_en": (name, EN)
        for name in ("S01_attract", "S07_place_card", "S12_confirm", "Trouble_pin_locked")
    },
    **{
        f"{name}_56": (name, LARGEST)
        for name in ("S02_home", "S09_id_numeric", "S12_confirm", "Trouble_card_lifted")
    },
    **{
        f"{name}_contrast": (name, HIGH)
        for name in ("S01_attract", "S09_id_numeric", "S12_confirm", "IdleWarning")
    },
}


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
        for case, (name, presentation) in CASES.items():
            await on.show(SAMPLES[name], presentation)
            on.screen.screenshot(folder / f"{case}.png")
            with Image.open(folder / f"{case}.png") as picture:
                pictures[case] = small(picture)
    return pictures


@pytest.mark.window
async def test_every_screen_looks_as_it_was_accepted(tmp_path: Path) -> None:
    pictures = await paint(tmp_path)
    wrong = []
    for case, picture in pictures.items():
        with Image.open(REFERENCES / f"{case}.png") as reference:
            mean, far = differences(picture, reference.convert("RGB"))
        if mean > MOST_MEAN or far > MOST_FAR:
            wrong.append(f"{case}: mean {mean:.2f}, far {far:.4f}")
    assert wrong == []
    assert {path.stem for path in REFERENCES.glob("*.png")} == set(CASES)


def test_the_comparison_sees_a_moved_button() -> None:
    with Image.open(REFERENCES / "S02_home.png") as reference:
        picture = reference.convert("RGB")
    moved = picture.copy()
    moved.paste(picture.crop((16, 570, 136, 632)), (36, 570))
    assert differences(picture, picture) == (0.0, 0.0)
    assert differences(picture, moved)[1] > MOST_FAR


def main() -> None:
    import tempfile

    from tests.screens import conftest  # noqa: F401 - prepares Kivy

    REFERENCES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for case, picture in asyncio.run(paint(Path(folder))).items():
            picture.quantize(32, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(
                REFERENCES / f"{case}.png", optimize=True
            )


if __name__ == "__main__":
    main()
