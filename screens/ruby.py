"""Furigana in catalogue texts: `｜暗証番号《あんしょうばんごう》`, the markup of Aozora Bunko."""

from __future__ import annotations

import re
from dataclasses import dataclass

MARKUP = re.compile(r"｜([^｜《》]+)《([^《》]+)》")


@dataclass(frozen=True)
class Reading:
    """A stretch of text and its reading; empty where it needs none."""

    base: str
    ruby: str = ""


def readings(text: str) -> list[Reading]:
    """`text` as stretches with and without reading."""
    found: list[Reading] = []
    end = 0
    for match in MARKUP.finditer(text):
        if match.start() > end:
            found.append(Reading(text[end : match.start()]))
        found.append(Reading(match[1], match[2]))
        end = match.end()
    if end < len(text):
        found.append(Reading(text[end:]))
    return found


def plain(text: str) -> str:
    """`text` without its readings: what is spoken, printed, or shown where no furigana is wanted."""
    return MARKUP.sub(r"\1", text)
