"""From the outbox to the fleet's database and back, over a line that loses, doubles, delays and lies."""

from __future__ import annotations

import json
import socket
import sqlite3
import ssl
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench.fleet_processes import ProgramProcess
from contract.ack import sign_ack
from contract.encoding import canonical
from contract.envelope import fingerprint
from contract.status import Birth, Health
from contract.topics import Down, ForAll, Up, down, every_terminal, for_all, up
from terminal.journal.status import write_status
from terminal.uplink.certificate import certificate_ends
from tests.terminal.uplink.rig import Client, Line, line
from tests.waiting import until

pytestmark = pytest.mark.servers


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Line]:
    with line(tmp_path) as made:
        yield made


def drained(rig: Line) -> None:
    until(lambda: rig.journal.depth == 0, "every record acknowledged and marked")


def exactly(rig: Line, ids: list[str]) -> None:
    assert sorted(map(str, rig.stored_ids())) == sorted(ids)


def everything_starts(rig: Line) -> None:
    rig.ingest.start()
    rig.uplink.start()
    rig.journal.start()


def test_stored_records_reach_the_fleet_once_and_are_marked_by_its_signed_word(rig: Line) -> None:
    ids = [rig.journal.store() for _ in range(300)]
    everything_starts(rig)
    drained(rig)
    exactly(rig, ids)
    assert rig.journal.keys == [rig.files.keys.read_bytes()]
    assert rig.uplink.stop() == 0
    assert rig.ingest.stop() == 0


def test_a_fresh_record_leaves_within_a_fraction_of_a_second(rig: Line) -> None:
    everything_starts(rig)
    rig.journal.store()
    drained(rig)
    began = time.monotonic()
    rig.journal.store()
    drained(rig)
    assert time.monotonic() - began < 1.0  # 60 ms here when idle; the bound only catches a timer in the way


def test_records_survive_a_killed_broker_and_come_once(rig: Line) -> None:
    everything_starts(rig)
    ids = [rig.journal.store() for _ in range(50)]
    drained(rig)
    ids += [rig.journal.store() for _ in range(400)]
    rig.broker.kill()
    ids += [rig.journal.store() for _ in range(50)]
    rig.broker.start()
    drained(rig)
    exactly(rig, ids)


@pytest.mark.parametrize("name", ["ingest", "uplink"])
def test_a_process_killed_at_any_moment_costs_time_and_no_record(rig: Line, name: str) -> None:
    killed: ProgramProcess = {"ingest": rig.ingest, "uplink": rig.uplink}[name]
    everything_starts(rig)
    ids = []
    for _ in range(3):
        ids += [rig.journal.store() for _ in range(150)]
        before = len(rig.stored_ids())
        until(lambda: len(rig.stored_ids()) > before, "some records committed")  # noqa: B023  # called at once
        killed.kill()
        killed.start()
    drained(rig)
    exactly(rig, ids)


def test_a_record_committed_but_never_acknowledged_is_acknowledged_when_it_comes_again(rig: Line) -> None:
    """As if the ingest had died between COMMIT and ack: the row is there, the terminal does not know."""
    id_ = rig.journal.store()
    sealed = rig.journal.outbox.pending()[0].sealed
    rig.ingest.start()
    with Client(rig.broker, rig.files, rig.terminal.tls) as other:
        until(lambda: "No matching" not in other.publish(up("tk-0001", Up.ENROLMENT), sealed), "the ingest")
        until(lambda: rig.stored_ids() == [id_], "the commit")
    assert rig.journal.depth == 1
    rig.uplink.start()
    rig.journal.start()
    drained(rig)
    exactly(rig, [id_])


def test_a_record_damaged_after_its_first_sending_is_told_once_and_holds_up_nobody(rig: Line) -> None:
    rig.uplink.start()
    until(lambda: "connected" in rig.uplink.log.read_text(), "the uplink's connection")
    rig.journal.store()
    with Client(rig.broker, rig.files, rig.files.ingest) as listener:
        listener.subscribe(every_terminal(Up.ENROLMENT))
        until(lambda: listener.messages, "the first sending")
    with closing(sqlite3.connect(rig.folder / "data" / "outbox.db")) as disk, disk:
        disk.execute("UPDATE sealed SET bytes = CAST('x' || substr(bytes, 2) AS BLOB)")
    until(lambda: "is damaged" in rig.uplink.log.read_text(), "the word about the damage")
    good = rig.journal.store()
    rig.ingest.start()
    rig.journal.start()
    until(lambda: rig.stored_ids() and good in rig.stored_ids(), "the good record")
    time.sleep(2.0)  # at 20 looks a second, a row that is told at each look would be told 40 times
    assert rig.uplink.log.read_text().count("is damaged") == 1


