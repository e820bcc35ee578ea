"""Kivy's own settings. Must be prepared before anything of Kivy is imported: it reads its environment once."""

from __future__ import annotations

import os
from pathlib import Path

from screens.theme import Glass

FRAMES_PER_SECOND = 30
"""Nothing on these screens moves faster; idle CPU is 0.2 % at 30 (offscreen, 2 cores)."""


def prepare(glass: Glass, home: Path, *, fullscreen: bool) -> None:
    """Makes Kivy open a bare window of the panel's size, without files of its own outside `home`.

    Kivy's logger would swallow standard error; `KIVY_LOG_MODE=PYTHON` leaves tracebacks where they belong.
    """
    os.environ.update(
        KIVY_HOME=str(home),
        KIVY_NO_ARGS="1",
        KIVY_NO_CONFIG="1",
        KIVY_NO_FILELOG="1",
        KIVY_NO_CONSOLELOG="1",
        KIVY_LOG_MODE="PYTHON",
        KIVY_CLIPBOARD="dummy",
    )
    from kivy.config import Config

    settings = {
        "width": glass.width_px,
        "height": glass.height_px,
        "multisamples": 0,
        "maxfps": FRAMES_PER_SECOND,
        "resizable": 0,
        "fullscreen": "auto" if fullscreen else 0,
        "show_cursor": 0 if fullscreen else 1,
        "allow_screensaver": 0,
    }
    for name, value in settings.items():
        Config.set("graphics", name, value)
    Config.set("kivy", "exit_on_escape", 0)
    Config.set("kivy", "log_level", "warning")
    Config.set("kivy", "keyboard_mode", "")
    Config.set("input", "mouse", "mouse,disable_multitouch")
