"""Between two visits: what refers to itself is collected, and free pages leave the process."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

from terminal.memory import clear_memory, set_program_aside


class Draft:
    """Something that refers to itself, as a view and its visit do."""

    def __init__(self) -> None:
        self.visit = self


def test_what_refers_to_itself_is_gone() -> None:
    gc.disable()
    try:
        draft = Draft()
        gone = weakref.ref(draft)
        del draft
        assert gone() is not None
        clear_memory()
        assert gone() is None
    finally:
        gc.enable()


def test_what_a_visit_leaves_is_collected_though_the_program_was_set_aside() -> None:
    gc.disable()
    try:
        set_program_aside()
        assert gc.get_freeze_count() > 1_000
        draft = Draft()
        gone = weakref.ref(draft)
        del draft
        clear_memory()
        assert gone() is None
    finally:
        gc.unfreeze()
        gc.enable()


def _resident_kb() -> int:
    fields = Path("/proc/self/statm").read_text(encoding="ascii").split()
    return int(fields[1]) * 4


def test_pages_between_blocks_that_stay_go_back_to_the_kernel() -> None:
    # Blocks below glibc's mmap threshold (128 kB), every tenth of which stays: the heap's end never becomes free.
    blocks = [bytearray(b"x" * 60_000) for _ in range(1_000)]
    full = _resident_kb()
    kept = blocks[::10]
    del blocks
    clear_memory()
    assert full - _resident_kb() > 30_000
    assert len(kept) == 100
