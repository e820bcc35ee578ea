"""A test certification authority in the shape of JPKI, made at run time: `O=JPKI-TEST`, two CAs of one make.

Shapes (subject order, extensions, validity to 23:59:59 JST) follow the published profile as far as public sources
show it. Extended key usage and authority information access of the 利用者証明用 certificate are not public and
left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID, ObjectIdentifier

TEST_ORGANISATION = "JPKI-TEST"
OFFICIAL_ORGANISATION = "JPKI"
_AGENCY = "Japan Agency for Local Authority Information Systems"
_POLICY = {
    "user authentication": "1.2.392.200149.8.5.1.3.30",
    "digital signature": "1.2.392.200149.8.5.1.1.20",
}

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass(frozen=True)
class CertificationAuthority:
    """One self-signed CA. `use` is "user authentication" (利用者証明用) or "digital signature" (署名用)."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate
    use: str

    def issue(
        self,
        public_key: PublicKey,
        subject: list[tuple[ObjectIdentifier, str]],
        not_before: datetime,
        not_after: datetime,
        serial: int,
    ) -> x509.Certificate:
        """An end-entity certificate. `subject` follows C=JP, in order."""
        signing = self.use == "digital signature"
        points = x509.DistributionPoint(
            full_name=[x509.DirectoryName(_name(self._organisation, self.use, "CRL Distribution Points"))],
            relative_name=None,
            reasons=None,
            crl_issuer=None,
        )
        policy = x509.PolicyInformation(ObjectIdentifier(_POLICY[self.use]), None)
        return (
            x509.CertificateBuilder()
            .subject_name(
                x509.Name(
                    [
                        x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
                        *(x509.NameAttribute(o, v) for o, v in subject),
                    ]
                )
            )
            .issuer_name(self.certificate.subject)
            .public_key(public_key)
            .serial_number(serial)
            .not_valid_before(not_before)
            .not_valid_after(not_after)
            .add_extension(_key_usage(digital_signature=True, content_commitment=signing), critical=True)
            .add_extension(x509.CertificatePolicies([policy]), critical=True)
            .add_extension(x509.CRLDistributionPoints([points]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False
            )
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
            .sign(self.key, SHA256())
        )

    @property
    def _organisation(self) -> str:
        return str(self.certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[0].value)

    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def private_pem(self) -> bytes:
        """Key and certificate, to be kept in the run's own folder."""
        return private_pem(self.key) + self.pem()

    @classmethod
    def from_private_pem(cls, pem: bytes, use: str) -> CertificationAuthority:
        return cls(load_key(pem), x509.load_pem_x509_certificate(pem), use)


def make_authority(use: str, now: datetime, organisation: str = TEST_ORGANISATION) -> CertificationAuthority:
    """A CA valid from six years before `now` for ten years."""
    key = new_key()
    name = _name(organisation, f"JPKI for {use}", _AGENCY)
    operator = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "公的個人認証サービス（見本）"),
        ]
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number() >> 128)
        .not_valid_before(now - timedelta(days=6 * 365))
        .not_valid_after(now + timedelta(days=4 * 365))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(_key_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DirectoryName(operator)]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, SHA256())
    )
    return CertificationAuthority(key, certificate, use)


def private_pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def load_key(pem: bytes) -> rsa.RSAPrivateKey:
    # Our own keys of this run: checking the primes again would cost 60 ms a key.
    key = serialization.load_pem_private_key(pem, None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("not an RSA key")
    return key


def _name(organisation: str, *units: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            *(x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit) for unit in units),
        ]
    )


def _key_usage(
    *,
    digital_signature: bool = False,
    content_commitment: bool = False,
    key_cert_sign: bool = False,
    crl_sign: bool = False,
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=content_commitment,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        encipher_only=False,
        decipher_only=False,
    )
