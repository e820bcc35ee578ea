"""Waits for what another process, thread or task does, instead of sleeping."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

LIMIT_S = 20.0
"""Only a test that fails waits so long."""
_PAUSE_S = 0.01


def until(holds: Callable[[], object], what: str = "what was waited for", limit_s: float = LIMIT_S) -> None:
    """Returns once `holds()` is true; fails with the name of what did not come."""
    limit = time.monotonic() + limit_s
    while not holds():
        assert time.monotonic() < limit, f"not within {limit_s} s: {what}"
        time.sleep(_PAUSE_S)


async def until_async(
    holds: Callable[[], object], what: str = "what was waited for", limit_s: float = LIMIT_S
) -> None:
    """The same in an event loop, whose other tasks go on meanwhile."""
    limit = time.monotonic() + limit_s
    while not holds():
        assert time.monotonic() < limit, f"not within {limit_s} s: {what}"
        await asyncio.sleep(_PAUSE_S)
