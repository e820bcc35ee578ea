"""What a resident is shown and asked, as frozen data: no finished text, no pixels (DESIGN §6).

A view is also the accessibility tree: the order of its parts is the order of focus, keypad, speech and robot.
Texts are message ids with arguments; `screens` and `receipt` translate them, so that a change of language or size
re-renders the same view. There is one class per screen; `screens` has one screen class for each.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum, StrEnum

# --------------------------------------------------------------------------- words


@dataclass(frozen=True)
class Localised:
    """Text that comes as data (a service's name, an operator's address): one text a language, `ja` at least."""

    ja: str
    en: str = ""


@dataclass(frozen=True)
class Message:
    """A text of the catalogue: `id` is `section.name`; `args` fill its `{places}`. `verbatim` shows `text` as it is."""

    id: str
    args: tuple[tuple[str, str | int | date | datetime | Localised | Message], ...] = ()

    def arg(self, name: str) -> str | int | date | datetime | Localised | Message:
        return dict(self.args)[name]


def message(id: str, /, **args: str | int | date | datetime | Localised | Message) -> Message:  # noqa: A002
    return Message(id, tuple(args.items()))


def verbatim(text: str | Localised) -> Message:
    """Text that is not ours to translate: names, numbers, contact data."""
    return Message("verbatim", (("text", text),))


class Language(StrEnum):
    """`ja-easy` is やさしい日本語: simpler words with furigana; what it does not word itself stands as in `ja`."""

    JA = "ja"
    EASY = "ja-easy"
    EN = "en"

    @property
    def is_japanese(self) -> bool:
        return self is not Language.EN


class TextSize(IntEnum):
    """Body height in px of the design panel (0.122 mm each): normal, large, largest."""

    NORMAL = 34
    LARGE = 46
    LARGEST = 56


@dataclass(frozen=True)
class Presentation:
    """How this resident wants it. Survives もどる, errors and troubles; resets when the visit ends."""

    language: Language = Language.JA
    size: TextSize = TextSize.NORMAL
    high_contrast: bool = False


# --------------------------------------------------------------------------- what can be pressed and typed


class Role(StrEnum):
    """Roles of the robot socket (DESIGN §11)."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    BACK = "back"
    STOP = "stop"
    ROW = "row"
    TOOL = "tool"


class Badge(StrEnum):
    """State of a row, always with an icon and a word."""

    OK = "ok"
    ATTENTION = "attention"
    BARRED = "barred"


class Look(StrEnum):
    """How a button differs from its role's usual look."""

    PLAIN = "plain"
    FILLED = "filled"  # a choice as strong as the main button
    CHOSEN = "chosen"  # a chip that is on
    SEAL = "seal"  # 申し込む, only on ConfirmApplication
    DESTRUCTIVE = "destructive"  # only in StopQuestion


@dataclass(frozen=True)
class Choice:
    """Something to press. `id` is a slug; `key` its key on a 12-key pad; `say` its spoken text if another than `label`."""

    id: str
    label: Message
    role: Role = Role.SECONDARY
    detail: Message | None = None
    badge: Badge | None = None
    icon: str = ""
    look: Look = Look.PLAIN
    key: str = ""
    say: Message | None = None
    focused: bool = False
    enabled: bool = True


class FieldKind(StrEnum):
    PIN = "pin"
    DIGITS = "digits"
    LETTERS = "letters"  # digits and capital letters
    KANA = "kana"  # one key per row of the 五十音


class GroupState(StrEnum):
    EMPTY = "empty"
    CURRENT = "current"
    COMPLETE = "complete"
    WRONG = "wrong"


@dataclass(frozen=True, repr=False)
class Group:
    """One box of a field, as printed on the card. A PIN's boxes hold ● only, never a digit."""

    length: int
    content: str = ""
    state: GroupState = GroupState.EMPTY


@dataclass(frozen=True, repr=False)
class Field:
    """What is typed. The keypad belongs to `kind`; `letters_first` says which pad a LETTERS field starts with.

    `leading` are the keys of a KANA field that lead to something, None: all of them.
    """

    id: str
    kind: FieldKind
    groups: tuple[Group, ...]
    label: Message | None = None
    letters_first: bool = False
    find_help: bool = False  # the key 見つけ方 is there
    leading: frozenset[str] | None = None


@dataclass(frozen=True)
class Pressed:
    choice: str


@dataclass(frozen=True, repr=False)
class KeyPressed:
    """One key of an on-screen keypad: `0`–`9`, `A`–`Z`, a kana row (`あ`…), `back` or `clear`."""

    field: str
    key: str


Answer = Pressed | KeyPressed


# --------------------------------------------------------------------------- parts of a view


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
class Panel:
    """An outlined panel of lines: a headline with badge, then pairs or lines. `strong` is the line to be seen first."""

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


@dataclass(frozen=True)
class Bars:
    """The three things a trouble says. What was not done is never left out.

    `not_done_head` is another heading where the second says what is not, or still is, possible.
    """

    happened: tuple[Message, ...]
    not_done: tuple[Message, ...]
    next: tuple[Message, ...]
    not_done_head: Message = Message("bars.not_done")


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
    | Panel
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


# --------------------------------------------------------------------------- views

