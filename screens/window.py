"""The window: `KivyScreen` shows the core's views and hands on what is pressed.

`screens.environment.prepare` comes before this import.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

from kivy.app import App
from kivy.clock import Clock
from kivy.graphics.opengl import glFinish
from kivy.input.motionevent import MotionEvent
from kivy.uix.widget import Widget

from screens import drawings  # noqa: F401 - loaded with the window, not with the first drawing
from screens.catalogue import Catalogue
from screens.painter import Painter
from screens.presses import Presses
from screens.registry import scene_of
from screens.rendering import Rendering, Told, told_of
from screens.scene import PageTurn, Scene, SwitchPad, Target
from screens.theme import Glass
from screens.twelve_keys import NEXT, after, pressed_by, way_of_focus, with_focus
from terminal.controls import Answer, KeyPressed
from terminal.presentation import Presentation
from terminal.views import View

ARROW_S = 1.2
ARROW_TIMES = 5
STEPS_S = 3.0  # five discs, 0.6 s each
MOTION_HZ = 15
CARET_S = 0.5
TOLD_S = 2.0
"""How long 文字 and 色 say what they have been set to (the design's header tools)."""


class KivyScreen:
    """terminal.ports.Screen on a Kivy window. `still` stops all motion, for pictures.

    An exception in a Kivy callback leaves `run` as it is: nothing here handles it.
    """

    def __init__(
        self,
        glass: Glass,
        catalogue: Catalogue,
        *,
        now: Callable[[], float] = time.monotonic,
        still: bool = False,
    ) -> None:
        self.glass = glass
        self._catalogue = catalogue
        self.presses = Presses(now)
        self._still = still
        self._answers: deque[tuple[str, Answer]] = deque()
        self._answered = asyncio.Event()
        self._shown: tuple[View, Presentation, bool] | None = None
        self._letters: bool | None = None
        self._page = 1
        self._focused = ""  # what ＊ of the 12-key pad went to
        self._told = Told.NOTHING
        self._surface: Surface | None = None
        self._waiting: list[asyncio.Future[None]] = []
        self.is_drawn = False
        self.changed = asyncio.Event()

    # ----------------------------------------------------------------- terminal.ports.Screen

    def show(self, view: View, presentation: Presentation, *, covered: bool = False) -> None:
        """Shows `view` from the next frame on. What was typed on the view before leaves the window's memory."""
        before = self._shown
        if before is None or before[0].name != view.name or before[0].title != view.title:
            self._page, self._letters, self._focused = 1, None, ""
        elif before[1].size != presentation.size or before[1].language != presentation.language:
            self._page = 1
        elif _starts_with_letters(before[0]) != _starts_with_letters(view):
            self._letters = None
        self._tell(before, view, presentation)
        self._shown = (view, presentation, covered)
        self._render()

    async def answer(self) -> Answer:
        """The next press on the view shown last."""
        while not self._answers:
            self._answered.clear()
            await self._answered.wait()
        return self._answers.popleft()[1]

    async def drawn(self) -> None:
        """Returns when the view shown last stands completely on the panel."""
        if self.is_drawn:
            return
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiting)
        await waiting

    # ----------------------------------------------------------------- running

    async def run(self) -> None:
        """Opens the window and lives as long as it does. Raises what a Kivy callback raised."""
        surface = Surface(self)
        self._surface = surface
        app = Terminal(surface)
        try:
            await app.async_run("asyncio")
        finally:
            self._surface = None

    def close(self) -> None:
        """Closes the window; `run` returns."""
        app = App.get_running_app()
        if app is not None:
            app.stop()

    @property
    def scene(self) -> Scene | None:
        return self.presses.scene

    @property
    def surface(self) -> Surface | None:
        return self._surface

    def screenshot(self, path: Path) -> None:
        """Writes what is shown as PNG; RuntimeError if there is no window."""
        if self._surface is None:
            raise RuntimeError("no window")
        self._surface.export_to_png(str(path))

    # ----------------------------------------------------------------- within

    def _tell(
        self, before: tuple[View, Presentation, bool] | None, view: View, presentation: Presentation
    ) -> None:
        """The same view in another size or colour: its cell says so for a while."""
        if before is None or before[0].title != view.title or self._surface is None:
            return
        told = told_of(before[1], presentation)
        if told is not Told.NOTHING:
            self._told = told
            self._surface.tell()

    def told(self) -> None:
        """The cells are called by their names again."""
        self._told = Told.NOTHING
        self._render()

    def opened(self) -> None:
        """The window is there: whatever was shown before it opens is painted now."""
        if self._shown is not None:
            self._render()

    def _render(self) -> None:
        if self._shown is None or self._surface is None or not self._surface.is_open:
            return
        view, presentation, covered = self._shown
        rendering = Rendering(
            self._catalogue,
            presentation,
            self.glass,
            covered and view.personal,
            self._letters,
            self._page,
            told=self._told,
        )
        scene = with_focus(scene_of(view, rendering), self._focused)
        self._page = scene.page
        self._keep_answers(scene, view)
        self.presses.shown(scene, view.title, view.guard_ms / 1000)
        self.is_drawn = False
        self._surface.show(scene)
        self.changed.set()

    def _keep_answers(self, scene: Scene, view: View) -> None:
        """Presses that wait stay only if what was pressed still stands there."""
        if not self.presses.same_screen(scene, view.title):
            self._answers.clear()
            return
        known = {target.id for target in scene.targets}
        fields = {shown.id for shown in scene.fields}  # a key stays one though the pad has changed meanwhile
        self._answers = deque(
            (target, answer)
            for target, answer in self._answers
            if target in known or (isinstance(answer, KeyPressed) and answer.field in fields)
        )

    def pressed(self, target: Target) -> None:
        """A press that counts."""
        match target.answer:
            case PageTurn(by=by):
                self._page += by
                self._render()
            case SwitchPad(letters=letters):
                self._letters = letters
                self._render()
            case answer:
                self._answers.append((target.id, answer))
                self._answered.set()

    def key(self, glyph: str) -> bool:
        """A key of the 12-key pad; False for one that presses nothing here."""
        scene = self.presses.scene
        if glyph == NEXT and scene is not None and self._shown is not None:
            order = [choice.id for choice in self._shown[0].choices()]
            self._focused = after(way_of_focus(scene, order), self._focused)
            self._render()
            return bool(self._focused)
        target = pressed_by(scene, glyph, self._focused) if scene else None
        if target is None or not target.enabled or self.presses.ready_in(target) > 0:
            return False
        self.presses.press(target)
        if self._surface is not None:
            self._surface.pressed_by_key()
        self.pressed(target)
        return True

    def flipped(self) -> None:
        """The frame with all that was shown stands on the panel."""
        if self.is_drawn:
            return
        self.is_drawn = True
        self.presses.drawn()
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)
        self.changed.set()

    @property
    def still(self) -> bool:
        return self._still


