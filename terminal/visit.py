"""A visit: one resident, one card, one presentation, one draft (DESIGN §5).

`Visit.ask` is the only place where the terminal waits for a person. Everything that may end a visit is handled there,
in one loop over one inbox: やめる, the lifted card, time, absence, the door, shutdown. A procedure therefore reads
top to bottom as the resident lives it, and cannot forget an ending: it is unwound by `VisitEnded`.

While the card works (`Working`) nobody is asked anything; events wait in the inbox. So from the moment at which the
card's signature is back, nothing can come between it and the commit: that is the point of no return (DESIGN §2.4).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from enum import StrEnum

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from terminal.inbox import Delivered, Event, Inbox, ProgrammeAnswered, Shutdown
from terminal.limits import Limits
from terminal.ports import (
    CardIn,
    CardOut,
    CardReaders,
    Clock,
    DoorChanged,
    Holder,
    Panel,
    PresenceChanged,
    ReaderFound,
    ReaderLost,
    Screen,
)
from terminal.views import (
    Choice,
    Countdown,
    Drawing,
    IdleWarning,
    KeyPressed,
    Language,
    LanguageChoice,
    Look,
    Note,
    Options,
    Paragraph,
    Presentation,
    Pressed,
    Role,
    StopQuestion,
    TextSize,
    View,
    message,
)


class Ending(StrEnum):
    """Why a visit ended. The slug stands in the audit log; the words are in `terminal.endings`."""

    FINISHED = "finished"  # everything that was asked for is done
    LEFT = "left"  # the resident chose to leave (help, やめて確かめる, back from the first screen)
    STOPPED = "stopped"  # やめる
    CARD_LIFTED = "card-lifted"
    OTHER_CARD = "other-card"
    READER_LOST = "reader-lost"
    TIMED_OUT = "timed-out"
    NOBODY_THERE = "nobody-there"
    DOOR_OPENED = "door-opened"
    SHUTDOWN = "shutdown"
    PIN_WRONG_TWICE = "pin-wrong-twice"
    PIN_BLOCKED = "pin-blocked"
    CARD_REFUSED = "card-refused"
    ENTRY_DIFFERS = "entry-differs"
    NOT_OPEN = "not-open"
    CANNOT_STORE = "cannot-store"


class VisitEnded(Exception):
    """Unwinds a procedure. `detail` is a slug for the words of the ending, e.g. the kind of a refused card."""

    def __init__(self, ending: Ending, detail: str = "") -> None:
        super().__init__(ending.value)
        self.ending = ending
        self.detail = detail


@dataclass(frozen=True)
class Surroundings:
    """What a visit needs of the terminal."""

    clock: Clock
    screen: Screen
    inbox: Inbox
    readers: CardReaders
    panel: Panel
    limits: Limits
    sample: bool


class Visit:
    """State of one visit. Dropping it, and collecting garbage, is what "nothing stays" rests on (docs/security.md)."""

    def __init__(self, id: str, around: Surroundings, presentation: Presentation) -> None:  # noqa: A002
        self.id = id
        self.around = around
        self.presentation = presentation
        #: Its public half is sealed into the visit's records; the private half dies with the visit.
        self.answer_key = X25519PrivateKey.generate()
        #: Something was typed: やめる asks once.
        self.typed = False
        #: An idle warning came: "is this your card?" is asked again before the PIN.
        self.warned = False
        #: Wrong PINs of this visit, whatever was asked in between: もどる gives no new tries.
        self.wrong_pins = 0
        self.holder: Holder | None = None
        #: Name of the view shown last, as a slug for the audit log, e.g. `enter-pin`.
        self.showing = "none"
        #: As the door switch said last; whoever ends the visit asks for it.
        self.door_open = False
        #: The order to stop came; it may have come while a record was handed over.
        self.stopping = False
        #: Somebody has begun: from now on absence counts.
        self._under_way = False
        self._covered = False
        self._card_gone_at: float | None = None
        self._nobody_since: float | None = None
        self._touched = around.clock.monotonic()
        self._accepted = False

    # ------------------------------------------------------------------ asking

    async def ask(self, view: View) -> Pressed | KeyPressed:
        """Shows `view` until a choice of it, or a key of its keypad, is pressed. Raises VisitEnded."""
        while True:
            event = await self.wait(view)
            if isinstance(event, KeyPressed):
                return event
            if isinstance(event, Pressed):
                return event

    async def choose(self, view: View) -> str:
        """Like `ask` for a view without a keypad: the id of the choice."""
        while True:
            answer = await self.ask(view)
            if isinstance(answer, Pressed):
                return answer.choice

    async def wait(self, view: View, *, until: float | None = None) -> Event | None:
        """One event that concerns `view`, or None at the monotonic time `until`.

        Presses on tools and やめる are dealt with here, and so is whatever ends the visit.
        """
        self._show(view)
        self._touched = self.around.clock.monotonic()
        while True:
            event = await self._next(view, until)
            if event is None:
                if until is not None and self.around.clock.monotonic() >= until:
                    return None
                continue
            match event:
                case Pressed(choice="language" | "size" | "contrast" as tool):
                    await self._use_tool(tool, view)
                case Pressed(choice="stop") if view.stop is not None:
                    await self._stop(view)
                case Pressed(choice="find") if any(field.find_help for field in view.fields()):
                    return event
                case Pressed(choice=id_):
                    if any(choice.id == id_ for choice in view.choices()):
                        return event
                case KeyPressed(field=field_id):
                    if any(field.id == field_id for field in view.fields()):
                        self.typed = True
                        return event
                case CardIn() | CardOut() | ReaderFound() | ReaderLost() | Delivered() | ProgrammeAnswered():
                    return event
                case _:
                    pass

    def show(self, view: View) -> None:
        """Shows a view that asks nothing (`Working`)."""
        self._show(view)

    def _show(self, view: View) -> None:
        self.showing = re.sub(r"(?<!^)(?=[A-Z])", "-", view.name).lower()
        self.around.screen.show(view, self.presentation, covered=self._covered)

    # ------------------------------------------------------------------ the one loop

    async def _next(self, view: View, until: float | None) -> Event | None:
        """Waits for the next event or limit; raises VisitEnded when the visit may not go on."""
        event = await self.around.inbox.next(self._patience(view, until))
        now = self.around.clock.monotonic()
        match event:
            case Shutdown():
                self.stopping = True
                raise VisitEnded(Ending.SHUTDOWN)
            case DoorChanged(open=is_open):
                self.door_open = is_open
                if is_open:
                    raise VisitEnded(Ending.DOOR_OPENED)
            case Pressed() | KeyPressed():
                self._touched = now
                self._notice_presence(True, now, view)  # whoever presses is there, whatever the sensor says
            case PresenceChanged(present=present):
                self._notice_presence(present, now, view)
            case CardOut() | CardIn() | ReaderLost() if self.holder is not None and not self._accepted:
                await self._notice_card(event, self.holder, now, view)
                return None
            case _:
                pass
        self._enforce(now, view)
        if event is None and self._is_idle(now, view):
            await self._warn(view)
        return event

    def _patience(self, view: View, until: float | None) -> float | None:
        """Seconds until the nearest limit."""
        now, limits = self.around.clock.monotonic(), self.around.limits
        deadlines = [] if until is None else [until]
        if view.time_factor is not None:
            deadlines.append(self._touched + limits.idle_warning_s * view.time_factor)
        if self._card_gone_at is not None:
            deadlines.append(self._card_gone_at + limits.card_gap_s)
        if self._nobody_since is not None:
            deadlines.append(
                self._nobody_since + (limits.presence_end_s if self._covered else limits.presence_cover_s)
            )
        return max(0.0, min(deadlines) - now) if deadlines else None

    def _enforce(self, now: float, view: View) -> None:
        limits = self.around.limits
        if self._card_gone_at is not None and now - self._card_gone_at >= limits.card_gap_s:
            raise VisitEnded(Ending.CARD_LIFTED)
        if self._nobody_since is not None:
            absent = now - self._nobody_since
            if absent >= limits.presence_end_s:
                raise VisitEnded(Ending.NOBODY_THERE)
            if absent >= limits.presence_cover_s and not self._covered:
                self._cover(view, covered=True)

    def _is_idle(self, now: float, view: View) -> bool:
        if view.time_factor is None:
            return False
        return now - self._touched >= self.around.limits.idle_warning_s * view.time_factor

    # ------------------------------------------------------------------ card, presence, time

    async def _notice_card(
        self, event: CardIn | CardOut | ReaderLost, holder: Holder, now: float, view: View
    ) -> None:
        """The bound reader only: a gap below the limit is bridged if the same certificate comes back."""
        if event.reader != holder.reader:
            return
        match event:
            case ReaderLost():
                raise VisitEnded(Ending.READER_LOST)
            case CardOut():
                self._card_gone_at = now
                self._cover(view, covered=True)
            case CardIn():
                again = await self.around.readers.read(holder.reader)
                if isinstance(again, Holder) and again.certificate == holder.certificate:
                    self.holder = again
                    self._card_gone_at = None
                    self._uncover(view)
                elif isinstance(again, Holder):
                    raise VisitEnded(Ending.OTHER_CARD)
                else:
                    raise VisitEnded(Ending.CARD_LIFTED)

    def _notice_presence(self, present: bool, now: float, view: View) -> None:
        """Before somebody begins and after the ending nobody has to stand there."""
        if present:
            self._nobody_since = None
            self._uncover(view)
        elif self._nobody_since is None and self._under_way:
            self._nobody_since = now

    def _uncover(self, view: View) -> None:
        """The values come back when neither card nor person is missing."""
        if self._covered and self._card_gone_at is None and self._nobody_since is None:
            self._cover(view, covered=False)

    def _cover(self, view: View, *, covered: bool) -> None:
        self._covered = covered
        self._show(view)

    async def _warn(self, view: View) -> None:
        """IdleWarning: time runs out visibly, and one large press gives as much again, as often as wanted."""
        self.warned = True
        limits, factor = self.around.limits, view.time_factor or 1
        span = (limits.idle_end_s - limits.idle_warning_s) * factor
        ends = self._touched + limits.idle_end_s * factor
        while (left := ends - self.around.clock.monotonic()) > 0:
            warning = idle_warning_view(math.ceil(left), math.ceil(span), sample=self.around.sample)
            self._show(warning)
            tick = left - math.floor(left) or 1.0
            event = await self._next(warning, self.around.clock.monotonic() + tick)
            if isinstance(event, Pressed) and event.choice == "stop":
                await self._stop(view)
                return
            if isinstance(event, Pressed) and event.choice == "more-time":
                self._show(view)
                return
        raise VisitEnded(Ending.TIMED_OUT)

    # ------------------------------------------------------------------ やめる and tools

    async def _stop(self, view: View) -> None:
        if not self.typed:
            raise VisitEnded(Ending.STOPPED)
        question = stop_question_view(sample=self.around.sample)
        if await self.choose(question) == "stop-now":
            raise VisitEnded(Ending.STOPPED)
        self._show(view)

    async def _use_tool(self, tool: str, view: View) -> None:
        self.presentation = (
            await self._choose_language(view) if tool == "language" else turn_tool(self.presentation, tool)
        )
        self._show(view)

    async def _choose_language(self, view: View) -> Presentation:
        """What is told meanwhile (arrived, answered) waits for the view that it belongs to."""
        waiting: list[Event] = []
        try:
            return await self._language_chosen(view, waiting)
        finally:
            for event in waiting:
                self.around.inbox.put(event)

    async def _language_chosen(self, view: View, waiting: list[Event]) -> Presentation:
        shown = language_view(self.presentation, stop=view.stop, sample=view.sample)
        self._show(shown)
        while True:
            event = await self._next(shown, None)
            match event:
                case Pressed(choice="back"):
                    return self.presentation
                case Pressed(choice="stop") if shown.stop is not None:
                    await self._stop(shown)
                case Pressed(choice=id_) if id_.startswith("language-"):
                    return replace(self.presentation, language=Language(id_.removeprefix("language-")))
                case Pressed(choice="size" | "contrast" as tool):
                    self.presentation = turn_tool(self.presentation, tool)
                    shown = language_view(self.presentation, stop=view.stop, sample=view.sample)
                    self._show(shown)
                case Delivered() | ProgrammeAnswered():
                    waiting.append(event)
                case _:
                    pass

    # ------------------------------------------------------------------ begin, card, end

    def begin(self) -> None:
        """Somebody pressed start: from now on absence counts."""
        self._under_way = True

    def bind(self, holder: Holder) -> None:
        """From now on (K1) this card on this reader carries the visit."""
        self.holder = holder
        self._card_gone_at = None

    def unbind(self) -> None:
        self.holder = None
        self._card_gone_at = None
        self._covered = False

    def past_the_point_of_no_return(self) -> None:
        """K2: a record is durable; from here the card may be gone and やめる has nothing to stop."""
        self._accepted = True
        self._card_gone_at = None
        self._covered = False

    def forget(self) -> None:
        """Drops everything personal; the caller shows another view and collects garbage."""
        self.unbind()
        self.typed = self._under_way = False
        self._nobody_since = None
        self.around.inbox.clear()


# --------------------------------------------------------------------------- views of every visit


def turn_tool(presentation: Presentation, tool: str) -> Presentation:
    """文字 goes 34 → 46 → 56 → 34; 色 switches high contrast."""
    if tool == "contrast":
        return replace(presentation, high_contrast=not presentation.high_contrast)
    sizes = list(TextSize)
    following = sizes[(sizes.index(presentation.size) + 1) % len(sizes)]
    return replace(presentation, size=following)


def idle_warning_view(left: int, of: int, *, sample: bool) -> IdleWarning:
    return IdleWarning(
        title=message("idle.title"),
        sentence=message("idle.sentence", seconds=left),
        parts=(
            Countdown(left, of),
            Note(message("idle.hidden"), icon="lock"),
            Paragraph(message("idle.then")),
        ),
        main=Choice("more-time", message("idle.more"), Role.PRIMARY, icon="clock", key="#", focused=True),
        sample=sample,
    )


def stop_question_view(*, sample: bool) -> StopQuestion:
    yes = Choice("stop-now", message("stop.yes"), Role.SECONDARY, icon="stop", look=Look.DESTRUCTIVE)
    return StopQuestion(
        title=message("stop.title"),
        sentence=message("stop.sentence"),
        parts=(
            Drawing("hidden-fields"),
            Note(message("stop.nothing_accepted"), message("stop.continue_returns"), icon="info"),
            Options((yes,)),
        ),
        main=Choice("continue", message("stop.continue"), Role.PRIMARY, key="#", focused=True),
        sample=sample,
    )


def language_view(presentation: Presentation, *, stop: Choice | None, sample: bool) -> LanguageChoice:
    """`stop` as on the view that it was called from: where nothing was begun there is nothing to stop."""

    def button(language: Language) -> Choice:
        look = Look.CHOSEN if presentation.language is language else Look.PLAIN
        return Choice(f"language-{language}", message(f"language.{language}"), Role.ROW, look=look)

    return LanguageChoice(
        title=message("language.title"),
        parts=(Options(tuple(button(language) for language in Language)),),
        back=Choice("back", message("language.back"), Role.BACK, icon="back"),
        stop=stop,
        sample=sample,
    )
