"""`mynapo-provision check` names everything that is wrong at once."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bench.card.residents import Residents
from bench.fleet_keys import make_fleet, make_terminal
from provisioning.__main__ import main
from provisioning.inspection import Finding, inspect
from tests.terminal.settings_text import SETTINGS

NOW = datetime.now(UTC)

HEADINGS = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
#: A kernel without swap has no such list.
NO_SWAP = Path("/proc/no-swaps")

UPLINK = """
[uplink]
host = "127.0.0.1"
port = 1
ca = "{tls_ca}"
cert = "{cert}"
key = "{key}"
"""


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    fleet, authority = make_fleet(tmp_path / "fleet")
    terminal = make_terminal(authority, "tk-0042", tmp_path / "terminal")
    residents = Residents(tmp_path / "residents", NOW)
    file = tmp_path / "terminal.toml"
    file.write_text(
        (SETTINGS + UPLINK).format(
            data="data",
            pack="national-2022",
            ca=residents.auth_ca_pem(),
            root=fleet.root,
            keys=fleet.keys,
            device=terminal.device_key,
            tls_ca=fleet.tls_ca,
            cert=terminal.tls.certificate,
            key=terminal.tls.key,
        ),
        encoding="utf-8",
    )
    return file


@pytest.fixture(autouse=True)
def swaps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The list that `mynapo-provision` reads; this machine's own may name something."""
    table = tmp_path / "swaps"
    table.write_text(HEADINGS, encoding="utf-8")
    monkeypatch.setattr("provisioning.__main__.PROC_SWAPS", table)
    return table


def told(finding: Finding) -> str:
    return "\n".join(finding.fault.lines())


def test_sound_settings_have_no_finding(sound: Path) -> None:
    assert inspect(sound, NOW, installed=True, swaps=NO_SWAP) == ()


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ('id = "tk-0042"', 'id = "TK 42"', "terminal.id"),
        ("[operator]", "[operater]", "operater"),
        ('"national-2022"', '"national-1999"', "national-1999"),
        ("device-ed25519.pem", "gone.pem", "device.signing_key"),
        ('data_dir = "data"', 'data_dir = "data"\nnow = 2022-07-15T10:00:00+09:00', "terminal.now"),
        ("[programme]", '[robot]\nsocket = "r"\n[programme]', "robot"),
        ("port = 1", "port = 1\nwindow = 0", "uplink.window"),
        ("port = 1", "port = 1\nspread_s = 601", "uplink.spread_s"),
        ("broker-ca.pem", "keys.json", "uplink.ca"),
        ("tk-0042.key", "tk-0042.pem", "uplink.key"),
    ],
)
def test_each_fault_is_named_with_its_key(sound: Path, before: str, after: str, named: str) -> None:
    text = sound.read_text(encoding="utf-8")
    assert before in text
    sound.write_text(text.replace(before, after), encoding="utf-8")
    found = inspect(sound, NOW, installed=True, swaps=NO_SWAP)
    assert any(finding.bad and named in told(finding) for finding in found), found


def test_two_faults_are_told_together(sound: Path) -> None:
    text = sound.read_text(encoding="utf-8").replace('"tk-0042"', '"TK"').replace('site = "みほん駅前店"', "")
    sound.write_text(text, encoding="utf-8")
    found = " ".join(told(finding) for finding in inspect(sound, NOW, installed=True, swaps=NO_SWAP))
    assert "terminal.id" in found
    assert "terminal.site" in found


def test_the_uplinks_files_are_looked_at_although_another_table_is_wrong(sound: Path) -> None:
    text = sound.read_text(encoding="utf-8").replace('site = "みほん駅前店"', "")
    text = text.replace("broker-ca.pem", "gone.pem").replace("tk-0042.pem", "keys.json")
    sound.write_text(text.replace('id = "tk-0042"', 'id = "TK 42"'), encoding="utf-8")
    keys = [finding.fault.key for finding in inspect(sound, NOW, installed=True, swaps=NO_SWAP)]
    assert keys == ["terminal.id", "terminal.site", "uplink.ca", "uplink.cert"]


def test_every_missing_file_is_told_at_once(sound: Path) -> None:
    text = sound.read_text(encoding="utf-8")
    for name in ("fleet-root.pem", "keys.json", "device-ed25519.pem", "tk-0042.pem", "tk-0042.key"):
        assert name in text
        text = text.replace(name, "gone-" + name)
    sound.write_text(text, encoding="utf-8")
    found = "\n".join(told(finding) for finding in inspect(sound, NOW, installed=True, swaps=NO_SWAP))
    for key in (
        "trust.root",
        "trust.sealing_keys",
        "device.signing_key",
        "uplink.cert",
        "uplink.key",
    ):
        assert key in found


def test_a_certificate_that_ends_soon_is_a_word_and_no_fault(sound: Path) -> None:
    found = inspect(sound, NOW + timedelta(days=340), installed=True, swaps=NO_SWAP)
    assert any("uplink.cert" in told(finding) and not finding.bad for finding in found), found


