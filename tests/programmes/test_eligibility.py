from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pytest

from programmes.consistency import DECIDABLE_HERE
from programmes.contacts import OperatorAnswers, contacts_on, who_answers
from programmes.eligibility import (
    CertificateExpired,
    CertificateInDates,
    CertificateNotYet,
    CertificateUndecided,
    RenewalWaiting,
    ServiceBarred,
    ServiceClosed,
    ServiceNotDecided,
    ServiceNotYet,
    ServiceOfflineStopped,
    ServiceOpen,
    ServiceTakesPart,
    certificate_state,
    conditions,
    result_days,
    service_state,
    use_until,
)
from programmes.loader import Programme
from programmes.model import Contact, Pack
from programmes.opening import Why
from programmes.services import Service
from tests.programmes.moments import at, jst

ONE = ("shisaku-1",)


def the(programme: Programme, key: str) -> Service:
    service = programme.service(key)
    assert service is not None
    return service


@pytest.mark.parametrize(
    ("key", "last_day"),
    [
        ("rakuten-edy", "2023-09-12"),
        ("jcb-card", "2023-09-20"),
        ("au-pay", "2023-09-29"),
        ("d-barai", "2023-09-29"),
        ("paypay", "2023-09-29"),
        ("nanaco", "2023-09-30"),
        ("waon", "2023-09-30"),
    ],
)
def test_a_service_closes_at_the_midnight_after_its_own_last_day(
    national: Programme, key: str, last_day: str
) -> None:
    service, last = the(national, key), date.fromisoformat(last_day)
    before = service_state(national.pack, service, ONE, at(f"{last_day}T23:59:59"))
    assert isinstance(before, ServiceOpen)
    assert before.closes == last
    after = service_state(national.pack, service, ONE, at(f"{last + timedelta(days=1)}T00:00:00"))
    if last < date(2023, 9, 30):
        assert isinstance(after, ServiceClosed)
        assert after.last_day == last
        assert after.rows[0] in service.periods
    else:
        assert isinstance(after, ServiceNotDecided)
        assert after.why is Why.ENDED
    assert use_until(national.pack, service, "shisaku-1", at("2023-09-01T10:00")) == last


def test_a_service_without_own_dates_follows_the_programme(national: Programme) -> None:
    suica = the(national, "suica")
    state = service_state(national.pack, suica, ONE, at("2022-07-15T10:00"))
    assert isinstance(state, ServiceOpen)
    assert state.closes == date(2023, 2, 28)
    assert use_until(national.pack, suica, "shisaku-1", at("2022-07-15T10:00")) == date(2023, 2, 28)
    assert use_until(national.pack, suica, "shisaku-1", at("2021-07-15T10:00")) is None


@pytest.mark.parametrize("key", ["rakuten-pay", "rakuten-card"])
def test_a_service_of_its_own_app_is_barred_and_says_where_it_can_be_done(
    national: Programme, key: str
) -> None:
    state = service_state(national.pack, the(national, key), ONE, at("2022-07-15T10:00"))
    assert isinstance(state, ServiceBarred)
    assert state.elsewhere is not None
    assert "楽天" in state.elsewhere.ja


def test_prior_registration_is_known_needed_known_needless_or_unknown(national: Programme) -> None:
    found = {}
    for key in ("icoca", "waon", "sugoca"):
        state = service_state(national.pack, the(national, key), ONE, at("2022-07-15T10:00"))
        assert isinstance(state, ServiceOpen)
        found[key] = (state.register_first, state.register_unknown)
    assert found == {"icoca": (True, False), "waon": (False, False), "sugoca": (False, True)}


def test_a_service_may_begin_later_than_the_programme(demo: Programme) -> None:
    wakaba = the(demo, "wakaba")
    before = service_state(demo.pack, wakaba, ONE, at("2022-08-31T23:59:59"))
    assert isinstance(before, ServiceNotYet)
    assert before.opens == jst("2022-09-01T00:00")
    assert isinstance(service_state(demo.pack, wakaba, ONE, at("2022-09-01T00:00")), ServiceOpen)


@pytest.mark.parametrize(
    ("moment", "stopped"), [("2022-08-28T23:59:59", False), ("2022-08-29T00:00:00", True)]
)
def test_offline_a_service_stops_72_hours_before_its_own_closing(
    demo: Programme, moment: str, stopped: bool
) -> None:
    state = service_state(demo.pack, the(demo, "midori"), ONE, at(moment, online=False))
    assert isinstance(state, ServiceOfflineStopped) is stopped
    if isinstance(state, ServiceOfflineStopped):
        assert (state.since, state.ends) == (jst("2022-08-29T00:00"), jst("2022-09-01T00:00"))
    assert isinstance(service_state(demo.pack, the(demo, "midori"), ONE, at(moment)), ServiceOpen)


