"""Frames between host and PN532 (PN532 User Manual UM0701-02, 6.2.1): normal, extended, ACK.

What leaves here begins with 00 00 FF and nothing before it: readers of the field count on it.
"""

from __future__ import annotations

from dataclasses import dataclass

ACK = bytes.fromhex("0000FF00FF00")
SYNTAX_ERROR = bytes.fromhex("0000FF01FF7F8100")
NORMAL_MAX = 254  # a LEN of FF announces the extended form


@dataclass(frozen=True, repr=False)
class HostFrame:
    """`data` begins with TFI (D4) and the command code."""

    data: bytes


@dataclass(frozen=True)
class HostAck:
    """The host takes note, or cancels the command that runs."""


def encode(data: bytes) -> bytes:
    """`data` begins with TFI (D5)."""
    if len(data) <= NORMAL_MAX:
        head = bytes([0x00, 0x00, 0xFF, len(data), -len(data) & 0xFF])
    else:
        size = len(data).to_bytes(2, "big")
        head = bytes.fromhex("0000FFFFFF") + size + bytes([-sum(size) & 0xFF])
    return head + data + bytes([-sum(data) & 0xFF, 0x00])


class FrameReader:
    """Cuts a byte stream into frames. Wake-up bytes, garbage and frames with a wrong checksum are dropped."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def clear(self) -> None:
        self._buffer.clear()

    def feed(self, received: bytes) -> list[HostFrame | HostAck]:
        self._buffer += received
        found: list[HostFrame | HostAck] = []
        while True:
            start = self._buffer.find(b"\x00\xff")
            if start < 0:
                del self._buffer[:-1]
                return found
            del self._buffer[:start]
            taken = self._next(found)
            if not taken:
                return found
            del self._buffer[:taken]

    def _next(self, found: list[HostFrame | HostAck]) -> int:
        """Bytes of the frame at the buffer's beginning, 0 if it is not complete."""
        buffer = self._buffer
        if len(buffer) < 4:
            return 0
        length = bytes(buffer[2:4])
        if length in (b"\x00\xff", b"\xff\x00"):  # ACK, NACK
            if length == b"\x00\xff":
                found.append(HostAck())
            return 4
        head, size, length_ok = 4, buffer[2], (buffer[2] + buffer[3]) & 0xFF == 0
        if length == b"\xff\xff":
            if len(buffer) < 7:
                return 0
            head, size = 7, int.from_bytes(buffer[4:6], "big")
            length_ok = sum(buffer[4:7]) & 0xFF == 0
        if not length_ok:
            return 2
        if len(buffer) < head + size + 1:
            return 0
        body = bytes(buffer[head : head + size + 1])
        if sum(body) & 0xFF == 0:
            found.append(HostFrame(body[:-1]))
        return head + size + 1
