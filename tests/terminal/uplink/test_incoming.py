"""What the uplink keeps for the terminal, and what it says about itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contract.ack import sign_ack
from contract.encoding import canonical, read
from contract.keys import sign_keys
from contract.status import FleetState, Health, State, StateWord
from contract.topics import Down, ForAll, down, for_all
from terminal.journal.mailbox import DocumentKind
from terminal.journal.status import StatusNotWritten, StatusReader, write_status
from terminal.uplink.incoming import Drop, FleetWord, Incoming, Keep
from terminal.uplink.presence import Presence

KEY = Ed25519PrivateKey.generate()


def ack(terminal: str = "tk-1") -> bytes:
    return sign_ack(KEY, "k", terminal=terminal, journal="0" * 32, entries=(("a", "b"),), ts=1)


def test_an_ack_for_us_is_kept_as_it_came() -> None:
    payload = ack()
    assert Incoming("tk-1").sort(down("tk-1", Down.ACK), payload) == Keep(DocumentKind.ACK, payload)


def test_keys_come_with_each_connection_and_are_kept_once() -> None:
    incoming, keys = Incoming("tk-1"), sign_keys(KEY, 1, ())
    assert isinstance(incoming.sort(for_all(ForAll.KEYS), keys), Keep)
    assert isinstance(incoming.sort(for_all(ForAll.KEYS), keys), Drop)
    assert isinstance(incoming.sort(for_all(ForAll.KEYS), sign_keys(KEY, 2, ())), Keep)


def test_the_fleets_word_is_heard() -> None:
    word = canonical(FleetState(1, False, 5))
    assert Incoming("tk-1").sort(for_all(ForAll.FLEET), word) == FleetWord(False)


DROPPED = {
    "an ack for another": (down("tk-1", Down.ACK), ack("tk-2")),
    "an answer that is an ack": (down("tk-1", Down.ANSWER), ack()),
    "rubbish as keys": (for_all(ForAll.KEYS), b"rubbish"),
    "rubbish as fleet": (for_all(ForAll.FLEET), b"[]"),
    "an empty ack": (down("tk-1", Down.ACK), b""),
    "brackets": (down("tk-1", Down.ACK), b'{"x":' + b"[" * 60_000),
    "too large": (down("tk-1", Down.ACK), b" " * 70_000 + ack()),
    "another's topic": (down("tk-2", Down.ACK), ack("tk-2")),
}


@pytest.mark.parametrize("name", DROPPED)
def test_what_has_not_our_shape_is_dropped_with_a_reason(name: str) -> None:
    found = Incoming("tk-1").sort(*DROPPED[name])
    assert isinstance(found, Drop)
    assert found.reason


def test_connections_are_counted_within_a_boot_also_over_restarts(tmp_path: Path) -> None:
    def presence(boot: str) -> Presence:
        return Presence("tk-1", boot, tmp_path / "connection.json", lambda: 7)

    def connection(presence: Presence) -> int:
        word = read(State, presence.next_connection().payload)
        assert isinstance(word, State)
        assert word.state is StateWord.LOST
        return word.connection

    first = presence("boot-1")
    assert [connection(first), connection(first), connection(presence("boot-1"))] == [1, 2, 3]
    assert connection(presence("boot-2")) == 1


def test_a_counter_that_cannot_be_written_does_not_cut_the_line(tmp_path: Path) -> None:
    presence = Presence("tk-1", "boot", tmp_path / "no" / "such" / "folder", lambda: 7)
    assert b'"lost"' in presence.next_connection().payload


def health(depth: int) -> Health:
    return Health(1, "boot", 1, "inService", (), "full", depth, 0, "", "0" * 32, 0)


def test_the_uplink_reads_each_status_once(tmp_path: Path) -> None:
    reader = StatusReader(tmp_path)
    assert reader.changed(Health) is None
    assert write_status(tmp_path, health(1)) is None
    assert reader.changed(Health) == canonical(health(1))
    assert reader.changed(Health) is None
    write_status(tmp_path, health(2))
    assert reader.changed(Health) == canonical(health(2))


def test_a_status_that_is_none_is_not_sent(tmp_path: Path) -> None:
    (tmp_path / "health.json").write_bytes(b"rubbish")
    assert StatusReader(tmp_path).changed(Health) is None


def test_a_status_that_cannot_be_written_is_a_value(tmp_path: Path) -> None:
    assert isinstance(write_status(tmp_path / "missing", health(1)), StatusNotWritten)
