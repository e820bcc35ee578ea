"""ESC/POS as a printer reads it: bytes to commands, one at a time.

Written from the command reference, not from the driver. What is not in the tables is an error that names offset
and byte: a printer would print such bytes as rubbish.
"""

from __future__ import annotations

from dataclasses import dataclass

# Commands of fixed length: opening bytes -> (name, number of argument bytes)
_FIXED: dict[bytes, tuple[str, int]] = {
    b"\n": ("line-feed", 0),
    b"\r": ("carriage-return", 0),
    b"\x18": ("cancel", 0),
    b"\x1b@": ("initialise", 0),
    b"\x1b2": ("default-spacing", 0),
    b"\x1b3": ("spacing", 1),
    b"\x1bJ": ("feed-units", 1),
    b"\x1bd": ("feed-lines", 1),
    b"\x1bE": ("bold", 1),
    b"\x1ba": ("align", 1),
    b"\x1b$": ("position", 2),
    b"\x1bR": ("international", 1),
    b"\x1bt": ("code-table", 1),
    b"\x1b ": ("right-space", 1),
    b"\x1c&": ("kanji-on", 0),
    b"\x1c.": ("kanji-off", 0),
    b"\x1cC": ("kanji-code", 1),
    b"\x1cS": ("kanji-spacing", 2),
    b"\x1c!": ("kanji-mode", 1),
    b"\x1d!": ("size", 1),
    b"\x1dB": ("inverted", 1),
    b"\x1dP": ("motion-units", 2),
    b"\x1da": ("automatic-status", 1),
    b"\x1dr": ("transmit-status", 1),
}
_INTRODUCERS = b"\x1b\x1c\x1d"


@dataclass(frozen=True)
class Command:
    """One command. `name` is "text" for printable bytes, `args` its parameters, `data` a picture or QR content."""

    name: str
    offset: int
    raw: bytes
    args: bytes = b""
    data: bytes = b""


class UnknownCommandError(ValueError):
    """Bytes that are no command of this printer."""

    def __init__(self, offset: int, found: bytes) -> None:
        super().__init__(f"offset {offset}: unknown byte(s) {found.hex(' ')}")
        self.offset = offset
        self.found = found


def next_command(data: bytes, offset: int, base: int = 0) -> Command | None:
    """The command at `offset`, or None if more bytes are needed. `base` is added to the offsets that are named."""
    first = data[offset]
    if first >= 0x20:
        end = offset
        while end < len(data) and data[end] >= 0x20:
            end += 1
        return Command("text", base + offset, data[offset:end])
    if first in _INTRODUCERS:
        opening = data[offset : offset + 2]
        if len(opening) < 2:
            return None
        variable = _variable(data, offset, base)
        if variable is not _NOT_VARIABLE:
            return variable
    else:
        opening = data[offset : offset + 1]
    if opening not in _FIXED:
        raise UnknownCommandError(base + offset, opening)
    name, count = _FIXED[opening]
    end = offset + len(opening) + count
    if end > len(data):
        return None
    return Command(name, base + offset, data[offset:end], data[offset + len(opening) : end])


_NOT_VARIABLE = Command("not-variable", -1, b"")


def _variable(data: bytes, offset: int, base: int) -> Command | None:
    opening = data[offset : offset + 3]
    if opening[:2] == b"\x1dV":
        return _cut(data, offset, base)
    if opening[:2] not in (b"\x1dv", b"\x1d("):
        return _NOT_VARIABLE
    if len(opening) < 3:
        return None
    if opening == b"\x1dv0":
        head = data[offset + 3 : offset + 8]
        if len(head) < 5:
            return None
        size = int.from_bytes(head[1:3], "little") * int.from_bytes(head[3:5], "little")
        start = offset + 8
        name, args = "raster", head
    elif opening == b"\x1d(k":
        head = data[offset + 3 : offset + 5]
        if len(head) < 2:
            return None
        size, start = int.from_bytes(head, "little"), offset + 5
        name, args = "symbol", b""
    else:
        raise UnknownCommandError(base + offset, opening)
    end = start + size
    if end > len(data):
        return None
    return Command(name, base + offset, data[offset:end], args, data[start:end])


def _cut(data: bytes, offset: int, base: int) -> Command | None:
    mode = data[offset + 2 : offset + 3]
    if not mode:
        return None
    if mode not in b"\x00\x01\x30\x31\x41\x42":
        raise UnknownCommandError(base + offset, data[offset : offset + 3])
    count = 2 if mode in b"\x41\x42" else 1
    end = offset + 2 + count
    if end > len(data):
        return None
    return Command("cut", base + offset, data[offset:end], data[offset + 2 : end])


def commands_in(data: bytes) -> tuple[Command, ...]:
    """All commands of a complete stream. An unfinished one at its end is an error too."""
    found: list[Command] = []
    offset = 0
    while offset < len(data):
        command = next_command(data, offset)
        if command is None:
            raise UnknownCommandError(offset, data[offset : offset + 4])
        found.append(command)
        offset += len(command.raw)
    return tuple(found)
