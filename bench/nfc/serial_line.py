"""The chip's UART on a pseudo-terminal, with its baud rate: at another speed the chip understands nothing."""

from __future__ import annotations

import asyncio
import os
import termios
import tty
from pathlib import Path

from bench.nfc.frames import ACK, SYNTAX_ERROR, FrameReader, HostAck, HostFrame, encode
from bench.nfc.pn532 import ChipReply, VirtualPn532

SPEEDS = {
    getattr(termios, f"B{rate}"): rate for rate in (9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600)
}


class VirtualSerialLine:
    """`silent`: "no" answers nothing · "ack" acknowledges and then answers nothing · "" is well.

    `time_scale` multiplies the time that the air takes: 1 for measuring, near 0 for tests.
    """

    def __init__(self, chip: VirtualPn532, time_scale: float) -> None:
        self._chip = chip
        self._time_scale = time_scale
        self.silent = ""
        self._frames = FrameReader()
        self._pending: asyncio.TimerHandle | None = None
        # The slave stays open here too: a host closes and opens it again to change the speed.
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)

    def offer(self, link: Path) -> Path:
        """Makes `link` point to the terminal a host opens."""
        link.unlink(missing_ok=True)
        link.symlink_to(os.ttyname(self._slave))
        return link

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        os.set_blocking(self._master, False)
        loop.add_reader(self._master, self._readable)

    def close(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.remove_reader(self._master)
        os.close(self._master)
        os.close(self._slave)

    def _readable(self) -> None:
        received = os.read(self._master, 4096)
        speed = SPEEDS.get(termios.tcgetattr(self._slave)[5])
        if speed == self._chip.agreed_baud:
            # A pty tells the speed of now, not the one these bytes were sent at: the host's ACK, still at the old
            # speed, may be read, or flushed, after the host has changed over.
            self._chip.acknowledged()
        if speed != self._chip.baud:
            self._frames.clear()
            return
        for one in self._frames.feed(received):
            if isinstance(one, HostAck):
                self._cancel()
                self._chip.acknowledged()
            else:
                self._obey(one)

    def _obey(self, frame: HostFrame) -> None:
        self._cancel()
        if self.silent == "no":
            return
        self._write(ACK)
        if self.silent == "ack":
            return
        reply = self._chip.command(frame.data)
        if reply is None:
            self._write(SYNTAX_ERROR)
        elif reply.after_s * self._time_scale < 0.0005:
            self._answer(reply)
        else:
            loop = asyncio.get_running_loop()
            self._pending = loop.call_later(reply.after_s * self._time_scale, self._answer, reply)

    def _answer(self, reply: ChipReply) -> None:
        self._pending = None
        self._write(encode(reply.data))

    def _cancel(self) -> None:
        if self._pending is not None:
            self._pending.cancel()
            self._pending = None

    def _write(self, data: bytes) -> None:
        # One frame is far below the 4 kB a pty buffers; what nobody reads is lost, as on a wire.
        try:
            os.write(self._master, data)
        except BlockingIOError:
            return
