"""A terminal's own keys, made on the terminal: the private halves never leave it.

Two keys for two processes: the device key (Ed25519) signs envelopes and belongs to the terminal's process; the TLS key
(EC P-256, what Mosquitto and every broker take) belongs to the uplink's. The fleet gets a certificate request for the
one and the public half of the other.
"""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID

from contract.tables import Fault
from contract.topics import is_terminal_id


@dataclass(frozen=True)
class Made:
    """What was written; `request` and `device_public` go to the fleet."""

    device_key: Path
    device_public: Path
    tls_key: Path
    request: Path


def make_keys(terminal: str, folder: Path) -> Made | Fault:
    """Writes `device/` and `uplink/` below `folder`, all of it or nothing. Never overwrites: a key that is replaced
    orphans records.
    """
    if not is_terminal_id(terminal):
        return Fault(
            "--terminal",
            "",
            f"{terminal!r} is no terminal id",
            "use 1-40 of a-z, 0-9 and -, as on the label",
            f"{terminal!r} は端末の名前に使えません",
            "ラベルのとおりに、a-z、0-9、- で 1 から 40 文字にする",
        )
    made = Made(
        device_key=folder / "device" / "device-ed25519.pem",
        device_public=folder / "device" / "device-ed25519.pub.pem",
        tls_key=folder / "uplink" / "uplink-key.pem",
        request=folder / "uplink" / "uplink.csr.pem",
    )
    existing = next((path for path in (made.device_key, made.tls_key) if path.exists()), None)
    if existing is not None:
        return Fault(
            str(existing),
            "",
            "exists already",
            "keep it; to give the terminal a new identity, move it away",
            "もうあります",
            "そのまま使う。端末に新しい身元を与えるときだけ、よそへ移してからもう一度",
        )
    written: list[Path] = []
    for path, (content, mode) in _contents(terminal, made).items():
        try:
            _write(path, content, mode)
        except OSError as error:
            for whole in written:  # half an identity would be kept by the next run, and never be whole
                whole.unlink(missing_ok=True)
            return _not_written(path, error)
        written.append(path)
    return made


def _contents(terminal: str, made: Made) -> dict[Path, tuple[bytes, int]]:
    """What goes into each file, and its mode."""
    device, tls = Ed25519PrivateKey.generate(), ec.generate_private_key(ec.SECP256R1())
    private = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = device.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return {
        made.device_key: (device.private_bytes(*private), 0o600),
        made.device_public: (public, 0o644),
        made.tls_key: (tls.private_bytes(*private), 0o600),
        made.request: (_request(terminal, tls), 0o644),
    }


def _not_written(path: Path, error: OSError) -> Fault:
    way_out = "use sudo, or name with --folder a folder that you may write to"
    way_out_ja = "sudo をつけるか、書けるフォルダーを --folder で指す"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        way_out, way_out_ja = "make room on the disk (df), then run it again", "df で見て空きを作り、もう一度"
    return Fault(
        str(error.filename or path),
        "",
        f"cannot be written: {error.strerror}",
        way_out,
        f"書けません（{error.strerror}）",
        way_out_ja,
    )


def _request(terminal: str, key: ec.EllipticCurvePrivateKey) -> bytes:
    """The common name is the terminal's id: the broker's access list is by that name."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, terminal)])
    request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    return request.public_bytes(Encoding.PEM)


def _write(path: Path, content: bytes, mode: int) -> None:
    """Created with its mode from the first byte on, and on the disk when it returns; nothing of it when it raises."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        path.unlink()
        raise
