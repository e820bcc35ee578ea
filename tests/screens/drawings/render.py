"""Renders drawings and icons into PNGs in its own process: `python -m tests.screens.drawings.render JOBS.json`.

A job: {"out", "kind": "drawing" or "icon", "name", "width", "height", "phase", "ground", "colour"}.
Prints for each job the milliseconds that building took the second time, when recipes are already known.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any


def _paint(job: dict[str, Any], group: Any) -> None:
    from screens.drawings import draw
    from screens.icons import draw_icon

    if job["kind"] == "icon":
        draw_icon(job["name"], group, 0, 0, job["width"], tuple(job["colour"]))
    else:
        moving = draw(job["name"], group, 0, 0, job["width"], job["height"])
        if moving is not None:
            moving.phase = job.get("phase", 0.0)


def _render(job: dict[str, Any]) -> float:
    from kivy.graphics import ClearBuffers, ClearColor, Fbo, InstructionGroup

    _paint(job, InstructionGroup())
    started = time.perf_counter()
    group = InstructionGroup()
    _paint(job, group)
    took = (time.perf_counter() - started) * 1000
    fbo = Fbo(size=(job["width"], job["height"]))
    ground = job["ground"]
    with fbo:
        ClearColor(*ground, 1)
        ClearBuffers()
    fbo.add(group)
    fbo.draw()
    fbo.texture.save(job["out"], flipped=True)
    return took


def main() -> None:
    jobs = json.loads(Path(sys.argv[1]).read_text())
    os.environ.update(SDL_VIDEODRIVER="offscreen", KIVY_NO_ARGS="1", KIVY_NO_CONFIG="1", KIVY_NO_FILELOG="1")
    os.environ.update(KIVY_NO_CONSOLELOG="1", KIVY_LOG_MODE="PYTHON")
    os.environ["KIVY_HOME"] = sys.argv[2]
    from kivy.config import Config

    Config.set("graphics", "multisamples", "0")
    from kivy.core.window import Window

    if Window is None:
        sys.exit("no window")
    print(json.dumps({job["out"]: round(_render(job), 3) for job in jobs}))


if __name__ == "__main__":
    main()
