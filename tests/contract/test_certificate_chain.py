"""Which 利用者証明用 certificate is believed, and what is said of every other."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.x509.oid import NameOID
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract.certificate_chain import (
    MAX_CERTIFICATE,
    NotTrusted,
    TrustAnchors,
    Trusted,
    holder_key_digest,
    parse,
    signed_with,
)

NOW = datetime(2022, 7, 15, 1, 0, tzinfo=UTC)
DAY = timedelta(days=1)
YEARS = 365 * DAY
HolderKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@cache
def rsa_key(name: str, size: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, size)


@cache
def curve_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP384R1())


def name(organisation: str, *, common: str | None = None) -> x509.Name:
    attributes = [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
    ]
    if common is not None:
        attributes.append(x509.NameAttribute(NameOID.COMMON_NAME, common))
    return x509.Name(attributes)


@dataclass(frozen=True)
class Authority:
    certificate: x509.Certificate
    key: rsa.RSAPrivateKey


def authority(
    key_name: str,
    organisation: str = "JPKI",
    *,
    begin: datetime = NOW - 5 * YEARS,
    end: datetime = NOW + 5 * YEARS,
    ca: bool = True,
) -> Authority:
    key = rsa_key(key_name)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(organisation))
        .issuer_name(name(organisation))
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    return Authority(builder.sign(key, hashes.SHA256()), key)


def holder(
    issuer: Authority,
    *,
    key: HolderKey | None = None,
    begin: datetime = NOW - YEARS,
    end: datetime = NOW + YEARS,
    padding_bytes: int = 0,
    alternative_name: bytes = b"",
) -> bytes:
    public = (key or rsa_key("holder")).public_key()
    builder = (
        x509.CertificateBuilder()
        .subject_name(name("JPKI", common="holder"))
        .issuer_name(issuer.certificate.subject)
        .public_key(public)
        .serial_number(77)
        .not_valid_before(begin)
        .not_valid_after(end)
    )
    if padding_bytes:
        oid = x509.ObjectIdentifier("1.2.3.4")
        builder = builder.add_extension(x509.UnrecognizedExtension(oid, bytes(padding_bytes)), critical=False)
    if alternative_name:
        names = x509.UnrecognizedExtension(x509.oid.ExtensionOID.SUBJECT_ALTERNATIVE_NAME, alternative_name)
        builder = builder.add_extension(names, critical=False)
    return builder.sign(issuer.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def anchors(*authorities: Authority, test: bool = False) -> TrustAnchors:
    pems = [one.certificate.public_bytes(serialization.Encoding.PEM) for one in authorities]
    return TrustAnchors.from_pem(pems, accept_test_ca=test)


def test_a_certificate_of_a_known_authority_is_trusted_with_its_dates() -> None:
    real = authority("g1")
    begin, end = NOW - YEARS, NOW + YEARS
    assert anchors(real).check(holder(real), NOW) == Trusted(begin, end, test=False)


def test_the_issuer_is_found_among_generations_of_the_same_name() -> None:
    generations = [authority(f"g{number}") for number in (1, 2, 3)]
    assert len({one.certificate.subject.rfc4514_string() for one in generations}) == 1
    for issuer in generations:
        assert isinstance(anchors(*generations).check(holder(issuer), NOW), Trusted)


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        ("same name, other key", "issuer"),
        ("issuer is no CA", "issuer"),
        ("issuer expired", "issuer"),
        ("issuer not yet", "issuer"),
        ("signed by another holder", "issuer"),
        ("expired", "expired"),
        ("not yet", "not-yet"),
        ("P-384", "key-type"),
        ("RSA-1024", "key-type"),
        ("RSA-3072", "key-type"),
        ("oversize", "damaged"),
        ("empty", "damaged"),
        ("garbage", "damaged"),
        ("truncated", "damaged"),
        ("trailing byte", "damaged"),
        ("PEM", "damaged"),
        ("a name of a kind nobody reads", "damaged"),
        ("one bit of the signature", "issuer"),
    ],
)
def test_each_untrusted_certificate_gets_its_reason(case: str, reason: str) -> None:
    real, other = authority("g1"), authority("g9")
    good = holder(real)
    trusted = anchors(real)
    if case == "issuer is no CA":
        trusted = anchors(authority("g1", ca=False))
    elif case == "issuer expired":
        trusted = anchors(authority("g1", end=NOW - DAY))
    elif case == "issuer not yet":
        trusted = anchors(authority("g1", begin=NOW + DAY))
    documents: dict[str, bytes] = {
        "same name, other key": holder(other),
        "signed by another holder": holder(Authority(real.certificate, rsa_key("holder"))),
        "expired": holder(real, end=NOW - DAY),
        "not yet": holder(real, begin=NOW + DAY),
        "P-384": holder(real, key=curve_key()),
        "RSA-1024": holder(real, key=rsa_key("small", 1024)),
        "RSA-3072": holder(real, key=rsa_key("large", 3072)),
        "oversize": holder(real, padding_bytes=MAX_CERTIFICATE),
        "empty": b"",
        "garbage": b"\x30\x82\x05\x00" + bytes(1280),
        "truncated": good[:-1],
        "trailing byte": good + b"\x00",
        "PEM": b"-----BEGIN CERTIFICATE-----\n",
        # SubjectAltName with an x400Address (RFC 5280, 4.2.1.6): legal, and met by an exception of its own.
        "a name of a kind nobody reads": holder(real, alternative_name=bytes.fromhex("3004a3020500")),
        "one bit of the signature": good[:-1] + bytes([good[-1] ^ 1]),
    }
    found = trusted.check(documents.get(case, good), NOW)
    assert isinstance(found, NotTrusted)
    assert found.reason == reason


def test_the_deciding_date_is_told() -> None:
    real = authority("g1")
    assert anchors(real).check(holder(real, end=NOW - DAY), NOW) == NotTrusted("expired", NOW - DAY)
    assert anchors(real).check(holder(real, begin=NOW + DAY), NOW) == NotTrusted("not-yet", NOW + DAY)


@pytest.mark.parametrize(
    ("offset", "trusted"),
    [(timedelta(0), True), (timedelta(seconds=-1), True), (timedelta(seconds=1), False)],
)
def test_the_last_second_of_validity_still_counts(offset: timedelta, trusted: bool) -> None:
    real = authority("g1")
    assert isinstance(anchors(real).check(holder(real, end=NOW), NOW + offset), Trusted) is trusted


@pytest.mark.parametrize("accepted", [True, False])
def test_a_test_authority_is_believed_only_where_settings_say_so(accepted: bool) -> None:
    test = authority("test", "JPKI-TEST")
    found = anchors(test, test=accepted).check(holder(test), NOW)
    if accepted:
        assert isinstance(found, Trusted)
        assert found.test
    else:
        assert found == NotTrusted("test-ca")


def test_accepting_test_authorities_does_not_make_real_ones_test() -> None:
    real = authority("g1")
    found = anchors(real, test=True).check(holder(real), NOW)
    assert isinstance(found, Trusted)
    assert not found.test


Hash = hashes.SHA224 | hashes.SHA256 | hashes.SHA384 | hashes.SHA512 | hashes.SHA3_256
HASHES: dict[str, Hash] = {
    "sha224": hashes.SHA224(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
    "sha3-256": hashes.SHA3_256(),
}
#: DER of object identifiers, without tag and length. All PKCS #1 ones are of one length, all NIST hashes too.
SHA256_WITH_RSA = bytes.fromhex("2a864886f70d01010b")
SHA256, MGF1 = bytes.fromhex("608648016503040201"), bytes.fromhex("2a864886f70d010108")
SIGNATURE_ALGORITHMS = {
    "rsaEncryption": "2a864886f70d010101",
    "md2WithRSA": "2a864886f70d010102",
    "md5WithRSA": "2a864886f70d010104",
    "sha1WithRSA": "2a864886f70d010105",
    "PSS without parameters": "2a864886f70d01010a",
    "dsa-with-sha256": "608648016503040302",
    "a hash instead": "608648016503040201",
    "nobody's": "2a864886f70d01017f",
}
#: NIST's arc of hashes (2.16.840.1.101.3.4.2): SHA-384 … SHAKE256, and numbers that nobody has given out.
HASH_ARCS = (0x00, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x0A, 0x0B, 0x0C, 0x12, 0x7F)
PSS_PARAMETERS = {
    "another mask function": (MGF1, bytes.fromhex("2a864886f70d010109")),
    "no mask function": (MGF1, bytes.fromhex("2a864886f70d01017f")),
    "a negative salt": (bytes.fromhex("020120"), bytes.fromhex("0201ff")),
    "no salt": (bytes.fromhex("020120"), bytes.fromhex("020100")),
    "a salt that is no number": (bytes.fromhex("020120"), bytes.fromhex("040120")),
} | {f"hash {arc:#04x}": (SHA256, SHA256[:-1] + bytes((arc,))) for arc in HASH_ARCS}


def self_made(hash_: Hash, pss: padding.PSS | None = None) -> bytes:
    """A certificate that names the authority as its issuer, and is signed by its own holder."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(name("JPKI", common="holder"))
        .issuer_name(name("JPKI"))
        .public_key(rsa_key("holder").public_key())
        .serial_number(77)
        .not_valid_before(NOW - YEARS)
        .not_valid_after(NOW + YEARS)
    )
    signed = builder.sign(rsa_key("holder"), hash_, rsa_padding=pss)
    return signed.public_bytes(serialization.Encoding.DER)


