"""`fleet.toml` and the key files: one error names all that is wrong, and no program starts on a guess."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.fleet_keys import make_fleet, private_file
from contract.settings_file import BadSettings
from contract.tables import Fault
from fleet.__main__ import main
from fleet.key_files import public_key, sealing_keys, secret, signing_key, trust_anchors
from fleet.settings import FleetSettings, read_settings

GOOD = """
[store]
url = "sqlite:///fleet.db"
[broker]
host = "127.0.0.1"
port = 8883
ca = "ca.pem"
cert = "/etc/fleet/ingest.pem"
key = "ingest.key"
[opener]
sealing_keys = { k1 = "seal.pem" }
answer_key = "answer.pem"
answer_kid = "a1"
person_secret = "person.secret"
card_ca = ["card-ca.pem"]
demo = true
"""
REAL = GOOD.replace("demo = true", 'programme_port = "operator"')


def settings(folder: Path, text: str) -> FleetSettings | BadSettings:
    file = folder / "fleet.toml"
    file.write_text(text)
    return read_settings(file)


def test_paths_count_from_the_settings_file(tmp_path: Path) -> None:
    found = settings(tmp_path, GOOD)
    assert isinstance(found, FleetSettings)
    assert found.broker is not None
    assert found.opener is not None
    assert found.store.url == f"sqlite:///{tmp_path / 'fleet.db'}"
    assert found.broker.ca == tmp_path / "ca.pem"
    assert found.broker.cert == Path("/etc/fleet/ingest.pem")
    assert found.opener.sealing_keys == {"k1": tmp_path / "seal.pem"}
    assert found.opener.card_ca == [tmp_path / "card-ca.pem"]
    assert found.opener.demo
    assert found.opener.packs == ("national-2022",)
    text = GOOD + 'packs = ["national-2022", "ours/extra.toml"]\n'
    named = settings(tmp_path, text)
    assert isinstance(named, FleetSettings)
    assert named.opener is not None
    assert named.opener.packs == ("national-2022", str(tmp_path / "ours/extra.toml"))


def test_one_error_names_every_bad_key(tmp_path: Path) -> None:
    text = GOOD.replace("8883", "99999").replace('answer_kid = "a1"', "answer_kid = 5").replace("ca.pem", "")
    found = settings(tmp_path, text + "\n[colour]\nx = 1\n[dashboard]\nhost = '0.0.0.0'\nprot = 1\n")
    assert isinstance(found, BadSettings)
    for key in ("broker.port", "opener.answer_kid", "broker.ca", "colour", "dashboard.prot"):
        assert key in found.text()


def test_test_cards_are_taken_in_demo_mode_only(tmp_path: Path) -> None:
    found = settings(tmp_path, REAL + "accept_test_ca = true\n")
    assert isinstance(found, BadSettings)
    assert "opener.accept_test_ca" in found.text()
    assert "opener.programme_port" not in found.text()
    assert isinstance(settings(tmp_path, GOOD + "accept_test_ca = true\n"), FleetSettings)


@pytest.mark.parametrize("line", ["", 'programme_port = "sample"', "demo = false"])
def test_real_records_are_never_settled_by_the_sample(tmp_path: Path, line: str) -> None:
    found = settings(tmp_path, GOOD.replace("demo = true", line))
    assert isinstance(found, BadSettings)
    assert "opener.programme_port" in found.text()


def test_a_fleet_for_real_records_names_its_operators_port(tmp_path: Path) -> None:
    found = settings(tmp_path, REAL)
    assert isinstance(found, FleetSettings)
    assert found.opener is not None
    assert not found.opener.demo


def test_the_page_is_served_on_loopback_only(tmp_path: Path) -> None:
    found = settings(tmp_path, GOOD + "\n[dashboard]\nhost = '0.0.0.0'\n")
    assert isinstance(found, BadSettings)
    assert "dashboard.host" in found.text()


@pytest.mark.parametrize(
    "hosts", ["[]", '["*"]', '["fleet.*"]', '["http://fleet.example"]', '["fleet.example:80"]', '[""]']
)
def test_what_is_no_hosts_name_is_refused(tmp_path: Path, hosts: str) -> None:
    found = settings(tmp_path, GOOD + f"\n[dashboard]\nhosts = {hosts}\n")
    assert isinstance(found, BadSettings)
    assert "dashboard.hosts" in found.text()


def test_a_proxys_name_can_be_set(tmp_path: Path) -> None:
    found = settings(
        tmp_path, GOOD + '\n[dashboard]\nhosts = ["fleet.example", "*.fleet.example", "[::1]"]\n'
    )
    assert isinstance(found, FleetSettings)
    assert found.dashboard.hosts == ("fleet.example", "*.fleet.example", "[::1]")


@pytest.mark.parametrize("text", ["", "[store", "store = 1", "[store]\nurl = ''"])
def test_a_file_without_a_store_is_refused(tmp_path: Path, text: str) -> None:
    assert isinstance(settings(tmp_path, text), BadSettings)


def test_keys_are_loaded_and_faults_name_the_file_and_nothing_of_its_content(tmp_path: Path) -> None:
    files, _ = make_fleet(tmp_path)
    assert not isinstance(signing_key(files.ack_key), Fault)
    assert not isinstance(public_key(files.root), Fault)
    assert not isinstance(sealing_keys({"k": files.seal_key}), Fault)
    rubbish = private_file(tmp_path / "rubbish", b"top secret")
    for fault in (
        signing_key(files.seal_key),
        signing_key(rubbish),
        signing_key(tmp_path / "missing"),
        public_key(rubbish),
        sealing_keys({"k": files.ack_key}),
        secret(rubbish),
        trust_anchors([rubbish], accept_test_ca=False),
    ):
        assert isinstance(fault, Fault)
        assert "top secret" not in fault.line()


COMMANDS = ["ingest", "opener", "dashboard"]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_program_with_bad_settings_ends_with_code_78(
    tmp_path: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "fleet.toml").write_text("[store]\nurl = 5\n")
    assert main([command, "--config", str(tmp_path / "fleet.toml")]) == 78
    assert "store.url" in capsys.readouterr().err


def test_an_opener_without_its_programmes_does_not_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files, _ = make_fleet(tmp_path)
    (tmp_path / "fleet.toml").write_text(
        f"""
[store]
url = "sqlite:///fleet.db"
[opener]
sealing_keys = {{ k1 = "{files.seal_key}" }}
answer_key = "{files.answer_key}"
answer_kid = "a1"
person_secret = "{files.person_secret}"
card_ca = ["{files.tls_ca}"]
packs = ["nowhere-1999"]
demo = true
"""
    )
    assert main(["opener", "--config", str(tmp_path / "fleet.toml")]) == 78
    assert "nowhere-1999" in capsys.readouterr().err
    assert not (tmp_path / "fleet.db").exists()


@pytest.mark.parametrize("name", ["all", "fleet-ingest", "TK-1", "+", ""])
def test_reserved_and_odd_names_cannot_be_registered(tmp_path: Path, name: str) -> None:
    files, _ = make_fleet(tmp_path)
    (tmp_path / "fleet.toml").write_text('[store]\nurl = "sqlite:///f.db"\n')
    config, key = str(tmp_path / "fleet.toml"), str(files.root)
    assert main(["register", "--config", config, f"--terminal={name}", "--public-key", key]) == 78
    assert main(["register", "--config", config, "--terminal", "tk-1", "--public-key", key]) == 0
