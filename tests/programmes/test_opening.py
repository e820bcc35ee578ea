from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from programmes.days import JST, in_japan
from programmes.model import BudgetStop, Function, Pack, Phase
from programmes.opening import (
    Moment,
    NotOpen,
    Open,
    Why,
    function_state,
    measure_state,
    phase_in_force,
    phase_state,
)
from tests.programmes.conftest import loaded
from tests.programmes.moments import at, jst

PUBLISHED = [
    # known on the day        card until    申込 until    use until
    ("2022-01-01", "2022-09-30", "2023-02-28", "2023-02-28"),
    ("2022-07-15", "2022-09-30", "2023-02-28", "2023-02-28"),
    ("2022-09-19", "2022-09-30", "2023-02-28", "2023-02-28"),
    ("2022-09-20", "2022-12-31", "2023-02-28", "2023-02-28"),
    ("2022-10-01", "2022-12-31", "2023-02-28", "2023-02-28"),
    ("2022-12-19", "2022-12-31", "2023-02-28", "2023-02-28"),
    ("2022-12-20", "2023-02-28", "2023-02-28", "2023-02-28"),
    ("2023-02-28", "2023-02-28", "2023-02-28", "2023-02-28"),
    ("2023-03-01", "2023-02-28", "2023-05-31", "2023-05-31"),
    ("2023-03-10", "2023-02-28", "2023-05-31", "2023-05-31"),
    ("2023-03-30", "2023-02-28", "2023-05-31", "2023-05-31"),
    ("2023-03-31", "2023-02-28", "2023-09-30", "2023-09-30"),
    ("2023-04-05", "2023-02-28", "2023-09-30", "2023-09-30"),
]


@pytest.mark.parametrize("measure", ["shisaku-1", "shisaku-2", "shisaku-3"])
@pytest.mark.parametrize(("day", "card", "closes", "use"), PUBLISHED)
def test_a_day_knows_the_deadlines_published_until_then(
    pack: Pack, measure: str, day: str, card: str, closes: str, use: str
) -> None:
    phase = phase_in_force(pack, measure, date.fromisoformat(day))
    assert phase is not None
    assert phase.card_application_until == date.fromisoformat(card)
    assert (phase.closes, phase.use_until) == (date.fromisoformat(closes), date.fromisoformat(use))


def test_before_anything_was_published_nothing_is_promised(pack: Pack) -> None:
    assert measure_state(pack, "shisaku-1", at("2021-12-31T23:59:59")) == NotOpen(Why.NOT_ANNOUNCED)


@pytest.mark.parametrize(
    ("last_moment", "first_moment_after"),
    [
        ("2023-09-30T23:59:59.999999", "2023-10-01T00:00:00"),
    ],
)
def test_shisaku_1_ends_at_the_midnight_after_its_last_day(
    pack: Pack, last_moment: str, first_moment_after: str
) -> None:
    before = measure_state(pack, "shisaku-1", at(last_moment))
    assert isinstance(before, Open)
    assert before.ends == jst(first_moment_after)
    after = measure_state(pack, "shisaku-1", at(first_moment_after))
    assert isinstance(after, NotOpen)
    assert (after.why, after.since) == (Why.ENDED, jst(first_moment_after))


def test_the_midnights_between_two_extensions_leave_no_gap(pack: Pack) -> None:
    for day in (date(2022, 1, 1) + timedelta(days=n) for n in range(638)):
        for second in (timedelta(0), timedelta(days=1, microseconds=-1)):
            moment = Moment(datetime.combine(day, datetime.min.time(), JST) + second)
            assert isinstance(measure_state(pack, "shisaku-1", moment), Open), day


@pytest.mark.parametrize("measure", ["shisaku-2", "shisaku-3"])
def test_measures_2_and_3_begin_on_30_june_and_are_not_offered_here(pack: Pack, measure: str) -> None:
    before = phase_state(pack, measure, at("2022-06-29T23:59:59"))
    assert isinstance(before, NotOpen)
    assert (before.why, before.again) == (Why.NOT_YET, jst("2022-06-30T00:00"))
    assert isinstance(phase_state(pack, measure, at("2022-06-30T00:00:00")), Open)
    here = measure_state(pack, measure, at("2022-07-15T10:00"))
    assert isinstance(here, NotOpen)
    assert here.why is Why.NOT_OFFERED_HERE


