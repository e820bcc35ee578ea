"""S1: what is open, and nothing personal."""

from __future__ import annotations

from screens.header import clock
from screens.page import Page
from screens.scene import Plan
from screens.theme import Type
from screens.typeset import Align
from terminal import views


class Attract(Page):
    """Title and sentence in the middle; time and date at the place of やめる; one button over the whole width."""

    title_row = Type.HERO
    one_page = True  # はじめる must never be a page away
    align: Align = "centre"

    def main_is_whole(self) -> bool:
        return self.view.back is None

    def extras(self, plan: Plan) -> None:
        assert isinstance(self.view, views.Attract)  # noqa: S101 - registered for this view only
        clock(plan, self.view.clock, self.r, self.width)
