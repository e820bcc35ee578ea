"""S12: the layout of the act. No other screen looks like it."""

from __future__ import annotations

from screens.page import Page


class ConfirmApplication(Page):
    """Yellow ground without a white sheet behind; the framed sheet and the seal come with its parts."""

    act = True
