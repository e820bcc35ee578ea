"""The real terminal with one fault in it: `python -m tests.terminal.crashing_terminal WHERE --config FILE`.

The fault is raised with a PIN in its message and in a local, in the very task, thread or callback that WHERE names.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
from collections.abc import Callable
from typing import NoReturn

from terminal import __main__ as program
from terminal import appliance
from terminal.day import Terminal
from terminal.journal_thread import JournalThread

#: Typed by nobody; must not be told by anybody.
SECRET = "pin-4711"


class UnforeseenError(Exception):
    pass


def boom(*_: object) -> NoReturn:
    pin = SECRET
    raise UnforeseenError(f"cannot verify {pin}")


async def boom_in_task(*_: object) -> NoReturn:
    boom()


async def _then_nothing_more() -> None:
    await asyncio.Event().wait()


async def _in_visit(_terminal: Terminal) -> None:
    boom()


async def _in_loop_callback(_terminal: Terminal) -> None:
    asyncio.get_running_loop().call_soon(boom)
    await _then_nothing_more()


async def _in_forgotten_task(_terminal: Terminal) -> None:
    task = asyncio.create_task(boom_in_task())
    while not task.done():
        await asyncio.sleep(0)
    del task
    gc.collect()
    await _then_nothing_more()


async def _in_device_thread(_terminal: Terminal) -> None:
    threading.Thread(target=boom, name="a device").start()
    await _then_nothing_more()


async def _in_journal_thread(terminal: Terminal) -> None:
    store = terminal.facilities.store
    assert isinstance(store, JournalThread)
    store._jobs.put(boom)
    await _then_nothing_more()


async def _in_kivy_callback(_terminal: Terminal) -> None:
    from kivy.clock import Clock

    Clock.schedule_once(boom, 0)
    await _then_nothing_more()


async def _in_widget_callback(_terminal: Terminal) -> None:
    from kivy.core.window import Window

    Window.bind(on_touch_down=boom)
    Window.dispatch("on_touch_down", None)
    await _then_nothing_more()


class _Destroyed:
    def __del__(self) -> None:
        boom()


async def _in_destructor(_terminal: Terminal) -> None:
    _Destroyed()


def _as_serve(replacement: Callable[[Terminal], object]) -> Callable[[], None]:
    return lambda: setattr(appliance, "serve", replacement)


FAULTS: dict[str, Callable[[], None]] = {
    "visit": _as_serve(_in_visit),
    "presses": lambda: setattr(appliance, "_presses", boom_in_task),
    "rounds": lambda: setattr(appliance, "_health_now", boom),
    "loop-callback": _as_serve(_in_loop_callback),
    "forgotten-task": _as_serve(_in_forgotten_task),
    "device-thread": _as_serve(_in_device_thread),
    "journal-thread": _as_serve(_in_journal_thread),
    "kivy-callback": _as_serve(_in_kivy_callback),
    "widget-callback": _as_serve(_in_widget_callback),
    "start": lambda: setattr(appliance, "_usual", boom),
    "before-any-task": lambda: setattr(appliance, "_screen", boom),
    "destructor": _as_serve(_in_destructor),
}


if __name__ == "__main__":
    FAULTS[sys.argv[1]]()
    sys.exit(program.main(sys.argv[2:]))
