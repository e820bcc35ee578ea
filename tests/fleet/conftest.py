from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from fleet.intake_store import register_device
from fleet.store import open_store
from tests.fleet.records import Terminal


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_store(f"sqlite:///{tmp_path / 'fleet.db'}")
    yield engine
    engine.dispose()


@pytest.fixture
def terminal(engine: Engine) -> Terminal:
    """Registered."""
    terminal = Terminal()
    assert register_device(engine, terminal.name, terminal.device.public_key().public_bytes_raw(), 1)
    return terminal
