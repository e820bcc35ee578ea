"""Texts that come as data of a pack, for views."""

from __future__ import annotations

from programmes.model import Text
from terminal.messages import Localised


def localised(text: Text) -> Localised:
    return Localised(text.ja, text.en)
