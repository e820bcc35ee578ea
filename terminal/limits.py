"""Time limits of a visit, in seconds: an injected policy, so that tests and sites may have their own."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Limits:
    """`idle_*` are multiplied by a view's time factor; the meaning of each stands in FLOW §2 and §3."""

    idle_warning_s: float = 45
    idle_end_s: float = 75
    card_gap_s: float = 2
    take_card_s: float = 20
    presence_cover_s: float = 5
    presence_end_s: float = 20
