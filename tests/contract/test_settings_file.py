"""Every program says the same of a settings file that it cannot use: what, where, and what to do."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from contract.settings_file import BadSettings, read_document, reason_in_japanese, unreadable
from contract.tables import Fault
from fleet.__main__ import main as fleet
from fleet.settings import read_settings
from terminal.__main__ import main as terminal
from terminal.uplink.__main__ import main as uplink

PROGRAMS: dict[str, Callable[[Path], int]] = {
    "terminal": lambda file: terminal(["--config", str(file)]),
    "uplink": lambda file: uplink(["--config", str(file)]),
    "ingest": lambda file: fleet(["ingest", "--config", str(file)]),
    "opener": lambda file: fleet(["opener", "--config", str(file)]),
    "dashboard": lambda file: fleet(["dashboard", "--config", str(file)]),
    "register": lambda file: fleet(
        ["register", "--config", str(file), "--terminal", "tk-1", "--public-key", str(file)]
    ),
}
#: (what lies there, what is seen, the way out)
FILES: list[tuple[bytes | None, str, str]] = [
    (None, "ありません", "--config"),
    (b"a = 1\nb = = 2", "line 2", "その行"),
    (b"a = \xff", "4 バイト目", "UTF-8"),
    (b"", "ありません", "書き足す"),
    (b"[colour]\nx = 1\n", "知らない項目", "消す"),
]


#: The uplink leaves the tables of others alone.
CASES = [
    (name, *file) for name in PROGRAMS for file in FILES if (name, file[1]) != ("uplink", "知らない項目")
]


@pytest.mark.parametrize(("program", "content", "seen", "way_out"), CASES)
def test_a_file_that_cannot_be_used_ends_every_program_with_78_and_the_same_sentence(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    program: str,
    content: bytes | None,
    seen: str,
    way_out: str,
) -> None:
    file = tmp_path / "settings.toml"
    if content is not None:
        file.write_bytes(content)
    assert PROGRAMS[program](file) == os.EX_CONFIG == 78
    told = capsys.readouterr().err.splitlines()
    assert told[0] == "設定が使えません。The settings cannot be used:"
    assert told[1].startswith(str(file))
    assert "Errno" not in "".join(told)
    assert any(line.startswith("    見たもの    ") and seen in line for line in told)
    assert any(line.startswith("    つぎの一手  ") and way_out in line for line in told)
    assert any(line.startswith("    English     ") for line in told)


def test_a_folder_is_no_settings_file(tmp_path: Path) -> None:
    fault = read_document(tmp_path)
    assert isinstance(fault, Fault)
    assert "フォルダー" in fault.rule_ja


def test_a_missing_right_sends_to_sudo_and_not_to_another_file() -> None:
    fault = unreadable("/etc/mynapo/terminal.toml", "", PermissionError(13, "Permission denied"), "x", "y")
    assert "sudo" in fault.way_out
    assert "sudo" in fault.way_out_ja


def test_a_reason_without_words_of_its_own_is_quoted() -> None:
    assert "Input/output error" in reason_in_japanese(OSError(5, "Input/output error"))


def test_faults_without_japanese_are_told_in_english_alone() -> None:
    assert Fault("a.toml", "k", "rule", "way").lines() == ("a.toml: k", "    English     rule; way")


def test_the_words_have_the_same_width_in_every_client(tmp_path: Path) -> None:
    """Characters of class A of UAX #11 are one cell here and two there, and break the columns."""
    file = tmp_path / "fleet.toml"
    file.write_text("[store]\nurl = 5\n[dashboard]\nport = 0\nprot = 1\n")
    found = read_settings(file)
    assert isinstance(found, BadSettings)
    assert len(found.faults) == 3
    assert {letter for letter in found.text() if unicodedata.east_asian_width(letter) == "A"} == set()
