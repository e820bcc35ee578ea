"""What a view is made of, from top to bottom: notes, drawings, options, entries, the sheet of S12."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from terminal.controls import Badge, Choice, Field
from terminal.messages import Message


class Tone(StrEnum):
    SOFT = "soft"
    ATTENTION = "attention"
    ERROR = "error"
    SUCCESS = "success"
    PLAIN = "plain"  # outlined white panel


@dataclass(frozen=True)
class Note:
    """A panel with icon: a first line in bold, and a second."""

    text: Message
    detail: Message | None = None
    icon: str = "info"
    tone: Tone = Tone.SOFT


@dataclass(frozen=True)
class Fact:
    """A row: icon or small drawing at the left, a bold line, a plain line. On a soft panel if `drawing` is set."""

    text: Message
    detail: Message | None = None
    icon: str = ""
    drawing: str = ""


@dataclass(frozen=True)
class Paragraph:
    text: Message
    bold: bool = False


@dataclass(frozen=True)
class Banner:
    """Outlined lines under a headline with badge, e.g. until when is open. `strong` is the line to be seen first."""

    headline: Message
    lines: tuple[Message, ...] = ()
    badge: Badge | None = None
    warnings: tuple[Message, ...] = ()  # one ⚠ line each
    strong: Message | None = None  # one of `lines`


@dataclass(frozen=True)
class Drawing:
    """A drawing of `screens.drawings` by name; `labels` are texts beside leader lines, by anchor name."""

    name: str
    labels: tuple[tuple[str, Message], ...] = ()
    caption: Message | None = None
    tone: Tone = Tone.SOFT


class Layout(StrEnum):
    CHOICES = "choices"  # 656×160, large icon
    LIST = "list"  # 656×124 rows
    CHIPS = "chips"  # 118×124
    PAIR = "pair"  # two side by side
    STACK = "stack"  # full width, one below the other


@dataclass(frozen=True)
class Options:
    choices: tuple[Choice, ...]
    layout: Layout = Layout.STACK


@dataclass(frozen=True)
class Pager:
    """Lists turn pages. Choices `page-back` and `page-on` are there when there is a page to turn to."""

    page: int  # from 1
    pages: int
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class Entry:
    """A field with its keypad."""

    field: Field


@dataclass(frozen=True)
class Tries:
    """PIN tries left, as discs and words."""

    left: int
    of: int = 3


@dataclass(frozen=True)
class Line:
    """One line of what is about to be confirmed; its choices stand at the right."""

    label: Message
    value: Message
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """The framed sheet of ConfirmApplication: a black strip with ⚠, then lines."""

    strip: Message
    lines: tuple[Line, ...]


_NOT_DONE = Message("bars.not_done")


@dataclass(frozen=True)
class Bars:
    """The three things a trouble says. What was not done is never left out.

    `not_done_head` is another heading where the second says what is not, or still is, possible.
    """

    happened: tuple[Message, ...]
    not_done: tuple[Message, ...]
    next: tuple[Message, ...]
    not_done_head: Message = _NOT_DONE


@dataclass(frozen=True)
class Number:
    """受付番号, large."""

    label: Message
    text: str


class StepState(StrEnum):
    DONE = "done"
    NOW = "now"
    AHEAD = "ahead"


@dataclass(frozen=True)
class Progress:
    """Working: what has been done and what is going on."""

    steps: tuple[tuple[Message, StepState], ...]


@dataclass(frozen=True)
class Countdown:
    """`left` of `of` seconds; the ring ticks each second."""

    left: int
    of: int


@dataclass(frozen=True)
class Small:
    """Last lines of a trouble: contact, terminal and code."""

    lines: tuple[Message, ...]


Part = (
    Note
    | Fact
    | Paragraph
    | Banner
    | Drawing
    | Options
    | Pager
    | Entry
    | Tries
    | Sheet
    | Bars
    | Number
    | Progress
    | Countdown
    | Small
)


@dataclass(frozen=True)
class Status:
    """The dashed box in the main button's place while there is nothing to press."""

    text: Message


class Stone(StrEnum):
    """The stepping stones' names; the catalogue has `stone.<value>`."""

    CHOOSE = "choose"
    CONSENT = "consent"
    CARD = "card"
    NUMBER = "number"
    CONFIRM = "confirm"
    ACCEPTED = "accepted"


@dataclass(frozen=True)
class Stones:
    stones: tuple[Stone, ...]
    now: Stone