HOURS: list[tuple[str, Why | None, str | None]] = [
    # moment, why not, next opening
    ("2022-07-15T06:29:59", Why.OUTSIDE_HOURS, "2022-07-15T06:30"),
    ("2022-07-15T06:30:00", None, None),
    ("2022-07-15T22:59:59", None, None),
    ("2022-07-15T23:00:00", Why.OUTSIDE_HOURS, "2022-07-16T06:30"),
    ("2022-05-20T23:30:00", Why.OUTSIDE_HOURS, "2022-05-22T22:00"),  # the night leads into maintenance
    ("2022-05-21T00:00:00", Why.MAINTENANCE, "2022-05-22T22:00"),
    ("2022-05-22T21:59:59", Why.MAINTENANCE, "2022-05-22T22:00"),
    ("2022-05-22T22:00:00", None, None),
    ("2022-06-04T12:00:00", Why.MAINTENANCE, "2022-06-05T22:00"),
    ("2022-06-30T11:59:59", Why.MAINTENANCE, "2022-06-30T12:00"),
    ("2022-06-30T12:00:00", None, None),
    ("2022-12-28T22:59:59", None, None),
    ("2022-12-28T23:00:00", Why.OUTSIDE_HOURS, "2023-01-04T06:30"),
    ("2022-12-29T00:00:00", Why.CLOSED_DAY, "2023-01-04T06:30"),
    ("2022-12-31T12:00:00", Why.CLOSED_DAY, "2023-01-04T06:30"),
    ("2023-01-03T23:59:59", Why.CLOSED_DAY, "2023-01-04T06:30"),
    ("2023-01-04T06:30:00", None, None),
    ("2023-10-01T10:00:00", Why.ENDED, None),
]


@pytest.mark.parametrize("function", ["reservation", "application"])
@pytest.mark.parametrize(("moment", "why", "again"), HOURS)
def test_a_function_says_why_it_is_shut_and_when_it_opens_again(
    pack: Pack, function: Function, moment: str, why: Why | None, again: str | None
) -> None:
    state = function_state(pack, function, at(moment))
    if why is None:
        assert isinstance(state, Open)
        assert state.pauses is not None
        assert state.pauses > jst(moment)
    else:
        assert isinstance(state, NotOpen)
        assert (state.why, state.again) == (why, jst(again) if again else None)


def test_the_next_pause_is_announced_before_the_card_is_taken(pack: Pack) -> None:
    state = function_state(pack, "application", at("2022-05-20T22:40"))
    assert isinstance(state, Open)
    assert state.pauses == jst("2022-05-20T23:00")
    assert state.closes == date(2023, 2, 28)


def test_an_untrusted_clock_accepts_nothing_dated_but_guidance_goes_on(pack: Pack) -> None:
    moment = at("2022-07-15T10:00", clock_trusted=False)
    for function in ("reservation", "application", "status"):
        assert function_state(pack, function, moment) == NotOpen(Why.CLOCK_UNTRUSTED)
    assert isinstance(function_state(pack, "guidance", moment), Open)
    for measure in pack.measures:
        assert measure_state(pack, measure.key, moment) == NotOpen(Why.CLOCK_UNTRUSTED)


@pytest.mark.parametrize(
    ("moment", "opened"),
    [
        ("2023-09-27T23:59:59", True),  # 72 hours before 2023-10-01 00:00 have just not begun
        ("2023-09-28T00:00:00", False),
        ("2023-09-30T23:59:59", False),
    ],
)
def test_without_connection_the_last_72_hours_accept_nothing(pack: Pack, moment: str, opened: bool) -> None:
    offline = measure_state(pack, "shisaku-1", at(moment, online=False))
    assert isinstance(offline, Open) is opened
    if isinstance(offline, NotOpen):
        assert (offline.why, offline.since) == (Why.OFFLINE_STOP, jst("2023-09-28T00:00"))
    assert isinstance(measure_state(pack, "shisaku-1", at(moment)), Open)


def test_application_status_outlives_the_programme_but_needs_the_network(pack: Pack) -> None:
    assert isinstance(function_state(pack, "status", at("2023-10-15T10:00")), Open)
    assert function_state(pack, "status", at("2022-07-15T10:00", online=False)) == NotOpen(Why.NO_CONNECTION)


@given(
    st.datetimes(min_value=datetime(2021, 1, 1), max_value=datetime(2025, 1, 1)),  # noqa: DTZ001
    st.integers(-14 * 60, 14 * 60),
)
def test_the_zone_of_the_machine_changes_no_answer(naive: datetime, minutes: int) -> None:
    pack = loaded("national-2022").pack
    japanese = naive.replace(tzinfo=JST)
    elsewhere = japanese.astimezone(timezone(timedelta(minutes=minutes)))
    assert function_state(pack, "application", Moment(japanese)) == function_state(
        pack, "application", Moment(elsewhere)
    )


