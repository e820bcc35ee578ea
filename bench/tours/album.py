"""What a tour leaves: pictures of every screen and paper, and the page that shows them in order."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined


@dataclass
class Screenshot:
    """`file` is relative to the page. `pressed`: what was done on this screen afterwards, in Japanese."""

    file: str
    view: str
    title: str
    caption: str
    paper: bool = False
    pressed: list[str] = field(default_factory=list)


@dataclass
class PlayedScene:
    """`presses` besides keys, PIN and header tools. `proofs`: what was checked besides the screens.

    `misses`: what was not as expected; `failure`: why the scene could not be played to its end.
    """

    slug: str
    title: str
    pictures: list[Screenshot] = field(default_factory=list)
    proofs: list[str] = field(default_factory=list)
    presses: int = 0
    seconds: float = 0.0
    misses: list[str] = field(default_factory=list)
    failure: str = ""

    @property
    def passed(self) -> bool:
        return not self.misses and not self.failure


@dataclass
class Album:
    name: str
    title: str
    folder: Path
    scenes: list[PlayedScene] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        return bool(self.scenes) and all(scene.passed for scene in self.scenes)

    @property
    def index(self) -> Path:
        return self.folder / "index.html"

    def write_page(self) -> Path:
        """`index.html`, which needs nothing but the pictures beside it."""
        environment = Environment(
            loader=FileSystemLoader(Path(__file__).parent / "pages"),
            autoescape=True,
            undefined=StrictUndefined,
        )
        self.index.write_text(environment.get_template("tour.html").render(album=self), encoding="utf-8")
        return self.index
