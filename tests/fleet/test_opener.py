"""One 申込 per programme, measure and person; first signed wins; a refusal frees the place; nothing is done twice."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import Engine, select, update
from sqlalchemy.exc import OperationalError

import fleet.opener
from contract.answer import ProgrammeAnswer, SealedAnswer, Verdict, open_answer, read_answer
from contract.certificate_chain import TrustAnchors
from contract.keys import FleetKey, KeyRing, KeyUse
from contract.record import Body, Procedure
from contract.topics import Up, up
from fleet.intake import Arrival, judge
from fleet.intake_store import read_devices, register_device, take
from fleet.opener import ALARM_SIGNED_EARLIER, ALARM_TAKEN_BACK, MOST_DEATHS, AnswerSigner, Opener
from fleet.opening import Opened, OpeningKeys, OpeningRules, Rejected, open_record
from fleet.programme_port import PortAnswer, ProgrammeDone, ProgrammeRefused, ProgrammeUnavailable
from fleet.sample_programme import SampleProgramme
from fleet.store import answers, enrolments, metadata, openings, slots
from tests.fleet.records import (
    NOW,
    NOW_MS,
    SEAL_KID,
    TERMINAL,
    Terminal,
    chosen,
    make_body,
    rsa_key,
    several_programmes,
)

SECRET = b"s" * 32
ANSWER_KEY = Ed25519PrivateKey.generate()


@dataclass
class RecordedPort:
    """Answers what it is told to, and remembers what it was asked."""

    sample: bool = False
    withdraws: bool = False
    said: Callable[[Body], PortAnswer] = lambda _body: ProgrammeDone()
    handed: list[str] = field(default_factory=list)
    taken_back: list[str] = field(default_factory=list)

    def same_person(self, person: str, certificate: bytes) -> str:
        return person

    def hand_over(self, body: Body, person: str, certificate: bytes) -> PortAnswer:
        self.handed.append(body.id)
        return self.said(body)

    def take_back(self, terminal: str, enrolment_id: str) -> bool:
        assert terminal == TERMINAL
        self.taken_back.append(enrolment_id)
        return self.withdraws


@dataclass
class Desk:
    """A store, a terminal and an opener over one port."""

    engine: Engine
    terminal: Terminal
    port: Any
    visits: dict[str, X25519PrivateKey] = field(default_factory=dict)
    clock: Any = field(default_factory=lambda: count(NOW_MS + 3_600_000))

    def opener(self) -> Opener:
        return Opener(
            self.engine,
            self.port,
            keys=OpeningKeys({SEAL_KID: self.terminal.seal}, SECRET),
            rules=OpeningRules(
                TrustAnchors.from_pem([self.terminal.ca.pem()], accept_test_ca=True),
                several_programmes(),
                demo=False,
            ),
            signer=AnswerSigner(ANSWER_KEY, "answer-1"),
            now_ms=lambda: next(self.clock),
        )

    def arrive(self, *, holder: str = "a", minutes: int = 0, **changes: Any) -> str:
        """A record signed so many minutes after NOW reaches the store; its id."""
        visit = X25519PrivateKey.generate()
        body = make_body(visit, time=(NOW + timedelta(minutes=minutes)).isoformat(), **changes)
        self.visits[body.id] = visit
        envelope = self.terminal.record(body, holder=holder)
        arrival = Arrival(up(TERMINAL, Up.ENROLMENT), envelope)
        taken = take(
            self.engine, [judge(arrival, read_devices(self.engine).get, {SEAL_KID})], next(self.clock)
        )
        assert len(taken.stored) == 1
        return body.id

    def stage(self, id_: str) -> str:
        with self.engine.connect() as connection:
            return str(
                connection.execute(select(enrolments.c.stage).where(enrolments.c.id == id_)).scalar_one()
            )

    def alarm(self, id_: str) -> str:
        with self.engine.connect() as connection:
            return str(connection.execute(select(openings.c.alarm).where(openings.c.id == id_)).scalar_one())

    def told(self, id_: str) -> list[ProgrammeAnswer]:
        """The answers to one record, opened with the key of its visit."""
        key = FleetKey("answer-1", KeyUse.ANSWER, ANSWER_KEY.public_key().public_bytes_raw(), NOW, NOW)
        ring = KeyRing(1, (key,))
        with self.engine.connect() as connection:
            rows = connection.execute(
                select(answers.c.payload).where(answers.c.id == id_).order_by(answers.c.n)
            )
            payloads = [bytes(row[0]) for row in rows]
        found = []
        for payload in payloads:
            signed = read_answer(payload, ring, terminal=TERMINAL, at=NOW)
            assert isinstance(signed, SealedAnswer)
            opened = open_answer(signed, self.visits[id_])
            assert isinstance(opened, ProgrammeAnswer)
            found.append(opened)
        return found


@pytest.fixture
def desk(engine: Engine, terminal: Terminal) -> Desk:
    return Desk(engine, terminal, RecordedPort())


def test_a_record_that_can_no_longer_be_opened_gives_its_place_free(desk: Desk) -> None:
    desk.port.said = lambda _body: ProgrammeUnavailable("down")
    first = desk.arrive()
    assert desk.opener().work() is None
    assert desk.stage(first) == "handed"
    with desk.engine.begin() as connection:
        broken = {"envelope": b"cut off"}
        connection.execute(update(enrolments).where(enrolments.c.id == first).values(broken))
    desk.port.said = lambda _body: ProgrammeDone()
    second = desk.arrive(minutes=1)
    while desk.opener().work():
        pass
    assert (desk.stage(first), desk.stage(second)) == ("rejected", "done")


def test_an_application_is_handed_over_once_and_its_visit_is_told(desk: Desk) -> None:
    id_ = desk.arrive()
    assert desk.opener().work() == 1
    assert desk.opener().work() == 0
    assert desk.port.handed == [id_]
    assert desk.stage(id_) == "done"
    assert [answer.verdict for answer in desk.told(id_)] == [Verdict.DONE]


def test_the_second_application_of_a_person_is_told_that_the_first_stands(desk: Desk) -> None:
    first, second = desk.arrive(minutes=0), desk.arrive(minutes=1)
    desk.opener().work()
    assert desk.port.handed == [first]
    assert (desk.stage(first), desk.stage(second)) == ("done", "already")
    assert [answer.verdict for answer in desk.told(second)] == [Verdict.ALREADY]


APART: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "two people": ({"holder": "a"}, {"holder": "b"}),
    "two measures": ({"measure": "shisaku-1"}, {"measure": "shisaku-2"}),
    "two programmes": ({"programme": "national-2022"}, {"programme": "town-2026"}),
    "予約 and 申込": ({"procedure": Procedure.RESERVATION, "service": None}, {}),
}


@pytest.mark.parametrize("name", APART)
def test_these_do_not_stand_in_each_others_way(desk: Desk, name: str) -> None:
    ids = [desk.arrive(**changes) for changes in APART[name]]
    desk.opener().work()
    assert [desk.stage(id_) for id_ in ids] == ["done", "done"]


def test_of_two_that_wait_the_first_signed_wins_whatever_came_first(desk: Desk) -> None:
    later, earlier = desk.arrive(minutes=5), desk.arrive(minutes=1)
    desk.opener().work()
    assert desk.port.handed == [earlier]
    assert (desk.stage(earlier), desk.stage(later)) == ("done", "already")


def test_a_terminal_that_copies_an_id_stands_in_nobodys_way(desk: Desk) -> None:
    mine = desk.arrive(holder="a")
    thief = Terminal("tk-0002", seal=desk.terminal.seal, ca=desk.terminal.ca)
    assert register_device(desk.engine, thief.name, thief.device.public_key().public_bytes_raw(), 1)
    copied = thief.record(make_body(id=mine, terminal=thief.name), holder="b")
    arrival = Arrival(up(thief.name, Up.ENROLMENT), copied)
    judged = judge(arrival, read_devices(desk.engine).get, {SEAL_KID})
    assert len(take(desk.engine, [judged], next(desk.clock)).stored) == 1
    desk.opener().work()
    assert desk.port.handed == [mine, mine]
    with desk.engine.connect() as connection:
        for table in (enrolments, openings, slots):
            rows = connection.execute(select(table.c.terminal, table.c.id).order_by(table.c.terminal)).all()
            assert [tuple(row) for row in rows] == [(TERMINAL, mine), (thief.name, mine)]
        assert set(connection.execute(select(enrolments.c.stage)).scalars()) == {"done"}


def test_a_second_reservation_is_told_that_the_first_stands(desk: Desk) -> None:
    ids = [desk.arrive(procedure=Procedure.RESERVATION, service=None, minutes=n) for n in (0, 1)]
    desk.opener().work()
    assert [desk.stage(id_) for id_ in ids] == ["done", "already"]


def test_a_refusal_frees_the_place(desk: Desk) -> None:
    desk.port.said = lambda _body: ProgrammeRefused("closed")
    first = desk.arrive()
    desk.opener().work()
    desk.port.said = lambda _body: ProgrammeDone()
    second = desk.arrive(minutes=1)
    desk.opener().work()
    assert (desk.stage(first), desk.stage(second)) == ("refused", "done")
    assert [(answer.verdict, answer.code) for answer in desk.told(first)] == [(Verdict.REFUSED, "closed")]


def test_a_refusal_frees_the_place_within_one_batch(desk: Desk) -> None:
    desk.port.said = lambda body: (
        ProgrammeRefused("closed") if body.service and body.service.id == "kohaku" else ProgrammeDone()
    )
    first = desk.arrive(service=chosen("kohaku", "4539578763621486"))
    second = desk.arrive(minutes=1)
    desk.opener().work()
    assert (desk.stage(first), desk.stage(second)) == ("refused", "done")


def test_what_was_answered_stands_when_an_earlier_signature_comes_too_late(desk: Desk) -> None:
    later = desk.arrive(minutes=5)
    desk.opener().work()
    earlier = desk.arrive(minutes=1)
    desk.opener().work()
    assert desk.port.taken_back == [later]
    assert (desk.stage(later), desk.stage(earlier)) == ("done", "already")
    assert desk.alarm(earlier) == ALARM_SIGNED_EARLIER


def test_the_earlier_signature_wins_late_if_the_programme_can_undo(desk: Desk) -> None:
    desk.port.withdraws = True
    later = desk.arrive(minutes=5)
    desk.opener().work()
    earlier = desk.arrive(minutes=1)
    desk.opener().work()
    assert (desk.stage(later), desk.stage(earlier)) == ("already", "done")
    assert desk.alarm(later) == ALARM_TAKEN_BACK
    assert [answer.verdict for answer in desk.told(later)] == [Verdict.DONE, Verdict.ALREADY]


def test_an_unreachable_programme_makes_records_wait_and_loses_none(desk: Desk) -> None:
    desk.port.said = lambda _body: ProgrammeUnavailable("line down")
    first, second = desk.arrive(), desk.arrive(minutes=1)
    assert desk.opener().work() is None
    assert (desk.stage(first), desk.stage(second)) == ("handed", "received")
    desk.port.said = lambda _body: ProgrammeDone()
    desk.opener().work()
    assert (desk.stage(first), desk.stage(second)) == ("done", "already")


def test_a_record_whose_handing_over_was_interrupted_is_handed_over_again(desk: Desk) -> None:
    def die(_body: Body) -> PortAnswer:
        raise Killed

    desk.port.said = die
    id_ = desk.arrive()
    with pytest.raises(Killed):
        desk.opener().work()
    desk.port.said = lambda _body: ProgrammeDone()
    desk.opener().work()
    assert desk.port.handed == [id_, id_]
    assert desk.stage(id_) == "done"
    assert len(desk.told(id_)) == 1


def test_while_a_holder_waits_for_its_answer_an_earlier_signature_waits_too(desk: Desk) -> None:
    desk.port.said = lambda _body: ProgrammeUnavailable("line down")
    later = desk.arrive(minutes=5)
    assert desk.opener().work() is None
    earlier = desk.arrive(minutes=1)
    desk.port.said = lambda _body: ProgrammeDone()
    while desk.opener().work():
        pass
    assert (desk.stage(later), desk.stage(earlier)) == ("done", "already")


def test_a_record_that_cannot_be_believed_is_shown_to_a_person_and_its_visit_told(desk: Desk) -> None:
    id_ = desk.arrive(demo=True)
    desk.opener().work()
    assert (desk.stage(id_), desk.alarm(id_)) == ("rejected", "demo")
    assert desk.port.handed == []
    assert [(answer.verdict, answer.code) for answer in desk.told(id_)] == [(Verdict.REFUSED, "demo")]


def test_a_record_that_fits_no_programme_reaches_none_and_is_shown_to_a_person(desk: Desk) -> None:
    id_ = desk.arrive(programme="nobodys-2022")
    desk.opener().work()
    assert (desk.stage(id_), desk.alarm(id_)) == ("rejected", "unknown-programme")
    assert desk.port.handed == []
    assert [answer.verdict for answer in desk.told(id_)] == [Verdict.REFUSED]


def test_a_record_nobody_can_open_does_not_stop_the_others(desk: Desk) -> None:
    rubbish = desk.terminal.envelope(b"rubbish", id_="rubbish")
    arrival = Arrival(up(TERMINAL, Up.ENROLMENT), rubbish)
    take(desk.engine, [judge(arrival, read_devices(desk.engine).get, {SEAL_KID})], 1)
    good = desk.arrive()
    assert desk.opener().work() == 2
    assert (desk.stage("rubbish"), desk.stage(good)) == ("rejected", "done")


class Killed(BaseException):
    """As if the process had ended here."""


def poison(monkeypatch: pytest.MonkeyPatch, holder: str, most: int = 1_000) -> list[int]:
    """Opening a record of this holder ends the process, at most so often. The list grows with each death."""
    deaths: list[int] = []
    der_key = rsa_key(holder).public_key().public_numbers().n.to_bytes(256)

    def opening(envelope: bytes, **more: Any) -> Opened | Rejected:
        opened = open_record(envelope, **more)
        if isinstance(opened, Opened) and der_key in opened.certificate and len(deaths) < most:
            deaths.append(1)
            raise Killed
        return opened

    monkeypatch.setattr(fleet.opener, "open_record", opening)
    return deaths


def run_until_idle(desk: Desk) -> None:
    """A new process after each death, as systemd starts one."""
    for _ in range(20):
        try:
            if desk.opener().work() == 0:
                return
        except Killed:
            continue
    raise AssertionError("the opener never came to rest")


def test_a_record_that_ends_every_opener_is_set_aside_and_holds_up_nobody(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    deaths = poison(monkeypatch, "rogue")
    later, earlier = desk.arrive(minutes=5), desk.arrive(minutes=1)
    rogue = desk.arrive(holder="rogue")
    after = desk.arrive(holder="b", minutes=2)
    run_until_idle(desk)
    assert len(deaths) == MOST_DEATHS
    assert (desk.stage(rogue), desk.alarm(rogue)) == ("rejected", "stopped-opener")
    assert [desk.stage(id_) for id_ in (earlier, later, after)] == ["done", "already", "done"]


def test_what_was_opened_when_a_process_was_killed_by_chance_is_not_set_aside(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison(monkeypatch, "a", most=MOST_DEATHS - 1)
    ids = [desk.arrive(holder=name, minutes=n) for n, name in enumerate("abc")]
    run_until_idle(desk)
    assert [desk.stage(id_) for id_ in ids] == ["done"] * 3


def test_a_database_that_refuses_for_a_while_counts_against_nobody(desk: Desk) -> None:
    class Refusing(RecordedPort):
        def same_person(self, person: str, certificate: bytes) -> str:
            raise OperationalError("select", {}, sqlite3.OperationalError("database is locked"))

    ids = [desk.arrive(holder=name) for name in "ab"]
    desk.port = Refusing()
    opener = desk.opener()
    for _ in range(MOST_DEATHS + 2):
        with pytest.raises(OperationalError):
            opener.work()
    for _ in range(MOST_DEATHS + 2):  # and it is restarted in order again and again meanwhile
        desk.opener().run(iter((False, True)).__next__, lambda _seconds: None)
    desk.port = RecordedPort()
    run_until_idle(desk)
    assert [desk.stage(id_) for id_ in ids] == ["done", "done"]


def test_waiting_for_the_programme_through_many_restarts_counts_against_nobody(desk: Desk) -> None:
    desk.port.said = lambda _body: ProgrammeUnavailable("line down")
    ids = [desk.arrive(holder=name) for name in "ab"]
    for _ in range(MOST_DEATHS + 2):
        assert desk.opener().work() is None
    desk.port.said = lambda _body: ProgrammeDone()
    run_until_idle(desk)
    assert [desk.stage(id_) for id_ in ids] == ["done", "done"]


def sample(desk: Desk, **rules: Any) -> SampleProgramme:
    port = SampleProgramme(desk.engine, rules.get("refuse", {}), withdraws=False)
    desk.port = port
    return port


def test_the_sample_gives_a_person_one_mykey_id_and_marks_it_as_a_sample(desk: Desk) -> None:
    sample(desk)
    first = desk.arrive(procedure=Procedure.RESERVATION, service=None)
    other_programme = desk.arrive(procedure=Procedure.RESERVATION, service=None, programme="town-2026")
    somebody = desk.arrive(procedure=Procedure.RESERVATION, service=None, holder="b")
    desk.opener().work()
    mykeys = [desk.told(id_)[0].mykey_id for id_ in (first, other_programme, somebody)]
    assert mykeys[0] == mykeys[1] != mykeys[2]
    assert all(len(mykey) == 8 for mykey in mykeys)
    assert desk.told(first)[0].sample


@pytest.mark.parametrize(
    ("service", "verdict", "code"),
    [
        ("aoba", Verdict.DONE, ""),
        ("aoba-refuse", Verdict.REFUSED, "sample-service-refuses"),
        ("closed-pay", Verdict.REFUSED, "closed"),
    ],
)
def test_the_sample_refuses_by_rule(desk: Desk, service: str, verdict: Verdict, code: str) -> None:
    sample(desk, refuse={"closed-pay": "closed"})
    id_ = desk.arrive(service=chosen(service))
    desk.opener().work()
    assert [(answer.verdict, answer.code) for answer in desk.told(id_)] == [(verdict, code)]


def test_a_renewed_certificate_does_not_open_a_second_place_if_the_programme_knows_of_it(desk: Desk) -> None:
    port = sample(desk)
    first = desk.arrive(holder="a")
    desk.opener().work()
    people: list[str] = []

    class Listening(RecordedPort):
        def same_person(self, person: str, certificate: bytes) -> str:
            people.append(person)
            return person

    desk.port = Listening()
    known, renewed = (
        desk.arrive(holder="a", measure="shisaku-2"),
        desk.arrive(holder="renewed", measure="shisaku-2"),
    )
    desk.opener().work()
    assert desk.stage(known) == desk.stage(renewed) == "done"
    desk.port = port
    port.note_renewal(people[1], people[0])
    second = desk.arrive(holder="renewed", minutes=1)
    desk.opener().work()
    assert (desk.stage(first), desk.stage(second)) == ("done", "already")


def test_neither_serial_nor_id_nor_certificate_of_a_resident_stands_in_the_store_or_the_log(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    sample(desk)
    serial = 0x5AFE5E71A1
    der = desk.terminal.ca.issue("a", serial=serial)
    body = make_body(service=chosen("umineko", "9182736450918273", "3141592"))
    envelope = desk.terminal.record(body, holder="a", certificate=der)
    arrival = Arrival(up(TERMINAL, Up.ENROLMENT), envelope)
    take(desk.engine, [judge(arrival, read_devices(desk.engine).get, {SEAL_KID})], NOW_MS)
    desk.opener().work()
    with desk.engine.connect() as connection:
        cells = [
            value
            for table in metadata.sorted_tables
            for row in connection.execute(select(table))
            for value in row
        ]
    everything = b"\n".join(
        cell if isinstance(cell, bytes) else str(cell).encode() for cell in [*cells, caplog.text]
    )
    for secret in (b"9182736450918273", b"3141592", f"{serial:x}".encode(), str(serial).encode(), der[-64:]):
        assert secret not in everything
    assert body.id.encode() in everything  # the search itself works


def test_nobody_holds_a_place_after_a_refusal(desk: Desk) -> None:
    desk.port.said = lambda _body: ProgrammeRefused("closed")
    desk.arrive()
    desk.opener().work()
    with desk.engine.connect() as connection:
        assert connection.execute(select(slots)).all() == []
