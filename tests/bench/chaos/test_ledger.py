"""The judge of a chaos run, on made-up runs: it must find every broken promise, and none where there is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from bench.chaos.ledger import ArrivedRow, Found, Lived, StoredRow, VisitResult, is_drained, judge_visits
from bench.chaos.plan import Blow, plan
from contract.reference_number import reference_number

IDS = tuple(f"01890a5d-ac96-774b-bcce-b302099a805{n}" for n in range(4))
KILLED_AT = 25.0


def lived() -> list[Lived]:
    """Two residents are served; a third one's terminal is killed after the commit, and he comes again."""
    number = [reference_number(id_) for id_ in IDS]
    return [
        Lived("anna", 0, 9, VisitResult.ACCEPTED, (number[0],)),
        Lived("bert", 10, 19, VisitResult.ACCEPTED, (number[1],)),
        Lived("carl", 20, 26, VisitResult.DIED),
        Lived("carl", 30, 39, VisitResult.ACCEPTED, (number[3],)),
    ]


def found() -> Found:
    stored = tuple(StoredRow(id_, at, True) for id_, at in zip(IDS, (5.0, 15.0, 24.9, 35.0), strict=True))
    arrived = (
        ArrivedRow(IDS[0], "done", "slot-anna", "reservation"),
        ArrivedRow(IDS[1], "done", "slot-bert", "reservation"),
        ArrivedRow(IDS[2], "done", "slot-carl", "reservation"),
        ArrivedRow(IDS[3], "already", "slot-carl", "reservation"),
    )
    return Found(stored, arrived, 0)


def test_a_run_that_kept_every_promise_passes_and_counts_the_explained_record_apart() -> None:
    verdict = judge_visits(lived(), [KILLED_AT], found())
    assert verdict.violations == ()
    assert (verdict.accepted, verdict.explained, verdict.standing, verdict.already) == (3, 1, 3, 1)


def _without(n: int) -> Callable[[Found], Found]:
    return lambda f: replace(f, arrived=tuple(row for row in f.arrived if row.id != IDS[n]))


def _arrived(n: int, **changes: str) -> Callable[[Found], Found]:
    def change(f: Found) -> Found:
        return replace(
            f, arrived=tuple(replace(row, **changes) if row.id == IDS[n] else row for row in f.arrived)
        )

    return change


FAULTS: dict[str, tuple[Callable[[Found], Found], str]] = {
    "accepted, not in the fleet": (_without(0), "is not in the fleet"),
    "twice in the fleet": (lambda f: replace(f, arrived=(*f.arrived, f.arrived[0])), "2 times in the fleet"),
    "in the fleet, in no journal": (lambda f: replace(f, stored=f.stored[1:]), "in no journal"),
    "never acknowledged": (
        lambda f: replace(f, stored=(replace(f.stored[0], acked=False), *f.stored[1:])),
        "never acknowledged",
    ),
    "two stand for one person": (_arrived(3, stage="done"), "'done': 2"),
    "nobody stands for a person": (_arrived(2, stage="already"), "'already': 2"),
    "one was rejected": (_arrived(0, stage="rejected"), "rejected"),
    "one person in two slots": (_arrived(3, slot="another"), "not one slot"),
    "a message in quarantine": (lambda f: replace(f, quarantined=1), "in quarantine"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_judge_names_the_broken_promise(fault: str) -> None:
    spoil, words = FAULTS[fault]
    violations = judge_visits(lived(), [KILLED_AT], spoil(found())).violations
    assert any(words in violation for violation in violations), violations


def test_a_record_that_no_screen_accepted_is_a_violation_if_the_terminal_was_not_killed_in_that_visit() -> (
    None
):
    for killed in ([], [5.0]):
        violations = judge_visits(lived(), killed, found()).violations
        assert any(IDS[2] in violation and "accepted by no screen" in violation for violation in violations)


def test_a_record_of_a_visit_that_was_turned_away_in_words_is_a_violation() -> None:
    visits = [
        replace(v, outcome=VisitResult.TURNED_AWAY) if v.outcome is VisitResult.DIED else v for v in lived()
    ]
    assert judge_visits(visits, [KILLED_AT], found()).violations


def test_a_number_shown_to_two_residents_is_a_violation() -> None:
    visits = lived()
    visits[1] = replace(visits[1], numbers=visits[0].numbers)
    assert any(
        "2 residents" in violation for violation in judge_visits(visits, [KILLED_AT], found()).violations
    )


def test_it_is_drained_when_all_is_acknowledged_and_decided() -> None:
    assert is_drained(found())
    assert not is_drained(_arrived(1, stage="handed")(found()))
    assert not is_drained(replace(found(), stored=(replace(found().stored[0], acked=False),)))


def test_the_same_seed_gives_the_same_plan_and_every_blow_comes() -> None:
    plans = [plan(7, visit) for visit in range(300)]
    assert plans == [plan(7, visit) for visit in range(300)]
    assert plans != [plan(8, visit) for visit in range(300)]
    assert {planned.blow for one in plans for planned in one} == set(Blow)
