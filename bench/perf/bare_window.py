"""The yardstick of the window: Kivy alone with one Japanese label, same size, same fonts, same environment.

`python -m bench.perf.bare_window WIDTH HEIGHT` prints, when its first frame stands, how many seconds one frame takes (median
of 60), then idles until its standard input ends.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

_FRAMES = 60


def main(argv: list[str]) -> int:
    width, height = int(argv[0]), int(argv[1])
    with tempfile.TemporaryDirectory() as home:
        _prepare(width, height, Path(home))
        asyncio.run(_show())
    return 0


def _prepare(width: int, height: int, home: Path) -> None:
    os.environ.update(
        KIVY_HOME=str(home),
        KIVY_NO_ARGS="1",
        KIVY_NO_CONFIG="1",
        KIVY_NO_FILELOG="1",
        KIVY_NO_CONSOLELOG="1",
        KIVY_LOG_MODE="PYTHON",
        KIVY_CLIPBOARD="dummy",
    )
    from kivy.config import Config

    for name, value in {"width": width, "height": height, "multisamples": 0, "maxfps": 30}.items():
        Config.set("graphics", name, value)


async def _show() -> None:
    from kivy.app import App
    from kivy.clock import Clock
    from kivy.uix.label import Label

    from screens.fonts import FILES
    from screens.theme import Face

    class Bare(App):  # type: ignore[misc]
        def build(self) -> Label:
            return Label(text="マイナポイントの申込み", font_name=str(FILES[Face.TEXT][0]), font_size=40)

        def on_start(self) -> None:
            Clock.schedule_once(lambda _: _say_frame(), 0)

    app = Bare()
    asyncio.get_running_loop().add_reader(sys.stdin, app.stop)
    await app.async_run("asyncio")


def _say_frame() -> None:
    from kivy.core.window import Window
    from kivy.graphics.opengl import glFinish

    took = []
    for _ in range(_FRAMES):
        began = time.perf_counter()
        Window.canvas.ask_update()
        Window.dispatch("on_draw")
        Window.dispatch("on_flip")
        glFinish()
        took.append(time.perf_counter() - began)
    print(statistics.median(took), flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
