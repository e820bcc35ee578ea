"""Real nfcpy judges the emulated PN532."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import nfc.clf
import nfc.clf.pn532
import nfc.clf.transport
import nfc.tag
import pytest

from tests.bench.nfc.chip_process import ChipProcess

pytestmark = pytest.mark.servers

SELECT_JPKI = bytes.fromhex("00A4040C0AD392F000260100000001")
SELECT_CERTIFICATE = bytes.fromhex("00A4020C02000A")


@pytest.fixture
def clf(chip: ChipProcess) -> Iterator[Any]:
    chip.ask(op="remove")
    chip.ask(op="silent", how="")
    clf = nfc.clf.ContactlessFrontend()
    clf.device = nfc.clf.pn532.init(nfc.clf.transport.TTY(chip.device))
    yield clf
    clf.close()


def sense(clf: Any, technology: str) -> Any:
    return clf.sense(nfc.clf.RemoteTarget(technology))


def activated(clf: Any) -> Any:
    return nfc.tag.activate(clf, sense(clf, "106B"))


def test_it_opens_through_a_link_and_runs_at_the_raised_speed(chip: ChipProcess, clf: Any) -> None:
    assert chip.ask(op="status")["baud"] == 921600


def test_after_closing_it_is_back_at_its_first_speed_without_a_field(chip: ChipProcess) -> None:
    clf = nfc.clf.ContactlessFrontend()
    clf.device = nfc.clf.pn532.init(nfc.clf.transport.TTY(chip.device))
    clf.close()
    status = chip.ask(op="status")
    assert (status["baud"], status["field"]) == (115200, "off")


def test_a_chip_left_at_another_speed_understands_nothing(chip: ChipProcess, clf: Any) -> None:
    transport = nfc.clf.transport.TTY(chip.device)
    with pytest.raises(OSError, match="timed out"):
        nfc.clf.pn532.init(transport)
    transport.baudrate = 921600  # the terminal is one; give it back to `clf` as it was
    transport.close()


def test_an_empty_field_answers_no_technology(clf: Any) -> None:
    assert [sense(clf, technology) for technology in ("106B", "212F", "106A")] == [None, None, None]


@pytest.mark.parametrize(
    ("card", "technology"), [("happy", "106B"), ("e-money", "212F"), ("door-card", "106A")]
)
def test_each_card_answers_its_own_technology_only(
    chip: ChipProcess, clf: Any, card: str, technology: str
) -> None:
    chip.ask(op="insert", name=card)
    answers = {one: sense(clf, one) is not None for one in ("106B", "212F", "106A")}
    assert answers == {one: one == technology for one in answers}


def test_apdus_pass_and_a_long_answer_is_chained(chip: ChipProcess, clf: Any) -> None:
    chip.ask(op="insert", name="happy")
    tag = activated(clf)
    assert tag.transceive(SELECT_JPKI) == b"\x90\x00"
    assert tag.transceive(SELECT_CERTIFICATE) == b"\x90\x00"
    whole = tag.transceive(bytes.fromhex("00B00000000000"))
    assert whole[:2] == b"\x30\x82"
    assert len(whole) > 1000
    parts = b"".join(
        bytes(tag.transceive(bytes([0, 0xB0, at, 0, 0])))[:-2] for at in range(len(whole) // 256)
    )
    assert whole[:-2].startswith(parts)


def test_a_long_command_is_chained(chip: ChipProcess, clf: Any) -> None:
    chip.ask(op="insert", name="happy")
    before = len(chip.apdus())
    assert activated(clf).transceive(bytes.fromhex("00EE0000000258") + bytes(600)) == b"\x6d\x00"
    assert chip.apdus()[before:] == ["00ee0000"]


def test_a_removed_card_is_no_longer_present_and_the_next_is_not_taken_for_it(
    chip: ChipProcess, clf: Any
) -> None:
    chip.ask(op="insert", name="happy")
    tag = activated(clf)
    assert tag.is_present
    chip.ask(op="swap", name="child")
    assert not tag.is_present


def test_the_identifier_changes_with_each_activation(chip: ChipProcess, clf: Any) -> None:
    chip.ask(op="insert", name="happy")
    assert len({bytes(sense(clf, "106B").sensb_res[1:5]) for _ in range(4)}) == 4


def test_a_card_taken_after_two_answers_gives_two(chip: ChipProcess, clf: Any) -> None:
    chip.ask(op="insert", name="happy")
    tag = activated(clf)
    chip.ask(op="pull-after", apdus=2)
    assert tag.transceive(SELECT_JPKI) == b"\x90\x00"
    assert tag.transceive(SELECT_CERTIFICATE) == b"\x90\x00"
    with pytest.raises(nfc.tag.tt4.Type4TagCommandError):
        tag.transceive(SELECT_JPKI)
    assert chip.ask(op="status")["card"] is None


def test_the_log_holds_headers_and_lengths_but_no_data(chip: ChipProcess, clf: Any) -> None:
    chip.ask(op="insert", name="happy")
    activated(clf).transceive(SELECT_JPKI)
    assert chip.ask(op="log")["log"][-1]["what"] == f"apdu 00a4040c {len(SELECT_JPKI)}"


@pytest.mark.parametrize("how", ["no", "ack"])
def test_a_silent_chip_is_an_error_for_the_host(chip: ChipProcess, clf: Any, how: str) -> None:
    chip.ask(op="silent", how=how)
    with pytest.raises(OSError, match=r"Input/output|timed out"):
        sense(clf, "106B")
    chip.ask(op="silent", how="")
