"""One PN532 process for this package's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.bench.nfc.chip_process import ChipProcess


@pytest.fixture(scope="package")
def chip(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChipProcess]:
    with ChipProcess(tmp_path_factory.mktemp("n"), tmp_path_factory.mktemp("cards")) as chip:
        yield chip
