"""The composition root: what the settings say reaches the parts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from screens.theme import KNOWN_GLASS, Glass, glass
from terminal.appliance import feed_watchdog, fitted_glass
from tests.terminal.settings_text import LEAST
from tests.terminal.test_settings import sound


@pytest.mark.parametrize("size", sorted(KNOWN_GLASS))
def test_a_known_size_is_laid_out_as_its_pictures_are(tmp_path: Path, size: str) -> None:
    settings = sound(tmp_path, f'{LEAST}\n[screen]\nsize = "{size}"\n')
    assert fitted_glass(settings) == glass(size) == KNOWN_GLASS[size]


def test_a_pixel_that_the_settings_measure_counts_before_the_known_size(tmp_path: Path) -> None:
    settings = sound(tmp_path, f'{LEAST}\n[screen]\nsize = "1080x1920"\nmm_per_px = 0.2\n')
    assert fitted_glass(settings) == Glass(1080, 1920, 0.2)


@dataclass
class Journal:
    up: bool

    def keeps_up(self) -> bool:
        return self.up


@pytest.mark.parametrize(("keeps_up", "told"), [(True, ["WATCHDOG=1"]), (False, [])])
def test_systemd_is_told_that_all_is_well_only_while_the_journal_keeps_up(
    keeps_up: bool, told: list[str]
) -> None:
    words: list[str] = []
    feed_watchdog(words.append, Journal(keeps_up))
    assert words == told
