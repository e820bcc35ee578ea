"""Forward and back through any questions, of which some have nothing to ask."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from terminal.enrolment import Draft
from terminal.procedures.steps import BACK, SKIPPED, Step, Turn, walk

#: What a resident does at each question that is really asked: on or back.
ANSWERS = st.lists(st.booleans(), max_size=60)


def _asking(name: str, answers: list[bool], asked: list[str]) -> Step:
    async def step(draft: Draft) -> Draft | Turn:
        asked.append(name)
        go_on = answers.pop(0) if answers else True
        return Draft(measure=draft.measure + name) if go_on else BACK

    return step


async def _nothing_to_ask(draft: Draft) -> Draft | Turn:
    return SKIPPED


def _run(skipped: list[bool], answers: list[bool], *, from_end: bool) -> tuple[Draft | Turn, list[str]]:
    asked: list[str] = []
    steps = [
        _nothing_to_ask if skip else _asking(chr(97 + index), answers, asked)
        for index, skip in enumerate(skipped)
    ]
    walking = walk(steps, Draft(), from_end=from_end)
    try:
        walking.send(None)
    except StopIteration as done:
        return done.value, asked
    raise AssertionError("a step waited for something")


@given(st.lists(st.booleans(), max_size=8), ANSWERS, st.booleans())
def test_walking_ends_after_as_many_questions_as_answers_allow(
    skipped: list[bool], answers: list[bool], from_end: bool
) -> None:
    given_answers = len(answers)
    outcome, asked = _run(skipped, answers, from_end=from_end)
    assert len(asked) <= given_answers + len(skipped)
    assert outcome is BACK or isinstance(outcome, Draft)
    for one, following in pairwise(asked):
        between = skipped[min(ord(one), ord(following)) - 96 : max(ord(one), ord(following)) - 97]
        assert one != following
        assert all(between), "only questions without anything to ask are passed over"


@given(st.lists(st.booleans(), max_size=8))
def test_with_no_turning_back_each_question_is_asked_once_in_order(skipped: list[bool]) -> None:
    outcome, asked = _run(skipped, [], from_end=False)
    names = [chr(97 + index) for index, skip in enumerate(skipped) if not skip]
    assert asked == names
    assert isinstance(outcome, Draft)
    assert outcome.measure == "".join(names)


@given(st.lists(st.booleans(), max_size=8))
def test_back_at_every_question_leads_out(skipped: list[bool]) -> None:
    outcome, _ = _run(skipped, [False] * 20, from_end=False)
    assert (outcome is BACK) is (not all(skipped))
