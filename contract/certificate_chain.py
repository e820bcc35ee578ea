"""The 利用者証明用 certificate: its chain, its dates, its key, and signatures made with it.

Terminal and opener check the same things with the same code. Revocation is *not* checked here: it is open only to
certified verifiers (公的個人認証法 36条), so nobody may conclude from `Trusted` that the card is valid.
Facts: all generations of the CA share one distinguished name, so an issuer is found by signature, not by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.x509.oid import NameOID

#: A 利用者証明用 certificate is about 1.3–1.8 kB; whatever is larger than this is none.
MAX_CERTIFICATE = 8_192
_TEST_ORGANISATION = "JPKI-TEST"
#: All that the library raises for bytes which somebody else made, on parsing and on checking who issued them (a hash
#: or mask function it does not know is found out only there); the last four are no ValueErrors.
_UNREADABLE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)


@dataclass(frozen=True)
class Trusted:
    """Chain, key and dates are in order. `not_before` and `not_after` are aware UTC times."""

    not_before: datetime
    not_after: datetime
    test: bool


@dataclass(frozen=True)
class NotTrusted:
    """`reason`: damaged, key-type, issuer, test-ca, expired, not-yet. `until` is the date that decides, if one does."""

    reason: str
    until: datetime | None = None


class TrustAnchors:
    """The CA certificates of the 利用者証明用 kind that settings `card.ca` names."""

    def __init__(self, anchors: Sequence[x509.Certificate], *, accept_test_ca: bool) -> None:
        self._anchors = tuple(anchors)
        self._accept_test = accept_test_ca

    @classmethod
    def from_pem(cls, documents: Sequence[bytes], *, accept_test_ca: bool) -> TrustAnchors:
        """Raises ValueError if a document holds no PEM certificate."""
        anchors = [certificate for pem in documents for certificate in x509.load_pem_x509_certificates(pem)]
        return cls(anchors, accept_test_ca=accept_test_ca)

    def check(self, der: bytes, at: datetime) -> Trusted | NotTrusted:
        """Judges a certificate at the aware time `at`."""
        certificate = parse(der)
        if certificate is None:
            return NotTrusted("damaged")
        if _rsa_2048(certificate) is None:
            return NotTrusted("key-type")
        issuer = next((anchor for anchor in self._anchors if _issued(anchor, certificate, at)), None)
        if issuer is None:
            return NotTrusted("issuer")
        test = _organisation(issuer) == _TEST_ORGANISATION or _organisation(certificate) == _TEST_ORGANISATION
        if test and not self._accept_test:
            return NotTrusted("test-ca")
        if at < certificate.not_valid_before_utc:
            return NotTrusted("not-yet", certificate.not_valid_before_utc)
        if at > certificate.not_valid_after_utc:
            return NotTrusted("expired", certificate.not_valid_after_utc)
        return Trusted(certificate.not_valid_before_utc, certificate.not_valid_after_utc, test)


def parse(der: bytes) -> x509.Certificate | None:
    """The certificate, or None if the bytes are not exactly one DER certificate of sane size."""
    if not 0 < len(der) <= MAX_CERTIFICATE:
        return None
    try:
        certificate = x509.load_der_x509_certificate(der)
        certificate.public_key()
        _ = certificate.extensions
    except _UNREADABLE:
        return None
    return certificate


def signed_with(der: bytes, digest: bytes, signature: bytes) -> bool:
    """Is `signature` PKCS#1 v1.5 over the SHA-256 `digest`, made with the key of this certificate?"""
    certificate = parse(der)
    key = _rsa_2048(certificate) if certificate is not None else None
    if key is None:
        return False
    try:
        key.verify(signature, digest, padding.PKCS1v15(), Prehashed(hashes.SHA256()))
    except (InvalidSignature, ValueError):  # ValueError: a digest of another length than SHA-256's
        return False
    return True


def holder_key_digest(der: bytes) -> bytes | None:
    """SHA-256 of the subject's public key: tells two certificates apart without keeping either."""
    certificate = parse(der)
    if certificate is None:
        return None
    spki = certificate.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    digest = hashes.Hash(hashes.SHA256())
    digest.update(spki)
    return digest.finalize()


def _rsa_2048(certificate: x509.Certificate) -> rsa.RSAPublicKey | None:
    """The holder's key if it is of the only kind we know; next-generation cards carry ECDSA P-384."""
    key = certificate.public_key()
    return key if isinstance(key, rsa.RSAPublicKey) and key.key_size == 2048 else None


def _issued(anchor: x509.Certificate, certificate: x509.Certificate, at: datetime) -> bool:
    """Did this CA sign the certificate, being a CA and within its own dates when it did?

    A CA that has expired since does not make older certificates worthless at a visit clock set to their time.
    """
    try:
        certificate.verify_directly_issued_by(anchor)
        constraints = anchor.extensions.get_extension_for_class(x509.BasicConstraints).value
    except (InvalidSignature, x509.ExtensionNotFound, *_UNREADABLE):
        return False
    return constraints.ca and anchor.not_valid_before_utc <= at <= anchor.not_valid_after_utc


def _organisation(certificate: x509.Certificate) -> str:
    names = certificate.issuer.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return str(names[0].value) if names else ""
