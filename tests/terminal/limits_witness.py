"""Somebody who watches the screen with a clock in hand, and knows nothing of how the core keeps its limits.

The rules are those of the resident's way: values are hidden at once without the card, and 5 s after the sensor last said
that nobody is there or somebody last pressed; a visit ends 20 s after that, and when nobody presses for the time of the
screen, whatever devices tell.
"""

from __future__ import annotations

from collections.abc import Callable

from terminal.controls import KeyPressed, Pressed
from terminal.inbox import Event
from terminal.journal.events import VisitEnded, VisitStarted
from terminal.ports import CardIn, CardOut, PresenceChanged
from terminal.presentation import Presentation
from terminal.views import View
from tests.terminal.rig import Rig

LAYERS = frozenset({"LanguageChoice", "StopQuestion", "IdleWarning"})
#: INS of PERFORM SECURITY OPERATION (ISO/IEC 7816-8), with which the card signs.
SIGN = 0x2A
#: Floating point only.
SLACK_S = 1e-3


class Witness:
    """Attached to a rig before it runs. `check` and `wait` fail with what was seen too long."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self._acted = 0.0  # the last press, or another screen
        self._entered = 0.0  # another screen alone
        self._edge = 0.0  # the last card that came or went
        self._papers = 0  # as many lay there when this screen came
        self._alone: float | None = None
        self._visits = 0
        self._somebody = True
        self._screen = ""
        self._factor: int | None = None
        self._pulled: set[int] = set()
        #: What there was to see, so that a test knows it has seen it.
        self.seen: set[str] = set()
        self._show, self._put = rig.screen.show, rig.inbox.put
        rig.screen.show = self._shown  # type: ignore[method-assign]
        rig.inbox.put = self._happened  # type: ignore[method-assign]
        rig.readers.subscribe(self._noted)
        rig.panel.subscribe(self._noted)

    def pull_in(self, apdus: int) -> None:
        """The card is gone before the answer to the APDU that comes so many from now."""
        self._rig.readers.pull_at = len(self._rig.readers.sent) + apdus
        self._pulled.add(self._rig.readers.pull_at)

    def signatures(self) -> int:
        """How many came back from cards."""
        sent = self._rig.readers.sent
        return sum(1 for n, (_, apdu) in enumerate(sent, 1) if apdu[1] == SIGN and n not in self._pulled)

    async def wait(self, seconds: float, noise: Callable[[], object] = lambda: None) -> None:
        """Lets time pass and looks at each second. `noise` is what devices tell meanwhile."""
        until = self._rig.clock.passed + seconds
        while self._rig.clock.passed < until:
            noise()
            await self._rig.wait(min(1.0, until - self._rig.clock.passed))
            self.check()

    def check(self) -> None:
        if len(self._rig.noted(VisitStarted)) == len(self._rig.noted(VisitEnded)):
            return
        if self._rig.view.personal or self._rig.view.name in LAYERS:
            self._check_cover()
        now, limits = self._rig.clock.passed, self._rig.limits
        alone = 0.0 if self._alone is None else now - self._alone
        assert alone < limits.presence_end_s + SLACK_S, f"nobody for {alone} s: {self._rig.view.name}"
        if self._screen == "Accepted":
            # Its time counts from the last press, the card's last move and the paper.
            still = now - max(self._acted, self._edge)
            assert still < limits.take_card_s + limits.idle_end_s + SLACK_S, f"S14 stood {still} s"
            late = now - self._entered >= limits.take_card_s + SLACK_S
            assert not late or len(self._rig.printer.papers) > self._papers, "no paper after its time"
        elif self._factor is not None:
            idle = now - self._acted
            assert idle < limits.idle_end_s * self._factor + SLACK_S, f"idle {idle} s: {self._rig.view.name}"

    def _check_cover(self) -> None:
        now, limits, covered = self._rig.clock.passed, self._rig.limits, self._rig.covered
        alone = self._alone is not None and now - self._alone >= limits.presence_cover_s - SLACK_S
        if alone and covered:
            self.seen.add("covered for absence")
        if not self._rig.view.personal:
            return
        bound = self._rig.readers.sent[-1][0]
        gone = bound not in self._rig.readers.present()
        if gone and covered:
            self.seen.add("covered for the card")
        what = f"{self._rig.view.name} uncovered"
        assert covered or not gone, f"{what} without its card"
        assert covered or not alone or now - (self._alone or 0) < limits.presence_cover_s + SLACK_S, (
            f"{what} with nobody there"
        )
        assert now - self._acted < limits.idle_warning_s * (self._factor or 1) + SLACK_S, f"{what}, untouched"

    # ------------------------------------------------------------------ what is seen and heard

    def _shown(self, view: View, presentation: Presentation, *, covered: bool = False) -> None:
        visits = len(self._rig.noted(VisitStarted))
        if visits > self._visits and self._alone is not None:
            self._alone = self._rig.clock.passed
        self._visits = visits
        if view.name in LAYERS:
            self.seen.add(view.name)
        elif view.name != self._screen:
            self._screen, self._papers = view.name, len(self._rig.printer.papers)
            self._entered = self._acted = self._rig.clock.passed
        if view.name != "IdleWarning":  # its limit is that of what it hides
            self._factor = view.time_factor
        self._show(view, presentation, covered=covered)

    def _happened(self, event: Event) -> None:
        if isinstance(event, Pressed | KeyPressed):
            self._acted = self._rig.clock.passed
            self._alone = None if self._somebody else self._rig.clock.passed
        self._put(event)

    def _noted(self, event: object) -> None:
        match event:
            case PresenceChanged(present=True):
                self._somebody, self._alone = True, None
            case PresenceChanged(present=False):
                self._somebody = False
                self._alone = self._rig.clock.passed if self._alone is None else self._alone
            case CardIn() | CardOut():
                self._edge = self._rig.clock.passed
            case _:
                pass