@pytest.mark.parametrize("salt", [0, 20, 32])
@pytest.mark.parametrize("mask", HASHES)
@pytest.mark.parametrize("hash_", HASHES)
def test_a_self_made_certificate_is_of_no_authority_whatever_its_hashes(
    hash_: str, mask: str, salt: int
) -> None:
    real = anchors(authority("g1"))
    for pss in (None, padding.PSS(padding.MGF1(HASHES[mask]), salt)):
        assert real.check(self_made(HASHES[hash_], pss), NOW) == NotTrusted("issuer")


def not_issued(der: bytes) -> None:
    """Whether the library refuses it on parsing or only on checking the issuer is its own affair."""
    found = anchors(authority("g1")).check(der, NOW)
    assert isinstance(found, NotTrusted)
    assert found.reason in ("issuer", "damaged")


@pytest.mark.parametrize("algorithm", SIGNATURE_ALGORITHMS)
def test_an_algorithm_that_is_none_for_certificates_makes_no_issuer(algorithm: str) -> None:
    der = self_made(hashes.SHA256())
    assert der.count(SHA256_WITH_RSA) == 2
    other = der.replace(SHA256_WITH_RSA, bytes.fromhex(SIGNATURE_ALGORITHMS[algorithm]))
    not_issued(other)


