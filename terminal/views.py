"""What a resident is shown and asked, as frozen data: no finished text, no pixels (DESIGN §6). One class a screen.

A view is also the accessibility tree: the order of its parts is the order of focus, keypad, speech and robot. A change
of language or size re-renders the same view; `screens` has one screen class for each of these.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from terminal.controls import Choice, Field, Role
from terminal.messages import Message
from terminal.view_parts import Entry, Options, Pager, Part, Sheet, Status, Stones, Tone

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
    """S14: durable here. First the card is taken (`take_card`), then the paper.

    `refused`: the programme answered already, and with a refusal; then nothing stands on green.
    """

    take_card: bool
    refused: bool = False
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
