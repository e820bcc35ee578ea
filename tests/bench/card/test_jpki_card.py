"""The virtual My Number card against what is published about real ones."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from bench.card.iso7816 import Access, ElementaryFile, IsoCard, parse
from bench.card.jpki_card import four_items, raw_pkcs1_sign, token_info
from bench.card.residents import ROLES, impossible_number
from tests.bench.card.rig import NOW, residents

JPKI = "00A4040C0AD392F000260100000001"
TEXT = "00A4040C0AD3921000310001010408"
COMMON = "00A4040C0AD3921000310001010100"
ISD = "00A4040C07A0000001510000"


def powered(name: str = "happy") -> IsoCard:
    card = residents().card(name)
    assert isinstance(card, IsoCard)
    card.power_on()
    return card


def say(card: IsoCard, *commands: str) -> str:
    """The last answer in hex."""
    answer: bytes | None = b""
    for command in commands:
        answer = card.transmit(bytes.fromhex(command))
    assert answer is not None
    return answer.hex().upper()


def verify(pin: str) -> str:
    return f"00200080{len(pin):02X}{pin.encode().hex()}"


def test_token_info_has_the_layout_of_the_published_test_card() -> None:
    info = token_info("JPKIAPICCTOKEN2")
    assert len(info) == 160
    assert info[:32] == b"JPKIAPICCTOKEN2                 "
    assert info[64:80] == b"E16R01NJ        "
    assert info[80:96] == b"0000000020500003"
    assert info[96:100].hex() == "0000040d"
    assert info[116:124].hex() == "0000001000000006"
    assert info[140:].startswith(b"0301") and info[144:] == b"9" * 16


def test_four_items_have_the_offsets_of_the_published_104_byte_sample() -> None:
    items = four_items("黒桐　幹也", "あ" * 18, date(1980, 2, 17), "1")
    assert len(items) == 104
    published = "ff2065df2108000e002000590064df220fe9bb92e6a190e38080e5b9b9e4b99fdf2336"
    assert items.hex().startswith(published)
    assert items.hex().endswith("df24083139383030323137df250131")


@pytest.mark.parametrize(
    ("commands", "answer"),
    [
        (["00A40000"], "6A86"),
        ([JPKI, "00A4020C023F00"], "6A82"),
        ([JPKI, "00A4000C020006"], "6A86"),
        ([JPKI, "00A4090C020006"], "6A86"),
        (["00A4040C05D392F00026", "00A4020C020006"], "9000"),  # a shortened AID selects too
        ([JPKI, "00B0000004"], "6986"),
        ([JPKI, "00A4020C020018", "00B0000004"], "6981"),
        ([JPKI, "00A4020C020001", "00B0000004"], "6982"),
        ([JPKI, "00A4020C020006", "00B000A001"], "6B00"),
        ([JPKI, "00A4020C020006", "00B0009E10"], "39399000"),
        ([JPKI, "00A4020C020008", "00B0000003"], "8F8F009000"),
        ([JPKI, "00A4020C020018", "00200080"], "63C3"),
        ([JPKI, "00200098"], "63C3"),
        ([JPKI, "00A4020C020017", "802A00800401020304"], "6982"),
        ([JPKI, "802A00970401020304"], "6982"),
        (["01A4040C00"], "6881"),
        (["80A4040C00"], "6E00"),
        ([JPKI, "002A00970401020304"], "6E00"),  # signing has class 80
        ([JPKI, "00FE0000"], "6D00"),
        ([JPKI, "00A4020C0500"], "6700"),
        ([COMMON, "00B2020C00"], "6A83"),
        ([TEXT, "00A4020C020012", "00200080"], "63C0"),
        ([TEXT, "00A4020C020012", verify("1234")], "6984"),
        ([TEXT, "00A4020C020001", "00B0000011"], "6982"),
    ],
)
def test_it_answers_as_measured_on_test_cards(commands: list[str], answer: str) -> None:
    assert say(powered(), *commands) == answer


def test_common_application_tells_serial_municipality_and_expiry_without_pin() -> None:
    person = residents().person("happy")
    digits = f"{person.card_serial}{person.municipality}{person.card_expiry:%Y%m%d}"
    assert say(powered(), COMMON, "00B2010C00") == "011C" + digits.encode().hex().upper() + "9000"


def test_the_counter_says_the_same_after_a_success_and_falls_with_each_failure_until_blocked() -> None:
    card, pin = powered(), residents().person("happy").auth_pin
    wrong = f"{(int(pin) + 1) % 10000:04}"
    assert say(card, JPKI, "00A4020C020018", verify(pin)) == "9000"
    assert say(card, "00200080") == "63C3"
    assert [say(card, verify(wrong)) for _ in range(4)] == ["63C2", "63C1", "63C0", "6984"]
    assert say(card, "00200080") == "63C0"
    assert say(card, verify(pin)) == "6984"


@pytest.mark.parametrize(
    ("between", "signature"),
    [
        ([], True),
        ([JPKI], True),  # the same application again keeps the state (JICSAP 5.1.3)
        ([ISD, JPKI], False),
        ([TEXT, JPKI], False),
        (["00A4020C020018", verify("9x99")], False),  # a failure ends an earlier success
    ],
)
def test_the_security_state_ends_when_it_should(between: list[str], signature: bool) -> None:
    card, pin = powered(), residents().person("happy").auth_pin
    assert say(card, JPKI, "00A4020C020018", verify(pin)) == "9000"
    answer = say(card, *between, "00A4020C020017", "802A0080040102030400")
    assert answer.endswith("9000") is signature


def test_power_loss_ends_the_security_state_but_not_the_counter() -> None:
    card = powered()
    say(card, JPKI, "00A4020C020018", verify("9x99"))
    card.power_off()
    assert card.transmit(bytes.fromhex(JPKI)) is None
    card.power_on()
    assert say(card, "00A4020C020018") == "6A82"
    assert say(card, JPKI, "00A4020C020018", "00200080") == "63C2"


def test_the_log_names_files_however_they_are_chosen() -> None:
    card = powered()
    say(card, TEXT, "00A4020C020001", "00B0810010", COMMON, "00B2010C00")
    assert card.access_log == [
        Access("券面事項入力補助", 1, "select"),
        Access("券面事項入力補助", 1, "short-id"),
        Access("共通カード", 1, "record"),
    ]


def test_the_raw_signature_is_pkcs1_over_what_was_given() -> None:
    material = residents()._material("happy")
    digest_info = bytes.fromhex("3031300d060960864801650304020105000420") + hashlib.sha256(b"m").digest()
    signature = raw_pkcs1_sign(material.auth_key, digest_info)
    material.auth_key.public_key().verify(signature, b"m", PKCS1v15(), SHA256())


@pytest.mark.parametrize(
    "name", ["happy", "child", "expired", "renewed-an-hour-ago", "not-yet-valid", "resident-7"]
)
def test_certificates_have_the_shape_of_the_profile(name: str) -> None:
    certificate = auth_certificate(name)
    ca = residents().auth_ca().certificate
    certificate.verify_directly_issued_by(ca)
    key = certificate.public_key()
    assert isinstance(key, RSAPublicKey) and key.key_size == 2048
    assert [attribute.rfc4514_attribute_name for attribute in certificate.subject] == ["C", "CN"]
    assert len(str(list(certificate.subject)[1].value)) == 23
    assert [str(attribute.value) for attribute in ca.subject][:2] == ["JP", "JPKI-TEST"]
    end = certificate.not_valid_after_utc
    assert (end.hour, end.minute, end.second) == (14, 59, 59)
    assert end - certificate.not_valid_before_utc <= timedelta(days=5 * 366)


@pytest.mark.parametrize(
    ("name", "valid"),
    [("happy", True), ("expired", False), ("not-yet-valid", False), ("renewed-an-hour-ago", True)],
)
def test_validity_is_what_the_name_says(name: str, valid: bool) -> None:
    certificate = auth_certificate(name)
    assert (certificate.not_valid_before_utc <= NOW <= certificate.not_valid_after_utc) is valid
    if name == "renewed-an-hour-ago":
        assert NOW - certificate.not_valid_before_utc == timedelta(hours=1)


def test_the_unknown_authority_has_the_same_name_and_another_key() -> None:
    certificate, ca = auth_certificate("wrong-ca"), residents().auth_ca().certificate
    assert certificate.issuer == ca.subject
    with pytest.raises(Exception, match=r"^$") as refused:
        certificate.verify_directly_issued_by(ca)
    assert type(refused.value).__name__ == "InvalidSignature"


def test_every_name_has_a_card_and_the_same_person_each_time() -> None:
    for name in ROLES:
        assert residents().card(name).atr
        assert len(residents().card(name).atqb) == 12
        assert residents().person(name) == residents().person(name)
    with pytest.raises(KeyError):
        residents().card("nobody")


def test_two_bench_processes_show_the_same_card() -> None:
    from bench.card.residents import Residents
    from tests.bench.card.rig import run_folder

    again = Residents(run_folder() / "r", NOW)
    assert again._material("happy").certificates == residents()._material("happy").certificates


def test_no_generated_number_could_be_somebodys() -> None:
    import random

    for seed in range(200):
        number = impossible_number(random.Random(seed))
        digits = [int(digit) for digit in number]
        total = sum(d * (n + 1 if n <= 6 else n - 5) for n, d in enumerate(reversed(digits[:-1]), start=1))
        right = 0 if total % 11 <= 1 else 11 - total % 11
        assert digits[-1] != right, f"seed {seed}"


@pytest.mark.parametrize("raw", ["", "00A404", "00A4040C0AD3", "00B000000000", "00A4040C0000010203"])
def test_a_command_that_contradicts_its_length_is_none(raw: str) -> None:
    assert parse(bytes.fromhex(raw)) is None


def auth_certificate(name: str) -> x509.Certificate:
    card = residents().card(name)
    assert isinstance(card, IsoCard)
    file = card.applications[0].files[0x000A]
    assert isinstance(file, ElementaryFile)
    return x509.load_der_x509_certificate(file.content)
