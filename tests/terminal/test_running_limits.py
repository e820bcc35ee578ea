"""When the limits of a visit are reached, without a visit: moments in, answers out."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from terminal.limits import Limits
from terminal.running_limits import IdleTime, RunningLimits

#: Unlike one another and unlike the usual ones, so that none can stand in for another.
LIMITS = Limits(
    idle_warning_s=40, idle_end_s=61, card_gap_s=3, take_card_s=17, presence_cover_s=7, presence_end_s=23
)
BEGUN = 1000.0


@pytest.fixture
def running() -> RunningLimits:
    return RunningLimits(LIMITS, BEGUN)


@pytest.mark.parametrize(("factor", "warns", "ends"), [(1, 1040, 1061), (2, 1080, 1122), (4, 1160, 1244)])
def test_a_screen_s_factor_multiplies_both_idle_limits(
    running: RunningLimits, factor: int, warns: float, ends: float
) -> None:
    assert running.idle(factor) == IdleTime(warns, ends)
    assert running.next_reached(BEGUN, factor, layers=False) == warns


def test_a_screen_without_a_factor_is_never_idle_and_waits_for_ever(running: RunningLimits) -> None:
    assert running.idle(None) is None
    assert running.next_reached(BEGUN + 9999, None, layers=False) is None


def test_layers_over_a_screen_without_a_factor_fall_after_the_plain_idle_time(running: RunningLimits) -> None:
    assert running.next_reached(BEGUN, None, layers=True) == running.layers_fall() == 1040


@pytest.mark.parametrize(
    ("now", "following"),
    [(1039.9, 1040), (1040, 1041), (1040.5, 1041), (1041, 1042), (1060.5, 1061), (1062, 1061)],
)
def test_from_the_warning_on_each_whole_second_is_looked_at(
    running: RunningLimits, now: float, following: float
) -> None:
    assert running.next_reached(now, 1, layers=False) == following


@pytest.mark.parametrize(
    "restart",
    [lambda running: running.press(1030), lambda running: running.give_whole_time(1030)],
    ids=["a press", "another screen"],
)
def test_what_people_do_begins_the_idle_time_anew(
    running: RunningLimits, restart: Callable[[RunningLimits], None]
) -> None:
    restart(running)
    assert running.idle(1) == IdleTime(1070, 1091)


def test_a_missing_card_hides_values_at_once_and_ends_the_visit_after_the_gap(running: RunningLimits) -> None:
    running.miss_card(1010)
    assert running.covers(1010)
    assert running.next_reached(1010, None, layers=False) == 1013
    assert [running.card_stayed_away(now) for now in (1012.9, 1013)] == [False, True]


def test_a_card_that_came_back_in_time_is_not_missed(running: RunningLimits) -> None:
    running.miss_card(1010)
    running.stop_missing_card()
    assert not running.covers(1011)
    assert not running.card_stayed_away(1999)


def test_absence_first_hides_values_and_then_ends_the_visit(running: RunningLimits) -> None:
    running.begin(1000, somebody=True)
    running.notice_presence(1010, somebody=False)
    assert [running.covers(now) for now in (1016.9, 1017)] == [False, True]
    assert [running.nobody_came_back(now) for now in (1032.9, 1033)] == [False, True]
    assert running.next_reached(1010, None, layers=False) == 1017
    assert running.next_reached(1017, None, layers=False) == 1033


def test_absence_told_again_is_counted_from_the_first_word(running: RunningLimits) -> None:
    running.begin(1000, somebody=False)
    running.notice_presence(1020, somebody=False)
    assert running.nobody_came_back(1023)


def test_a_press_counts_absence_anew_but_does_not_end_it(running: RunningLimits) -> None:
    running.begin(1000, somebody=False)
    running.press(1020)
    assert [running.nobody_came_back(now) for now in (1042.9, 1043)] == [False, True]


def test_who_comes_back_is_not_absent(running: RunningLimits) -> None:
    running.begin(1000, somebody=False)
    running.notice_presence(1010, somebody=True)
    assert not running.covers(1999)
    assert not running.nobody_came_back(1999)


@pytest.mark.parametrize("over", [False, True], ids=["before somebody begins", "after the ending"])
def test_where_nobody_has_to_stand_there_absence_is_not_counted(
    running: RunningLimits, *, over: bool
) -> None:
    if over:
        running.begin(1000, somebody=False)
        running.miss_card(1001)
        running.forget()
    running.notice_presence(1010, somebody=False)
    assert not running.covers(1999)
    assert not running.nobody_came_back(1999)
    assert running.next_reached(1010, None, layers=False) is None


def test_the_nearest_of_all_limits_is_the_next(running: RunningLimits) -> None:
    running.begin(1000, somebody=False)
    running.miss_card(1002)
    assert running.next_reached(1002, 1, layers=True) == 1005
    running.stop_missing_card()
    assert running.next_reached(1002, 1, layers=True) == 1007
    running.notice_presence(1003, somebody=True)
    assert running.next_reached(1003, 1, layers=True) == 1040
