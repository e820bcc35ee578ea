"""The ingest behind a real broker, and a terminal that writes what it likes to the topics it may write."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from contract.ack import Ack
from contract.topics import Down, Up, down, up
from tests.terminal.uplink.rig import Client, Line, line
from tests.waiting import until

pytestmark = pytest.mark.servers

ENROLMENT = up("tk-0001", Up.ENROLMENT)
HEALTH = up("tk-0001", Up.HEALTH)


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Line]:
    with line(tmp_path) as made:
        yield made


def wait_for_ingest(terminal: Client) -> None:
    until(lambda: "No matching" not in terminal.publish(ENROLMENT, b""), "the ingest")


@pytest.mark.parametrize("retain", [False, True])
def test_a_property_that_our_client_library_refuses_does_not_keep_the_next_enrolment_from_its_ack(
    rig: Line, retain: bool
) -> None:
    id_ = rig.journal.store()
    good = rig.journal.outbox.pending()[0].sealed
    rig.ingest.start()
    with Client(rig.broker, rig.files, rig.terminal.tls) as terminal:
        terminal.subscribe(down("tk-0001", Down.ACK))
        wait_for_ingest(terminal)
        terminal.publish(HEALTH, b"{}", retain=retain, user_property=("a", "\ufeff"))
        terminal.publish(ENROLMENT, good)
        until(lambda: terminal.messages, "the acknowledgement")
        rig.ingest.kill()
        rig.ingest.start()  # a retained message comes again with every subscription
        terminal.publish(ENROLMENT, good)
        until(lambda: len(terminal.messages) > 1, "the acknowledgement after a restart")
    for message in terminal.messages:
        assert [entry[0] for entry in msgspec.json.decode(message.payload, type=Ack).entries] == [id_]
    assert ("malformed", "tk-0001") in rig.query("SELECT reason, terminal FROM quarantine")


def test_what_is_sent_while_the_ingest_is_away_waits_for_it_at_the_broker(rig: Line) -> None:
    id_ = rig.journal.store()
    good = rig.journal.outbox.pending()[0].sealed
    rig.ingest.start()
    with Client(rig.broker, rig.files, rig.terminal.tls) as terminal:
        wait_for_ingest(terminal)
        rig.ingest.kill()
        assert terminal.publish(ENROLMENT, good) == "Success"
    rig.broker.stop()
    rig.broker.start()
    rig.ingest.start()
    until(lambda: rig.stored_ids() == [id_], "the record that nobody sends again")
