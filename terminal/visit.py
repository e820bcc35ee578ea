"""A visit: one resident, one card, one presentation, one draft (DESIGN §5).

`Visit` is the only reader of the inbox. Everything that may end a visit is handled where it is read, in one loop: やめる,
the lifted card, time, absence, the door, shutdown. A procedure asks with `Visit.ask`; it reads top to bottom as the
resident lives it and cannot forget an ending: it is unwound by `VisitOver`.

A view may have layers over it (`terminal.overlays`). They take presses only: what devices tell goes to whoever shows
the view, and every limit runs on, whatever lies on top. Only a press or another screen restarts the idle time.

While the card works (`Working`) nobody is asked anything; events wait in the inbox. So from the moment at which the
card's signature is back, nothing can come between it and the commit: that is the point of no return (DESIGN §2.4).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from enum import StrEnum

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from terminal.controls import KeyPressed, Pressed
from terminal.inbox import Event, Inbox, Shutdown
from terminal.limits import Limits
from terminal.overlays import Layer, idle_warning_view, laid_over, one_moment_view, turn_tool
from terminal.ports import (
    CardIn,
    CardOut,
    CardReaders,
    Clock,
    DoorChanged,
    Holder,
    Panel,
    PresenceChanged,
    ReaderLost,
    Screen,
    Sound,
)
from terminal.presentation import Language, Presentation
from terminal.running_limits import RunningLimits
from terminal.views import IdleWarning, View


class Ending(StrEnum):
    """Why a visit ended. The slug stands in the audit log; the words are in `terminal.endings`."""

    FINISHED = "finished"  # everything that was asked for is done
    LEFT = "left"  # the resident chose to leave (やめて確かめる, back from the first screen)
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


class VisitOver(Exception):
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
    """State of one visit. Dropping it, and collecting garbage, is what "nothing stays" rests on (docs/security.md).

    `somebody` is the presence sensor's last word from before this visit.
    """

    def __init__(
        self,
        id: str,  # noqa: A002
        around: Surroundings,
        presentation: Presentation,
        *,
        somebody: bool = True,
    ) -> None:
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
        #: Name of what was shown last, as a slug for the audit log, e.g. `enter-pin`.
        self.showing = "none"
        #: As the door switch said last; whoever ends the visit asks for it.
        self.door_open = False
        #: As the presence sensor said last. It tells changes only, so a press must not make its word forgotten.
        self.somebody = somebody
        #: The order to stop came; it may have come while a record was handed over.
        self.stopping = False
        self._beneath: View = one_moment_view(sample=around.sample)
        self._layers: tuple[Layer, ...] = ()
        self._drawn: tuple[View, Presentation, bool] | None = None
        self._running = RunningLimits(around.limits, around.clock.monotonic())
        self._accepted = False

    # ------------------------------------------------------------------ asking

    async def ask(self, view: View) -> Pressed | KeyPressed:
        """Shows `view` until a choice of it, or a key of its keypad, is pressed. Raises VisitOver."""
        while True:
            event = await self.wait(view)
            if isinstance(event, Pressed | KeyPressed):
                return event

    async def choose(self, view: View) -> str:
        """Like `ask` for a view without a keypad: the id of the choice."""
        while True:
            answer = await self.ask(view)
            if isinstance(answer, Pressed):
                return answer.choice

    async def wait(self, view: View, *, until: float | None = None) -> Event | None:
        """One event that concerns `view`, or None at the monotonic time `until`, whatever lies over the view.

        Presses on tools, on layers and on やめる are dealt with here, and so is whatever ends the visit.
        """
        self._come_to(view)
        self._drawn = None  # others may have drawn meanwhile
        while True:
            seen = self._draw(self._on_top())
            event = await self._next(until)
            match event:
                case None if until is not None and self.around.clock.monotonic() >= until:
                    return None
                case None | DoorChanged() | PresenceChanged():
                    pass
                case Pressed() | KeyPressed():
                    if self._is_answer(event, view, seen):
                        return event
                case _:
                    return event

    def give_whole_time(self) -> None:
        """What the resident waited for has come: the limits of the view that follows count from now."""
        self._running.give_whole_time(self.around.clock.monotonic())

    def show(self, view: View) -> None:
        """Shows a view that asks nothing (`Working`)."""
        self._come_to(view)
        self._drawn = None
        self._draw(view)

    async def wait_for_closed_door(self, view: View) -> None:
        """Shows `view` while somebody works inside; no press counts. Raises VisitOver for the order to stop."""
        self.show(view)
        while self.door_open:
            await self._take(None)

    # ------------------------------------------------------------------ what is seen

    def _come_to(self, view: View) -> None:
        """Another screen has the whole time again, and nothing lies over it.

        The name decides, not the title: titles follow devices too (S7 names the reader that works), and a reader that
        comes and goes must not hold a forgotten visit open.
        """
        if self._beneath.name != view.name:
            self._running.give_whole_time(self.around.clock.monotonic())
            self._layers = ()
        self._beneath = view

    def _on_top(self) -> View:
        """The view with what lies over it; the idle warning hides it all."""
        idle, now = self._running.idle(self._time_factor()), self.around.clock.monotonic()
        if idle is None or now < idle.warns:
            return self._layered()
        self.warned = True
        left, of = max(0, math.ceil(idle.ends - now)), math.ceil(idle.ends - idle.warns)
        return idle_warning_view(left, of, accepted=self._accepted, sample=self.around.sample)

    def _layered(self) -> View:
        view = self._beneath
        for layer in self._layers:
            view = laid_over(view, layer, self.presentation)
        return view

    def _draw(self, view: View) -> View:
        """Nothing is drawn anew that stands there already."""
        wanted = (view, self.presentation, self._running.covers(self.around.clock.monotonic()))
        if wanted != self._drawn:
            self._drawn = wanted
            self.showing = re.sub(r"(?<!^)(?=[A-Z])", "-", view.name).lower()
            self.around.screen.show(view, self.presentation, covered=wanted[2])
        return view

    def _time_factor(self) -> int | None:
        """Of what lies on top, the idle warning apart; None where nothing is lost by waiting."""
        return self._layered().time_factor

    # ------------------------------------------------------------------ the one loop

    async def _take(self, timeout: float | None) -> Event | None:
        """The only place that reads the inbox: what switches and sensors say is known whoever waits."""
        event = await self.around.inbox.next(timeout)
        match event:
            case Shutdown():
                self.stopping = True
                raise VisitOver(Ending.SHUTDOWN)
            case DoorChanged(open=is_open):
                self.door_open = is_open
            case PresenceChanged(present=present):
                self.somebody = present
            case Pressed() | KeyPressed():
                # Before anybody looks at which key it was: nobody hears what is typed, or whether it counted.
                self.around.panel.sound(Sound.KEY)
        return event

    async def _next(self, until: float | None) -> Event | None:
        """One event, or None when a limit is reached; raises VisitOver when the visit may not go on."""
        event = await self._take(self._patience(until))
        now = self.around.clock.monotonic()
        match event:
            case DoorChanged(open=True):
                raise VisitOver(Ending.DOOR_OPENED)
            case Pressed() | KeyPressed():
                self._running.press(now)
            case PresenceChanged():
                self._running.notice_presence(now, somebody=self.somebody)
            case CardOut() | CardIn() | ReaderLost() if self.holder is not None and not self._accepted:
                await self._notice_card(event, self.holder, now)
                event = None
        self._enforce()
        return event

    def _patience(self, until: float | None) -> float | None:
        """Seconds until the nearest limit."""
        now = self.around.clock.monotonic()
        reached = self._running.next_reached(now, self._time_factor(), layers=bool(self._layers))
        nearest = min((at for at in (reached, until) if at is not None), default=None)
        return None if nearest is None else max(0.0, nearest - now)

    def _enforce(self) -> None:
        now, running = self.around.clock.monotonic(), self._running
        if running.card_stayed_away(now):
            raise VisitOver(Ending.CARD_LIFTED)
        if running.nobody_came_back(now):
            raise VisitOver(Ending.NOBODY_THERE)
        idle = running.idle(self._time_factor())
        if idle is not None and now >= idle.ends:
            raise VisitOver(Ending.TIMED_OUT)
        if idle is None and now >= running.layers_fall():
            self._layers = ()  # nobody chose a language: what waits beneath is seen again, and nothing ends

    # ------------------------------------------------------------------ presses

    def _is_answer(self, event: Pressed | KeyPressed, view: View, seen: View) -> bool:
        """True for a press that answers `view`. Tools, やめる and layers are dealt with; the rest is no press on it."""
        match event:
            case Pressed(choice="language"):
                self._lay(Layer.LANGUAGES)
            case Pressed(choice="size" | "contrast" as tool):
                self.presentation = turn_tool(self.presentation, tool)
            case Pressed(choice="stop") if seen.stop is not None:
                if not self.typed:
                    raise VisitOver(Ending.STOPPED)
                self._lay(Layer.STOP)
            case Pressed(choice=id_) if isinstance(seen, IdleWarning) or self._layers:
                if any(choice.id == id_ for choice in seen.choices()):
                    self._press_on_layer(id_)
            case Pressed(choice="find"):
                return any(field.find_help for field in view.fields())
            case Pressed(choice=id_):
                return any(choice.id == id_ for choice in view.choices())
            case KeyPressed(field=field_id) if seen is view:
                falls = any(field.id == field_id for field in view.fields())
                self.typed = self.typed or falls
                return falls
        return False

    def _lay(self, layer: Layer) -> None:
        if layer not in self._layers:
            self._layers = (*self._layers, layer)

    def _press_on_layer(self, choice: str) -> None:
        match choice:
            case "more-time":
                pass  # the press itself has given it
            case "stop-now":
                raise VisitOver(Ending.STOPPED)
            case "continue" | "back":
                self._layers = self._layers[:-1]
            case _:
                self.presentation = replace(
                    self.presentation, language=Language(choice.removeprefix("language-"))
                )
                self._layers = self._layers[:-1]

    # ------------------------------------------------------------------ card

    async def _notice_card(self, event: CardIn | CardOut | ReaderLost, holder: Holder, now: float) -> None:
        """The bound reader only: a gap below the limit is bridged if the same certificate comes back."""
        if event.reader != holder.reader:
            return
        match event:
            case ReaderLost():
                raise VisitOver(Ending.READER_LOST)
            case CardOut():
                self._running.miss_card(now)
            case CardIn():
                again = await self.around.readers.read(holder.reader)
                if not isinstance(again, Holder):
                    raise VisitOver(Ending.CARD_LIFTED)
                if again.certificate != holder.certificate:
                    raise VisitOver(Ending.OTHER_CARD)
                self.bind(again)

    # ------------------------------------------------------------------ begin, card, end

    def begin(self) -> None:
        """Somebody pressed start: from now on absence counts."""
        self._running.begin(self.around.clock.monotonic(), somebody=self.somebody)

    def bind(self, holder: Holder) -> None:
        """From now on (K1) this card on this reader carries the visit."""
        self.holder = holder
        self._running.stop_missing_card()

    def unbind(self) -> None:
        self.holder = None
        self._running.stop_missing_card()

    def past_the_point_of_no_return(self) -> None:
        """K2: a record is durable; from here the card may be gone and やめる has nothing to stop."""
        self._accepted = True
        self._running.stop_missing_card()
        self.around.panel.sound(Sound.DONE)

    def forget(self) -> None:
        """Drops everything personal; the caller shows another view and collects garbage."""
        self.unbind()
        self._running.forget()
        self.typed = False
        self._beneath, self._layers, self._drawn = one_moment_view(sample=self.around.sample), (), None
        self.around.inbox.clear()
