"""Paints every view offscreen, each page of it, and lays the pictures out on contact sheets.

One process paints one presentation: Kivy has one window a process.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from bench.gallery.every_paper import every_paper, paper_picture
from bench.gallery.every_view import every_view
from terminal.presentation import Language, Presentation, TextSize

_FONT = "/usr/share/fonts/truetype/bizud-gothic/BIZUDPGothic-Regular.ttf"
_THUMB = (300, 533)
_COLUMNS = 7
_CAPTION = 34


def main(argv: Sequence[str] | None = None) -> int:
    """`mynapo-bench gallery`: a contact sheet a language under `--out`; single pictures with `--pictures`."""
    parser = argparse.ArgumentParser(prog="mynapo-bench gallery", description=main.__doc__)
    parser.add_argument("--out", type=Path, default=Path("docs/gallery"))
    parser.add_argument("--pictures", type=Path, help="keep the single pictures in this folder, too")
    parser.add_argument("--language", choices=[*Language], help="only this language")
    parser.add_argument("--size", type=int, choices=[*TextSize], default=TextSize.NORMAL)
    parser.add_argument("--contrast", action="store_true")
    parser.add_argument("--panel", default="720x1280")
    parser.add_argument("--only", type=_view_names, default=(), help="only these views, by comma")
    parser.add_argument("--paint", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    if options.paint is not None:
        return _paint_here(options)
    options.out.mkdir(parents=True, exist_ok=True)
    for language in [options.language] if options.language else [*Language]:
        with tempfile.TemporaryDirectory() as folder:
            pictures = options.pictures / language if options.pictures else Path(folder)
            _paint_apart(language, options, pictures)
            if not options.only:
                save_papers(Language(language), pictures)
            name = _sheet_name(language, options)
            contact_sheet(sorted(pictures.glob("*.png")), options.out / name)
            print(options.out / name)
    return 0


def save_papers(language: Language, folder: Path) -> None:
    """`NAME.png` of every paper, 576 dots wide, beside the screens."""
    for name, paper in every_paper(language).items():
        paper_picture(paper).save(folder / f"{name}.png")


def _sheet_name(language: str, options: argparse.Namespace) -> str:
    parts = [language]
    if options.size != TextSize.NORMAL:
        parts.append(str(options.size))
    if options.contrast:
        parts.append("contrast")
    if options.panel != "720x1280":
        parts.append(options.panel)
    return "-".join(parts) + ".png"


def _view_names(text: str) -> tuple[str, ...]:
    names = tuple(filter(None, text.split(",")))
    known = every_view()
    unknown = [name for name in names if name not in known]
    if unknown:
        raise argparse.ArgumentTypeError(
            f"no view is called {', '.join(unknown)}; there are {', '.join(known)}"
        )
    return names


def _paint_apart(language: str, options: argparse.Namespace, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "bench.gallery.painting", "--paint", str(folder), "--language", language]
    command += ["--size", str(int(options.size)), "--panel", options.panel]
    command += ["--contrast"] if options.contrast else []
    command += ["--only", ",".join(options.only)] if options.only else []
    subprocess.run(command, check=True, timeout=300)


def _paint_here(options: argparse.Namespace) -> int:
    os.environ.setdefault("SDL_VIDEODRIVER", "offscreen")
    from screens.environment import prepare
    from screens.theme import glass

    with tempfile.TemporaryDirectory() as home:
        prepare(glass(options.panel), Path(home), fullscreen=False)
        presentation = Presentation(Language(options.language), TextSize(options.size), options.contrast)
        asyncio.run(paint(options.panel, presentation, options.paint, frozenset(options.only)))
    return 0


async def paint(
    panel: str, presentation: Presentation, folder: Path, only: frozenset[str] = frozenset()
) -> None:
    """Writes `NAME.png` of every view (or `only` of those), or `NAME_1of2.png` … for a view that turns pages."""
    from screens.catalogue import load_catalogue
    from screens.theme import glass
    from screens.window import KivyScreen

    screen = KivyScreen(glass(panel), load_catalogue(), still=True)
    running = asyncio.create_task(screen.run())
    views = every_view(presentation.language)
    try:
        for name, view in views.items():
            if only and name not in only:
                continue
            screen.show(
                views["X1-idle"], presentation
            )  # another screen between, so that each begins at page 1
            screen.show(view, presentation)
            await _drawn(screen.drawn(), running)
            pages = screen.scene.pages if screen.scene is not None else 1
            for page in range(1, pages + 1):
                if page > 1 and screen.scene is not None:
                    target = screen.scene.target("page-next")
                    if target is not None:
                        screen.pressed(target)
                        await _drawn(screen.drawn(), running)
                screen.screenshot(folder / (f"{name}_{page}of{pages}.png" if pages > 1 else f"{name}.png"))
    finally:
        screen.close()
        await running


async def _drawn(drawing: object, running: asyncio.Task[None]) -> None:
    """The next flip, or the exception that ended the window."""
    task = asyncio.ensure_future(drawing)  # type: ignore[call-overload]
    await asyncio.wait({task, running}, return_when=asyncio.FIRST_COMPLETED, timeout=10)
    if running.done():
        running.result()


def contact_sheet(pictures: Sequence[Path], out: Path) -> None:
    """All pictures with their names, small enough to keep in the repository (48 colours, 1 MB)."""
    rows = math.ceil(len(pictures) / _COLUMNS)
    cell = (_THUMB[0] + 16, _THUMB[1] + _CAPTION + 16)
    sheet = Image.new("RGB", (cell[0] * _COLUMNS, cell[1] * rows), "#777777")
    draw, font = ImageDraw.Draw(sheet), ImageFont.truetype(_FONT, 20)
    for index, path in enumerate(pictures):
        x, y = (index % _COLUMNS) * cell[0] + 8, (index // _COLUMNS) * cell[1] + 8
        with Image.open(path) as picture:
            small = picture.convert("RGB")
            small.thumbnail(_THUMB, Image.Resampling.LANCZOS)
            sheet.paste(small, (x, y))
        draw.text((x, y + _THUMB[1] + 4), path.stem, fill="white", font=font)
    sheet.quantize(48, dither=Image.Dither.NONE).save(out, optimize=True)


if __name__ == "__main__":
    sys.exit(main())
