from __future__ import annotations

import pytest

from programmes.faults import PackFaults
from programmes.loader import Programme, load
from programmes.model import Pack


def loaded(*packs: str) -> Programme:
    programmes = load(packs)
    assert not isinstance(programmes, PackFaults), programmes.text()
    return programmes[0]


@pytest.fixture(scope="session")
def national() -> Programme:
    return loaded("national-2022")


@pytest.fixture(scope="session")
def demo() -> Programme:
    return loaded("national-2022", "demo-services")


@pytest.fixture(scope="session")
def pack(national: Programme) -> Pack:
    return national.pack
