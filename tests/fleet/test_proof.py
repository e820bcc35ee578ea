"""A day is proven by equal digests; whatever is missing, added or exchanged on either side is a difference."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, func, select

from contract.day_digest import DayDigest, digest_of
from contract.encoding import canonical
from contract.status import Health
from contract.topics import Up, up
from fleet.intake import Arrival, judge
from fleet.intake_store import read_devices, register_device, take
from fleet.proof import KEPT_DAYS, DayDifference, Proof, read_proofs
from fleet.store import proofs
from tests.fleet.records import SEAL_KID, Terminal, id_at

DAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 21, 6, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)


def id_on(day: date, hour: int = 12) -> str:
    return id_at(datetime(day.year, day.month, day.day, hour, tzinfo=UTC))


def health(*digests: DayDigest, ts: int = NOW_MS) -> bytes:
    return canonical(Health(1, "boot", ts, "inService", (), "full", 0, 0, "", "0" * 32, 0, digests=digests))


def say(engine: Engine, terminal: Terminal, kind: Up, *payloads: bytes, now_ms: int = NOW_MS) -> None:
    devices = read_devices(engine)
    arrivals = [Arrival(up(terminal.name, kind), payload) for payload in payloads]
    taken = take(engine, [judge(arrival, devices.get, {SEAL_KID}) for arrival in arrivals], now_ms)
    assert taken.put_aside == ()


def proof_of(engine: Engine, terminal: Terminal, now_ms: int = NOW_MS) -> Proof | None:
    with engine.connect() as connection:
        return read_proofs(connection, now_ms).get(terminal.name)


HERE, ELSEWHERE = id_on(DAY), id_on(DAY, 13)
#: What the terminal tells of, what the fleet holds, and what is said of the day.
CASES: dict[str, tuple[list[str], list[str], Proof]] = {
    "the same two": ([HERE, ELSEWHERE], [ELSEWHERE, HERE], Proof(1, 2, ())),
    "nothing on both sides": ([], [], Proof(1, 0, ())),
    "one has not come": ([HERE, ELSEWHERE], [HERE], Proof(0, 0, (DayDifference("2026-11-20", 2, 1),))),
    "one that the terminal lost": ([], [HERE], Proof(0, 0, (DayDifference("2026-11-20", 0, 1),))),
    "as many, but another": ([HERE], [ELSEWHERE], Proof(0, 0, (DayDifference("2026-11-20", 1, 1),))),
}


@pytest.mark.parametrize("name", CASES)
def test_a_day_is_proven_or_named(engine: Engine, terminal: Terminal, name: str) -> None:
    told, held, proof = CASES[name]
    say(engine, terminal, Up.ENROLMENT, *(terminal.envelope(id_=id_) for id_ in held))
    say(engine, terminal, Up.HEALTH, health(digest_of(DAY, told)))
    assert proof_of(engine, terminal) == proof


def test_records_of_the_days_beside_it_and_of_other_terminals_do_not_count(
    engine: Engine, terminal: Terminal
) -> None:
    other = Terminal("tk-0002")
    assert register_device(engine, other.name, other.device.public_key().public_bytes_raw(), 1)
    beside = [id_on(DAY - timedelta(days=1), 23), id_on(DAY + timedelta(days=1), 0)]
    say(engine, terminal, Up.ENROLMENT, *(terminal.envelope(id_=id_) for id_ in (HERE, *beside)))
    say(engine, other, Up.ENROLMENT, other.envelope(id_=ELSEWHERE))
    say(engine, terminal, Up.HEALTH, health(digest_of(DAY, [HERE])))
    assert proof_of(engine, terminal) == Proof(1, 1, ())


def test_what_comes_late_turns_the_difference_into_a_proof_with_the_next_health(
    engine: Engine, terminal: Terminal
) -> None:
    told = digest_of(DAY, [HERE])
    say(engine, terminal, Up.HEALTH, health(told))
    assert proof_of(engine, terminal) == Proof(0, 0, (DayDifference("2026-11-20", 1, 0),))
    say(engine, terminal, Up.ENROLMENT, terminal.envelope(id_=HERE))
    say(engine, terminal, Up.HEALTH, health(told, ts=NOW_MS + 1))
    assert proof_of(engine, terminal) == Proof(1, 1, ())


def test_a_proven_day_of_which_the_terminal_later_says_something_else_is_a_difference(
    engine: Engine, terminal: Terminal
) -> None:
    say(engine, terminal, Up.ENROLMENT, terminal.envelope(id_=HERE))
    say(engine, terminal, Up.HEALTH, health(digest_of(DAY, [HERE])))
    say(engine, terminal, Up.HEALTH, health(digest_of(DAY, [HERE, ELSEWHERE]), ts=NOW_MS + 1))
    assert proof_of(engine, terminal) == Proof(0, 0, (DayDifference("2026-11-20", 2, 1),))


@pytest.mark.parametrize("day", ["9999-12-31", "2026-11-22", "2022-07-15", "2026-02-30"])
def test_days_that_cannot_be_meant_fill_nothing(engine: Engine, terminal: Terminal, day: str) -> None:
    say(engine, terminal, Up.HEALTH, health(DayDigest(day, 1, "0" * 64)))
    assert proof_of(engine, terminal) is None


def test_a_difference_is_seen_for_a_month_and_no_rows_gather(engine: Engine, terminal: Terminal) -> None:
    for step in range(3 * KEPT_DAYS):
        at = NOW + timedelta(days=step)
        at_ms = int(at.timestamp() * 1000)
        told = digest_of(at.date() - timedelta(days=1), ["lost"] if step == 0 else [])
        say(engine, terminal, Up.HEALTH, health(told, ts=at_ms), now_ms=at_ms)
        proof = proof_of(engine, terminal, at_ms)
        assert proof is not None
        assert bool(proof.differences) is (step < KEPT_DAYS), step
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(proofs)).scalar_one() == KEPT_DAYS
