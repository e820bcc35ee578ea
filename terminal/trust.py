"""What the terminal believes in: card CAs, the fleet's root and keys, and its own signing key, read from files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from contract.certificate_chain import TrustAnchors
from contract.encoding import MAX_PAYLOAD, Malformed
from contract.keys import KeyRing, read_keys
from contract.settings_file import BadSettings, unreadable
from contract.tables import Fault
from terminal.journal.ordinary_file import read_ordinary
from terminal.settings import Settings

T = TypeVar("T")

_FROM_FLEET = ("get it from the fleet and put it there", "運営センターからもらって、そこに置く")
#: Where a missing file comes from, in English and Japanese.
_WHENCE = {"device.signing_key": ("make it with mynapo-provision keys", "mynapo-provision keys で作る")}

#: Where a newer key document from the fleet is kept, beside the journal.
RECEIVED_KEYS = "keys.json"


@dataclass(frozen=True, repr=False)
class Trust:
    anchors: TrustAnchors
    root: Ed25519PublicKey
    ring: KeyRing
    device_key: Ed25519PrivateKey


class _Files:
    """Reads the files that settings name and collects every fault of them."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.faults: list[Fault] = []

    def read(self, key: str, name: str, parse: Callable[[bytes], T]) -> T | None:
        path = self._settings.path(name)
        try:
            return parse(path.read_bytes())
        except OSError as error:
            self.faults.append(unreadable(str(path), key, error, *_WHENCE.get(key, _FROM_FLEET)))
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            self.faults.append(
                Fault(
                    str(path),
                    key,
                    str(error) or "not PEM",
                    "ask the fleet for the right file",
                    f"正しい種類のファイルではありません（{error}）",
                    "運営センターに正しいファイルを求める",
                )
            )
        return None


def load_trust(settings: Settings) -> Trust | BadSettings:
    """One error tells of every file that cannot be used."""
    file, files = settings.file, _Files(settings)
    pems = [files.read("card.ca", name, _pem) for name in file.card.ca]
    root = files.read("trust.root", file.trust.root, _ed25519_public)
    device = files.read("device.signing_key", file.device.signing_key, _ed25519_private)
    ring = None
    if root is None:
        files.read("trust.sealing_keys", file.trust.sealing_keys, bytes)  # at least said if it is not there
    else:
        ring = files.read("trust.sealing_keys", file.trust.sealing_keys, lambda data: _ring(data, root))
    if files.faults or root is None or device is None or ring is None:
        return BadSettings(tuple(files.faults))
    anchors = TrustAnchors.from_pem(
        [pem for pem in pems if pem is not None], accept_test_ca=file.card.accept_test_ca
    )
    data = settings.path(file.terminal.data_dir)
    return Trust(anchors, root, newest_ring(ring, data / RECEIVED_KEYS, root), device)


def newest_ring(shipped: KeyRing, received: Path, root: Ed25519PublicKey) -> KeyRing:
    """The ring that came with the terminal, or a newer one that the fleet sent since and the root signed."""
    try:
        newer = read_keys(read_ordinary(received, MAX_PAYLOAD), root, at_least=shipped.version)
    except OSError:
        return shipped
    return shipped if isinstance(newer, Malformed) else newer


def _pem(data: bytes) -> bytes:
    TrustAnchors.from_pem([data], accept_test_ca=False)
    return data


def _ed25519_public(data: bytes) -> Ed25519PublicKey:
    key = load_pem_public_key(data)
    if not isinstance(key, Ed25519PublicKey):
        raise TypeError("not an Ed25519 public key")
    return key


def _ed25519_private(data: bytes) -> Ed25519PrivateKey:
    key = load_pem_private_key(data, None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError("not an Ed25519 private key")
    return key


def _ring(data: bytes, root: Ed25519PublicKey) -> KeyRing:
    ring = read_keys(data, root)
    if isinstance(ring, Malformed):
        raise ValueError(ring.reason)
    return ring
