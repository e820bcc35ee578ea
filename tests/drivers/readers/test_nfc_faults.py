"""What breaks around the NFC reader, and what it costs: the reader, for a moment, and nothing else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from drivers.cards.apdu import Aid, ResponseApdu, select_application
from drivers.readers import nfc
from terminal.ports import CardIn, CardLost, CardOut, Condition, ReaderFound, ReaderKind, ReaderLost
from tests.bench.nfc.chip_process import ChipProcess
from tests.drivers.readers.nfc_reader_log import NAME, ReaderLog
from tests.waiting import until

pytestmark = pytest.mark.servers

SELECT = select_application(Aid.JPKI).encode()
FROM_START = CardIn(NAME, ReaderKind.FIELD, visible_from_start=True)


@pytest.fixture(scope="module")
def cards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cards")


@pytest.fixture
def chip(tmp_path: Path, cards: Path) -> Iterator[ChipProcess]:
    with ChipProcess(tmp_path, cards) as chip:
        chip.ask(op="insert", name="happy")
        yield chip


@pytest.fixture
def log(chip: ChipProcess) -> Iterator[ReaderLog]:
    with ReaderLog(chip.device) as log:
        assert [log.next(), log.next()] == [ReaderFound(NAME, ReaderKind.FIELD), FROM_START]
        yield log


def heals(log: ReaderLog) -> None:
    assert log.next() == CardOut(NAME)
    assert log.next() == ReaderLost(NAME)
    assert log.next() == ReaderFound(NAME, ReaderKind.FIELD)
    assert log.next() == FROM_START
    assert log.reader.health()[0].condition is Condition.GOOD
    assert isinstance(log.channel().transmit(SELECT), ResponseApdu)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM])
def test_a_child_that_dies_is_replaced_and_finds_the_chip_at_the_speed_it_was_left_at(
    chip: ChipProcess, log: ReaderLog, number: signal.Signals
) -> None:
    assert chip.ask(op="status")["baud"] == 921600
    log.hit(number)
    heals(log)


def test_a_child_killed_in_a_session_loses_the_card_and_the_old_session_stays_lost(log: ReaderLog) -> None:
    channel = log.channel()
    log.hit(signal.SIGKILL)
    assert isinstance(channel.transmit(SELECT), CardLost)
    heals(log)
    assert isinstance(channel.transmit(SELECT), CardLost)
    channel.close()


def test_a_child_killed_while_an_apdu_is_under_way_answers_that_the_reader_is_gone(
    chip: ChipProcess, log: ReaderLog
) -> None:
    channel = log.channel()
    log.hit(signal.SIGSTOP)
    outcomes: list[object] = []
    caller = threading.Thread(target=lambda: outcomes.append(channel.transmit(SELECT)))
    caller.start()
    until(lambda: log.reader._child is not None and log.reader._child._waiting)
    log.hit(signal.SIGKILL)
    caller.join(2)
    assert outcomes == [CardLost("no-reader")]
    heals(log)


def test_a_wedged_child_costs_its_time_limit_and_then_itself(
    log: ReaderLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nfc, "EXCHANGE_LIMIT_S", 0.5)
    channel = log.channel()
    log.hit(signal.SIGSTOP)
    began = time.monotonic()
    assert channel.transmit(SELECT) == CardLost("timeout")
    assert time.monotonic() - began < 1.5
    heals(log)


def test_a_child_that_hangs_without_being_asked_is_noticed_and_replaced(
    log: ReaderLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nfc, "QUIET_LIMIT_S", 1.0)
    log.hit(signal.SIGSTOP)
    heals(log)


@pytest.mark.parametrize("how", ["no", "ack"])
def test_a_chip_that_falls_silent_costs_the_reader_until_it_speaks_again(
    chip: ChipProcess, log: ReaderLog, how: str
) -> None:
    channel = log.channel()
    chip.ask(op="silent", how=how)
    assert channel.transmit(SELECT) == CardLost("timeout")
    assert log.next() == CardOut(NAME)
    assert log.next() == ReaderLost(NAME)
    assert (log.reader.health()[0].condition, log.reader.health()[0].detail) == (
        Condition.UNKNOWN,
        "no-answer",
    )
    assert log.reader.open(NAME) == CardLost("no-reader")
    chip.ask(op="silent", how="")
    assert log.next(15) == ReaderFound(NAME, ReaderKind.FIELD)


def test_a_silent_chip_is_noticed_without_any_session(chip: ChipProcess, log: ReaderLog) -> None:
    chip.ask(op="silent", how="no")
    assert [log.next(), log.next()] == [CardOut(NAME), ReaderLost(NAME)]


def test_an_unplugged_reader_is_lost_and_found_again_when_it_is_plugged_in(
    chip: ChipProcess, log: ReaderLog
) -> None:
    chip.kill()
    assert [log.next(), log.next()] == [CardOut(NAME), ReaderLost(NAME)]
    chip.start()
    assert log.next(15) == ReaderFound(NAME, ReaderKind.FIELD)
    chip.ask(op="insert", name="happy")
    assert isinstance(log.next(), CardIn)


def nothing_there(folder: Path) -> str:
    return str(folder / "no-such-device")


def no_terminal(folder: Path) -> str:
    (folder / "file").write_bytes(b"")
    return str(folder / "file")


@pytest.mark.parametrize("device", [nothing_there, no_terminal])
def test_a_device_that_is_not_there_is_bad_and_nothing_is_reported(
    tmp_path: Path, device: Callable[[Path], str]
) -> None:
    with ReaderLog(device(tmp_path)) as log:
        until(lambda: log.reader.health()[0].condition is Condition.BAD)
        assert log.reader.health()[0].detail == "no-device"
        assert log.reader.open(NAME) == CardLost("no-reader")
        assert log.events == []


def test_tries_to_start_come_more_and_more_slowly_until_a_child_has_lived_for_a_while() -> None:
    pauses = [0.0]
    for _ in range(10):
        pauses.append(nfc.next_pause_s(pauses[-1], lived_s=0.1))
    assert pauses[1:4] == [0.25, 0.5, 1.0]
    assert pauses[-1] == nfc.RETRY_LAST_S
    assert nfc.next_pause_s(pauses[-1], lived_s=60.0) == 0.25


def test_a_device_that_appears_later_is_found(tmp_path: Path, cards: Path) -> None:
    with ReaderLog(str(tmp_path / "ttyPN532")) as log:
        until(lambda: log.reader.health()[0].detail == "no-device")
        with ChipProcess(tmp_path, cards):
            assert log.next() == ReaderFound(NAME, ReaderKind.FIELD)


def test_stopping_ends_the_child_and_puts_the_chip_to_sleep_at_its_first_speed(
    chip: ChipProcess, log: ReaderLog
) -> None:
    child = log.child()
    log.reader.stop()
    assert not Path(f"/proc/{child}").exists()
    status = chip.ask(op="status")
    assert (status["baud"], status["field"]) == (115200, "off")


def test_stopping_twice_or_before_the_start_is_harmless(chip: ChipProcess) -> None:
    reader = ReaderLog(chip.device).reader
    reader.stop()
    reader.start(lambda event: None)
    reader.stop()
    reader.stop()


def test_the_child_dies_with_a_parent_that_was_killed(chip: ChipProcess) -> None:
    program = (
        "import sys, time; from drivers.readers.nfc import NfcBackend, NfcSettings;"
        "r = NfcBackend(NfcSettings(sys.argv[1]));"
        "r.start(lambda e: print(r._running.process.pid, flush=True)); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", program, chip.device], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    os.kill(child, signal.SIGSTOP)  # a hung child does not see its line end: only the kernel can end it
    parent.kill()
    parent.wait(5)
    parent.stdout.close()
    until(lambda: not is_running(child))


def is_running(process: int) -> bool:
    """False for a zombie too: whether somebody reaps it here is not our matter."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"