STOP = Choice("stop", Message("tool.stop"), Role.STOP, icon="stop")
BACK = Choice("back", Message("button.back"), Role.BACK, icon="back")


@dataclass(frozen=True, kw_only=True, repr=False)
class View:
    """One question. `time_factor` multiplies the settings' time limits (k of FLOW §2), None: no limit.

    `sample` shows the 見本 band. `stop` is None where there is nothing to stop. `guard_ms`: presses are ignored for
    so long after the view appeared. `personal` marks views whose values the presence cover must hide.
    """

    title: Message
    sentence: Message | None = None
    parts: tuple[Part, ...] = ()
    main: Choice | Status | None = None
    back: Choice | None = None
    stop: Choice | None = STOP
    stones: Stones | None = None
    sample: bool = True
    time_factor: int | None = 1
    guard_ms: int = 250
    personal: bool = False

    @property
    def name(self) -> str:
        return type(self).__name__

    def choices(self) -> Iterator[Choice]:
        """Everything that can be pressed, in the one order of focus, keypad, speech and robot; tools come last."""
        for part in self.parts:
            match part:
                case Options(choices=choices) | Pager(choices=choices):
                    yield from choices
                case Sheet(lines=lines):
                    for line in lines:
                        yield from line.choices
                case _:
                    pass
        if isinstance(self.main, Choice):
            yield self.main
        if self.back is not None:
            yield self.back
        if self.stop is not None:
            yield self.stop

    def fields(self) -> Iterator[Field]:
        for part in self.parts:
            if isinstance(part, Entry):
                yield part.field


@dataclass(frozen=True, kw_only=True, repr=False)
class Attract(View):
    """S1. `clock` is the visit time shown at the stop cell's place."""

    clock: datetime
    stop: Choice | None = None
    time_factor: int | None = None


@dataclass(frozen=True, kw_only=True, repr=False)
class OutOfService(View):
    """The terminal takes nothing at the moment and says why."""

    stop: Choice | None = None
    time_factor: int | None = None


@dataclass(frozen=True, kw_only=True, repr=False)
class LanguageChoice(View):
    """From 言語 on any screen; a choice returns to the same view with everything kept."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Home(View):
    """S2."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Checklist(View):
    """S3, and its help pages."""

    time_factor: int | None = 2


@dataclass(frozen=True, kw_only=True, repr=False)
class ChooseService(View):
    """S4: list or kana search."""

    time_factor: int | None = 4


@dataclass(frozen=True, kw_only=True, repr=False)
class ServiceTerms(View):
    """S5, and why a barred service cannot be chosen here."""

    time_factor: int | None = 4


@dataclass(frozen=True, kw_only=True, repr=False)
class Consent(View):
    """S6, and its whole text."""

    time_factor: int | None = 4


@dataclass(frozen=True, kw_only=True, repr=False)
class PlaceCard(View):
    """S7."""

    time_factor: int | None = 2


@dataclass(frozen=True, kw_only=True, repr=False)
class ConfirmCard(View):
    """S8."""


@dataclass(frozen=True, kw_only=True, repr=False)
class EnterText(View):
    """S9."""

    time_factor: int | None = 4
    personal: bool = True


@dataclass(frozen=True, kw_only=True, repr=False)
class RepeatText(View):
    """S10."""

    time_factor: int | None = 4
    personal: bool = True


@dataclass(frozen=True, kw_only=True, repr=False)
class EnterCode(View):
    """S11."""

    time_factor: int | None = 4
    personal: bool = True


@dataclass(frozen=True, kw_only=True, repr=False)
class ConfirmApplication(View):
    """S12: the only view with the layout of the act."""

    time_factor: int | None = 2
    guard_ms: int = 500
    personal: bool = True


@dataclass(frozen=True, kw_only=True, repr=False)
class EnterPin(View):
    """S13. With one try left the warning comes first, without a keypad."""

    time_factor: int | None = 2


@dataclass(frozen=True, kw_only=True, repr=False)
class Working(View):
    """The card works, or a record is put away. Nothing to press."""

    stop: Choice | None = None
    time_factor: int | None = None


@dataclass(frozen=True, kw_only=True, repr=False)
class Accepted(View):
    """S14: durable here. First the card is taken (`take_card`), then the paper."""

    take_card: bool
    stop: Choice | None = None
    time_factor: int | None = None


@dataclass(frozen=True, kw_only=True, repr=False)
class TakeCard(View):
    """After any other ending, while the card still lies there."""

    stop: Choice | None = None
    time_factor: int | None = None


@dataclass(frozen=True, kw_only=True, repr=False)
class StopQuestion(View):
    """やめる asks once, and only if something was typed."""

    stop: Choice | None = None


@dataclass(frozen=True, kw_only=True, repr=False)
class Trouble(View):
    """What happened, what was not done, what to do now; the code last. `code` is for telephone and log.

    `tone` says whose doing it was: ERROR something went wrong, ATTENTION it can go on, SOFT the resident's own choice.
    """

    code: str
    tone: Tone = Tone.ERROR


@dataclass(frozen=True, kw_only=True, repr=False)
class IdleWarning(View):
    """Covers all values."""

    time_factor: int | None = None
