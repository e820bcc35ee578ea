"""`mynapo-terminal` as it is typed: the terminal itself, and the way to the programme packs."""

from __future__ import annotations

from pathlib import Path

import pytest

from terminal.__main__ import main


def test_packs_explain_tells_what_is_open_on_a_day(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["packs", "explain", "--at", "2022-07-15"]) == 0
    assert "受付中" in capsys.readouterr().out


def test_packs_check_names_a_broken_file_and_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "town.toml"
    broken.write_text("format = 1\nkind = = 2\n")
    assert main(["packs", "check", str(broken)]) == 1
    told = capsys.readouterr().err
    assert "town.toml" in told
    assert "line 2" in told


def test_help_tells_of_the_packs(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "packs --help" in capsys.readouterr().out


def test_settings_that_are_not_there_end_it_with_78(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--config", str(tmp_path / "nowhere.toml")]) == 78
    assert "nowhere.toml" in capsys.readouterr().err
