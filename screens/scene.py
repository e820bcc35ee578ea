"""A screen as plain data: what is painted where, and what can be touched.

Laid out without a window, in design units from the top left; `painter` turns it into pixels. Equal items of two
scenes after each other are painted once, so that typing a digit repaints one field.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from screens.theme import Face
from terminal.controls import KeyPressed, Pressed, Role


@dataclass(frozen=True)
class Box:
    """A rectangle: left, top, width, height in units."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def centre(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2

    def contains(self, x: float, y: float) -> bool:
        return self.x <= x < self.right and self.y <= y < self.bottom

    def grown(self, by: float) -> Box:
        return Box(self.x - by, self.y - by, self.width + 2 * by, self.height + 2 * by)

    def inset(self, horizontal: float, vertical: float | None = None) -> Box:
        vertical = horizontal if vertical is None else vertical
        return Box(
            self.x + horizontal, self.y + vertical, self.width - 2 * horizontal, self.height - 2 * vertical
        )


@dataclass(frozen=True)
class Fill:
    """A filled rectangle; `line` draws its outline inside the box."""

    box: Box
    colour: str
    radius: float = 0.0
    line: str = ""
    line_width: float = 0.0
    top_only: bool = False  # only the upper corners are round
    dashed: bool = False


@dataclass(frozen=True)
class Disc:
    """A filled circle with a ring of `line_width` inside its edge."""

    x: float
    y: float
    radius: float
    colour: str
    line: str = ""
    line_width: float = 0.0


@dataclass(frozen=True)
class Rule:
    """A horizontal line, dashed if wanted (12 on, 8 off)."""

    x: float
    y: float
    width: float
    thickness: float
    colour: str
    dashed: bool = False


@dataclass(frozen=True)
class Ring:
    """An open ring, clockwise from the top over `part` of the circle, with round ends."""

    x: float
    y: float
    radius: float
    thickness: float
    colour: str
    part: float = 1.0


@dataclass(frozen=True, repr=False)
class Words:
    """A run of text on one line. `width` is what was measured for it."""

    text: str
    x: float
    baseline: float
    width: float
    size: float
    colour: str
    bold: bool = False
    face: Face = Face.TEXT


@dataclass(frozen=True)
class Icon:
    name: str
    x: float
    y: float
    size: float
    colour: str


@dataclass(frozen=True)
class Picture:
    """A drawing fitted into a box; `moving` ones get a phase."""

    name: str
    box: Box
    moving: bool = False


@dataclass(frozen=True)
class Caret:
    """Stands in the current field, half a second on, half a second off."""

    box: Box
    colour: str


@dataclass(frozen=True)
class PageTurn:
    """Turns the pages inside a screen: the core is not asked."""

    by: int


@dataclass(frozen=True)
class SwitchPad:
    """Changes between the keypads of a field."""

    letters: bool


Item = Fill | Disc | Rule | Ring | Words | Icon | Picture | Caret


@dataclass(frozen=True, repr=False)
class Target:
    """Something to touch: its hit box is what is drawn."""

    id: str
    box: Box
    answer: Pressed | KeyPressed | PageTurn | SwitchPad
    normal: tuple[Item, ...]
    pressed: tuple[Item, ...]
    focus: tuple[Item, ...] = ()
    focused: bool = False
    enabled: bool = True
    label: str = ""
    role: Role | None = None  # None: a key of a keypad
    key: str = ""


@dataclass(frozen=True, repr=False)
class Shown:
    """A field as it stands on the screen, masked as there."""

    id: str
    kind: str
    label: str
    groups: tuple[str, ...]


@dataclass(frozen=True, repr=False)
class Scene:
    """A screen ready to be painted. `texts` are its words in the order of reading, without those of the targets."""

    name: str
    title: str
    ground: str
    items: tuple[Item | Target, ...]
    texts: tuple[str, ...]
    fields: tuple[Shown, ...] = ()
    page: int = 1
    pages: int = 1
    room: float = 0.0  # units of height that were left, negative if something overflowed

    @property
    def targets(self) -> tuple[Target, ...]:
        return tuple(item for item in self.items if isinstance(item, Target))

    def target(self, id: str) -> Target | None:  # noqa: A002
        return next((target for target in self.targets if target.id == id), None)


@dataclass
class Plan:
    """A scene while it is laid out."""

    items: list[Item | Target] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    fields: list[Shown] = field(default_factory=list)

    def add(self, *items: Item | Target) -> None:
        self.items.extend(items)

    def say(self, text: str) -> None:
        """Notes a text for whoever reads the screen without eyes."""
        if text:
            self.texts.append(text)
