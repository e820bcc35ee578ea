"""The screens with a keypad: S9, S10, S11, S13."""

from __future__ import annotations

from screens.page import Page


class EnterText(Page):
    """S9."""


class RepeatText(Page):
    """S10: the first entry is nowhere to be seen."""


class EnterCode(Page):
    """S11."""


class EnterPin(Page):
    """S13, and before the last try the warning without a keypad."""
