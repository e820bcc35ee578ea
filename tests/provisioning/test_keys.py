"""A terminal makes its own keys, once."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from contract.tables import Fault
from provisioning.__main__ import main
from provisioning.keys import Made, make_keys


def test_private_keys_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    made = make_keys("tk-0042", tmp_path)
    assert isinstance(made, Made)
    for path in (made.device_key, made.tls_key):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_request_carries_the_terminals_id_and_its_own_signature(tmp_path: Path) -> None:
    made = make_keys("tk-0042", tmp_path)
    assert isinstance(made, Made)
    request = x509.load_pem_x509_csr(made.request.read_bytes())
    assert request.is_signature_valid
    assert request.subject.rfc4514_string() == "CN=tk-0042"


def test_the_public_half_belongs_to_the_device_key(tmp_path: Path) -> None:
    made = make_keys("tk-0042", tmp_path)
    assert isinstance(made, Made)
    private = load_pem_private_key(made.device_key.read_bytes(), None)
    public = load_pem_public_key(made.device_public.read_bytes())
    assert isinstance(private, Ed25519PrivateKey)
    assert isinstance(public, Ed25519PublicKey)
    public.verify(private.sign(b"x"), b"x")


def test_an_existing_key_is_never_overwritten(tmp_path: Path) -> None:
    first = make_keys("tk-0042", tmp_path)
    assert isinstance(first, Made)
    before = first.device_key.read_bytes()
    again = make_keys("tk-0042", tmp_path)
    assert isinstance(again, Fault)
    assert again.file == str(first.device_key)
    assert "そのまま使う" in again.way_out_ja
    assert first.device_key.read_bytes() == before


@pytest.mark.parametrize("name", ["", "TK-1", "tk 1", "tk/1", "x" * 41, "all+"])
def test_a_name_that_is_no_terminal_id_makes_nothing(name: str, tmp_path: Path) -> None:
    assert isinstance(make_keys(name, tmp_path), Fault)
    assert list(tmp_path.iterdir()) == []


def test_the_command_names_the_files_that_go_to_the_fleet(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["keys", "--terminal", "tk-0042", "--folder", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "uplink.csr.pem" in said
    assert "PRIVATE" not in said


def test_a_folder_that_cannot_be_written_is_named_with_the_way_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert main(["keys", "--terminal", "tk-0042", "--folder", str(tmp_path / "file")]) == 1
    told = capsys.readouterr().err
    assert told.startswith("悪い  鍵を作れません")
    assert str(tmp_path / "file") in told
    assert "--folder" in told


@pytest.mark.parametrize("flushed", range(4))
def test_a_disk_that_fills_half_way_leaves_no_half_identity_behind(
    flushed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four files are flushed one after another; the one after `flushed` of them does not fit any more."""
    real = os.fsync
    done: list[int] = []

    def fills(descriptor: int) -> None:
        if len(done) == flushed:
            raise OSError(28, "No space left on device")
        done.append(descriptor)
        real(descriptor)

    with monkeypatch.context() as full:
        full.setattr(os, "fsync", fills)
        fault = make_keys("tk-0042", tmp_path)
    assert isinstance(fault, Fault)
    assert "No space left on device" in fault.rule
    assert str(tmp_path) in fault.file
    assert "空きを作り" in fault.way_out_ja
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert isinstance(make_keys("tk-0042", tmp_path), Made)
