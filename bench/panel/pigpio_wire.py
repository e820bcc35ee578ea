"""pigpiod's socket protocol (https://abyz.me.uk/rpi/pigpio/sif.html) for a virtual board, on loopback TCP.

Request and answer are four little-endian u32 (command, p1, p2, p3); p3 of a request is the length of an
extension, p3 of an answer the signed result. Only what gpiozero asks of a pin is here; anything else is
answered with pigpio's "unknown command", so that a gap shows.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable
from dataclasses import dataclass

from bench.panel.board import Board, Pin, Pull

HEADER = struct.Struct("<IIII")
REPORT = struct.Struct("<HHII")  # sequence, flags, tick, levels of bank 1

# pigpio.h: results below zero
BAD_GPIO = -3
BAD_LEVEL = -5
BAD_PULL = -6
BAD_HANDLE = -25
UNKNOWN_COMMAND = -88
BAD_FILTER = -125

GLITCH_MAX_US = 300_000  # pigpio.h PI_MAX_STEADY
REVISION = 0xC03111  # Raspberry Pi 4 Model B 1.1, 4 GB: new-style revision code
VERSION = 79


@dataclass
class Listener:
    """One notification handle; its connection carries reports after NOIB."""

    writer: asyncio.StreamWriter
    watched: int = 0
    sequence: int = 0


class PigpioServer:
    """Answers any number of clients. `silent` makes it hold its tongue as a hung daemon does."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.silent = False
        self.unknown: list[int] = []
        self._listeners: dict[int, Listener] = {}
        self._next_handle = 0
        self._filters: dict[int, asyncio.TimerHandle] = {}
        self._connections: set[asyncio.StreamWriter] = set()
        board.on_raw_change = self._pin_changed

    async def start(self, port: int = 0) -> asyncio.Server:
        return await asyncio.start_server(self._serve, "127.0.0.1", port)

    def hang_up(self) -> None:
        """Drops every client, as a daemon that died does."""
        for writer in self._connections:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections.add(writer)
        try:
            while True:
                command, p1, p2, p3 = HEADER.unpack(await reader.readexactly(HEADER.size))
                extension = await reader.readexactly(p3) if p3 else b""
                if self.silent:
                    continue
                result = self._command(command, p1, p2, extension, writer)
                writer.write(HEADER.pack(command, p1, p2, result & 0xFFFFFFFF))
                await writer.drain()
                if command == 19:
                    # The client compares each report with the one before it: without a first one at once
                    # it would swallow the first press.
                    self._report_to(self._listeners.get(p1))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self._connections.discard(writer)
            self._listeners = {h: one for h, one in self._listeners.items() if one.writer is not writer}
            writer.close()

    def _command(self, command: int, p1: int, p2: int, extension: bytes, writer: asyncio.StreamWriter) -> int:
        whole_board: dict[int, Callable[[], int]] = {
            10: self.board.levels,  # BR1
            16: self.board.tick_us,  # TICK
            17: lambda: REVISION,  # HWVER
            26: lambda: VERSION,  # PIGPV
            99: lambda: self._open_listener(writer),  # NOIB
            19: lambda: self._watch(p1, p2),  # NB
            21: lambda: self._close_listener(p1),  # NC
        }
        if command in whole_board:
            return whole_board[command]()
        if command not in PIN_COMMANDS:
            self.unknown.append(command)
            return UNKNOWN_COMMAND
        if p1 >= len(self.board.pins):
            return BAD_GPIO
        value = struct.unpack("<I", extension[:4])[0] if len(extension) >= 4 else p2
        if command == 97:
            return self._set_glitch_filter(self.board.pins[p1], value)
        return PIN_COMMANDS[command](self.board, self.board.pins[p1], value)

    def _open_listener(self, writer: asyncio.StreamWriter) -> int:
        handle = self._next_handle
        self._next_handle += 1
        self._listeners[handle] = Listener(writer)
        return handle

    def _close_listener(self, handle: int) -> int:
        return 0 if self._listeners.pop(handle, None) else BAD_HANDLE

    def _watch(self, handle: int, bits: int) -> int:
        listener = self._listeners.get(handle)
        if listener is None:
            return BAD_HANDLE
        listener.watched = bits
        return 0

    def _set_glitch_filter(self, pin: Pin, steady_us: int) -> int:
        if steady_us > GLITCH_MAX_US:
            return BAD_FILTER
        pin.glitch_us = steady_us
        return 0

    def _pin_changed(self, pin: Pin) -> None:
        waiting = self._filters.pop(pin.gpio, None)
        if waiting is not None:
            waiting.cancel()
        if not pin.glitch_us:
            self._pin_steady(pin)
            return
        loop = asyncio.get_running_loop()
        self._filters[pin.gpio] = loop.call_later(pin.glitch_us / 1_000_000, self._pin_steady, pin)

    def _pin_steady(self, pin: Pin) -> None:
        self._filters.pop(pin.gpio, None)
        if pin.reported == pin.level:
            return
        pin.reported = pin.level
        for listener in self._listeners.values():
            if listener.watched >> pin.gpio & 1:
                self._report_to(listener)

    def _report_to(self, listener: Listener | None) -> None:
        if listener is None or self.silent:
            return
        levels = self.board.reported_levels()
        listener.writer.write(REPORT.pack(listener.sequence, 0, self.board.tick_us(), levels))
        listener.sequence = listener.sequence + 1 & 0xFFFF


def _set_mode(board: Board, pin: Pin, mode: int) -> int:
    board.set_mode(pin.gpio, mode)
    return 0


def _set_pull(board: Board, pin: Pin, pull: int) -> int:
    if pull not in (0, 1, 2):
        return BAD_PULL
    board.set_pull(pin.gpio, Pull(pull))
    return 0


def _write(board: Board, pin: Pin, level: int) -> int:
    if level not in (0, 1):
        return BAD_LEVEL
    board.write(pin.gpio, level)
    return 0


def _set_duty(board: Board, pin: Pin, duty: int) -> int:
    board.set_duty(pin.gpio, duty)
    return 0


def _set_range(board: Board, pin: Pin, steps: int) -> int:
    board.set_range(pin.gpio, steps)
    return steps


PIN_COMMANDS: dict[int, Callable[[Board, Pin, int], int]] = {
    0: _set_mode,
    1: lambda _board, pin, _: pin.mode,
    2: _set_pull,
    3: lambda _board, pin, _: pin.level,
    4: _write,
    5: _set_duty,
    6: _set_range,
    7: lambda board, pin, hz: board.set_frequency(pin.gpio, hz),
    22: lambda _board, pin, _: pin.pwm_range,
    23: lambda _board, pin, _: pin.pwm_frequency_hz,
    83: lambda _board, pin, _: pin.pwm_duty,
    97: lambda _board, _pin, _: 0,  # glitch filter; answered by the server, which owns the timers
}
