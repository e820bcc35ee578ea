"""Is a text of the catalogue on the screen? Places filled by arguments match anything, furigana is not looked at."""

from __future__ import annotations

import re

from bench.robot import ShownView
from screens.catalogue import PLACE, Catalogue
from screens.ruby import plain
from terminal.presentation import Language


def stands(catalogue: Catalogue, id_: str, language: Language, shown: ShownView) -> bool:
    """Raises KeyError for a text that the catalogue does not have."""
    parts = PLACE.split(plain(catalogue.source(id_, language)))[:: PLACE.groups + 1]
    pattern = ".+?".join(re.escape(_close_up(part)) for part in parts)
    return re.search(pattern, _close_up(" ".join((shown.title, *shown.texts)))) is not None


def _close_up(text: str) -> str:
    return "".join(text.split())
