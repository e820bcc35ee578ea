"""Texts that come as data of a pack, for views."""

from __future__ import annotations

from programmes.eligibility import conditions
from programmes.model import Pack, Text
from terminal.messages import Localised


def localised(text: Text) -> Localised:
    return Localised(text.ja, text.en)


def unknowable(pack: Pack, *, application: bool) -> Localised:
    """What only others can answer (revocation, an earlier application …): said, never asked as a question (FLOW §1)."""
    rows = [
        localised(row.title)
        for row in conditions(pack, "unknowable")
        if application or row.concerns == "everything"
    ]
    return Localised("、".join(row.ja for row in rows), ", ".join(row.en for row in rows))
