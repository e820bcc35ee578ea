"""The panel driver with real gpiozero against the board in another process."""

from __future__ import annotations

import asyncio
import builtins
import itertools
import os
import socket
import sys
import threading
import time
import types
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, Literal

import pytest

from drivers.panel import pins
from drivers.panel.absent import NoPanel
from drivers.panel.fitted import FittedPanel, open_panel
from drivers.panel.pins import PanelUnusable
from drivers.panel.settings import PanelSettings
from terminal.ports import (
    Condition,
    DeviceHealth,
    DoorChanged,
    Lamp,
    Panel,
    PanelEvent,
    PresenceChanged,
    Sound,
)
from tests.bench.panel.board_process import DOOR, PRESENCE, BoardProcess
from tests.waiting import until_async

pytestmark = pytest.mark.servers

LAMPS = {Lamp.WAIT: 5, Lamp.DONE: 6, Lamp.TAKE: 12, Lamp.TROUBLE: 16}
BUZZER = 13


def settings(port: int, **other: Any) -> PanelSettings:
    fitted: dict[str, Any] = {"lamps": LAMPS, "buzzer": BUZZER, "door": DOOR, "presence": PRESENCE} | other
    return PanelSettings("pigpio", port=port, **fitted)


async def _opened(board: BoardProcess) -> FittedPanel:
    panel = await open_panel(settings(board.port))
    assert isinstance(panel, FittedPanel)
    return panel


@pytest.fixture
def board(tmp_path: Path) -> Any:
    with BoardProcess(tmp_path) as board:
        yield board


@pytest.fixture
async def panel(board: BoardProcess) -> AsyncIterator[FittedPanel]:
    panel = await _opened(board)
    yield panel
    await panel.close()


async def test_it_is_a_panel_and_it_is_well(panel: FittedPanel) -> None:
    port: Panel = panel
    await until_async(lambda: port.health()[0].condition is Condition.GOOD)


async def test_the_first_opening_of_the_door_arrives_in_the_loops_thread(
    board: BoardProcess, panel: FittedPanel
) -> None:
    events: list[PanelEvent] = []
    threads: set[str] = set()

    def hear(event: PanelEvent) -> None:
        events.append(event)
        threads.add(threading.current_thread().name)

    panel.subscribe(hear)
    await until_async(lambda: len(events) == 2)
    assert set(events) == {DoorChanged(False), PresenceChanged(False)}
    board.ask(op="door", state="open")
    await until_async(lambda: DoorChanged(True) in events)
    board.ask(op="presence", state="on")
    await until_async(lambda: PresenceChanged(True) in events)
    board.ask(op="door", state="close")
    board.ask(op="presence", state="off")
    await until_async(lambda: len(events) == 6)
    assert threads == {threading.current_thread().name}


async def test_a_listener_that_left_hears_nothing_more(board: BoardProcess, panel: FittedPanel) -> None:
    gone: list[PanelEvent] = []
    stays: list[PanelEvent] = []
    leave = panel.subscribe(gone.append)
    panel.subscribe(stays.append)
    leave()
    leave()
    board.ask(op="door", state="open")
    await until_async(lambda: DoorChanged(True) in stays)
    assert gone == []


async def test_a_bouncing_door_is_one_event(board: BoardProcess, panel: FittedPanel) -> None:
    events: list[PanelEvent] = []
    panel.subscribe(events.append)
    await until_async(lambda: len(events) == 2)
    for state in ("open", "close", "open", "close", "open"):
        board.ask(op="door", state=state)
    await until_async(lambda: DoorChanged(True) in events)
    assert events.count(DoorChanged(True)) == 1


@pytest.mark.parametrize("lamp", list(LAMPS))
async def test_each_lamp_lights_its_own_pin_and_off_puts_it_out(
    board: BoardProcess, panel: FittedPanel, lamp: Lamp
) -> None:
    panel.lamp(lamp)
    await until_async(lambda: board.level(LAMPS[lamp]) == 1)
    assert [board.level(pin) for other, pin in LAMPS.items() if other is not lamp] == [0, 0, 0]
    panel.lamp(Lamp.OFF)
    await until_async(lambda: board.level(LAMPS[lamp]) == 0)


