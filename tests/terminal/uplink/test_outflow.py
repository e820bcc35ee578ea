"""Which record goes when, decided without a network."""

from __future__ import annotations

import pytest

from terminal.uplink.backoff import LONGEST_RECONNECT_S, reconnect_pause, resend_pause
from terminal.uplink.outflow import AHEAD, Outflow


def flow() -> Outflow:
    return Outflow(30.0, lambda: 0.0)


def test_no_more_is_under_way_than_the_window_holds() -> None:
    outflow = flow()
    for row in range(1, 6):
        outflow.sent(row, mid=row, now=0.0)
    assert outflow.room(5) == 0
    outflow.confirmed([1, 2])
    assert outflow.room(5) == 2


def test_the_fleet_may_be_behind_only_so_far() -> None:
    outflow = flow()
    for row in range(1, AHEAD + 1):
        outflow.sent(row, mid=row, now=0.0)
        outflow.confirmed([row])
    assert outflow.room(20) == 0
    outflow.acknowledged([1, 2, 3])
    assert outflow.room(20) == 3


def test_a_confirmation_by_the_broker_is_not_an_acknowledgement() -> None:
    outflow = flow()
    outflow.sent(1, mid=7, now=0.0)
    outflow.confirmed([7])
    assert outflow.waiting == {1}
    assert outflow.overdue(29.9, 10) == []
    assert outflow.overdue(30.0, 10) == [1]


def test_a_record_on_its_way_to_the_broker_is_not_doubled() -> None:
    outflow = flow()
    outflow.sent(1, mid=7, now=0.0)
    assert outflow.overdue(999.0, 10) == []


def test_the_pause_grows_with_each_sending() -> None:
    outflow = flow()
    for mid, now in ((1, 0.0), (2, 30.0), (3, 90.0)):
        outflow.sent(1, mid=mid, now=now)
        outflow.confirmed([mid])
    assert outflow.overdue(90.0 + 119.9, 10) == []
    assert outflow.overdue(90.0 + 120.0, 10) == [1]


def test_after_a_lost_connection_only_what_the_broker_had_not_confirmed_goes_at_once() -> None:
    outflow = flow()
    outflow.sent(1, mid=1, now=0.0)
    outflow.sent(2, mid=2, now=0.0)
    outflow.confirmed([1])
    outflow.connection_lost()
    assert outflow.overdue(0.1, 10) == [2]
    assert outflow.unconfirmed == 0


def test_a_late_confirmation_from_the_old_connection_means_nothing() -> None:
    outflow = flow()
    outflow.sent(1, mid=1, now=0.0)
    outflow.connection_lost()
    outflow.sent(1, mid=2, now=1.0)
    outflow.confirmed([1])
    assert outflow.unconfirmed == 1


def test_a_broker_that_forgot_its_session_gets_everything_again() -> None:
    outflow = flow()
    outflow.sent(1, mid=1, now=0.0)
    outflow.confirmed([1])
    outflow.broker_forgot()
    assert outflow.overdue(0.1, 10) == [1]


def test_what_the_broker_threw_away_comes_again_sooner_and_when_the_fleet_comes_at_once() -> None:
    outflow = flow()
    outflow.sent(1, mid=1, now=0.0)
    outflow.thrown_away([1], now=0.0)
    assert outflow.overdue(1.9, 10) == []
    assert outflow.overdue(2.0, 10) == [1]
    outflow.fleet_came(0.5, spread_s=5.0)
    assert outflow.overdue(0.5, 10) == [1]


def test_what_the_broker_confirmed_is_not_sent_again_when_the_fleet_comes() -> None:
    outflow = flow()
    outflow.sent(1, mid=1, now=0.0)
    outflow.confirmed([1])
    outflow.fleet_came(1.0, spread_s=0.0)
    assert outflow.overdue(1.0, 10) == []


def test_overdue_records_go_oldest_first_and_not_all_at_once() -> None:
    outflow = flow()
    for row in (3, 1, 2):
        outflow.sent(row, mid=row, now=0.0)
    outflow.connection_lost()
    assert outflow.overdue(0.0, 2) == [1, 2]


def test_a_row_that_cannot_be_sent_is_waited_for_no_longer() -> None:
    outflow = flow()
    outflow.sent(1, 10, 0.0)
    outflow.confirmed([10])
    assert outflow.overdue(1_000.0, 9) == [1]
    outflow.passed_over(1)
    assert outflow.overdue(1_000.0, 9) == []
    assert outflow.waiting == frozenset()


def test_another_outbox_file_begins_with_nothing_sent() -> None:
    outflow = flow()
    outflow.sent(1, mid=1, now=0.0)
    outflow.looked_at(1)
    outflow.other_outbox()
    assert (outflow.waiting, outflow.cursor) == (frozenset(), 0)


@pytest.mark.parametrize(
    ("failures", "chance", "pause"),
    [
        (0, 0.0, 1.0),
        (0, 1.0, 7.0),
        (1, 0.0, 1.0),
        (1, 1.0, 2.0),
        (3, 1.0, 8.0),
        (7, 1.0, 120.0),
        (99_999, 1.0, 120.0),
    ],
)
def test_reconnections_are_spread_and_grow_to_two_minutes(failures: int, chance: float, pause: float) -> None:
    assert reconnect_pause(1.0, failures, 5.0, chance) == pause
    assert reconnect_pause(1.0, failures, 5.0, chance) <= LONGEST_RECONNECT_S


@pytest.mark.parametrize(
    ("tries", "pause"), [(1, 30.0), (2, 60.0), (5, 480.0), (6, 600.0), (1_000_000, 600.0)]
)
def test_resending_slows_down_to_ten_minutes(tries: int, pause: float) -> None:
    assert resend_pause(30.0, tries, 0.0) == pause
    assert resend_pause(30.0, tries, 1.0) == pause * 1.25
