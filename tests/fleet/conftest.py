from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from fleet.intake_store import register_device
from fleet.store import metadata, open_store
from tests.fleet.records import Terminal

#: An empty database that the tests may fill and empty, such as `postgresql+psycopg://tester@127.0.0.1/mynapo_test`.
OTHER_STORE = os.environ.get("MYNAPO_TEST_STORE", "")


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_store(OTHER_STORE or f"sqlite:///{tmp_path / 'fleet.db'}")
    yield engine
    if OTHER_STORE:
        metadata.drop_all(engine)
    engine.dispose()


@pytest.fixture
def terminal(engine: Engine) -> Terminal:
    """Registered."""
    terminal = Terminal()
    assert register_device(engine, terminal.name, terminal.device.public_key().public_bytes_raw(), 1)
    return terminal
