"""The line between terminal and NFC child."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from drivers.readers.nfc_wire import MESSAGE_MAX, MessageKind, WireEnd, socket_pair


@pytest.fixture
def lines() -> Iterator[tuple[WireEnd, WireEnd]]:
    one, other = (WireEnd(end) for end in socket_pair())
    one.set_timeout(1.0)
    other.set_timeout(1.0)
    yield one, other
    one.close()
    other.close()


@pytest.mark.parametrize("size", [0, 1, 261, 65_546])
def test_a_message_arrives_whole(lines: tuple[WireEnd, WireEnd], size: int) -> None:
    one, other = lines
    payload = bytes(n % 251 for n in range(size))
    one.send(MessageKind.APDU, payload)
    message = other.receive()
    assert message is not None
    assert (message.kind, bytes(message.payload)) == (MessageKind.APDU, payload)


def test_messages_keep_their_bounds_and_order(lines: tuple[WireEnd, WireEnd]) -> None:
    one, other = lines
    for n in range(5):
        one.send(MessageKind.ANSWER, bytes([n]) * n)
    received = [other.receive() for _ in range(5)]
    assert [bytes(m.payload) for m in received if m] == [bytes([n]) * n for n in range(5)]


def test_the_receivers_buffer_holds_nothing_of_a_message_that_was_read(
    lines: tuple[WireEnd, WireEnd],
) -> None:
    one, other = lines
    one.send(MessageKind.APDU, b"\x00\x20\x00\x80\x041234")
    assert other.receive() is not None
    assert other._buffer == bytes(MESSAGE_MAX)


def test_a_message_is_never_printed(lines: tuple[WireEnd, WireEnd]) -> None:
    one, other = lines
    one.send(MessageKind.APDU, b"1234")
    message = other.receive()
    assert "1234" not in repr(message)


def test_the_end_of_the_other_side_is_none(lines: tuple[WireEnd, WireEnd]) -> None:
    one, other = lines
    one.hang_up()
    one.hang_up()
    assert other.receive() is None


def test_silence_is_a_timeout(lines: tuple[WireEnd, WireEnd]) -> None:
    one, _ = lines
    one.set_timeout(0.01)
    with pytest.raises(TimeoutError):
        one.receive()
