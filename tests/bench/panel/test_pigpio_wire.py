"""Real gpiozero with its pigpio factory, against the board in another process."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from gpiozero import LED, Button, Buzzer, TonalBuzzer
from gpiozero.pins.pigpio import PiGPIOFactory

from tests.bench.panel.board_process import DOOR, BoardProcess
from tests.waiting import until

pytestmark = pytest.mark.servers


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BoardProcess]:
    with BoardProcess(tmp_path_factory.mktemp("b")) as board:
        yield board


@pytest.fixture
def factory(board: BoardProcess) -> Iterator[PiGPIOFactory]:
    factory = PiGPIOFactory("127.0.0.1", board.port)
    yield factory
    factory.close()


def test_the_first_press_of_a_button_is_not_lost(board: BoardProcess, factory: PiGPIOFactory) -> None:
    pressed = threading.Event()
    button = Button(22, pin_factory=factory)
    button.when_pressed = pressed.set
    board.ask(op="pin", gpio=22, level=0)
    assert pressed.wait(2)
    board.ask(op="pin", gpio=22, level=None)
    until(lambda: not button.is_pressed)
    button.close()


def test_bounce_shorter_than_the_filter_is_one_press(board: BoardProcess, factory: PiGPIOFactory) -> None:
    presses: list[float] = []
    button = Button(23, bounce_time=0.1, pin_factory=factory)
    button.when_pressed = lambda: presses.append(time.monotonic())
    for level in (0, None, 0, None, 0):
        board.ask(op="pin", gpio=23, level=level)
    until(lambda: bool(presses))
    board.ask(op="pin", gpio=23, level=None)
    until(lambda: not button.is_pressed)
    assert len(presses) == 1
    button.close()


def test_a_lamp_and_a_buzzer_are_seen_with_times_that_do_not_go_back(
    board: BoardProcess, factory: PiGPIOFactory
) -> None:
    lamp, buzzer = LED(5, pin_factory=factory), Buzzer(6, pin_factory=factory)
    lamp.on()
    buzzer.on()
    buzzer.off()
    lamp.off()
    entries = board.timeline(5) + board.timeline(6)
    assert [one["level"] for one in board.timeline(5)] == [1, 0]
    assert [one["level"] for one in board.timeline(6)] == [1, 0]
    lit, buzzed, silent, out = (entries[i]["at"] for i in (0, 2, 3, 1))
    assert lit <= buzzed <= silent <= out
    lamp.close()
    buzzer.close()


def test_a_tone_is_pwm_at_half_duty(board: BoardProcess, factory: PiGPIOFactory) -> None:
    buzzer = TonalBuzzer(13, mid_tone="A5", octaves=3, pin_factory=factory)
    buzzer.play(1000.0)
    assert any(one["duty"] == 0.5 and one["frequency_hz"] == 1000 for one in board.timeline(13))
    buzzer.stop()
    assert board.timeline(13)[-1]["level"] == 0
    buzzer.close()


def test_nothing_gpiozero_asked_for_was_unknown(board: BoardProcess) -> None:
    assert board.ask(op="status")["unknown_commands"] == []


@pytest.mark.parametrize(
    ("request_words", "result"),
    [
        pytest.param((4, 77, 1), -3, id="no such pin"),
        pytest.param((4, 5, 2), -5, id="no such level"),
        pytest.param((2, 5, 9), -6, id="no such pull"),
        pytest.param((97, 5, 400_000), -125, id="filter too long"),
        pytest.param((19, 4711, 1), -25, id="no such handle"),
        pytest.param((21, 4711, 0), -25, id="closing no handle"),
    ],
)
def test_a_wrong_request_gets_pigpios_own_error(
    board: BoardProcess, request_words: tuple[int, int, int], result: int
) -> None:
    with socket.create_connection(("127.0.0.1", board.port), 2) as connection:
        connection.sendall(struct.pack("<IIII", *request_words, 0))
        answer = struct.unpack("<IIIi", connection.recv(16, socket.MSG_WAITALL))
    assert answer == (*request_words, result)


def test_a_command_nobody_built_is_answered_as_unknown_and_kept(tmp_path: Path) -> None:
    with BoardProcess(tmp_path) as board:
        with socket.create_connection(("127.0.0.1", board.port), 2) as connection:
            connection.sendall(struct.pack("<IIII", 54, 0, 0, 0))
            assert struct.unpack("<IIIi", connection.recv(16, socket.MSG_WAITALL))[3] == -88
        assert board.ask(op="status")["unknown_commands"] == [54]


@pytest.mark.parametrize(
    "request_",
    [
        {"op": "dance"},
        {},
        {"op": "door", "state": "ajar"},
        {"op": "pin", "gpio": "x", "level": 1},
        {"op": "pin", "gpio": 32, "level": 1},
        {"op": "pin", "gpio": -1, "level": 1},
    ],
)
def test_a_wrong_control_request_is_told_so_and_the_board_lives(
    board: BoardProcess, request_: dict[str, object]
) -> None:
    assert board.ask(**request_)["ok"] is False
    assert board.ask(op="door", state="open")["door"] == "open"
    assert board.ask(op="door", state="close")["pins"][str(DOOR)] == 0