async def test_wishes_in_a_hurry_do_not_make_a_lamp_flash_faster_than_3_hz(
    board: BoardProcess, panel: FittedPanel
) -> None:
    end = time.monotonic() + 1.2
    while time.monotonic() < end:
        panel.lamp(Lamp.DONE)
        await asyncio.sleep(0.02)
        panel.lamp(Lamp.OFF)
        await asyncio.sleep(0.02)
    rises = [one["at"] for one in board.timeline(LAMPS[Lamp.DONE]) if one["level"] == 1]
    assert 2 <= len(rises) <= 5
    # 5 ms: the board takes its time when the request arrives, not when the driver decided.
    assert all(b - a >= 1 / 3 - 0.005 for a, b in itertools.pairwise(rises))


async def test_the_buzzer_sounds_for_a_key_and_is_silent_after(
    board: BoardProcess, panel: FittedPanel
) -> None:
    panel.sound(Sound.KEY)
    await until_async(lambda: [one["level"] for one in board.timeline(BUZZER)] == [1, 0])


async def test_closing_puts_the_lamp_out(board: BoardProcess) -> None:
    panel = await _opened(board)
    panel.lamp(Lamp.DONE)
    await until_async(lambda: board.level(LAMPS[Lamp.DONE]) == 1)
    await panel.close()
    assert board.level(LAMPS[Lamp.DONE]) == 0


@pytest.mark.parametrize(
    ("lose", "restore"),
    [
        pytest.param(BoardProcess.kill, BoardProcess.start, id="daemon killed"),
        pytest.param(
            lambda board: board.ask(op="silent", on=True),
            lambda board: board.ask(op="silent", on=False),
            id="daemon hangs",
        ),
    ],
)
async def test_a_lost_board_is_unknown_then_healed_and_the_lamp_burns_again(
    board: BoardProcess,
    panel: FittedPanel,
    lose: Callable[[BoardProcess], Any],
    restore: Callable[[BoardProcess], Any],
) -> None:
    events: list[PanelEvent] = []
    panel.subscribe(events.append)
    panel.lamp(Lamp.DONE)
    await until_async(lambda: board.level(LAMPS[Lamp.DONE]) == 1)
    # The lamp may burn before it is said.
    await until_async(lambda: panel.health()[0].condition is Condition.GOOD)
    lose(board)
    await until_async(lambda: panel.health()[0].condition is Condition.UNKNOWN)
    assert panel.health()[0].detail == "no-answer"
    restore(board)
    await until_async(lambda: panel.health()[0].condition is Condition.GOOD)
    await until_async(lambda: board.level(LAMPS[Lamp.DONE]) == 1)
    board.ask(op="door", state="open")
    await until_async(lambda: DoorChanged(True) in events)


@pytest.mark.parametrize("noticed", [False, True], ids=["not noticed yet", "known to be lost"])
async def test_a_silent_board_holds_up_nobody_who_types_and_its_tones_are_not_saved_up(
    board: BoardProcess, panel: FittedPanel, noticed: bool
) -> None:
    await until_async(lambda: panel.health()[0].condition is Condition.GOOD)
    board.ask(op="silent", on=True)
    if noticed:
        await until_async(lambda: panel.health()[0].condition is Condition.UNKNOWN)
    began = time.monotonic()
    for _ in range(500):
        panel.sound(Sound.KEY)
    assert time.monotonic() - began < 0.25  # one exchange with a silent board costs more
    await until_async(lambda: panel.health()[0].condition is Condition.UNKNOWN)
    board.ask(op="silent", on=False)
    await until_async(lambda: panel.health()[0].condition is Condition.GOOD)
    panel.lamp(Lamp.DONE)  # taken after everything that was told before it
    await until_async(lambda: board.level(LAMPS[Lamp.DONE]) == 1)
    await until_async(lambda: board.level(BUZZER) == 0)
    assert sum(one["level"] for one in board.timeline(BUZZER)) <= 2


async def test_a_connection_that_drops_is_healed_and_no_thread_is_left_spinning(
    board: BoardProcess, panel: FittedPanel
) -> None:
    await until_async(lambda: panel.health()[0].condition is Condition.GOOD)
    threads = threading.active_count()
    board.ask(op="hang-up")
    await until_async(lambda: panel.health()[0].condition is Condition.UNKNOWN)
    await until_async(lambda: panel.health()[0].condition is Condition.GOOD)
    await until_async(lambda: threading.active_count() <= threads)
    began = os.times()
    await asyncio.sleep(0.5)
    ended = os.times()
    assert (ended.user + ended.system) - (began.user + began.system) < 0.25


