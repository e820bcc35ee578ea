"""Exactly once in the database, whatever comes twice, late or in conflict."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from sqlalchemy import Engine, Table, func, insert, select, text
from sqlalchemy.exc import DBAPIError

from contract.encoding import canonical
from contract.status import Health, State, StateWord
from contract.topics import Up, up
from fleet import intake_store
from fleet.intake import Arrival, Judgement, Reason, judge
from fleet.intake_store import (
    QUARANTINE_ROWS_PER_TERMINAL,
    Taken,
    mark_answers,
    read_devices,
    register_device,
    take,
    waiting_answers,
)
from fleet.store import answers, enrolments, open_store, quarantine, terminals
from tests.fleet.records import SEAL_KID, Terminal, new_id


def judgement(
    engine: Engine, payload: bytes, kind: Up = Up.ENROLMENT, *, retained: bool = False
) -> Judgement:
    devices = read_devices(engine)
    return judge(Arrival(up("tk-0001", kind), payload, retained), devices.get, {SEAL_KID})


def arrive(
    engine: Engine, *payloads: bytes, kind: Up = Up.ENROLMENT, now: int = 10, retained: bool = False
) -> Taken:
    return take(engine, [judgement(engine, payload, kind, retained=retained) for payload in payloads], now)


def count(engine: Engine, table: Table) -> int:
    with engine.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def test_the_store_survives_power_cuts_by_its_settings(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'fleet.db'}")
    with store.connect() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"
        assert connection.execute(text("PRAGMA synchronous")).scalar_one() == 2
    store.dispose()


def test_an_error_of_the_database_does_not_quote_what_was_to_be_stored(engine: Engine) -> None:
    row = {"person": "MYKEY123"}
    with engine.connect() as connection, pytest.raises(DBAPIError) as raised:
        connection.execute(text("INSERT INTO nowhere VALUES (:person)"), row)
    assert "MYKEY123" not in str(raised.value)


def test_a_record_is_stored_once_and_acknowledged_every_time_it_comes(
    engine: Engine, terminal: Terminal
) -> None:
    payload = terminal.envelope()
    first, again = arrive(engine, payload), arrive(engine, payload, payload)
    assert len(first.stored) == 1
    assert len(again.stored) == 2
    assert count(engine, enrolments) == 1


def test_a_shuffled_and_doubled_backlog_is_stored_exactly_once(engine: Engine, terminal: Terminal) -> None:
    seed = random.randrange(2**32)
    print("seed", seed)
    chance = random.Random(seed)
    payloads = [terminal.envelope() for _ in range(120)]
    coming = payloads * 3
    chance.shuffle(coming)
    while coming:
        size = chance.randint(1, 40)
        batch, coming = coming[:size], coming[size:]
        assert len(arrive(engine, *batch).stored) == len(batch)
    with engine.connect() as connection:
        stored = {bytes(row[0]) for row in connection.execute(select(enrolments.c.envelope))}
    assert stored == set(payloads)
    assert count(engine, enrolments) == 120


def test_the_same_id_with_other_bytes_is_never_acknowledged(engine: Engine, terminal: Terminal) -> None:
    id_ = new_id()
    first, other = terminal.envelope(id_=id_, seq=1), terminal.envelope(id_=id_, seq=2)
    arrive(engine, first)
    taken = arrive(engine, other)
    assert taken.stored == ()
    assert [one.reason for one in taken.put_aside] == [Reason.ID_CONFLICT]


def test_two_records_under_one_sequence_number_conflict_even_within_a_batch(
    engine: Engine, terminal: Terminal
) -> None:
    first, second = terminal.envelope(seq=5), terminal.envelope(seq=5)
    taken = arrive(engine, first, second)
    assert [one.arrival.payload for one in taken.stored] == [first]
    assert [one.reason for one in taken.put_aside] == [Reason.SEQUENCE_CONFLICT]


def test_a_terminal_that_claims_anothers_id_first_does_not_keep_its_record_out(
    engine: Engine, terminal: Terminal
) -> None:
    thief, id_ = Terminal("tk-0002", seal=terminal.seal), new_id()
    assert register_device(engine, thief.name, thief.device.public_key().public_bytes_raw(), 1)
    for one in (thief, terminal):
        arrival = Arrival(up(one.name, Up.ENROLMENT), one.envelope(id_=id_))
        taken = take(engine, [judge(arrival, read_devices(engine).get, {SEAL_KID})], 10)
        assert (len(taken.stored), taken.put_aside) == (1, ())
    assert count(engine, enrolments) == 2


def test_another_journal_may_use_the_same_numbers(engine: Engine, terminal: Terminal) -> None:
    taken = arrive(engine, terminal.envelope(seq=1), terminal.envelope(seq=1, journal="1" * 32))
    assert len(taken.stored) == 2


def test_a_conflict_does_not_hold_up_the_rest_of_its_batch(engine: Engine, terminal: Terminal) -> None:
    bad = json.dumps({**json.loads(terminal.envelope()), "seq": 99}).encode()
    taken = arrive(engine, terminal.envelope(), bad, terminal.envelope())
    assert len(taken.stored) == 2


def test_a_repeated_fault_is_counted_and_not_kept_again(engine: Engine, terminal: Terminal) -> None:
    for now in range(5):
        arrive(engine, b"rubbish", now=now)
    with engine.connect() as connection:
        row = connection.execute(select(quarantine)).one()
    assert (row.times, row.first_at, row.last_at) == (5, 0, 4)


def test_one_terminal_cannot_fill_the_quarantine(engine: Engine, terminal: Terminal) -> None:
    rubbish = [f"rubbish {n}".encode() for n in range(QUARANTINE_ROWS_PER_TERMINAL + 50)]
    arrive(engine, *rubbish)
    assert count(engine, quarantine) == QUARANTINE_ROWS_PER_TERMINAL + 1
    with engine.connect() as connection:
        row = connection.execute(select(quarantine).where(quarantine.c.reason == Reason.OVERFLOW)).one()
    assert row.times == 50


def test_invented_names_share_one_place_in_the_quarantine(engine: Engine, terminal: Terminal) -> None:
    arrivals = [Arrival(up(f"x-{n}", Up.HEALTH), b"rubbish %d" % n) for n in range(1_000)]
    judgements = [judge(arrival, read_devices(engine).get, {SEAL_KID}) for arrival in arrivals]
    take(engine, judgements, 5)
    assert count(engine, quarantine) == QUARANTINE_ROWS_PER_TERMINAL + 1
    with engine.connect() as connection:
        rows = connection.execute(select(quarantine)).all()
    assert {row.terminal for row in rows} == {""}
    assert sum(row.times for row in rows) == 1_000
    assert [row.topic for row in rows if row.payload == b"rubbish 7"] == ["kiosk/v1/x-7/health"]
    arrive(engine, b"rubbish of a registered one")
    assert count(engine, quarantine) == QUARANTINE_ROWS_PER_TERMINAL + 2


def test_all_terminals_together_cannot_fill_the_disk(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake_store, "QUARANTINE_ROWS", 20)
    names = [f"tk-{n}" for n in range(10)]
    for name in names:
        assert register_device(engine, name, name.encode().ljust(32), 1)
    devices = read_devices(engine)
    for n in range(5):
        arrivals = [Arrival(up(name, Up.HEALTH), b"rubbish %d" % n) for name in names]
        take(engine, [judge(arrival, devices.get, {SEAL_KID}) for arrival in arrivals], 5)
    with engine.connect() as connection:
        rows = connection.execute(select(quarantine)).all()
    kept = [row for row in rows if row.reason != Reason.OVERFLOW]
    assert len(kept) == 20
    assert len(rows) == 20 + len(names)  # and one row each for the count of what was not kept
    assert sum(row.times for row in rows) == 50


def state(word: StateWord, connection: int, ts: int) -> bytes:
    return canonical(State(1, word, "boot", connection, ts))


def test_the_will_of_an_older_connection_changes_nothing(engine: Engine, terminal: Terminal) -> None:
    arrive(engine, state(StateWord.READY, 2, 20), kind=Up.STATE)
    taken = arrive(engine, state(StateWord.LOST, 1, 10), kind=Up.STATE, now=30)
    assert taken.put_aside == ()
    with engine.connect() as connection:
        row = connection.execute(select(terminals)).one()
    assert (row.state, row.last_seen) == ("ready", 10)


def test_a_will_is_not_a_sign_of_life(engine: Engine, terminal: Terminal) -> None:
    arrive(engine, state(StateWord.READY, 2, 20), kind=Up.STATE, now=20)
    arrive(engine, state(StateWord.LOST, 2, 20), kind=Up.STATE, now=99)
    with engine.connect() as connection:
        row = connection.execute(select(terminals)).one()
    assert (row.state, row.last_seen, row.state_since) == ("lost", 20, 99)


def test_a_retained_word_is_kept_but_is_not_a_sign_of_life(engine: Engine, terminal: Terminal) -> None:
    arrive(engine, state(StateWord.READY, 2, 20), kind=Up.STATE, now=20, retained=True)
    with engine.connect() as connection:
        row = connection.execute(select(terminals)).one()
    assert (row.state, row.last_seen) == ("ready", None)


def health(ts: int, depth: int) -> bytes:
    return canonical(Health(1, "boot", ts, "inService", (), "full", depth, 0, "", "0" * 32, 0))


def test_a_health_that_was_overtaken_does_not_replace_the_newer_one(
    engine: Engine, terminal: Terminal
) -> None:
    arrive(engine, state(StateWord.READY, 1, 1), kind=Up.STATE)
    arrive(engine, health(2_000, 7), kind=Up.HEALTH)
    taken = arrive(engine, health(1_000, 3), kind=Up.HEALTH)
    assert [one.reason for one in taken.put_aside] == [Reason.STALE]
    with engine.connect() as connection:
        kept = json.loads(bytes(connection.execute(select(terminals.c.health)).scalar_one()))
    assert kept["outbox_depth"] == 7


def test_a_registered_key_is_not_replaced(engine: Engine, terminal: Terminal) -> None:
    assert register_device(engine, terminal.name, terminal.device.public_key().public_bytes_raw(), 2)
    assert not register_device(engine, terminal.name, bytes(32), 2)


def test_two_processes_can_write_at_the_same_time(engine: Engine, terminal: Terminal, tmp_path: Path) -> None:
    other = open_store(f"sqlite:///{tmp_path / 'fleet.db'}")
    with other.connect() as reader:
        reader.execute(select(enrolments)).all()
        reader.commit()
        arrive(engine, terminal.envelope())
        taken = take(other, [judgement(engine, terminal.envelope())], 11)
    assert len(taken.stored) == 1
    other.dispose()


def test_an_answer_that_waits_no_longer_keeps_its_row_and_nothing_of_what_it_said(engine: Engine) -> None:
    row = {"terminal": "tk-0001", "payload": b"sealed", "created_at": 5, "waiting": True}
    with engine.begin() as connection:
        connection.execute(insert(answers), [{"id": f"id-{n}", **row} for n in range(3)])
    sent, late, _ = (answer.n for answer in waiting_answers(engine, 10))
    mark_answers(engine, sent=(sent,), too_late=(late,), now_ms=9)
    with engine.connect() as connection:
        kept = connection.execute(select(answers.c.payload, answers.c.sent_at).order_by(answers.c.n)).all()
    assert [tuple(one) for one in kept] == [(b"", 9), (b"", None), (b"sealed", None)]
    assert [answer.payload for answer in waiting_answers(engine, 10)] == [b"sealed"]
