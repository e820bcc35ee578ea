"""The help of S3 on paper."""

from __future__ import annotations

import pytest

from terminal.guidance_paper import guidance
from terminal.messages import message
from terminal.ports import CutLine, PairLine, Paper, QrLine, TextLine
from terminal.presentation import Language, Presentation, TextSize
from tests.terminal.rig import Rig, catalogue

TOPICS = ("pin_unknown", "id_unknown")


def paper_of(topic: str, presentation: Presentation, *, rig: Rig | None = None) -> Paper:
    facilities = (rig or Rig()).facilities
    return guidance(message(f"help.{topic}_title"), message(f"help.{topic}_where"), facilities, presentation)


def texts(paper: Paper) -> list[str]:
    return [line.text for line in paper if isinstance(line, TextLine)] + [
        text for line in paper if isinstance(line, PairLine) for text in (line.label, line.value)
    ]


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("topic", TOPICS)
def test_it_says_what_stood_on_the_screen_and_whom_to_ask(topic: str, language: Language) -> None:
    rig = Rig()
    said = texts(paper_of(topic, Presentation(language), rig=rig))
    for name in (f"help.{topic}_title", f"help.{topic}_where", "help.not_accepted", "paper.sample"):
        assert catalogue().text(message(name), language) in said
    contact = rig.facilities.operator.contact
    assert (contact.ja if language.is_japanese or not contact.en else contact.en) in said


@pytest.mark.parametrize("topic", TOPICS)
def test_it_has_no_number_that_could_pass_for_an_acceptance(topic: str) -> None:
    paper = paper_of(topic, Presentation())
    assert not any(isinstance(line, QrLine) for line in paper)
    assert not any("受付番号" in text or "受付票" in text for text in texts(paper))
    assert isinstance(paper[-1], CutLine)


@pytest.mark.parametrize("size", TextSize)
def test_it_is_as_large_as_the_screen_was(size: TextSize) -> None:
    paper = paper_of("pin_unknown", Presentation(size=size))
    sizes = {line.size for line in paper if isinstance(line, TextLine)}
    assert min(sizes) == (1 if size is TextSize.NORMAL else 2)