@pytest.mark.parametrize("change", PSS_PARAMETERS)
def test_odd_parameters_of_pss_make_no_issuer(change: str) -> None:
    der = self_made(hashes.SHA256(), padding.PSS(padding.MGF1(hashes.SHA256()), 32))
    old, new = PSS_PARAMETERS[change]
    assert old in der
    not_issued(der.replace(old, new))


def test_without_anchors_nobody_is_believed() -> None:
    assert anchors().check(holder(authority("g1")), NOW) == NotTrusted("issuer")


@pytest.mark.parametrize(
    "document", [b"", b"no PEM", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
def test_an_anchor_file_without_a_certificate_is_an_error(document: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        TrustAnchors.from_pem([document], accept_test_ca=False)


def test_a_signature_counts_for_its_digest_and_its_certificate_only() -> None:
    real = authority("g1")
    der = holder(real)
    digest = hashlib.sha256(b"content").digest()
    signature = rsa_key("holder").sign(digest, padding.PKCS1v15(), Prehashed(hashes.SHA256()))
    assert signed_with(der, digest, signature)
    assert not signed_with(der, hashlib.sha256(b"other").digest(), signature)
    assert not signed_with(der, digest, signature[:-1] + bytes([signature[-1] ^ 1]))
    assert not signed_with(holder(real, key=rsa_key("other")), digest, signature)
    assert not signed_with(holder(real, key=curve_key()), digest, signature)
    assert not signed_with(b"no certificate", digest, signature)
    for length in (0, 1, 255, 257, 4096):
        assert not signed_with(der, digest, bytes(length))


@pytest.mark.parametrize("length", [0, 20, 31, 33, 64])
def test_a_digest_of_a_wrong_length_is_no_signature_and_no_exception(length: int) -> None:
    assert not signed_with(holder(authority("g1")), bytes(length), bytes(256))


def test_the_key_digest_tells_cards_apart_and_survives_a_new_certificate_for_the_same_key() -> None:
    real = authority("g1")
    first = holder_key_digest(holder(real))
    assert first == holder_key_digest(holder(real, end=NOW + 2 * YEARS))
    assert first != holder_key_digest(holder(real, key=rsa_key("other")))
    assert first is not None
    assert len(first) == 32
    assert holder_key_digest(b"garbage") is None


@pytest.mark.filterwarnings("ignore")  # cryptography warns of odd but readable certificates
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=1000)
@given(st.data())
def test_no_change_of_bytes_in_a_certificate_raises_or_is_believed_for_other_content(
    data: st.DataObject,
) -> None:
    real = authority("g1")
    good = _good()
    changed = bytearray(good)
    for _ in range(data.draw(st.integers(1, 3))):
        changed[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    found = anchors(real, test=True).check(bytes(changed), NOW)
    if isinstance(found, Trusted):
        # The count of unused bits of the outer signature can be changed when those bits are zero; what the issuer
        # signed, and with it everything we read, is then still the same.
        read, written = parse(bytes(changed)), parse(good)
        assert read is not None
        assert written is not None
        assert read.tbs_certificate_bytes == written.tbs_certificate_bytes
    assert isinstance(signed_with(bytes(changed), bytes(32), bytes(256)), bool)
    holder_key_digest(bytes(changed))


@cache
def _good() -> bytes:
    return holder(authority("g1"))


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_garbage_is_no_certificate_and_never_raises(data: bytes) -> None:
    assert parse(data) is None
    assert parse(b"\x30\x82" + data) is None
    assert not signed_with(data, data, data)
