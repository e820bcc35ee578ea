"""Which presses count: on release inside the box, after the guard time, and never for an earlier view."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from screens.scene import Scene, Target
from terminal.messages import Message

SHOWN_PRESSED_S = 0.12
"""A press shows from touch-down for at least that long."""

NEVER = float("inf")


@dataclass
class Presses:
    """Touches and the scene they fall on. Times are seconds of `now`, a clock that never goes back.

    A target that stands at the same place on the same screen as before keeps its guard time: typing fast loses
    nothing. Whatever is new there must have been seen for `guard_s` first.
    """

    now: Callable[[], float]
    scene: Scene | None = None
    title: Message | None = None
    guard_s: float = 0.25
    _since: dict[str, float] = field(default_factory=dict)
    _down: dict[int, Target] = field(default_factory=dict)
    _pressed: str = ""
    _pressed_at: float = 0.0

    def shown(self, scene: Scene, title: Message, guard_s: float) -> None:
        """A new scene takes the place of the last; what is new on it can be pressed once it has been drawn."""
        same = self.same_screen(scene, title)
        kept = {target.id for target in scene.targets if same and self._stayed(target)}
        self._since = {t.id: self._since[t.id] if t.id in kept else NEVER for t in scene.targets}
        self._down = {uid: target for uid, target in self._down.items() if target.id in kept}
        if self._pressed not in kept:
            self._pressed = ""
        self.scene, self.title, self.guard_s = scene, title, guard_s

    def same_screen(self, scene: Scene, title: Message) -> bool:
        return self.scene is not None and self.scene.name == scene.name and self.title == title

    def _stayed(self, target: Target) -> bool:
        before = self.scene.target(target.id) if self.scene else None
        return before is not None and before.box == target.box and before.answer == target.answer

    def drawn(self) -> None:
        """The scene stands on the panel: guard times of what is new begin."""
        now = self.now()
        for target, since in self._since.items():
            if since == NEVER:
                self._since[target] = now

    def ready_in(self, target: Target) -> float:
        """Seconds until that target can be pressed; infinite before it was drawn."""
        since = self._since.get(target.id, NEVER)
        return max(0.0, since + self.guard_s - self.now())

    def at(self, x: float, y: float) -> Target | None:
        """The target at that place, in units."""
        hits = [target for target in (self.scene.targets if self.scene else ()) if target.box.contains(x, y)]
        return hits[-1] if hits else None

    def touch_down(self, uid: int, x: float, y: float) -> bool:
        """Whether a press began."""
        target = self.at(x, y)
        if target is None or not target.enabled or self.ready_in(target) > 0:
            return False
        self._down[uid] = target
        self._pressed, self._pressed_at = target.id, self.now()
        return True

    def touch_up(self, uid: int, x: float, y: float) -> Target | None:
        """The target that was pressed, if the finger was still on it."""
        target = self._down.pop(uid, None)
        return target if target is not None and target.box.contains(x, y) else None

    def press(self, target: Target) -> None:
        """A press without a touch: a key of the 12-key pad."""
        self._pressed, self._pressed_at = target.id, self.now()

    @property
    def pressed(self) -> str:
        """The target that is shown pressed: while a finger is on it, and for a moment after."""
        if any(target.id == self._pressed for target in self._down.values()):
            return self._pressed
        return self._pressed if self.now() < self._pressed_at + SHOWN_PRESSED_S else ""

    @property
    def release_in(self) -> float:
        """Seconds until a press that was released stops being shown."""
        return max(0.0, self._pressed_at + SHOWN_PRESSED_S - self.now())
