"""Kivy is told before its first import to open no real window and to leave home directory and command line alone."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from screens.environment import prepare
from screens.theme import KNOWN_GLASS

os.environ.setdefault("SDL_VIDEODRIVER", "offscreen")
_HOME = tempfile.TemporaryDirectory(prefix="kivy-")
prepare(KNOWN_GLASS["720x1280"], Path(_HOME.name), fullscreen=False)


@pytest.fixture(scope="session", autouse=True)
def _home() -> Iterator[None]:
    yield
    _HOME.cleanup()
