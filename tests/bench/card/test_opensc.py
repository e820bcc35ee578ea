"""Judges that are not ours: OpenSC's tools and openssl on the virtual card through the real pcscd."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from drivers.cards.jpki import Identity, JpkiCard
from tests.bench.card.rig import DirectChannel, pcscd, put_in, residents

pytestmark = pytest.mark.servers

READER = "Virtual PCD A 00 00"


def tool(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words, env=pcscd().environment(), capture_output=True, text=True, timeout=30, check=False
    )


@pytest.fixture(autouse=True, scope="module")
def happy_card() -> None:
    put_in("happy")


def test_opensc_knows_the_card() -> None:
    assert tool("opensc-tool", "-n", "-r", READER).stdout.strip() == "jpki"


def test_pkcs15_tool_lists_pins_keys_and_certificates_of_a_my_number_card() -> None:
    dump = tool("pkcs15-tool", "--dump", "--reader", READER)
    assert dump.returncode == 0, dump.stderr
    assert dump.stdout.count("X.509 Certificate [") == 4
    assert dump.stdout.count("Private RSA Key [") == 2
    assert "Tries left     : 3" in dump.stdout
    assert "Tries left     : 5" in dump.stdout


def test_a_signature_by_pkcs11_tool_is_verified_by_openssl(tmp_path: Path) -> None:
    message, signature = tmp_path / "message", tmp_path / "signature"
    message.write_bytes(b"signed by OpenSC")
    signed = tool(
        "pkcs11-tool", "--token-label", "JPKI (User Authentication PIN)", "--login",
        "--pin", residents().person("happy").auth_pin, "--sign", "--mechanism", "SHA256-RSA-PKCS",
        "--id", "01", "-i", str(message), "-o", str(signature),
    )  # fmt: skip
    assert signed.returncode == 0, signed.stderr
    assert openssl_verifies(message, signature, tmp_path)


def test_a_signature_by_our_driver_is_verified_by_openssl(tmp_path: Path) -> None:
    message, signature = tmp_path / "message", tmp_path / "signature"
    message.write_bytes(b"signed by us")
    jpki = JpkiCard(DirectChannel(residents().card("happy")))
    identity = jpki.read()
    assert isinstance(identity, Identity)
    pin = bytearray(residents().person("happy").auth_pin.encode())
    made = jpki.sign(identity.certificate, pin, hashlib.sha256(message.read_bytes()).digest())
    assert isinstance(made, bytes)
    signature.write_bytes(made)
    assert openssl_verifies(message, signature, tmp_path)
    message.write_bytes(b"signed by somebody else")
    assert not openssl_verifies(message, signature, tmp_path)


def openssl_verifies(message: Path, signature: Path, folder: Path) -> bool:
    identity = JpkiCard(DirectChannel(residents().card("happy"))).read()
    assert isinstance(identity, Identity)
    key = x509.load_der_x509_certificate(identity.certificate).public_key()
    public = folder / "public.pem"
    public.write_bytes(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    verdict = tool(
        "openssl", "dgst", "-sha256", "-verify", str(public), "-signature", str(signature), str(message)
    )
    return verdict.returncode == 0
