"""The broker's access list, proven against the real Mosquitto: who may write and read what, by certificate."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bench.broker import Broker
from bench.fleet_keys import FleetFiles, TerminalFiles, TlsAuthority, make_fleet, make_terminal
from tests.terminal.uplink.rig import Client
from tests.waiting import until

pytestmark = pytest.mark.servers

REFUSED = "Not authorized"


@dataclass
class Cell:
    broker: Broker
    files: FleetFiles
    authority: TlsAuthority
    one: TerminalFiles
    two: TerminalFiles


@pytest.fixture(scope="module")
def cell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cell]:
    folder = tmp_path_factory.mktemp("cell")
    files, authority = make_fleet(folder / "keys")
    one, two = (make_terminal(authority, name, folder / "keys" / name) for name in ("tk-0001", "tk-0002"))
    with Broker(folder / "broker", files) as broker:
        yield Cell(broker, files, authority, one, two)


@pytest.mark.parametrize("kind", ["state", "birth", "health", "enrolment"])
def test_a_terminal_writes_its_own_up_topics_and_nobody_elses(cell: Cell, kind: str) -> None:
    with Client(cell.broker, cell.files, cell.one.tls) as client:
        assert client.publish(f"kiosk/v1/tk-0001/{kind}", b"{}") != REFUSED
        assert client.publish(f"kiosk/v1/tk-0002/{kind}", b"{}") == REFUSED


@pytest.mark.parametrize(
    "topic",
    ["kiosk/v1/tk-0001/ack", "kiosk/v1/tk-0001/answer", "kiosk/v1/all/keys", "kiosk/v1/all/fleet", "other/x"],
)
def test_a_terminal_writes_no_down_topic_and_nothing_to_all(cell: Cell, topic: str) -> None:
    with Client(cell.broker, cell.files, cell.one.tls) as client:
        assert client.publish(topic, b"{}") == REFUSED


@pytest.mark.parametrize("kind", ["ack", "answer"])
def test_a_terminal_reads_only_its_own_down_topics_even_by_wildcard(cell: Cell, kind: str) -> None:
    with (
        Client(cell.broker, cell.files, cell.one.tls) as one,
        Client(cell.broker, cell.files, cell.files.ingest) as ingest,
    ):
        one.subscribe(f"kiosk/v1/+/{kind}")
        one.subscribe("#")
        ingest.publish(f"kiosk/v1/tk-0002/{kind}", b"for two")
        ingest.publish(f"kiosk/v1/tk-0001/{kind}", b"for one")
        until(lambda: one.messages, "its own message")
        assert {message.payload for message in one.messages if not message.retain} == {b"for one"}


def test_a_terminal_does_not_see_what_another_sends(cell: Cell) -> None:
    with (
        Client(cell.broker, cell.files, cell.one.tls) as one,
        Client(cell.broker, cell.files, cell.two.tls) as two,
    ):
        one.subscribe("kiosk/v1/tk-0002/enrolment")
        one.subscribe("kiosk/v1/all/fleet")
        two.publish("kiosk/v1/tk-0002/enrolment", b"sealed")
        with Client(cell.broker, cell.files, cell.files.ingest) as ingest:
            ingest.publish("kiosk/v1/all/fleet", b"marker")
        until(lambda: one.messages, "the marker")
        assert {message.payload for message in one.messages if not message.retain} == {b"marker"}


@pytest.mark.parametrize("topic", ["kiosk/v1/tk-0001/enrolment", "kiosk/v1/tk-0001/state"])
def test_the_ingest_cannot_speak_for_a_terminal(cell: Cell, topic: str) -> None:
    with Client(cell.broker, cell.files, cell.files.ingest) as ingest:
        assert ingest.publish(topic, b"{}") == REFUSED


def test_a_client_id_is_worth_nothing_so_no_session_can_be_taken_over(cell: Cell) -> None:
    with Client(cell.broker, cell.files, cell.one.tls, "tk-0001") as one:
        with Client(cell.broker, cell.files, cell.two.tls, "tk-0001") as two:
            two.publish("kiosk/v1/tk-0002/state", b"{}")
            one.publish("kiosk/v1/tk-0001/state", b"{}")
        assert not one.lost.is_set()


def test_a_wildcard_in_a_certificates_name_opens_nothing(cell: Cell, tmp_path: Path) -> None:
    tls = cell.authority.issue("+", tmp_path)
    with Client(cell.broker, cell.files, tls) as rogue:
        assert rogue.publish("kiosk/v1/tk-0001/state", b"{}") == REFUSED


def test_the_opener_has_no_name_at_the_broker(cell: Cell, tmp_path: Path) -> None:
    tls = cell.authority.issue("fleet-opener", tmp_path)
    with Client(cell.broker, cell.files, tls) as opener:
        assert opener.publish("kiosk/v1/tk-0001/answer", b"{}") == REFUSED


def test_all_that_the_fleet_keeps_secret_is_for_its_owner_only(cell: Cell) -> None:
    for folder, _, names in os.walk(cell.files.folder):
        for name in names:
            mode = stat.S_IMODE((Path(folder) / name).stat().st_mode)
            assert mode == 0o600, name


def test_a_killed_broker_comes_back_on_its_port(tmp_path: Path) -> None:
    files, _ = make_fleet(tmp_path / "keys")
    broker = Broker(tmp_path / "broker", files)
    broker.start()
    try:
        broker.kill()
        broker.start()
        with Client(broker, files, files.ingest) as client:
            assert client.publish("kiosk/v1/all/fleet", b"{}") != REFUSED
    finally:
        broker.stop()
