"""The settings a bench run writes are those the terminal and the uplink read."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from bench.fleet_keys import TlsAuthority
from bench.run_folder import FolderTooLong, RunFolder
from bench.terminal_files import TERMINAL, TerminalChoices, VirtualDevices, write_terminal_toml
from terminal.presentation import Language
from terminal.settings import Settings, load
from terminal.uplink.settings import UplinkSettings, read_settings

NOW = datetime.fromisoformat("2022-07-15T10:00:00+09:00")


def _written(folder: Path, **choices: object) -> Path:
    authority = TlsAuthority(folder)
    tls = authority.issue(TERMINAL, folder)
    return write_terminal_toml(
        folder / "terminal.toml",
        TerminalChoices(NOW, **choices),  # type: ignore[arg-type]  # a test's own table of choices
        VirtualDevices("Virtual PCD A 00 00", folder / "ttyPN532", folder / "ttyPrinter", 8899),
        keys={
            "root": folder / "root.pem",
            "sealing_keys": folder / "keys.json",
            "signing_key": folder / "d.pem",
        },
        card_ca=folder / "ca-auth.pem",
        uplink={
            "host": "127.0.0.1",
            "port": 18883,
            "ca": authority.file,
            "cert": tls.certificate,
            "key": tls.key,
            "spread_s": 0.5,
        },
        robot=folder / "robot.sock",
    )


def test_the_terminal_accepts_the_whole_file(tmp_path: Path) -> None:
    settings = load(_written(tmp_path), installed=False)
    assert isinstance(settings, Settings), settings
    file = settings.file
    assert file.terminal.now == NOW
    assert file.card.accept_test_ca
    assert file.programme.packs == ("national-2022", "demo-services")
    assert file.reader.nfc is not None
    assert file.reader.nfc.device == str(tmp_path / "ttyPN532")
    assert file.panel is not None
    assert file.panel.factory == "pigpio"
    assert settings.demo


@pytest.mark.parametrize("language", [*Language])
def test_the_terminal_speaks_the_language_that_was_chosen(tmp_path: Path, language: Language) -> None:
    settings = load(_written(tmp_path, language=language), installed=False)
    assert isinstance(settings, Settings), settings
    assert settings.file.screen.language == language.value


def test_the_uplink_accepts_the_same_file(tmp_path: Path) -> None:
    settings = read_settings(_written(tmp_path))
    assert isinstance(settings, UplinkSettings), settings
    assert (settings.terminal, settings.port, settings.spread_s) == (TERMINAL, 18883, 0.5)


def test_an_installed_terminal_refuses_it(tmp_path: Path) -> None:
    assert not isinstance(load(_written(tmp_path), installed=True), Settings)


def test_limits_of_a_test_reach_the_terminal(tmp_path: Path) -> None:
    settings = load(_written(tmp_path, limits={"idle_warning_s": 2.0, "idle_end_s": 4}), installed=False)
    assert isinstance(settings, Settings), settings
    assert (settings.file.limits.idle_warning_s, settings.file.limits.idle_end_s) == (2.0, 4.0)


def test_a_folder_too_long_for_its_sockets_is_refused_before_anything_starts() -> None:
    with pytest.raises(FolderTooLong, match="at most 70 characters"):
        RunFolder(Path("/tmp") / ("x" * 70))  # noqa: S108
