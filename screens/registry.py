"""One screen for each view, by the view's name."""

from __future__ import annotations

from screens.accepted import Accepted, TakeCard
from screens.attract import Attract
from screens.confirm_application import ConfirmApplication
from screens.entering import EnterCode, EnterPin, EnterText, RepeatText
from screens.interruptions import IdleWarning, OutOfService, StopQuestion, Trouble
from screens.page import Page
from screens.questions import (
    Checklist,
    ChooseService,
    ConfirmCard,
    Consent,
    Home,
    LanguageChoice,
    PlaceCard,
    ServiceTerms,
    Working,
)
from screens.rendering import Rendering
from screens.scene import Scene
from terminal.views import View

SCREENS: dict[str, type[Page]] = {
    screen.__name__: screen
    for screen in (
        Attract,
        OutOfService,
        LanguageChoice,
        Home,
        Checklist,
        ChooseService,
        ServiceTerms,
        Consent,
        PlaceCard,
        ConfirmCard,
        EnterText,
        RepeatText,
        EnterCode,
        ConfirmApplication,
        EnterPin,
        Working,
        Accepted,
        TakeCard,
        StopQuestion,
        Trouble,
        IdleWarning,
    )
}


def scene_of(view: View, rendering: Rendering) -> Scene:
    """The scene of `view`; KeyError names a view no screen is registered for."""
    return SCREENS[view.name](view, rendering).scene()
