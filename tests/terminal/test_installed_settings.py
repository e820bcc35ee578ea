"""An installed terminal has no robot, no clock of its own and no test cards, however its settings file is reached."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from contract.settings_file import BadSettings
from terminal import settings
from terminal.settings import Settings, load
from tests.terminal.settings_text import FOR_DEMO_AND_TESTS, LEAST, least_with


@pytest.fixture
def etc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "etc" / "mynapo"
    folder.mkdir(parents=True)
    monkeypatch.setattr(settings, "INSTALLED_AT", folder)
    return folder


def _plainly(etc: Path, content: str) -> Path:
    file = etc / "terminal.toml"
    file.write_text(content, encoding="utf-8")
    return file


def _through_a_link_from_outside(etc: Path, content: str) -> Path:
    link = etc.parents[1] / "my.toml"
    link.symlink_to(_plainly(etc, content))
    return link


def _through_a_link_to_the_outside(etc: Path, content: str) -> Path:
    elsewhere = etc.parents[1] / "elsewhere.toml"
    elsewhere.write_text(content, encoding="utf-8")
    link = etc / "terminal.toml"
    link.symlink_to(elsewhere)
    return link


def _in_a_folder_that_is_a_link(etc: Path, content: str) -> Path:
    real = etc.parents[1] / "data-partition"
    etc.rmdir()
    real.mkdir()
    etc.symlink_to(real)
    return _plainly(etc, content)


def _as_the_folder_that_is_linked(etc: Path, content: str) -> Path:
    _in_a_folder_that_is_a_link(etc, content)
    return etc.parents[1] / "data-partition" / "terminal.toml"


def _by_a_relative_path(etc: Path, content: str) -> Path:
    return Path(os.path.relpath(_plainly(etc, content)))


def _in_a_folder_below(etc: Path, content: str) -> Path:
    (etc / "old").mkdir()
    return _plainly(etc / "old", content)


WAYS: list[Callable[[Path, str], Path]] = [
    _plainly,
    _through_a_link_from_outside,
    _through_a_link_to_the_outside,
    _in_a_folder_that_is_a_link,
    _as_the_folder_that_is_linked,
    _by_a_relative_path,
    _in_a_folder_below,
]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: str(way.__name__))
@pytest.mark.parametrize("key", FOR_DEMO_AND_TESTS)
def test_what_is_for_demo_and_tests_is_refused(key: str, way: Callable[[Path, str], Path], etc: Path) -> None:
    found = load(way(etc, least_with(*FOR_DEMO_AND_TESTS[key])), installed=False)
    assert isinstance(found, BadSettings)
    assert [fault.key for fault in found.faults] == [key]


@pytest.mark.parametrize("key", FOR_DEMO_AND_TESTS)
def test_the_option_alone_refuses_it_too(key: str, tmp_path: Path) -> None:
    file = _plainly(tmp_path, least_with(*FOR_DEMO_AND_TESTS[key]))
    assert isinstance(load(file, installed=False), Settings)
    refused = load(file, installed=True)
    assert isinstance(refused, BadSettings)
    assert [fault.key for fault in refused.faults] == [key]


def test_an_id_with_a_line_break_at_its_end_is_refused(tmp_path: Path) -> None:
    file = _plainly(tmp_path, LEAST.replace('"tk-0042"', '"tk-0042\\n"'))
    assert isinstance(load(file, installed=False), BadSettings)