def test_records_thrown_away_by_a_broker_without_listeners_come_again(rig: Line) -> None:
    ids = [rig.journal.store() for _ in range(30)]
    rig.uplink.start()
    rig.journal.start()
    until(lambda: "connected" in rig.uplink.log.read_text(), "the uplink's connection")
    rig.ingest.start()
    drained(rig)
    exactly(rig, ids)


def test_doubled_and_reordered_messages_make_no_second_row(rig: Line) -> None:
    ids = [rig.journal.store() for _ in range(40)]
    sealed = [pending.sealed for pending in rig.journal.outbox.pending(limit=40)]
    rig.ingest.start()
    topic = up("tk-0001", Up.ENROLMENT)
    with Client(rig.broker, rig.files, rig.terminal.tls) as other:
        until(lambda: "No matching" not in other.publish(topic, sealed[-1]), "the ingest")
        for payload in [*reversed(sealed), *sealed]:
            other.publish(topic, payload)
    rig.uplink.start()
    rig.journal.start()
    drained(rig)
    exactly(rig, ids)


def test_a_forged_ack_marks_nothing(rig: Line) -> None:
    """The rogue has the broker, even the ingest's certificate; it lacks the fleet's ack key."""
    id_ = rig.journal.store()
    sealed = rig.journal.outbox.pending()[0].sealed
    rogue = Ed25519PrivateKey.generate()
    ack = sign_ack(
        rogue,
        rig.files.ack_kid,
        terminal="tk-0001",
        journal=rig.journal.outbox.journal,
        entries=((id_, fingerprint(sealed)),),
        ts=1,
    )
    rig.uplink.start()
    rig.journal.start()
    with Client(rig.broker, rig.files, rig.files.ingest) as other:
        until(lambda: "No matching" not in other.publish(down("tk-0001", Down.ACK), ack), "the uplink")
        until(lambda: any(report.refusals for report in rig.journal.reports), "the refusal")
    assert rig.journal.depth == 1
    rig.ingest.start()
    drained(rig)
    exactly(rig, [id_])


@pytest.mark.parametrize("payload", [b"", b"rubbish", b"[" * 50_000, b'{"v":1}', b"x" * 60_000])
def test_rubbish_from_the_broker_neither_ends_the_uplink_nor_fills_the_mailbox(
    rig: Line, payload: bytes
) -> None:
    id_ = rig.journal.store()
    rig.uplink.start()
    until(lambda: "connected" in rig.uplink.log.read_text(), "the uplink's connection")
    with Client(rig.broker, rig.files, rig.files.ingest) as other:
        for topic in (*(down("tk-0001", kind) for kind in Down), *(for_all(kind) for kind in ForAll)):
            other.publish(topic, payload)
    rig.ingest.start()
    rig.journal.start()
    drained(rig)
    exactly(rig, [id_])
    assert rig.uplink.running
    assert not any(report.refusals for report in rig.journal.reports)


def a_birth() -> Birth:
    return Birth(1, "boot", 1, "みほん駅前店", "laptop", {"mynapo": "0.1"}, (), "2027-01-01", "synced", True)


def a_health() -> Health:
    return Health(1, "boot", 1, "inService", (), "full", 0, 0, "", "0" * 32, 0)


def test_state_goes_from_init_to_ready_and_ends_in_disconnected(rig: Line) -> None:
    rig.ingest.start()
    rig.uplink.start()
    until(lambda: rig.uplink_state() == "init", "init before the terminal has said who it is")
    write_status(rig.folder / "data", a_birth())
    write_status(rig.folder / "data", a_health())
    until(lambda: rig.uplink_state() == "ready", "ready")
    until(lambda: rig.query("SELECT health FROM terminals")[0][0], "health")
    rig.uplink.stop()
    until(lambda: rig.uplink_state() == "disconnected", "disconnected")


def test_an_alarm_of_the_terminal_is_an_alert_until_it_is_gone(rig: Line) -> None:
    rig.ingest.start()
    write_status(rig.folder / "data", a_birth())
    write_status(rig.folder / "data", msgspec.structs.replace(a_health(), alarms=("paper",)))
    rig.uplink.start()
    until(lambda: rig.uplink_state() == "alert", "alert")
    rig.broker.kill()
    rig.broker.start()
    until(lambda: "next try" in rig.uplink.log.read_text(), "the lost connection")
    until(lambda: rig.uplink_state() == "alert", "alert on the next connection, too")
    write_status(rig.folder / "data", a_health())
    until(lambda: rig.uplink_state() == "ready", "ready")