def test_the_evening_before_in_utc_is_already_the_next_day_in_japan(pack: Pack) -> None:
    assert isinstance(
        measure_state(pack, "shisaku-1", Moment(datetime(2023, 9, 30, 14, 59, 59, tzinfo=UTC))), Open
    )
    after = measure_state(pack, "shisaku-1", Moment(datetime(2023, 9, 30, 15, 0, tzinfo=UTC)))
    assert isinstance(after, NotOpen)


def test_a_time_without_zone_is_refused_as_a_fault_of_ours() -> None:
    with pytest.raises(ValueError, match="zone"):
        in_japan(datetime(2022, 7, 15, 10))  # noqa: DTZ001


@given(st.datetimes(min_value=datetime(2022, 1, 1), max_value=datetime(2023, 12, 31)))  # noqa: DTZ001
def test_what_is_named_as_next_opening_is_open(naive: datetime) -> None:
    pack = loaded("national-2022").pack
    state = function_state(pack, "status", Moment(naive.replace(tzinfo=JST)))
    if isinstance(state, NotOpen):
        assert state.again is not None
        assert isinstance(function_state(pack, "status", Moment(state.again)), Open)
        just_before = Moment(state.again - timedelta(microseconds=1))
        assert isinstance(function_state(pack, "status", just_before), NotOpen)
    else:
        assert state.pauses is not None
        assert isinstance(function_state(pack, "status", Moment(state.pauses)), NotOpen)


def test_a_later_row_known_on_the_same_night_takes_over_at_midnight(pack: Pack) -> None:
    last = phase_in_force(pack, "shisaku-1", date(2023, 10, 1))
    assert last is not None
    changes: dict[str, object] = {"known_from": date(2023, 10, 1), "closes": date(2023, 10, 31)}
    extended = msgspec.structs.replace(pack, phases=(*pack.phases, _changed(last, changes)))
    assert isinstance(measure_state(extended, "shisaku-1", at("2023-10-01T00:00")), Open)
    before = measure_state(extended, "shisaku-1", at("2023-09-30T23:59:59"))
    assert isinstance(before, Open)
    assert before.closes == date(2023, 9, 30)


def test_a_function_closed_every_day_of_the_year_names_no_next_opening(pack: Pack) -> None:
    always = msgspec.structs.replace(pack.closed_days[0], first="01-01", last="12-31")
    shut = msgspec.structs.replace(pack, closed_days=(always,))
    state = function_state(shut, "application", at("2022-07-15T10:00"))
    assert isinstance(state, NotOpen)
    assert (state.why, state.again) == (Why.CLOSED_DAY, None)


def test_a_measure_whose_budget_is_used_up_ends_with_the_day_it_was_said(pack: Pack) -> None:
    stop = BudgetStop(
        measure="shisaku-1",
        known_from=date(2022, 8, 1),
        as_of=date(2022, 8, 1),
        source=("S1",),
        confirmed=True,
    )
    spent = msgspec.structs.replace(pack, budget_stops=(stop,))
    assert isinstance(measure_state(spent, "shisaku-1", at("2022-07-31T23:59:59")), Open)
    state = function_state(spent, "application", at("2022-08-01T00:00:00"))
    assert isinstance(state, NotOpen)
    assert (state.why, state.since, state.rows[0]) == (Why.BUDGET_USED_UP, jst("2022-08-01T00:00"), stop)


def test_of_several_measures_the_one_open_longest_rules_the_function(pack: Pack) -> None:
    offered = tuple(msgspec.structs.replace(row, offered_here=True) for row in pack.measures)
    phases = tuple(
        msgspec.structs.replace(row, closes=row.closes + timedelta(days=31))
        if row.measure == "shisaku-3"
        else row
        for row in pack.phases
    )
    several = msgspec.structs.replace(pack, measures=offered, phases=phases)
    state = function_state(several, "application", at("2023-10-10T10:00"))
    assert isinstance(state, Open)
    assert state.closes == date(2023, 10, 31)
    assert isinstance(measure_state(several, "shisaku-1", at("2023-10-10T10:00")), NotOpen)


def _changed(phase: Phase, changes: dict[str, object]) -> Phase:
    return msgspec.structs.replace(phase, **changes)
