"""The serial line to the printer: opened by pyserial, read and written with counts and time limits.

No flow control: a Raspberry Pi's UART has three wires, and XOFF would hold back the very commands that ask why.
The job keeps to the printer's buffer instead (`dialogue`).
"""

from __future__ import annotations

import os
import select
import termios
import time
from collections.abc import Callable

import serial


class SerialLine:
    """An open line. Once `lost` it stays lost: unplugged, or its far end is gone."""

    def __init__(self, port: serial.Serial, baud: int, monotonic: Callable[[], float]) -> None:
        self._port = port
        self._monotonic = monotonic
        self.baud = baud
        self.lost = False

    def write(self, data: bytes, timeout_s: float) -> bool:
        """True if every byte went to the system within `timeout_s`. False leaves an unknown part unsent."""
        end = self._monotonic() + timeout_s
        while data and not self.lost:
            left = end - self._monotonic()
            if left <= 0 or not select.select((), (self._port.fileno(),), (), left)[1]:
                return False
            try:
                data = data[os.write(self._port.fileno(), data) :]
            except BlockingIOError:
                time.sleep(0.001)  # a pty says "writable" with less room than asked for
            except OSError:
                self.lost = True
        return not self.lost

    def read(self, timeout_s: float) -> bytes:
        """What has come, or comes first within `timeout_s`; empty if nothing did."""
        if self.lost or not select.select((self._port.fileno(),), (), (), max(timeout_s, 0))[0]:
            return b""
        try:
            data = os.read(self._port.fileno(), 64)
        except BlockingIOError:
            return b""
        except OSError:
            data = b""
        self.lost = not data  # readable without a byte: the far end hung up
        return data

    def forget_unsent(self) -> None:
        """Throws away what the system has not sent yet."""
        self._flush(termios.TCOFLUSH)

    def forget_unread(self) -> None:
        self._flush(termios.TCIFLUSH)

    def transmit_s(self, count: int) -> float:
        """Seconds that `count` bytes take on the wire: ten bits each (8N1)."""
        return count * 10 / self.baud

    def close(self) -> None:
        try:
            self._port.close()
        except (OSError, termios.error):
            self.lost = True

    def _flush(self, queue: int) -> None:
        try:
            termios.tcflush(self._port.fileno(), queue)
        except (OSError, termios.error):
            self.lost = True


def open_line(device: str, baud: int, monotonic: Callable[[], float]) -> SerialLine | None:
    """Opens `device`, or None if it is not there or is no serial device."""
    try:
        port = serial.Serial(device, baud, timeout=0, exclusive=True)
    except (serial.SerialException, OSError, termios.error):
        return None
    return SerialLine(port, baud, monotonic)