def test_an_untrusted_clock_opens_no_service(national: Programme) -> None:
    state = service_state(
        national.pack, the(national, "waon"), ONE, at("2022-07-15T10:00", clock_trusted=False)
    )
    assert isinstance(state, ServiceNotDecided)
    assert state.why is Why.CLOCK_UNTRUSTED


def test_a_service_that_takes_only_some_measures_names_the_others(national: Programme) -> None:
    some = msgspec.structs.replace(the(national, "waon"), measures=("shisaku-1",))
    state = service_state(national.pack, some, ("shisaku-1", "shisaku-2"), at("2022-07-15T10:00"))
    assert isinstance(state, ServiceTakesPart)
    assert state.refused == ("shisaku-2",)


def test_asking_for_no_measure_is_a_fault_of_ours(national: Programme) -> None:
    with pytest.raises(ValueError, match="no measure"):
        service_state(national.pack, the(national, "waon"), (), at("2022-07-15T10:00"))


ISSUED, EXPIRES = jst("2022-07-14T10:00:00"), jst("2027-07-14T23:59:59")


@pytest.mark.parametrize(
    ("moment", "kind"),
    [
        ("2022-07-14T09:59:59", CertificateNotYet),
        ("2022-07-14T10:00:00", RenewalWaiting),
        ("2022-07-15T09:59:59", RenewalWaiting),
        ("2022-07-15T10:00:00", CertificateInDates),
        ("2027-07-14T23:59:59", CertificateInDates),
        ("2027-07-15T00:00:00", CertificateExpired),
    ],
)
def test_a_certificate_is_judged_at_both_sides_of_each_of_its_dates(
    pack: Pack, moment: str, kind: type
) -> None:
    assert type(certificate_state(pack, ISSUED, EXPIRES, at(moment))) is kind


def test_the_renewal_wait_promises_nothing_but_names_both_ends(pack: Pack) -> None:
    state = certificate_state(pack, ISSUED, EXPIRES, at("2022-07-14T11:00"))
    assert isinstance(state, RenewalWaiting)
    assert (state.until, state.longest) == (jst("2022-07-15T10:00"), jst("2022-07-17T10:00"))
    assert state.row.wording.ja == "電子証明書の更新直後は手続きできません。24時間から3日"


def test_an_untrusted_clock_judges_no_certificate(pack: Pack) -> None:
    state = certificate_state(pack, ISSUED, EXPIRES, at("2023-01-01T10:00", clock_trusted=False))
    assert state == CertificateUndecided()


def test_every_condition_has_exactly_one_kind_of_answer(pack: Pack) -> None:
    here = {row.key for row in conditions(pack, "here")}
    assert here == DECIDABLE_HERE
    assert {row.key for row in conditions(pack, "declared")} == {
        "card-application-date",
        "prior-registration",
        "age",
    }
    assert {row.key for row in conditions(pack, "unknowable")} == {
        "revocation",
        "already-applied",
        "first-campaign-rest",
        "id-and-code",
    }


def test_the_result_is_expected_between_a_week_and_a_month_after(pack: Pack) -> None:
    assert result_days(pack, jst("2022-07-15T10:08")) == (date(2022, 7, 22), date(2022, 8, 14))


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        ("2022-07-15", "17:30"),
        ("2023-03-08", "17:30"),
        ("2023-03-09", "毎日"),
        ("2023-12-31", "毎日"),
        ("2024-01-01", None),
        ("2026-01-01", None),
    ],
)
def test_the_helpline_shows_the_hours_of_the_day_or_gives_way_to_the_operator(
    pack: Pack, day: str, hours: str | None
) -> None:
    answer = who_answers(pack, "programme", date.fromisoformat(day))
    if hours is None:
        assert answer == OperatorAnswers()
    else:
        assert isinstance(answer, Contact)
        assert answer.hours is not None
        assert (answer.phone, answer.guide) == ("0120-95-0178", "5")
        assert hours in answer.hours.ja


def test_paid_lines_stand_after_the_free_one_and_are_marked(pack: Pack) -> None:
    lines = contacts_on(pack, "programme", date(2022, 7, 15))
    assert [(line.phone, line.paid) for line in lines] == [("0120-95-0178", False), ("050-3627-0952", True)]
