"""What may be laid over any view: the language list, the question of やめる, and the warning that time runs out.

A layer takes the presses, and nothing else: time limits and devices go on beneath it (`terminal.visit`).
"""

from __future__ import annotations

from dataclasses import replace
from enum import Enum

from terminal.controls import Choice, Look, Role
from terminal.messages import message
from terminal.presentation import Language, Presentation, TextSize
from terminal.view_parts import Countdown, Drawing, Note, Options, Paragraph
from terminal.views import IdleWarning, LanguageChoice, OutOfService, StopQuestion, View


class Layer(Enum):
    """Laid over a view by a press, and taken away by one. The idle warning is none: it follows from the time alone."""

    LANGUAGES = "languages"
    STOP = "stop"


def laid_over(beneath: View, layer: Layer, presentation: Presentation) -> View:
    match layer:
        case Layer.LANGUAGES:
            return language_view(
                presentation,
                stop=beneath.stop,
                sample=beneath.sample,
                time_factor=None if beneath.time_factor is None else 1,
            )
        case Layer.STOP:
            return stop_question_view(sample=beneath.sample)


def turn_tool(presentation: Presentation, tool: str) -> Presentation:
    """文字 goes 34 → 46 → 56 → 34; 色 switches high contrast."""
    if tool == "contrast":
        return replace(presentation, high_contrast=not presentation.high_contrast)
    sizes = list(TextSize)
    following = sizes[(sizes.index(presentation.size) + 1) % len(sizes)]
    return replace(presentation, size=following)


def one_moment_view(*, sample: bool) -> OutOfService:
    """Between two screens: nothing of any visit is on it."""
    return OutOfService(title=message("attract.one_moment"), sample=sample)


def idle_warning_view(left: int, of: int, *, accepted: bool, sample: bool) -> IdleWarning:
    """`left` seconds of `of`. On S14 (`accepted`) nothing is hidden, lost or left to stop."""
    if accepted:
        return IdleWarning(
            title=message("idle.title"),
            sentence=message("idle.sentence", seconds=left),
            parts=(Countdown(left, of), Note(message("idle.accepted_hidden"), icon="check")),
            main=_more_time(),
            stop=None,
            sample=sample,
        )
    return IdleWarning(
        title=message("idle.title"),
        sentence=message("idle.sentence", seconds=left),
        parts=(
            Countdown(left, of),
            Note(message("idle.hidden"), icon="lock"),
            Paragraph(message("idle.then")),
        ),
        main=_more_time(),
        sample=sample,
    )


def _more_time() -> Choice:
    return Choice("more-time", message("idle.more"), Role.PRIMARY, icon="clock", key="#", focused=True)


def stop_question_view(*, sample: bool) -> StopQuestion:
    yes = Choice("stop-now", message("stop.yes"), Role.SECONDARY, icon="stop", look=Look.DESTRUCTIVE)
    return StopQuestion(
        title=message("stop.title"),
        sentence=message("stop.sentence"),
        parts=(
            Drawing("hidden-fields"),
            Note(message("stop.nothing_accepted"), message("stop.continue_returns"), icon="info"),
            Options((yes,)),
        ),
        main=Choice("continue", message("stop.continue"), Role.PRIMARY, key="#", focused=True),
        sample=sample,
    )


def language_view(
    presentation: Presentation, *, stop: Choice | None, sample: bool, time_factor: int | None = 1
) -> LanguageChoice:
    """`stop` and limit as on the view beneath: where nothing was begun there is nothing to stop and nothing to end."""

    def button(language: Language) -> Choice:
        look = Look.CHOSEN if presentation.language is language else Look.PLAIN
        return Choice(f"language-{language}", message(f"language.{language}"), Role.ROW, look=look)

    return LanguageChoice(
        title=message("language.title"),
        parts=(Options(tuple(button(language) for language in Language)),),
        back=Choice("back", message("language.back"), Role.BACK, icon="back"),
        stop=stop,
        time_factor=time_factor,
        sample=sample,
    )
