"""Between two visits: what the last one held is collected, and its memory goes back to the kernel."""

from __future__ import annotations

import ctypes
import gc

_libc = ctypes.CDLL(None)


def clear_memory() -> None:
    """Collects cycles, then lets glibc return free pages (malloc_trim(3)): they are zero when they come again.

    Without the trim the heap keeps the largest visit's shape, and grows by holes (figures: README).
    """
    gc.collect()
    _libc.malloc_trim(0)
