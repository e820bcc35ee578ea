"""Keys and certificates of a fleet, made at run time under one folder; nothing of it enters the repository."""

from __future__ import annotations

import ipaddress
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from contract.keys import FleetKey, KeyUse, sign_keys

_LIFE = timedelta(days=365)
#: Keys count from here, so that a terminal whose clock is set to the campaign of 2022 finds them valid too.
_KEYS_FROM = datetime(2020, 1, 1, tzinfo=UTC)
_INGEST = "fleet-ingest"
_PrivateKey = ec.EllipticCurvePrivateKey | Ed25519PrivateKey | X25519PrivateKey


@dataclass(frozen=True)
class TlsFiles:
    """PEM files of one certificate holder."""

    certificate: Path
    key: Path


@dataclass(frozen=True)
class TerminalFiles:
    """What a provisioned terminal holds: TLS identity, and the device key that signs envelopes."""

    terminal: str
    tls: TlsFiles
    device_key: Path
    device_public: bytes


@dataclass(frozen=True)
class FleetFiles:
    """What the fleet holds. Each private key has its own file, so that each process is given its own only."""

    folder: Path
    root: Path
    keys: Path
    seal_kid: str
    seal_key: Path
    ack_kid: str
    ack_key: Path
    answer_kid: str
    answer_key: Path
    person_secret: Path
    tls_ca: Path
    broker: TlsFiles
    ingest: TlsFiles


def private_file(path: Path, content: bytes) -> Path:
    """Writes a file that only its owner can read."""
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_bytes(content)
    return path


def _pem(key: _PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


class TlsAuthority:
    """A private CA for the broker's listener (EC P-256), as the fleet's authority would run it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._certificate = self._sign(self._key.public_key(), "mynapo bench broker CA", None)
        self.file = private_file(
            folder / "broker-ca.pem", self._certificate.public_bytes(serialization.Encoding.PEM)
        )

    def issue(self, common_name: str, folder: Path, *, server: bool = False) -> TlsFiles:
        """Key and certificate `common_name` in `folder`; a server's is valid for loopback names."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._sign(key.public_key(), common_name, server)
        return TlsFiles(
            private_file(folder / f"{common_name}.pem", certificate.public_bytes(Encoding.PEM)),
            private_file(folder / f"{common_name}.key", _pem(key)),
        )

    def revoke(self, *revoked: TlsFiles) -> Path:
        """The CA's list of these certificates, in place of an earlier one."""
        now = datetime.now(UTC)
        builder = x509.CertificateRevocationListBuilder(self._certificate.subject, now, now + _LIFE)
        for one in revoked:
            serial = x509.load_pem_x509_certificate(one.certificate.read_bytes()).serial_number
            entry = x509.RevokedCertificateBuilder(serial, now - timedelta(hours=1)).build()
            builder = builder.add_revoked_certificate(entry)
        crl = builder.sign(self._key, hashes.SHA256())
        return private_file(self._folder / "broker-crl.pem", crl.public_bytes(Encoding.PEM))

    def _sign(self, public: ec.EllipticCurvePublicKey, name: str, server: bool | None) -> x509.Certificate:
        """`server`: True a server's, False a client's, None the CA's own certificate."""
        issuer = self._certificate.subject if server is not None else _name(name)
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(_name(name))
            .issuer_name(issuer)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + _LIFE)
            .add_extension(x509.BasicConstraints(ca=server is None, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False
            )
        )
        if server is None:
            usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
            builder = builder.add_extension(usage, critical=True)
        else:
            purpose = ExtendedKeyUsageOID.SERVER_AUTH if server else ExtendedKeyUsageOID.CLIENT_AUTH
            builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        if server:
            loopback = [x509.IPAddress(ipaddress.ip_address("127.0.0.1")), x509.DNSName("localhost")]
            builder = builder.add_extension(x509.SubjectAlternativeName(loopback), critical=False)
        return builder.sign(self._key, hashes.SHA256())


def make_fleet(folder: Path) -> tuple[FleetFiles, TlsAuthority]:
    """A whole fleet's keys under `folder` (made if missing, mode 0700)."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    root, ack, answer = (Ed25519PrivateKey.generate() for _ in range(3))
    seal = X25519PrivateKey.generate()
    until = datetime.now(UTC) + _LIFE
    kids = {use: f"{use}-{secrets.token_hex(4)}" for use in KeyUse}
    publics = {
        KeyUse.SEAL: seal.public_key().public_bytes_raw(),
        KeyUse.ACK: ack.public_key().public_bytes_raw(),
        KeyUse.ANSWER: answer.public_key().public_bytes_raw(),
    }
    ring = tuple(FleetKey(kids[use], use, public, _KEYS_FROM, until) for use, public in publics.items())
    authority = TlsAuthority(folder)
    root_public = root.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    private_file(folder / "fleet-root.key", _pem(root))
    files = FleetFiles(
        folder=folder,
        root=private_file(folder / "fleet-root.pem", root_public),
        keys=private_file(folder / "keys.json", sign_keys(root, 1, ring)),
        seal_kid=kids[KeyUse.SEAL],
        seal_key=private_file(folder / "seal-x25519.pem", _pem(seal)),
        ack_kid=kids[KeyUse.ACK],
        ack_key=private_file(folder / "ack-ed25519.pem", _pem(ack)),
        answer_kid=kids[KeyUse.ANSWER],
        answer_key=private_file(folder / "answer-ed25519.pem", _pem(answer)),
        person_secret=private_file(folder / "person.secret", secrets.token_bytes(32)),
        tls_ca=authority.file,
        broker=authority.issue("broker", folder, server=True),
        ingest=authority.issue(_INGEST, folder),
    )
    return files, authority


def make_terminal(authority: TlsAuthority, terminal: str, folder: Path) -> TerminalFiles:
    """TLS identity and device key of one terminal under `folder`."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    device = Ed25519PrivateKey.generate()
    return TerminalFiles(
        terminal=terminal,
        tls=authority.issue(terminal, folder),
        device_key=private_file(folder / "device-ed25519.pem", _pem(device)),
        device_public=device.public_key().public_bytes_raw(),
    )