def _starts_with_letters(view: View) -> list[bool]:
    return [field.letters_first for field in view.fields()]


class Terminal(App):
    """Kivy's application: one surface and nothing else."""

    def __init__(self, surface: Surface) -> None:
        super().__init__()
        self._surface = surface

    def build(self) -> Surface:
        return self._surface

    def on_start(self) -> None:
        self._surface.opened()

    def open_settings(self, *_: object) -> bool:
        """F1 on a keyboard opens nothing here."""
        return False

    def load_config(self) -> None:
        """No configuration file of the application."""


class Surface(Widget):
    """What is painted and touched."""

    def __init__(self, screen: KivyScreen) -> None:
        super().__init__()
        self._screen = screen
        self._presses = screen.presses
        self._painter = Painter(self.canvas, screen.glass)
        self.is_open = False
        self._motion_began = 0.0
        self._motion = Clock.create_trigger(self._move, 1 / MOTION_HZ, interval=True)
        self._caret = Clock.create_trigger(self._blink, CARET_S, interval=True)
        self._release = Clock.create_trigger(self._released, 0)
        self._told = Clock.create_trigger(lambda _: self._screen.told(), TOLD_S)

    def opened(self) -> None:
        from kivy.core.window import Window

        self.is_open = True
        Window.bind(on_flip=self._flipped, on_key_down=self._key_down)
        self._screen.opened()

    def show(self, scene: Scene) -> None:
        moved = {name for name, _ in self._painter.moving}
        self._painter.paint(scene, self._presses.pressed)
        if self._screen.still:
            return
        moving = {name for name, _ in self._painter.moving}
        if moving and moving != moved:
            self._motion_began = Clock.get_time()
            self._motion()
        if not moving:
            self._motion.cancel()
        if self._painter.carets:
            self._caret()
        else:
            self._caret.cancel()

    def tell(self) -> None:
        """The time of what a cell says begins anew."""
        self._told.cancel()
        self._told()

    def repaint(self) -> None:
        self._painter.paint(self._presses.scene, self._presses.pressed)

    # ----------------------------------------------------------------- touches

    def units(self, touch: MotionEvent) -> tuple[float, float]:
        """Where a touch is, in units from the top left."""
        scale = self._screen.glass.px_per_unit
        return touch.x / scale, (self._screen.glass.height_px - touch.y) / scale

    def on_touch_down(self, touch: MotionEvent) -> bool:
        if self._presses.touch_down(touch.uid, *self.units(touch)):
            self.repaint()
        return True

    def pressed_by_key(self) -> None:
        self.repaint()
        self._release.timeout = self._presses.release_in
        self._release()

    def _key_down(self, _window: object, _key: int, _scancode: int, glyph: str | None, *_: object) -> bool:
        return bool(glyph) and self._screen.key(str(glyph))

    def on_touch_up(self, touch: MotionEvent) -> bool:
        target = self._presses.touch_up(touch.uid, *self.units(touch))
        self._release.timeout = self._presses.release_in
        self._release()
        if target is not None:
            self._screen.pressed(target)
        return True

    # ----------------------------------------------------------------- clock

    def _flipped(self, *_: object) -> None:
        """Waits until the frame is really painted: `drawn` must not be early, and without it Mesa's software
        rasteriser lets unpainted frames pile up (measured offscreen: 2 MB a frame, 2.3 GB after 900 frames)."""
        glFinish()
        self._screen.flipped()

    def _released(self, _: float) -> None:
        self.repaint()

    def _move(self, _: float) -> bool:
        """Arrows go five times and rest; Working's discs go on."""
        elapsed = Clock.get_time() - self._motion_began
        going = False
        for name, moving in self._painter.moving:
            if name.startswith("working"):
                moving.phase = (elapsed % STEPS_S) / STEPS_S
                going = True
            elif elapsed < ARROW_S * ARROW_TIMES:
                moving.phase = (elapsed % ARROW_S) / ARROW_S
                going = True
            else:
                moving.phase = 0.0
        return going

    def _blink(self, _: float) -> None:
        for caret in self._painter.carets:
            caret.a = 0.0 if caret.a else 1.0