def test_the_birth_that_the_fleet_gets_says_when_the_certificate_ends(rig: Line) -> None:
    ends = certificate_ends(rig.terminal.tls.certificate)
    assert ends is not None
    rig.ingest.start()
    write_status(rig.folder / "data", msgspec.structs.replace(a_birth(), certificate_expires=""))
    rig.uplink.start()

    def born() -> dict[str, object]:
        rows = rig.query("SELECT birth FROM terminals")
        found: dict[str, object] = json.loads(bytes(rows[0][0])) if rows and rows[0][0] else {}  # type: ignore[call-overload]
        return found

    until(lambda: born().get("certificate_expires") == ends.isoformat(), "the birth")
    write_status(rig.folder / "data", msgspec.structs.replace(a_birth(), ts=2, clock="unsynced"))
    until(lambda: born().get("clock") == "unsynced", "a birth that changed")
    assert born()["certificate_expires"] == ends.isoformat()


def test_a_killed_uplink_is_lost_and_its_successor_outranks_every_old_will(rig: Line) -> None:
    rig.ingest.start()
    write_status(rig.folder / "data", a_birth())
    rig.uplink.start()
    until(lambda: rig.uplink_state() == "ready", "ready")
    rig.uplink.kill()
    until(lambda: rig.uplink_state() == "lost", "the will")
    stale = rig.query("SELECT state_boot, state_connection FROM terminals")[0]
    rig.uplink.start()
    until(lambda: rig.uplink_state() == "ready", "ready again")
    rig.uplink.pause()  # the next connection comes from the test, with the terminal's certificate
    boot, connection = stale
    newest = {"v": 1, "state": "ready", "boot": boot, "connection": int(str(connection)) + 2, "ts": 1}
    will = {"v": 1, "state": "lost", "boot": boot, "connection": connection, "ts": 9_999_999_999_999}
    with Client(rig.broker, rig.files, rig.terminal.tls) as late:
        for word in (newest, will, {"v": 2}):
            late.publish(up("tk-0001", Up.STATE), json.dumps(word).encode())
        until(
            lambda: rig.query("SELECT 1 FROM quarantine WHERE reason = 'other-version'"), "the marker behind"
        )
        assert rig.uplink_state() == "ready"
    rig.uplink.resume()


def test_the_fleet_says_whether_it_is_there(rig: Line) -> None:
    rig.ingest.start()
    with Client(rig.broker, rig.files, rig.terminal.tls) as other:
        other.subscribe(for_all(ForAll.FLEET))
        until(lambda: other.messages and json.loads(other.messages[-1].payload)["online"] is True, "online")
        rig.ingest.kill()
        until(lambda: json.loads(other.messages[-1].payload)["online"] is False, "the will")


def test_bad_messages_are_put_aside_with_their_reasons_and_the_next_good_one_is_taken(rig: Line) -> None:
    id_ = rig.journal.store()
    good = rig.journal.outbox.pending()[0].sealed
    topic = up("tk-0001", Up.ENROLMENT)
    bad = {
        "not-json": b"\x00",
        "other-version": b'{"v":9}',
        "malformed": b'{"v":1}',
        "wrong-signature": json.dumps({**json.loads(good), "seq": 5}).encode(),
    }
    rig.ingest.start()
    with Client(rig.broker, rig.files, rig.terminal.tls) as other:
        until(lambda: "No matching" not in other.publish(topic, b"\x00"), "the ingest")
        for payload in bad.values():
            other.publish(topic, payload)
        other.publish(topic, good)
        until(lambda: rig.stored_ids() == [id_], "the good one")
    reasons = {row[0] for row in rig.query("SELECT reason FROM quarantine")}
    assert reasons == set(bad)
    assert rig.ingest.running


def test_without_a_certificate_nobody_is_heard(rig: Line) -> None:
    context = ssl.create_default_context(cafile=str(rig.files.tls_ca))
    with socket.create_connection((rig.broker.host, rig.broker.port), timeout=5) as plain:
        tls = context.wrap_socket(plain, server_hostname="localhost")
        with pytest.raises((ssl.SSLError, ConnectionError)):  # TLS 1.3 tells a client at its first read
            tls.sendall(canonical("hello"))
            if tls.recv(1) == b"":
                raise ConnectionError
        tls.close()
