"""A stolen terminal is shut out: nothing more of it is taken, and the broker does not let it in."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine, select

from bench.broker import Broker
from bench.fleet_keys import FleetFiles, TerminalFiles, make_fleet, make_terminal
from contract.broker_line import Address, Connection, Mqtt5, Retained
from contract.certificate_chain import TrustAnchors
from contract.topics import ForAll, Up, for_all, up
from fleet.__main__ import main
from fleet.intake import ALARMING, Arrival, Judgement, Reason, judge
from fleet.intake_store import read_devices, register_device, retire_device, take
from fleet.opener import AnswerSigner, Opener
from fleet.opening import OpeningKeys, OpeningRules
from fleet.overview import read_overview
from fleet.sample_programme import SampleProgramme
from fleet.store import enrolments, retirements
from tests.fleet.records import NOW_MS, SEAL_KID, Terminal, make_body, several_programmes
from tests.terminal.uplink.rig import Client, Line, line
from tests.waiting import until

ENROLMENT = up("tk-0001", Up.ENROLMENT)


def judged(engine: Engine, payload: bytes) -> Judgement:
    return judge(Arrival(ENROLMENT, payload), read_devices(engine).get, {SEAL_KID})


def test_a_record_that_comes_after_the_retirement_is_put_aside_with_an_alarm(
    engine: Engine, terminal: Terminal
) -> None:
    before = judged(engine, terminal.envelope())  # by an ingest that has not read the registry again
    assert retire_device(engine, terminal.name, "stolen", NOW_MS)
    for judgement in (before, judged(engine, terminal.envelope())):
        taken = take(engine, [judgement], NOW_MS + 1)
        assert taken.stored == ()
        assert [one.reason for one in taken.put_aside] == [Reason.RETIRED_TERMINAL]
    assert Reason.RETIRED_TERMINAL in ALARMING


def test_others_in_the_same_batch_are_taken(engine: Engine, terminal: Terminal) -> None:
    other = Terminal("tk-0002", seal=terminal.seal)
    assert register_device(engine, other.name, other.device.public_key().public_bytes_raw(), 1)
    arrivals = [Arrival(up(one.name, Up.ENROLMENT), one.envelope()) for one in (terminal, other)]
    judgements = [judge(arrival, read_devices(engine).get, {SEAL_KID}) for arrival in arrivals]
    assert retire_device(engine, terminal.name, "stolen", NOW_MS)
    assert [one.envelope.terminal for one in take(engine, judgements, NOW_MS).stored] == ["tk-0002"]


def test_what_was_received_before_the_retirement_goes_its_way(engine: Engine, terminal: Terminal) -> None:
    received_ms = NOW_MS + 1_000
    assert len(take(engine, [judged(engine, terminal.record(make_body()))], received_ms).stored) == 1
    assert retire_device(engine, terminal.name, "stolen", received_ms + 1)
    anchors = TrustAnchors.from_pem([terminal.ca.pem()], accept_test_ca=True)
    opener = Opener(
        engine,
        SampleProgramme(engine, {}, withdraws=False),
        keys=OpeningKeys({SEAL_KID: terminal.seal}, b"s" * 32),
        rules=OpeningRules(anchors, several_programmes(), demo=False),
        signer=AnswerSigner(Ed25519PrivateKey.generate(), "answer-1"),
        now_ms=lambda: received_ms + 2,
    )
    assert opener.work() == 1
    with engine.connect() as connection:
        assert connection.execute(select(enrolments.c.stage)).scalar_one() == "done"


def test_the_first_date_and_reason_stay_and_the_name_is_not_given_again(
    engine: Engine, terminal: Terminal
) -> None:
    assert not retire_device(engine, "tk-9999", "never there", 1)
    assert retire_device(engine, terminal.name, "stolen", 2)
    assert retire_device(engine, terminal.name, "returned", 3)
    with engine.connect() as connection:
        assert [tuple(row) for row in connection.execute(select(retirements))] == [("tk-0001", 2, "stolen")]
    assert not register_device(engine, terminal.name, terminal.device.public_key().public_bytes_raw(), 4)


def test_the_page_sends_nobody_to_a_retired_terminal(engine: Engine, terminal: Terminal) -> None:
    assert [row.terminal for row in read_overview(engine, NOW_MS).terminals] == [terminal.name]
    assert retire_device(engine, terminal.name, "stolen", NOW_MS)
    assert read_overview(engine, NOW_MS).terminals == ()


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Line]:
    with line(tmp_path) as made:
        yield made


@pytest.mark.servers
def test_the_next_enrolment_after_retire_is_quarantined(
    rig: Line, capsys: pytest.CaptureFixture[str]
) -> None:
    ids = [rig.journal.store() for _ in range(2)]
    first, second = (row.sealed for row in rig.journal.outbox.pending())
    config = str(rig.fleet.config)
    rig.ingest.start()
    with Client(rig.broker, rig.files, rig.terminal.tls) as terminal:
        until(lambda: "No matching" not in terminal.publish(ENROLMENT, first), "the ingest")
        until(lambda: rig.stored_ids() == ids[:1], "the first record")
        assert main(["retire", "--config", config, "tk-9999", "--reason", "typed wrongly"]) == 78
        assert "tk-9999" in capsys.readouterr().err
        assert main(["retire", "--config", config, "tk-0001", "--reason", "盗難"]) == 0
        terminal.publish(ENROLMENT, second)
        until(lambda: rig.query("SELECT terminal, reason FROM quarantine"), "the second record")
    assert rig.query("SELECT terminal, reason FROM quarantine") == [("tk-0001", "retired-terminal")]
    assert rig.stored_ids() == ids[:1]


def attempt(broker: Broker, files: FleetFiles, terminal: TerminalFiles) -> str:
    """Empty if the broker lets this terminal in, or why not."""
    name, tls = terminal.terminal, terminal.tls
    address = Address(broker.host, broker.port, files.tls_ca, tls.certificate, tls.key, name, Mqtt5(60, 10))
    connection = Connection(address, time.monotonic)
    refusal = connection.open([for_all(ForAll.KEYS)], Retained(up(name, Up.STATE), b""))
    connection.close()
    return refusal


@pytest.mark.servers
def test_a_revoked_certificate_gets_no_connack(tmp_path: Path) -> None:
    files, authority = make_fleet(tmp_path / "keys")
    stolen, kept = (make_terminal(authority, name, tmp_path / name) for name in ("tk-0001", "tk-0002"))
    with Broker(tmp_path / "open", files, crl=authority.revoke()) as broker:
        assert attempt(broker, files, stolen) == ""
    with Broker(tmp_path / "shut", files, crl=authority.revoke(stolen.tls)) as broker:
        assert attempt(broker, files, stolen) != ""
        assert attempt(broker, files, kept) == ""
