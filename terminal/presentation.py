"""How a resident wants to be spoken to: language, size of the letters, contrast."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Language(StrEnum):
    """`ja-easy` is やさしい日本語: simpler words with furigana; what it does not word itself stands as in `ja`."""

    JA = "ja"
    EASY = "ja-easy"
    EN = "en"

    @property
    def is_japanese(self) -> bool:
        return self is not Language.EN


class TextSize(IntEnum):
    """Body height in px of the design panel (0.122 mm each): normal, large, largest."""

    NORMAL = 34
    LARGE = 46
    LARGEST = 56


@dataclass(frozen=True)
class Presentation:
    """How this resident wants it. Survives もどる, errors and troubles; resets when the visit ends."""

    language: Language = Language.JA
    size: TextSize = TextSize.NORMAL
    high_contrast: bool = False
