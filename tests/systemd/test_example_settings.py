"""The example that technicians copy is a file that an installed terminal takes."""

from __future__ import annotations

import re
from pathlib import Path

from terminal.settings import Settings, load

EXAMPLE = Path(__file__).resolve().parents[2] / "systemd/terminal/terminal.toml.example"


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
