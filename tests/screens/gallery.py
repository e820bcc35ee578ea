"""Paints the sample views into PNG files: `python -m tests.screens.gallery FOLDER [--size 46] [--contrast] …`."""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
from pathlib import Path

from screens.environment import prepare
from screens.theme import Glass, glass
from terminal.views import Language, Presentation, TextSize


async def paint(shown: Glass, presentation: Presentation, folder: Path, names: list[str]) -> None:
    from screens.window import KivyScreen
    from tests.screens.samples import catalogue, samples

    screen = KivyScreen(shown, catalogue(), still=True)
    running = asyncio.create_task(screen.run())
    views = samples()
    try:
        for name in names or views:
            screen.show(views[name], presentation)
            drawn = asyncio.create_task(screen.drawn())
            await asyncio.wait({drawn, running}, return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                running.result()
            scene = screen.scene
            assert scene is not None
            for page in range(1, scene.pages + 1):
                if page > 1:
                    target = screen.scene.target("page-next") if screen.scene else None
                    assert target is not None
                    screen.pressed(target)
                    await screen.drawn()
                suffix = f"_{page}of{scene.pages}" if scene.pages > 1 else ""
                screen.screenshot(folder / f"{name}{suffix}.png")
                room = screen.scene.room if screen.scene else 0
                print(f"{name}{suffix} room {room:.0f}")
    finally:
        screen.close()
        await running


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--size", type=int, default=34)
    parser.add_argument("--panel", default="720x1280")
    parser.add_argument("--language", default="ja")
    parser.add_argument("--contrast", action="store_true")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("SDL_VIDEODRIVER", "offscreen")
    shown = glass(asked.panel)
    with tempfile.TemporaryDirectory() as home:
        prepare(shown, Path(home), fullscreen=False)
        presentation = Presentation(Language(asked.language), TextSize(asked.size), asked.contrast)
        asyncio.run(paint(shown, presentation, asked.folder, asked.names))


if __name__ == "__main__":
    main()
