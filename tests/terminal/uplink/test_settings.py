"""What the uplink reads from `terminal.toml`: its figures, and files that serve TLS."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bench.fleet_keys import TlsAuthority, TlsFiles, private_file
from contract.settings_file import BadSettings
from terminal.uplink.__main__ import main
from terminal.uplink.settings import UplinkSettings, read_settings

GOOD = """
[terminal]
id = "tk-1"
data_dir = "data"
site = "known to the terminal only"
[card]
ca = []
[uplink]
host = "broker.example"
port = 8883
ca = "ca.pem"
cert = "tls.pem"
key = "tls.key"
"""


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> tuple[TlsAuthority, TlsFiles, TlsFiles]:
    folder = tmp_path_factory.mktemp("tls")
    authority = TlsAuthority(folder)
    return authority, authority.issue("tk-1", folder), authority.issue("tk-2", folder)


@pytest.fixture
def folder(tmp_path: Path, issued: tuple[TlsAuthority, TlsFiles, TlsFiles]) -> Path:
    authority, own, other = issued
    shutil.copy(authority.file, tmp_path / "ca.pem")
    shutil.copy(own.certificate, tmp_path / "tls.pem")
    shutil.copy(own.key, tmp_path / "tls.key")
    shutil.copy(other.key, tmp_path / "other.key")
    (tmp_path / "empty.pem").touch()
    private_file(tmp_path / "sealed.key", b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n")
    return tmp_path


def settings(folder: Path, text: str) -> UplinkSettings | BadSettings:
    (folder / "terminal.toml").write_text(text)
    return read_settings(folder / "terminal.toml")


def test_the_uplink_reads_its_tables_and_leaves_the_rest_alone(folder: Path) -> None:
    found = settings(folder, GOOD)
    assert isinstance(found, UplinkSettings), found
    assert (found.terminal, found.data_dir, found.window) == ("tk-1", folder / "data", 20)


def test_the_port_of_mqtt_over_tls_need_not_be_written(folder: Path) -> None:
    found = settings(folder, GOOD.replace("port = 8883\n", ""))
    assert isinstance(found, UplinkSettings), found
    assert found.port == 8883


def test_one_error_names_every_bad_key(folder: Path) -> None:
    text = GOOD.replace("8883", '"x"').replace('host = "broker.example"', "hots = 1").replace("tk-1", "TK 1")
    found = settings(folder, text)
    assert isinstance(found, BadSettings)
    for key in ("uplink.host", "uplink.hots", "uplink.port", "terminal.id"):
        assert key in found.text()


#: (settings, what the error names): files that are not there or serve no TLS, figures out of bounds.
REFUSED = [
    ("", "terminal.toml"),
    ("[terminal", "terminal.toml"),
    ("[uplink]\nport = 1\n", "terminal.toml"),
    (GOOD.replace("ca.pem", "missing.pem"), "missing.pem: uplink.ca"),
    (GOOD.replace("tls.pem", "missing.pem"), "missing.pem: uplink.cert"),
    (GOOD.replace("tls.key", "."), "uplink.key"),
    (GOOD.replace("ca.pem", "empty.pem"), "empty.pem: uplink.ca"),
    (GOOD.replace("tls.pem", "empty.pem"), "empty.pem: uplink.cert"),
    (GOOD.replace("tls.pem", "tls.key"), "tls.key: uplink.cert"),
    (GOOD.replace("tls.key", "empty.pem"), "empty.pem: uplink.key"),
    (GOOD.replace("tls.key", "other.key"), "other.key: uplink.key"),
    (GOOD.replace("tls.key", "sealed.key"), "sealed.key: uplink.key"),
    (GOOD + "window = 0\n", "uplink.window"),
    (GOOD + "window = 1001\n", "uplink.window"),
    (GOOD + "reconnect_s = 61\n", "uplink.reconnect_s"),
    (GOOD + "spread_s = -1\n", "uplink.spread_s"),
    (GOOD + "resend_s = 0\n", "uplink.resend_s"),
]


@pytest.mark.parametrize(("text", "named"), REFUSED)
def test_what_cannot_serve_is_refused_by_name_in_japanese_and_english(
    folder: Path, text: str, named: str
) -> None:
    found = settings(folder, text)
    assert isinstance(found, BadSettings)
    assert named in found.text()
    assert all(fault.rule_ja and fault.way_out_ja for fault in found.faults)


def test_a_certificate_that_is_none_ends_the_uplink_with_78(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "terminal.toml").write_text(GOOD.replace("tls.pem", "empty.pem"))
    assert main(["--config", str(folder / "terminal.toml")]) == 78
    assert "empty.pem: uplink.cert" in capsys.readouterr().err
