"""Private keys from their files. What is wrong is named by file, never by content."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from contract.certificate_chain import TrustAnchors
from contract.settings_file import unreadable
from contract.tables import Fault

_SECRET_BYTES = 32


def _content(path: Path) -> bytes | Fault:
    try:
        return path.read_bytes()
    except OSError as error:
        return unreadable(str(path), "", error, "put the file there", "ファイルをそこに置く")


def _wrong(path: Path, rule: str, rule_ja: str) -> Fault:
    return Fault(
        str(path), "", rule, "name the right file in the settings", rule_ja, "設定で正しいファイルを指す"
    )


def _private(path: Path) -> PrivateKeyTypes | Fault:
    """An unencrypted key in PEM."""
    pem = _content(path)
    if isinstance(pem, Fault):
        return pem
    try:
        return load_pem_private_key(pem, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return _wrong(
            path, "holds no private key in PEM without password", "合言葉のない PEM の秘密鍵がありません"
        )


def signing_key(path: Path) -> Ed25519PrivateKey | Fault:
    key = _private(path)
    return (
        key
        if isinstance(key, Ed25519PrivateKey | Fault)
        else _wrong(path, "is no Ed25519 key", "Ed25519 の鍵ではありません")
    )


def public_key(path: Path) -> Ed25519PublicKey | Fault:
    pem = _content(path)
    if isinstance(pem, Fault):
        return pem
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        return _wrong(path, "holds no public key in PEM", "PEM の公開鍵がありません")
    return (
        key
        if isinstance(key, Ed25519PublicKey)
        else _wrong(path, "is no Ed25519 key", "Ed25519 の鍵ではありません")
    )


def sealing_keys(paths: Mapping[str, Path]) -> dict[str, X25519PrivateKey] | Fault:
    keys = {}
    for kid, path in paths.items():
        key = _private(path)
        if isinstance(key, Fault):
            return key
        if not isinstance(key, X25519PrivateKey):
            return _wrong(path, "is no X25519 key", "X25519 の鍵ではありません")
        keys[kid] = key
    return keys


def secret(path: Path) -> bytes | Fault:
    content = _content(path)
    if isinstance(content, bytes) and len(content) < _SECRET_BYTES:
        return _wrong(
            path, f"is shorter than {_SECRET_BYTES} bytes", f"{_SECRET_BYTES} バイトより短いものです"
        )
    return content


def trust_anchors(paths: list[Path], *, accept_test_ca: bool) -> TrustAnchors | Fault:
    documents = []
    for path in paths:
        content = _content(path)
        if isinstance(content, Fault):
            return content
        try:
            TrustAnchors.from_pem([content], accept_test_ca=accept_test_ca)
        except ValueError:
            return _wrong(path, "holds no certificate in PEM", "PEM の証明書がありません")
        documents.append(content)
    return TrustAnchors.from_pem(documents, accept_test_ca=accept_test_ca)
