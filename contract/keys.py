"""The fleet's public keys, signed by the root that came with the image (never from the network)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from contract.encoding import Malformed, canonical, read

_CONTEXT = b"mynapo/keys/1\n"
#: Raw public keys of X25519 and Ed25519 (RFC 7748, RFC 8032).
_KEY_LENGTH = 32
#: A kid stands in line-joined signed parts, so it holds no line break (same alphabet as an envelope's ids).
_Kid = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._:-]{1,64}\Z")]


class KeyUse(StrEnum):
    SEAL = "seal"  # X25519: enrolments are sealed to it
    ACK = "ack"  # Ed25519: signs acknowledgements, after the fleet's COMMIT
    ANSWER = "answer"  # Ed25519: signs the programme port's answers


class FleetKey(msgspec.Struct, frozen=True):
    """One public key: 32 raw bytes, usable from `not_before` to `not_after` (aware times)."""

    kid: _Kid
    use: KeyUse
    public: bytes
    not_before: Annotated[datetime, msgspec.Meta(tz=True)]
    not_after: Annotated[datetime, msgspec.Meta(tz=True)]


class SignedKeys(msgspec.Struct, frozen=True):
    """`version` never goes down; `sig` is the root's Ed25519 signature over everything else."""

    v: int
    version: int
    keys: tuple[FleetKey, ...]
    sig: bytes


class KeyRing:
    """Keys whose document the root has signed."""

    def __init__(self, version: int, keys: tuple[FleetKey, ...]) -> None:
        self.version = version
        self._keys = keys

    def newest(self, use: KeyUse, at: datetime) -> FleetKey | None:
        """The key with the latest start that is valid at `at`; when all have expired, the last to expire.

        An expired sealing key still seals (nothing may be lost); the caller raises the alarm by `not_after`.
        """
        started = [key for key in self._keys if key.use is use and key.not_before <= at]
        valid = [key for key in started if at <= key.not_after]
        if valid:
            return max(valid, key=lambda key: key.not_before)
        return max(started, key=lambda key: key.not_after, default=None)

    def find(self, use: KeyUse, kid: str) -> FleetKey | None:
        return next((key for key in self._keys if key.use is use and key.kid == kid), None)

    def of_use(self, use: KeyUse) -> tuple[FleetKey, ...]:
        return tuple(key for key in self._keys if key.use is use)


def _signed_part(version: int, keys: tuple[FleetKey, ...]) -> bytes:
    return _CONTEXT + canonical({"version": version, "keys": keys})


def sign_keys(root: Ed25519PrivateKey, version: int, keys: tuple[FleetKey, ...]) -> bytes:
    """The document for `keys.json` and the topic `all/keys`."""
    sig = root.sign(_signed_part(version, keys))
    return canonical(SignedKeys(1, version, keys, sig))


def read_keys(document: bytes, root: Ed25519PublicKey, *, at_least: int = 0) -> KeyRing | Malformed:
    """The ring in `document` if the root signed it and its version is not below `at_least`."""
    signed = read(SignedKeys, document)
    if isinstance(signed, Malformed):
        return signed
    if signed.v != 1:
        return Malformed("SignedKeys", f"format version {signed.v}, this program knows 1")
    try:
        root.verify(signed.sig, _signed_part(signed.version, signed.keys))
    except InvalidSignature:
        return Malformed("SignedKeys", "not signed by the trusted root")
    if any(len(key.public) != _KEY_LENGTH for key in signed.keys):
        return Malformed("SignedKeys", f"holds a key that is not {_KEY_LENGTH} bytes long")
    if signed.version < at_least:
        return Malformed(
            "SignedKeys", f"version {signed.version} is older than {at_least}, which is already in use"
        )
    return KeyRing(signed.version, signed.keys)