async def test_closing_a_panel_whose_board_is_gone_takes_no_longer_than_its_limit(
    board: BoardProcess,
) -> None:
    panel = await _opened(board)
    board.ask(op="silent", on=True)
    began = time.monotonic()
    await panel.close()
    assert time.monotonic() - began < 4


async def test_a_board_that_is_not_there_at_first_is_unknown_and_told_of_once_and_comes_later(
    board: BoardProcess, caplog: pytest.LogCaptureFixture
) -> None:
    board.kill()
    panel = await _opened(board)
    await until_async(lambda: panel.health()[0] == DeviceHealth("panel", Condition.UNKNOWN, "no-answer"))
    panel.lamp(Lamp.DONE)
    await asyncio.sleep(1.0)  # 0.25 and 0.5 s after the first try come two more
    for words in (f"127.0.0.1:{board.port}", "Start pigpiod", "leave out [panel]"):
        assert words in caplog.text
    assert caplog.text.count("Start pigpiod") == 1
    board.start()
    await until_async(lambda: panel.health()[0].condition is Condition.GOOD)
    await until_async(lambda: board.level(LAMPS[Lamp.DONE]) == 1)
    await panel.close()


def _import_fails(monkeypatch: pytest.MonkeyPatch, module: str, trouble: Exception) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name == module:
            raise trouble
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    monkeypatch.delitem(sys.modules, f"gpiozero.pins.{module}", raising=False)
    monkeypatch.setenv("LG_WD", "/tmp")  # noqa: S108


@pytest.mark.parametrize(
    ("factory", "trouble"),
    [
        pytest.param("lgpio", ModuleNotFoundError("No module named 'lgpio'"), id="lgpio is not installed"),
        pytest.param("lgpio", AttributeError("no attribute 'SET_PULL_NONE'"), id="lgpio is too old"),
        pytest.param("pigpio", ModuleNotFoundError("No module named 'pigpio'"), id="pigpio is not installed"),
    ],
)
async def test_a_factory_that_can_never_serve_is_said_with_its_way_out_and_falls_back_to_nothing(
    monkeypatch: pytest.MonkeyPatch, factory: Literal["lgpio", "pigpio"], trouble: Exception
) -> None:
    _import_fails(monkeypatch, factory, trouble)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        found = await open_panel(PanelSettings(factory, port=silent.getsockname()[1], door=17))
    assert isinstance(found, PanelUnusable)
    assert str(trouble) in found.rule
    assert "leave out [panel]" in found.way_out
    assert "[panel]" in found.way_out_ja


async def test_a_disk_without_room_for_lgpio_costs_the_panel_and_not_the_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _import_fails(monkeypatch, "lgpio", OSError(28, "No space left on device"))
    panel = await open_panel(PanelSettings("lgpio", door=17))
    assert isinstance(panel, FittedPanel)
    await until_async(lambda: panel.health()[0].detail == "no-answer")
    await panel.close()


async def test_a_machine_without_gpio_is_told_from_a_pi_whose_gpio_is_taken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    class Refused:
        def __init__(self) -> None:
            raise OSError("can not open gpiochip")

    module = types.ModuleType("gpiozero.pins.lgpio")
    module.LGPIOFactory = Refused  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "gpiozero.pins.lgpio", module)
    monkeypatch.setattr(pins, "GPIO_DEVICES", tmp_path)
    assert isinstance(await open_panel(PanelSettings("lgpio", door=17)), PanelUnusable)
    (tmp_path / "gpiochip0").touch()
    panel = await open_panel(PanelSettings("lgpio", door=17))
    assert isinstance(panel, FittedPanel)
    await panel.close()


async def test_a_terminal_without_a_panel_has_one_that_does_nothing() -> None:
    panel: Panel = NoPanel()
    panel.lamp(Lamp.TAKE)
    panel.sound(Sound.DONE)
    panel.subscribe(lambda event: None)()
    assert panel.health() == ()
    await panel.close()