def test_sound_settings_are_said_to_be_sound(sound: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--config", str(sound), "--installed"]) == 0
    assert "良い  設定に問題はありません" in capsys.readouterr().out


#: (what is replaced, by what, line that names it, words of the next step, exit code)
CHECKS = [
    ('id = "tk-0042"', 'id = "TK 42"', "terminal.id", "1 から 40 文字", 1),
    ("[operator]", "[operater]", "operater", "operator ではありませんか", 1),
    ('contact = "0000-00-0000"', "", "operator.contact", "電話番号と受付時間", 1),
    ("[card]", "[panel]\nbuzzer = 99\n[card]", "panel.buzzer", "BCM のピン番号", 1),
    ("[card]", '[screen]\nlanguage = "fr"\n[card]', "screen.language", "値を直す", 1),
    ('"national-2022"', '"national-1999"', "national-1999.toml", "packs の名前を確かめる", 1),
    ("device-ed25519.pem", "gone.pem", "device.signing_key", "mynapo-provision keys で作る", 1),
    ("fleet-root.pem", "keys.json", "trust.root", "正しいファイルを求める", 1),
    ("/terminal/tk-0042.pem", "/terminal/gone.pem", "uplink.cert", "もらった証明書を置く", 1),
    ("fleet-root.pem", "gone.pem", "trust.root", "運営センターからもらって", 1),
    ("port = 1", "port = 99999", "uplink.port", "値を直す", 1),
    ("[uplink]", '[printer]\ndevice = "/dev/no-such"\n[uplink]', "printer.device", "線と名前を確かめる", 0),
]


@pytest.mark.parametrize(("before", "after", "named", "next_step", "code"), CHECKS)
def test_what_is_wrong_is_said_in_japanese_first_with_the_next_step(
    sound: Path,
    capsys: pytest.CaptureFixture[str],
    before: str,
    after: str,
    named: str,
    next_step: str,
    code: int,
) -> None:
    text = sound.read_text(encoding="utf-8")
    assert before in text
    sound.write_text(text.replace(before, after), encoding="utf-8")
    assert main(["check", "--config", str(sound), "--installed"]) == code
    blocks = capsys.readouterr().out.split("\n\n")
    block = next(block for block in blocks[1:] if named in block)
    head, seen, step, english = block.splitlines()
    assert head.startswith("悪い" if code else "注意")
    assert seen.startswith("    見たもの")
    assert step.startswith("    つぎの一手")
    assert next_step in step
    assert english.startswith("    English")
    assert not any(unicodedata.east_asian_width(letter) == "A" for letter in head + seen + step)


def test_what_stops_the_terminal_comes_before_what_is_to_be_watched(
    sound: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = sound.read_text(encoding="utf-8")
    text = text.replace("[uplink]", '[printer]\ndevice = "/dev/no-such"\n[uplink]')
    sound.write_text(text.replace("device-ed25519.pem", "gone.pem"), encoding="utf-8")
    assert main(["check", "--config", str(sound)]) == 1
    told = capsys.readouterr().out
    assert "おかしいところは 1 つ、気をつけるところは 1 つ" in told
    assert told.index("悪い 1") < told.index("device.signing_key") < told.index("注意 2")


@pytest.mark.parametrize(
    "arguments", [["--help"], ["check", "--help"], ["keys", "--help"], ["journal", "--help"]]
)
def test_help_is_written_for_readers_of_japanese(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(arguments)
    assert not capsys.readouterr().out.isascii()


#: (what /proc/swaps lists below its headings, the areas that are named)
SWAPS = [
    ("", []),
    ("/var/swap                               file\t\t524284\t\t0\t\t-2\n", ["/var/swap"]),
    ("/dev/zram0                              partition\t2097148\t0\t\t100\n", ["/dev/zram0"]),
    (
        "/dev/zram0 partition\t2097148\t0\t100\n/var/swap file\t524284\t12\t-2\n",
        ["/dev/zram0", "/var/swap"],
    ),
]


@pytest.mark.parametrize(("listed", "areas"), SWAPS)
def test_an_installed_terminal_has_no_swap_of_any_kind(
    sound: Path, swaps: Path, capsys: pytest.CaptureFixture[str], listed: str, areas: list[str]
) -> None:
    swaps.write_text(HEADINGS + listed, encoding="utf-8")
    found = inspect(sound, NOW, installed=True, swaps=swaps)
    assert [(finding.bad, finding.fault.key) for finding in found] == [(True, area) for area in areas]
    assert main(["check", "--config", str(sound), "--installed"]) == bool(areas)
    out = capsys.readouterr().out
    assert ("スワップが動いています" in out) == bool(areas)
    assert inspect(sound, NOW, installed=False, swaps=swaps) == ()


def test_swap_is_told_together_with_settings_that_are_wrong(sound: Path, swaps: Path) -> None:
    swaps.write_text(HEADINGS + "/var/swap file 524284 0 -2\n", encoding="utf-8")
    sound.write_text(sound.read_text(encoding="utf-8").replace('"tk-0042"', '"TK"'), encoding="utf-8")
    keys = [finding.fault.key for finding in inspect(sound, NOW, installed=True, swaps=swaps)]
    assert keys == ["terminal.id", "/var/swap"]
