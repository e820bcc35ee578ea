"""The printer port: a device thread that owns the serial line, asks for the status and prints one job at a time."""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from drivers.printer.status import CLOSED, NO_DEVICE, STARTING
from terminal.ports import Condition, Paper, PrinterStatus, PrintOutcome, PrintRefused

if TYPE_CHECKING:
    from drivers.printer.dialogue import Dialogue

_RECOVER_EVERY_S = 5.0  # each attempt moves the knife
_CLOSE_S = 15.0  # longer than any one job may take without being in trouble
_CURABLE = ("cutter", "error")


@dataclass(frozen=True)
class _Order:
    paper: Paper
    loop: asyncio.AbstractEventLoop
    outcome: asyncio.Future[PrintOutcome]


class EscPosPrinter:
    """An ESC/POS printer with Japanese font on a serial device; implements `terminal.ports.Printer`.

    `columns`: half-width columns, 48 on 576 dots. `poll_s`: seconds between status questions while idle.
    `warm_up_s`: seconds after which an idle thread imports python-escpos (0.15 s), so that the first frame of the
    screen and the first receipt both come without it. The thread starts here.
    """

    def __init__(
        self,
        device: str,
        baud: int = 115_200,
        columns: int = 48,
        *,
        poll_s: float = 1.0,
        warm_up_s: float = 3.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._device = device
        self._baud = baud
        self._columns = columns
        self._poll_s = poll_s
        self._warm_up_at = monotonic() + warm_up_s
        self._monotonic = monotonic
        self._status = STARTING
        self._orders: queue.SimpleQueue[_Order | None] = queue.SimpleQueue()
        self._dialogue: Dialogue | None = None
        self._torn = False  # survives the line: paper hangs out of the printer after a replug too
        self._recovered_at = monotonic() - _RECOVER_EVERY_S
        self._closing = False
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="printer", daemon=True)
        self._thread.start()

    def status(self) -> PrinterStatus:
        """The last known state; never blocks. Unknown until the printer has answered."""
        return self._status

    async def print(self, paper: Paper) -> PrintOutcome:
        """Prints `paper` once, never again by itself. A call that is cancelled before its turn prints nothing."""
        if self._closing:
            return PrintRefused(CLOSED)
        loop = asyncio.get_running_loop()
        outcome: asyncio.Future[PrintOutcome] = loop.create_future()
        self._orders.put(_Order(paper, loop, outcome))
        return await outcome

    async def close(self) -> None:
        """Lets the job in hand finish (at most 15 s), refuses the waiting ones, closes the line."""
        if not self._closing:
            self._closing = True
            self._orders.put(None)
        end = self._monotonic() + _CLOSE_S
        while not self._ended.is_set() and self._monotonic() < end:
            await asyncio.sleep(0.01)

    # ------------------------------------------------------------------ device thread

    def _serve(self) -> None:
        self._look()
        while True:
            try:
                order = self._orders.get(timeout=self._poll_s)
            except queue.Empty:
                self._look()
                self._warm_up()
                continue
            if order is None:
                break
            if not order.outcome.cancelled():
                self._report(order, self._print(order.paper))
            del order  # or the idle thread would keep the last person's paper in memory
        self._refuse_waiting()
        self._drop_line()
        self._status = CLOSED
        self._ended.set()

    def _refuse_waiting(self) -> None:
        while True:
            try:
                order = self._orders.get_nowait()
            except queue.Empty:
                return
            if order is not None:
                self._report(order, PrintRefused(CLOSED))

    def _report(self, order: _Order, outcome: PrintOutcome) -> None:
        def settle() -> None:
            if not order.outcome.done():
                order.outcome.set_result(outcome)

        try:
            order.loop.call_soon_threadsafe(settle)
        except RuntimeError:
            if not order.loop.is_closed():  # a closed loop: the visit and its process are ending
                raise

    def _print(self, paper: Paper) -> PrintOutcome:
        from drivers.printer.document import EJECT, compose

        dialogue = self._open()
        if dialogue is None:
            return PrintRefused(NO_DEVICE)
        outcome = dialogue.print(compose(paper, self._columns), EJECT)
        if isinstance(outcome, PrintRefused):
            self._status = outcome.status
            if dialogue.line.lost:
                self._drop_line()
        else:
            self._look()
        return outcome

    def _look(self) -> None:
        """Asks for the status; puts right what an interrupted job left as soon as the printer is good again."""
        dialogue = self._open()
        if dialogue is None:
            self._status = NO_DEVICE
            return
        status = dialogue.ask_status()
        if status.condition is not Condition.UNKNOWN:
            dialogue.forget_rest()
        if status.condition is Condition.GOOD and (dialogue.unclean or dialogue.torn):
            from drivers.printer.document import EJECT

            if not dialogue.clean_up(EJECT):
                status = dialogue.ask_status()
        elif status.detail in _CURABLE and self._monotonic() - self._recovered_at >= _RECOVER_EVERY_S:
            self._recovered_at = self._monotonic()
            dialogue.recover()
        if dialogue.line.lost:
            self._drop_line()
            status = NO_DEVICE
        self._status = status

    def _warm_up(self) -> None:
        if self._monotonic() >= self._warm_up_at:
            import drivers.printer.document  # noqa: F401

    def _open(self) -> Dialogue | None:
        if self._dialogue is None:
            from drivers.printer.dialogue import Dialogue
            from drivers.printer.serial import open_line

            line = open_line(self._device, self._baud, self._monotonic)
            if line is not None:
                self._dialogue = Dialogue(line, self._monotonic, torn=self._torn)
        return self._dialogue

    def _drop_line(self) -> None:
        if self._dialogue is not None:
            self._torn = self._dialogue.torn
            self._dialogue.line.close()
            self._dialogue = None
