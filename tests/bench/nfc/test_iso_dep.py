"""The card's side of the block protocol, rule by rule (ISO/IEC 14443-4, 7.5.4)."""

from __future__ import annotations

from bench.nfc.iso_dep import BlockProtocol


class Recorder:
    def __init__(self, answer: bytes | None = b"\x90\x00") -> None:
        self.answer = answer
        self.commands: list[bytes] = []

    def __call__(self, command: bytes) -> bytes | None:
        self.commands.append(command)
        return self.answer


def started(recorder: Recorder, size: int = 256, cid: int = 0) -> BlockProtocol:
    blocks = BlockProtocol(recorder)
    blocks.start(size, cid)
    return blocks


def test_block_numbers_alternate_with_each_command() -> None:
    blocks = started(Recorder())
    assert blocks.receive(b"\x02A") == b"\x02\x90\x00"
    assert blocks.receive(b"\x03B") == b"\x03\x90\x00"
    assert blocks.receive(b"\x02C") == b"\x02\x90\x00"


def test_a_chained_command_is_acknowledged_part_by_part_and_executed_once() -> None:
    card = Recorder()
    blocks = started(card)
    assert blocks.receive(b"\x12AB") == b"\xa2"
    assert blocks.receive(b"\x13CD") == b"\xa3"
    assert blocks.receive(b"\x02EF") == b"\x02\x90\x00"
    assert card.commands == [b"ABCDEF"]


def test_a_long_answer_comes_in_parts_that_fit_the_readers_frame() -> None:
    blocks = started(Recorder(bytes(range(30))), size=16)
    first = blocks.receive(b"\x02A")
    second = blocks.receive(b"\xa3")
    third = blocks.receive(b"\xa2")
    assert first == b"\x12" + bytes(range(13))
    assert second == b"\x13" + bytes(range(13, 26))
    assert third == b"\x02" + bytes(range(26, 30))


def test_a_repeat_is_answered_again_without_executing_again() -> None:
    card = Recorder()
    blocks = started(card)
    answer = blocks.receive(b"\x02A")
    assert blocks.receive(b"\xb2") == answer
    assert card.commands == [b"A"]


def test_a_ping_for_a_block_that_never_came_is_acknowledged_and_changes_nothing() -> None:
    card = Recorder()
    blocks = started(card)
    assert blocks.receive(b"\xb2") == b"\xa3"
    assert blocks.receive(b"\xb2") == b"\xa3"
    assert blocks.receive(b"\x02A") == b"\x02\x90\x00"
    assert card.commands == [b"A"]


def test_a_silent_card_answers_nothing() -> None:
    assert started(Recorder(None)).receive(b"\x02A") is None


def test_deselect_is_echoed_and_ends_the_session() -> None:
    blocks = started(Recorder())
    assert blocks.receive(b"\xc2") == b"\xc2"
    assert blocks.deselected


def test_a_card_with_an_id_answers_only_blocks_that_carry_it() -> None:
    blocks = started(Recorder(), cid=1)
    assert blocks.receive(b"\x02A") is None
    assert blocks.receive(b"\x0a\x02A") is None
    assert blocks.receive(b"\x0a\x01A") == b"\x0a\x01\x90\x00"
    assert blocks.receive(b"\xca\x01") == b"\xca\x01"


def test_an_unknown_block_is_ignored() -> None:
    assert started(Recorder()).receive(b"\xff") is None
