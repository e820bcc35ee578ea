"""A VNC viewer as noVNC is one: RFB 3.8 (RFC 6143) in binary frames of a WebSocket (RFC 6455). Nothing of the bench's."""

from __future__ import annotations

import base64
import hashlib
import os
import socket
import struct
from types import TracebackType
from typing import Self

#: RFC 6455 §1.3: what a server appends to the key.
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_BINARY, _CLOSE = 0x2, 0x8


class RfbViewer:
    """Connected and through the handshake: `size` is the picture's, in pixels. Every wait ends after `limit_s`."""

    def __init__(self, host: str, port: int, path: str, limit_s: float = 10.0) -> None:
        self._line = socket.create_connection((host, port), timeout=limit_s)
        self._unread = self._received = b""
        try:
            self._upgrade(host, port, path)
            self.size = self._handshake()
        except BaseException:
            self._line.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._line.close()

    def point(self, x: int, y: int, *, down: bool) -> None:
        """PointerEvent (RFC 6143 §7.5.5): the first button."""
        self._send(struct.pack(">BBHH", 5, int(down), x, y))

    def picture(self) -> bytes:
        """The whole picture in raw pixels, 4 bytes each."""
        width, height = self.size
        self._send(struct.pack(">BBHi", 2, 0, 1, 0))  # SetEncodings: raw only
        self._send(struct.pack(">BBHHHH", 3, 0, 0, 0, width, height))
        message, rectangles = struct.unpack(">BxH", self._take(4))
        assert message == 0, f"not a FramebufferUpdate: {message}"
        pixels = bytearray(4 * width * height)
        for _ in range(rectangles):
            x, y, wide, high, encoding = struct.unpack(">HHHHi", self._take(12))
            assert encoding == 0, f"not raw: {encoding}"
            for line in range(y, y + high):
                begin = 4 * (line * width + x)
                pixels[begin : begin + 4 * wide] = self._take(4 * wide)
        return bytes(pixels)

    # ------------------------------------------------------------------ RFB

    def _handshake(self) -> tuple[int, int]:
        version = self._take(12)
        assert version.startswith(b"RFB 003."), version
        self._send(b"RFB 003.008\n")
        kinds = self._take(self._take(1)[0])
        assert 1 in kinds, f"no way in without a password: {kinds!r}"
        self._send(b"\x01")
        assert self._take(4) == bytes(4), "SecurityResult is not OK"
        self._send(b"\x01")  # ClientInit: others may look on
        width, height = struct.unpack(">HH", self._take(4))
        bits_per_pixel = self._take(16)[0]
        assert bits_per_pixel == 32, bits_per_pixel
        self._take(struct.unpack(">I", self._take(4))[0])  # the desktop's name
        return width, height

    # ------------------------------------------------------------------ WebSocket

    def _upgrade(self, host: str, port: int, path: str) -> None:
        key = base64.b64encode(os.urandom(16))
        lines = [
            f"GET {path} HTTP/1.1",
            f"Host: {host}:{port}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key.decode()}",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Protocol: binary",
        ]
        self._line.sendall("\r\n".join([*lines, "", ""]).encode())
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self._more()
            assert len(answer) < 16_384, "headers without end"
        head, self._unread = answer.split(b"\r\n\r\n", 1)
        assert head.startswith(b"HTTP/1.1 101"), head
        accepted = base64.b64encode(hashlib.sha1(key + _GUID).digest())  # noqa: S324 (RFC 6455 says SHA-1)
        assert accepted in head, head

    def _more(self) -> bytes:
        got = self._line.recv(65_536)
        assert got, "the other side closed the line"
        return got

    def _exactly(self, count: int) -> bytes:
        while len(self._unread) < count:
            self._unread += self._more()
        taken, self._unread = self._unread[:count], self._unread[count:]
        return taken

    def _frame(self) -> bytes:
        """The payload of the next frame; a server does not mask."""
        first, length = self._exactly(2)
        if length == 126:
            (length,) = struct.unpack(">H", self._exactly(2))
        elif length == 127:
            (length,) = struct.unpack(">Q", self._exactly(8))
        payload = self._exactly(length)
        assert first & 0x0F != _CLOSE, f"closed: {payload!r}"
        return payload if first & 0x0F in (0, _BINARY) else b""

    def _take(self, count: int) -> bytes:
        while len(self._received) < count:
            self._received += self._frame()
        taken, self._received = self._received[:count], self._received[count:]
        return taken

    def _send(self, payload: bytes) -> None:
        assert len(payload) < 126
        mask = os.urandom(4)
        masked = bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))
        self._line.sendall(bytes([0x80 | _BINARY, 0x80 | len(payload)]) + mask + masked)
