"""Two folders, one writer each: neither process can lay a file where the other one opens its own."""

from __future__ import annotations

from pathlib import Path

_UPLINK = "uplink"


def uplink_folder(data: Path) -> Path:
    """What the uplink writes (mailbox, link, connection counter). All else in `data` is the terminal's."""
    return data / _UPLINK
