"""Equal digests mean equal records of a day; the day is that of the id."""

from __future__ import annotations

import hashlib
import random
from datetime import UTC, date, datetime, timedelta, timezone

from contract.day_digest import DAYS, DayDigest, digest_of, ended_days, ids_of
from tests.fleet.records import id_at

DAY = date(2026, 11, 21)


def test_a_digest_is_the_hash_of_the_ids_one_a_line_whatever_their_order() -> None:
    expected = DayDigest("2026-11-21", 2, hashlib.sha256(b"a\nb\n").hexdigest())
    assert digest_of(DAY, ["a", "b"]) == digest_of(DAY, ["b", "a"]) == expected


def test_one_id_more_less_or_other_is_another_digest() -> None:
    whole = digest_of(DAY, ["a", "b"]).sha256
    assert len({whole, *(digest_of(DAY, ids).sha256 for ids in (["a"], ["a", "b", "c"], ["a", "c"]))}) == 4


def test_an_id_belongs_to_the_day_in_which_it_was_made_to_the_millisecond() -> None:
    first, after = ids_of(DAY)
    midnight = datetime(2026, 11, 21, tzinfo=UTC)
    tick = timedelta(milliseconds=1)
    for moment, belongs in (
        (midnight - tick, False),
        (midnight, True),
        (midnight + timedelta(days=1) - tick, True),
        (midnight + timedelta(days=1), False),
    ):
        assert (first <= id_at(moment) < after) is belongs, moment


def test_the_days_of_any_time_share_no_id_and_leave_none_out() -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    for _ in range(200):
        moment = datetime(2022, 1, 1, tzinfo=UTC) + timedelta(seconds=chance.uniform(0, 3e9))
        id_, day = id_at(moment), moment.date()
        spans = [ids_of(day + timedelta(days=shift)) for shift in (-1, 0, 1)]
        assert [first <= id_ < after for first, after in spans] == [False, True, False]


def test_only_days_that_are_over_everywhere_are_told_oldest_first() -> None:
    japan = timezone(timedelta(hours=9))
    days = ended_days(datetime(2026, 11, 22, 8, 59, tzinfo=japan))  # still the 21st in UTC
    assert len(days) == DAYS
    assert (days[0], days[-1]) == (date(2026, 11, 14), date(2026, 11, 20))
