"""`terminal.toml`: what the least file means, and that one error names every bad key."""

from __future__ import annotations

from pathlib import Path

import pytest

from contract.settings_file import BadSettings
from terminal.settings import Settings, load
from tests.terminal.settings_text import FOR_DEMO_AND_TESTS, LEAST, least_with


def loaded(tmp_path: Path, text: str, *, installed: bool = False) -> Settings | BadSettings:
    path = tmp_path / "terminal.toml"
    path.write_text(text, encoding="utf-8")
    return load(path, installed=installed)


def sound(tmp_path: Path, text: str) -> Settings:
    settings = loaded(tmp_path, text)
    assert isinstance(settings, Settings), settings.text()
    return settings


def test_the_least_file_gives_the_limits_of_the_flow(tmp_path: Path) -> None:
    settings = sound(tmp_path, LEAST)
    limits = settings.file.limits
    assert (limits.idle_warning_s, limits.idle_end_s, limits.card_gap_s) == (45, 75, 2)
    assert (limits.take_card_s, limits.presence_cover_s, limits.presence_end_s) == (20, 5, 20)
    assert not settings.demo
    assert settings.path("data") == tmp_path / "data"
    assert settings.path("/var/x") == Path("/var/x")


def test_whole_numbers_are_as_good_as_seconds(tmp_path: Path) -> None:
    settings = sound(tmp_path, LEAST + "\n[limits]\nidle_warning_s = 30\nidle_end_s = 60.5\n")
    assert (settings.file.limits.idle_warning_s, settings.file.limits.idle_end_s) == (30, 60.5)


@pytest.mark.parametrize("key", ["terminal.now", "card.accept_test_ca"])
def test_a_set_clock_or_a_test_ca_makes_every_record_a_demo(tmp_path: Path, key: str) -> None:
    assert sound(tmp_path, least_with(*FOR_DEMO_AND_TESTS[key])).demo


UPLINK = """[uplink]
host = "broker.example"
ca = "u.pem"
cert = "c.pem"
key = "k.pem"
"""

#: (what is replaced, by what, key that the error names)
FAULTS = [
    ('id = "tk-0042"', 'id = "TK 42"', "terminal.id"),
    ('site = "みほん駅前店"', 'site = ""', "terminal.site"),
    ('packs = ["national-2022"]', "packs = []", "programme.packs"),
    ('ca = ["ca.pem"]', "ca = []", "card.ca"),
    ('contact = "0000-00-0000"', "", "operator"),
    ("[trust]", "[limits]\nidle_warning_s = 90\nidle_end_s = 80\n[trust]", "limits.idle_end_s"),
    ("[trust]", "[panel]\nbuzzer = 99\n[trust]", "panel.buzzer"),
    ("[trust]", "[panel]\ndoor = 0\n[trust]", "panel.door"),
    ("[trust]", "[panel]\nlamp_done = 1\n[trust]", "panel.lamp_done"),
    ("[trust]", "[panel]\ndoor = 5\npresence = 5\n[trust]", "panel.presence"),
    ("[trust]", "[panel]\nlamp_wait = 5\nlamp_done = 5\nbuzzer = 5\n[trust]", "panel.buzzer"),
    ("[trust]", '[panel]\nfactory = "mock"\n[trust]', "panel.factory"),
    ("[trust]", '[screen]\nlanguage = "fr"\n[trust]', "screen.language"),
    ("[trust]", '[screen]\nsize = "big"\n[trust]', "screen.size"),
    ("[terminal]", "[terminal]\nnow = 2022-07-15T10:00:00", "terminal.now"),
    ("[trust]", f"{UPLINK}window = 0\n[trust]", "uplink.window"),
    ("[trust]", f"{UPLINK}spread_s = 601\n[trust]", "uplink.spread_s"),
    ("[trust]", f"{UPLINK.replace('u.pem', '')}[trust]", "uplink.ca"),
]


@pytest.mark.parametrize(("old", "new", "key"), FAULTS)
def test_a_bad_value_is_named_by_its_key(tmp_path: Path, old: str, new: str, key: str) -> None:
    assert old in LEAST
    bad = loaded(tmp_path, LEAST.replace(old, new, 1))
    assert isinstance(bad, BadSettings)
    assert any(key in fault.line() for fault in bad.faults), bad.text()


def test_one_error_names_every_bad_key(tmp_path: Path) -> None:
    text = LEAST.replace('id = "tk-0042"', 'id = "TK 42"').replace('packs = ["national-2022"]', "packs = []")
    text += "[panel]\nlamp_wait = 5\ndoor = 5\n[limits]\nidle_warning_s = 90\n"
    bad = loaded(tmp_path, text)
    assert isinstance(bad, BadSettings)
    keys = [fault.key for fault in bad.faults]
    assert keys == ["terminal.id", "programme.packs", "panel.door", "limits.idle_end_s"]


@pytest.mark.parametrize("text", ["", "not toml [", "a = 1\n\x00"])
def test_a_file_that_is_none_is_told_not_raised(tmp_path: Path, text: str) -> None:
    assert isinstance(loaded(tmp_path, text), BadSettings)


def test_a_missing_file_says_how_to_name_one(tmp_path: Path) -> None:
    bad = load(tmp_path / "nowhere.toml", installed=False)
    assert isinstance(bad, BadSettings)
    assert "--config" in bad.text()
    assert bad.text().count("nowhere.toml") == 1


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"a = 1\nb = = 2", "line 2"), (b"\xff\xfe", "save it as UTF-8")],
)
def test_a_file_that_cannot_be_parsed_says_where_to_look(tmp_path: Path, content: bytes, told: str) -> None:
    (tmp_path / "terminal.toml").write_bytes(content)
    bad = load(tmp_path / "terminal.toml", installed=False)
    assert isinstance(bad, BadSettings)
    assert told in bad.text()
