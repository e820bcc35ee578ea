"""What holds for every test."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def what_was_left_open_is_found_before_the_end() -> Iterator[None]:
    """A socket or file that only a cycle holds is otherwise collected after the last test, where a worker of
    pytest-xdist reports nothing.
    """
    yield
    gc.collect()
