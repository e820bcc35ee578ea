"""The examples that technicians copy are files that an installed terminal and a fleet take."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fleet.settings import FleetSettings, read_settings
from terminal.settings import Settings, load

UNITS = Path(__file__).resolve().parents[2] / "systemd"
EXAMPLE = UNITS / "terminal/terminal.toml.example"


def test_the_example_is_accepted_for_an_installed_terminal() -> None:
    settings = load(EXAMPLE, installed=True)
    assert isinstance(settings, Settings), settings
    assert not settings.demo


def test_what_is_commented_out_in_the_example_is_accepted_too(tmp_path: Path) -> None:
    text = re.sub(
        r"^# (?=\[reader\.nfc|device =|chip =)", "", EXAMPLE.read_text(encoding="utf-8"), flags=re.M
    )
    copy = tmp_path / "terminal.toml"
    copy.write_text(text, encoding="utf-8")
    settings = load(copy, installed=True)
    assert isinstance(settings, Settings), settings
    assert settings.file.reader.nfc is not None


@pytest.mark.parametrize("name", ["ingest", "opener", "dashboard"])
def test_the_fleets_examples_are_accepted_and_share_one_store(name: str) -> None:
    settings = read_settings(UNITS / f"fleet/{name}.toml.example")
    assert isinstance(settings, FleetSettings), settings.text()
    assert settings.store.url == "sqlite:////var/lib/mynapo-fleet/fleet.db"
    has = {"ingest": settings.ingest and settings.broker, "opener": settings.opener, "dashboard": True}
    assert has[name]
