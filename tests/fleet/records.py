"""Made-up residents and their sealed records, for the tests of ingest and opener. Keys are made at run time."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import msgspec
import uuid_utils
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from contract.envelope import seal_enrolment
from contract.keys import FleetKey, KeyUse
from contract.record import (
    Body,
    ChosenService,
    ConsentGiven,
    Plaintext,
    Procedure,
    body_bytes,
    card_digest,
    pack,
)
from programmes.loader import Programme, load

#: 10 o'clock in Japan, in the middle of the campaign that the packs describe.
NOW = datetime(2022, 7, 15, 1, 0, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)
TERMINAL = "tk-0001"
JOURNAL = "0" * 32
SEAL_KID = "seal-1"


@lru_cache(maxsize=32)
def rsa_key(name: str) -> rsa.RSAPrivateKey:
    """One key for each name and test run: making one takes a tenth of a second."""
    return rsa.generate_private_key(65537, 2048)


@dataclass(frozen=True)
class CardCa:
    """A CA of the 利用者証明用 kind, of a test organisation or not."""

    name: str = "ca"
    organisation: str = "JPKI-TEST"

    def _subject(self) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, self.organisation)])

    def certificate(self) -> x509.Certificate:
        key = rsa_key(self.name)
        return (
            x509.CertificateBuilder()
            .subject_name(self._subject())
            .issuer_name(self._subject())
            .public_key(key.public_key())
            .serial_number(1)
            .not_valid_before(NOW - timedelta(days=3_000))
            .not_valid_after(NOW + timedelta(days=3_000))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(key, hashes.SHA256())
        )

    def pem(self) -> bytes:
        return self.certificate().public_bytes(Encoding.PEM)

    def issue(
        self,
        holder: str,
        *,
        after: datetime | None = None,
        until: datetime | None = None,
        serial: int = 77_001,
    ) -> bytes:
        """DER of a holder's certificate; the holder's key is that of the name."""
        return (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "holder")]))
            .issuer_name(self._subject())
            .public_key(rsa_key(holder).public_key())
            .serial_number(serial)
            .not_valid_before(after or NOW - timedelta(days=100))
            .not_valid_after(until or NOW + timedelta(days=1_000))
            .sign(rsa_key(self.name), hashes.SHA256())
            .public_bytes(Encoding.DER)
        )


@dataclass
class Terminal:
    """A terminal with its device key, and the fleet key it seals to."""

    name: str = TERMINAL
    device: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    seal: X25519PrivateKey = field(default_factory=X25519PrivateKey.generate)
    ca: CardCa = field(default_factory=CardCa)
    seq: int = 0

    def fleet_key(self, kid: str = SEAL_KID) -> FleetKey:
        public = self.seal.public_key().public_bytes_raw()
        return FleetKey(kid, KeyUse.SEAL, public, NOW - timedelta(days=9), NOW + timedelta(days=9))

    def envelope(
        self,
        packed: bytes = b"{} ",
        *,
        id_: str | None = None,
        journal: str = JOURNAL,
        seq: int | None = None,
        kid: str = SEAL_KID,
        name: str | None = None,
        device: Ed25519PrivateKey | None = None,
    ) -> bytes:
        self.seq += 1
        return seal_enrolment(
            packed,
            id=id_ or new_id(),
            terminal=name or self.name,
            journal=journal,
            seq=seq or self.seq,
            ts=1_000,
            recipient=self.fleet_key(kid),
            device=device or self.device,
        )

    def record(
        self,
        body: Body,
        *,
        holder: str = "holder",
        certificate: bytes | None = None,
        signed_body: bytes | None = None,
        signer: str | None = None,
        envelope_id: str | None = None,
    ) -> bytes:
        """The sealed envelope of a body, signed by the holder's card."""
        raw = body_bytes(body)
        signature = card_signature(signer or holder, signed_body or raw)
        plaintext = Plaintext(raw, certificate or self.ca.issue(holder), signature)
        return self.envelope(pack(plaintext), id_=envelope_id or body.id)


def card_signature(holder: str, body: bytes) -> bytes:
    """What the card computes: PKCS#1 v1.5 over the SHA-256 digest."""
    return rsa_key(holder).sign(card_digest(body), padding.PKCS1v15(), Prehashed(hashes.SHA256()))


def new_id() -> str:
    return str(uuid_utils.uuid7())


def id_at(moment: datetime) -> str:
    """A new UUIDv7 made at that time (RFC 9562 §5.7); the library makes them of now only."""
    ms = round(moment.timestamp() * 1000)
    rest = uuid_utils.uuid7().int & (1 << 80) - 1
    return str(uuid_utils.UUID(int=ms << 80 | rest))


def chosen(service: str = "aoba", service_id: str = "1234567890123456", *codes: str) -> ChosenService:
    """A service of the demo catalogue with an ID and a code that fit."""
    return ChosenService(service, service_id, codes or ("123",))


@lru_cache
def national() -> Programme:
    """The national campaign with invented services."""
    loaded = load(["national-2022", "demo-services"])
    assert isinstance(loaded, tuple)
    return loaded[0]


@lru_cache
def several_programmes() -> Mapping[str, Programme]:
    """Two programmes of the same rows, all measures offered, with copies of one service under other keys."""
    loaded = national()
    measures = tuple(msgspec.structs.replace(row, offered_here=True) for row in loaded.pack.measures)
    aoba = loaded.service("aoba")
    assert aoba is not None
    copies = tuple(msgspec.structs.replace(aoba, key=key) for key in ("aoba-refuse", "closed-pay"))
    return {
        name: replace(
            loaded,
            pack=msgspec.structs.replace(loaded.pack, name=name, measures=measures),
            services=(*loaded.services, *copies),
        )
        for name in ("national-2022", "town-2026")
    }


def make_body(visit_key: X25519PrivateKey | None = None, **changes: object) -> Body:
    """An application made at NOW, with changes."""
    answer = (visit_key or X25519PrivateKey.generate()).public_key().public_bytes_raw()
    body = Body(
        v=1,
        id=new_id(),
        visit=new_id(),
        procedure=Procedure.APPLICATION,
        programme="national-2022",
        measure="shisaku-1",
        consent=ConsentGiven("1", hashlib.sha256(b"text").hexdigest()),
        terminal=TERMINAL,
        site="site-1",
        time=NOW.isoformat(),
        clock="synced",
        answer_key=answer,
        demo=False,
        service=chosen(),
    )
    return msgspec.structs.replace(body, **changes)
