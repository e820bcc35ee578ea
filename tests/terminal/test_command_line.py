"""`mynapo-terminal` as it is typed: the terminal itself, and the way to the programme packs."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench.card.residents import Residents
from bench.fleet_keys import make_fleet, make_terminal
from terminal.__main__ import main
from tests.terminal.settings_text import SETTINGS


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


def _settings(folder: Path, **bad: str) -> Path:
    fleet, authority = make_fleet(folder / "fleet")
    sound = {
        "data": "data",
        "ca": Residents(folder / "residents", datetime.now(UTC)).auth_ca_pem(),
        "root": fleet.root,
        "keys": fleet.keys,
        "device": make_terminal(authority, "tk-0042", folder / "terminal").device_key,
        "pack": "national-2022",
    }
    file = folder / "terminal.toml"
    file.write_text(SETTINGS.format(**{**sound, **bad}), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("bad", "named"),
    [
        ({"data": "terminal.toml/data"}, "terminal.data_dir"),
        ({"root": "gone.pem"}, "gone.pem: trust.root"),
        ({"device": "terminal.toml"}, "terminal.toml: device.signing_key"),
        ({"pack": "national-1999"}, "national-1999.toml"),
    ],
)
def test_what_the_settings_name_and_cannot_be_used_ends_it_with_78(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], bad: dict[str, str], named: str
) -> None:
    assert main(["--config", str(_settings(tmp_path, **bad))]) == 78
    told = capsys.readouterr().err
    assert named in told
    assert not told.isascii()


@pytest.mark.parametrize(
    ("listed", "installed", "warned"),
    [
        ("/dev/zram0 partition 2097148 0 100\n", True, True),
        ("", True, False),
        ("/var/swap file 1 0 -2\n", False, False),
    ],
)
def test_an_installed_terminal_on_a_machine_with_swap_says_so_at_its_start(
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    listed: str,
    installed: bool,
    warned: bool,
) -> None:
    table = tmp_path / "swaps"
    table.write_text("Filename Type Size Used Priority\n" + listed, encoding="utf-8")
    monkeypatch.setattr("terminal.__main__.PROC_SWAPS", table)
    told_to_stop = str(_settings(tmp_path, root="gone.pem"))  # after the warning, before the window
    assert main(["--config", told_to_stop, *(["--installed"] if installed else [])]) == 78
    assert ("/dev/zram0" in caplog.text) is warned
    assert ("スワップ" in caplog.text) is warned
