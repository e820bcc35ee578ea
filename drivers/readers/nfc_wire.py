"""What the terminal and its NFC child say to each other, over a socket pair that keeps message boundaries.

A message is one byte of kind and its payload in one packet (AF_UNIX, SOCK_SEQPACKET): the kernel keeps the
lengths. APDUs pass here, with PINs in them: they travel in bytearrays that both sides overwrite, and nothing of
this module is ever logged.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass
from enum import IntEnum

MESSAGE_MAX = 1 + 5 + 65_536 + 2 + 8  # kind and the longest extended APDU (ISO/IEC 7816-4, 5.2), rounded up


class MessageKind(IntEnum):
    # to the child
    OPEN = 1
    APDU = 2
    CLOSE = 3
    # answers
    OPENED = 10
    REFUSED = 11  # CardKind
    LOST = 12  # slug
    ANSWER = 13  # R-APDU
    CLOSED = 14
    # events
    READY = 20  # 1 byte: the child could give up the network
    CARD_IN = 21  # 1 byte: it lay there when the child began
    CARD_OUT = 22
    ALIVE = 23
    FAILED = 24  # slug; the child ends after it


ANSWERS = frozenset(
    {MessageKind.OPENED, MessageKind.REFUSED, MessageKind.LOST, MessageKind.ANSWER, MessageKind.CLOSED}
)


@dataclass(frozen=True, repr=False)
class WireMessage:
    """`payload` is the receiver's own copy; overwrite it when it may hold a secret."""

    kind: MessageKind
    payload: bytearray

    @property
    def text(self) -> str:
        return self.payload.decode("ascii", "replace")


def socket_pair() -> tuple[socket.socket, socket.socket]:
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


class WireEnd:
    """One end. Sending is safe from any thread, receiving is for one."""

    def __init__(self, end: socket.socket) -> None:
        self._socket = end
        self._buffer = bytearray(MESSAGE_MAX)

    def fileno(self) -> int:
        return self._socket.fileno()

    def send(self, kind: MessageKind, payload: bytes | bytearray = b"") -> None:
        """Without a copy of `payload`. Raises OSError when the other end is gone."""
        self._socket.sendmsg([bytes([kind]), payload])

    def receive(self) -> WireMessage | None:
        """None when the other end is gone. Raises TimeoutError by the socket's time limit."""
        try:
            size = self._socket.recv_into(self._buffer)
        except ConnectionError:
            return None
        if not size:
            return None
        message = WireMessage(MessageKind(self._buffer[0]), self._buffer[1:size])
        self._buffer[:size] = bytes(size)
        return message

    def set_timeout(self, seconds: float) -> None:
        self._socket.settimeout(seconds)

    def hang_up(self) -> None:
        """Wakes whoever receives on either end."""
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # hung up before

    def close(self) -> None:
        self._socket.close()
