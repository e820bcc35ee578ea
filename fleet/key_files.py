"""Private keys from their files. What is wrong is named by file, never by content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from contract.certificate_chain import TrustAnchors

_SECRET_BYTES = 32


@dataclass(frozen=True)
class KeyFault:
    path: Path
    reason: str

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


def _content(path: Path) -> bytes | KeyFault:
    try:
        return path.read_bytes()
    except OSError as error:
        return KeyFault(path, error.strerror or "cannot be read")


def _private(path: Path) -> PrivateKeyTypes | KeyFault:
    """An unencrypted key in PEM."""
    pem = _content(path)
    if isinstance(pem, KeyFault):
        return pem
    try:
        return load_pem_private_key(pem, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return KeyFault(path, "holds no private key in PEM without password")


def signing_key(path: Path) -> Ed25519PrivateKey | KeyFault:
    key = _private(path)
    return key if isinstance(key, Ed25519PrivateKey | KeyFault) else KeyFault(path, "is no Ed25519 key")


def public_key(path: Path) -> Ed25519PublicKey | KeyFault:
    pem = _content(path)
    if isinstance(pem, KeyFault):
        return pem
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        return KeyFault(path, "holds no public key in PEM")
    return key if isinstance(key, Ed25519PublicKey) else KeyFault(path, "is no Ed25519 key")


def sealing_keys(paths: Mapping[str, Path]) -> dict[str, X25519PrivateKey] | KeyFault:
    keys = {}
    for kid, path in paths.items():
        key = _private(path)
        if isinstance(key, KeyFault):
            return key
        if not isinstance(key, X25519PrivateKey):
            return KeyFault(path, "is no X25519 key")
        keys[kid] = key
    return keys


def secret(path: Path) -> bytes | KeyFault:
    content = _content(path)
    if isinstance(content, bytes) and len(content) < _SECRET_BYTES:
        return KeyFault(path, f"is shorter than {_SECRET_BYTES} bytes")
    return content


def trust_anchors(paths: list[Path], *, accept_test_ca: bool) -> TrustAnchors | KeyFault:
    documents = []
    for path in paths:
        content = _content(path)
        if isinstance(content, KeyFault):
            return content
        try:
            TrustAnchors.from_pem([content], accept_test_ca=accept_test_ca)
        except ValueError:
            return KeyFault(path, "holds no certificate in PEM")
        documents.append(content)
    return TrustAnchors.from_pem(documents, accept_test_ca=accept_test_ca)
