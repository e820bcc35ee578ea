"""Draws the reference pictures anew: look at them before committing. `python -m tests.drivers.printer.draw_pictures`"""

from __future__ import annotations

from pathlib import Path

from bench.paper.render import render
from drivers.printer.document import compose
from tests.drivers.printer.papers import LARGE, NORMAL

if __name__ == "__main__":
    folder = Path(__file__).parent / "pictures"
    folder.mkdir(exist_ok=True)
    for name, paper in (("normal", NORMAL), ("large", LARGE)):
        render(b"".join(part.data for part in compose(paper))).save(folder / f"{name}.png", optimize=True)
