"""The words in which tours are written: frozen data, one class a step. `bench.tours.player` does what they say."""

from __future__ import annotations

from dataclasses import dataclass

# --------------------------------------------------------------------------- what a resident does


@dataclass(frozen=True)
class Press:
    """Touches a choice by its id."""

    choice: str


@dataclass(frozen=True)
class TypeText:
    """Presses the keys of the on-screen keypad. `what` is what the page says instead of the characters."""

    field: str
    text: str
    what: str


@dataclass(frozen=True)
class TypePin:
    """The PIN of that resident's card; `wrong`: one that is not."""

    resident: str
    wrong: bool = False


# --------------------------------------------------------------------------- what hands do beside the screen


@dataclass(frozen=True)
class InsertCard:
    resident: str
    reader: str = "pcsc"


@dataclass(frozen=True)
class RemoveCard:
    reader: str = "pcsc"


@dataclass(frozen=True)
class TakePaper:
    """Waits for one paper, keeps its picture, takes it. Its QR codes must hold the numbers on the screen."""

    caption: str


@dataclass(frozen=True)
class CutNetwork:
    pass


@dataclass(frozen=True)
class RestoreNetwork:
    pass


# --------------------------------------------------------------------------- what must be seen


@dataclass(frozen=True)
class See:
    """Waits for a view and keeps its picture.

    `says`, `never`: ids of catalogue texts that must (not) stand on it; `gone`: texts that it waits to see go.
    """

    view: str
    caption: str
    says: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    timeout_s: float = 15.0


@dataclass(frozen=True)
class Arrived:
    """Every number on the last `Accepted` screen stands in the fleet's database exactly once, is acknowledged
    and marked, and was answered. Nothing else came.
    """

    records: int
    timeout_s: float = 20.0


@dataclass(frozen=True)
class NothingAccepted:
    """Neither journal nor fleet has got a record since the scene began."""


@dataclass(frozen=True)
class Waiting:
    """So many records of this scene wait in the journal, and none of them has arrived."""

    records: int


@dataclass(frozen=True)
class TriesLeft:
    """Of the PIN of that resident's card, as the card itself counts."""

    resident: str
    left: int


@dataclass(frozen=True)
class AtMostPresses:
    """Presses in this scene besides keys, PIN and header tools (FLOW §2: the main job takes at most 12)."""

    presses: int


TourStep = (
    Press
    | TypeText
    | TypePin
    | InsertCard
    | RemoveCard
    | TakePaper
    | CutNetwork
    | RestoreNetwork
    | See
    | Arrived
    | NothingAccepted
    | Waiting
    | TriesLeft
    | AtMostPresses
)


@dataclass(frozen=True)
class TourScene:
    """Begins and ends at the attract screen. `slug` names its pictures; `language` that of the screens expected."""

    slug: str
    title: str
    language: str
    steps: tuple[TourStep, ...]


@dataclass(frozen=True)
class Tour:
    name: str
    title: str
    scenes: tuple[TourScene, ...]
