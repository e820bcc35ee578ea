"""`mynapo-provision check` names everything that is wrong at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bench.card.residents import Residents
from bench.fleet_keys import make_fleet, make_terminal
from provisioning.inspection import inspect

NOW = datetime.now(UTC)

SETTINGS = """
[terminal]
id = "tk-0042"
data_dir = "data"
site = "みほん駅前店"
[operator]
name = "みほん運営センター"
contact = "0000-00-0000"
[card]
ca = ["{ca}"]
[trust]
root = "{root}"
sealing_keys = "{keys}"
[device]
signing_key = "{device}"
[uplink]
host = "127.0.0.1"
ca = "{tls_ca}"
cert = "{cert}"
key = "{key}"
[programme]
packs = ["national-2022"]
"""


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    fleet, authority = make_fleet(tmp_path / "fleet")
    terminal = make_terminal(authority, "tk-0042", tmp_path / "terminal")
    residents = Residents(tmp_path / "residents", NOW)
    file = tmp_path / "terminal.toml"
    file.write_text(
        SETTINGS.format(
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


def test_sound_settings_have_no_finding(sound: Path) -> None:
    assert inspect(sound, NOW, installed=True) == ()


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ('id = "tk-0042"', 'id = "TK 42"', "terminal.id"),
        ("[operator]", "[operater]", "operater"),
        ('"national-2022"', '"national-1999"', "national-1999"),
        ("device-ed25519.pem", "gone.pem", "device.signing_key"),
        ('data_dir = "data"', 'data_dir = "data"\nnow = 2022-07-15T10:00:00+09:00', "terminal.now"),
        ("[programme]", '[robot]\nsocket = "r"\n[programme]', "robot"),
    ],
)
def test_each_fault_is_named_with_its_key(sound: Path, before: str, after: str, named: str) -> None:
    text = sound.read_text(encoding="utf-8")
    assert before in text
    sound.write_text(text.replace(before, after), encoding="utf-8")
    found = inspect(sound, NOW, installed=True)
    assert any(finding.bad and named in finding.text for finding in found), found


def test_two_faults_are_told_together(sound: Path) -> None:
    text = sound.read_text(encoding="utf-8").replace('"tk-0042"', '"TK"').replace('site = "みほん駅前店"', "")
    sound.write_text(text, encoding="utf-8")
    found = " ".join(finding.text for finding in inspect(sound, NOW, installed=True))
    assert "terminal.id" in found
    assert "terminal.site" in found


def test_a_certificate_that_ends_soon_is_a_word_and_no_fault(sound: Path) -> None:
    found = inspect(sound, NOW + timedelta(days=340), installed=True)
    assert any("uplink.cert ends on" in finding.text and not finding.bad for finding in found), found
