"""Command and response APDUs, and which files can be named at all."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import drivers
from drivers.cards import apdu
from drivers.cards.apdu import Aid, CommandApdu, Ef, ResponseApdu, StatusWord

CARDS = Path(drivers.__file__).parent / "cards"


@pytest.mark.parametrize(
    ("command", "octets"),
    [
        (CommandApdu(0x20, 0, 0x80), "00200080"),
        (apdu.read_binary(0, 32), "00B0000020"),
        (apdu.read_binary(0, 256), "00B0000000"),
        (apdu.read_binary(4, 257), "00B00004000101"),
        (apdu.read_binary(0x7FFF, 65536), "00B07FFF000000"),
        (apdu.select_file(Ef.AUTH_CERTIFICATE), "00A4020C02000A"),
        (apdu.select_application(Aid.JPKI), "00A4040C0AD392F000260100000001"),
        (apdu.select_application(Aid.ISSUER_SECURITY_DOMAIN), "00A4040C07A0000001510000"),
        (
            apdu.compute_signature(bytes(32)),
            "802A0080333031300D060960864801650304020105000420" + "00" * 32 + "00",
        ),
        (CommandApdu(0x2A, 0, 0x80, bytes(300), 256, 0x80), "802A008000012C" + "00" * 300 + "0100"),
    ],
)
def test_a_command_is_encoded_as_iso_7816_4_says(command: CommandApdu, octets: str) -> None:
    assert command.encode().hex().upper() == octets


@pytest.mark.parametrize(
    ("sw", "status"),
    [
        (0x9000, StatusWord.OK),
        (0x6282, StatusWord.END_OF_FILE),
        (0x6100, StatusWord.MORE_DATA),
        (0x6C10, StatusWord.WRONG_LE),
        (0x63C3, StatusWord.PIN_COUNTER),
        (0x63C0, StatusWord.PIN_COUNTER),
        (0x6300, StatusWord.OTHER),
        (0x6984, StatusWord.PIN_BLOCKED),
        (0x6983, StatusWord.PIN_BLOCKED),
        (0x6982, StatusWord.NOT_ALLOWED),
        (0x6986, StatusWord.NO_CURRENT_FILE),
        (0x6A82, StatusWord.NOT_FOUND),
        (0x6700, StatusWord.WRONG_LENGTH),
        (0x6B00, StatusWord.BEYOND_END),
        (0x6F00, StatusWord.NO_DIAGNOSIS),
        (0x6881, StatusWord.OTHER),
        (0x6D00, StatusWord.OTHER),
        (0x6E00, StatusWord.OTHER),
        (0x1234, StatusWord.MALFORMED),
        (0x6000, StatusWord.MALFORMED),
        (0xFFFF, StatusWord.MALFORMED),
    ],
)
def test_a_status_word_has_one_meaning(sw: int, status: StatusWord) -> None:
    assert ResponseApdu.of(sw.to_bytes(2, "big")).status is status


@pytest.mark.parametrize("raw", [b"", b"\x90"])
def test_an_answer_too_short_for_a_status_word_is_malformed(raw: bytes) -> None:
    assert ResponseApdu.of(raw).status is StatusWord.MALFORMED


def test_only_four_files_and_three_applications_can_be_named() -> None:
    assert {ef.value for ef in Ef} == {0x0006, 0x000A, 0x0017, 0x0018}
    assert {aid.value.hex().upper() for aid in Aid} == {
        "D392F000260100000001",
        "A0000001510000",
        "A0000002310100000000",
    }


@pytest.mark.parametrize("fid", [0x0001, 0x0002, 0x3F00])
def test_a_file_outside_the_list_cannot_be_selected(fid: int) -> None:
    with pytest.raises(ValueError, match="not a valid Ef"):
        apdu.select_file(fid)  # type: ignore[arg-type]


@pytest.mark.parametrize("offset", [-1, 0x8000, 0x8100, 0xFFFF])
def test_read_binary_has_no_short_identifier_form(offset: int) -> None:
    with pytest.raises(ValueError, match="out of range"):
        apdu.read_binary(offset, 16)


def test_select_and_read_are_built_in_one_place_each() -> None:
    """The instruction bytes of SELECT, READ BINARY and READ RECORD stand in these functions only."""
    found = set()
    for path in sorted(CARDS.parent.rglob("*.py")):
        if path.parent.name not in ("cards", "readers") or path.name.startswith(("nfc", "felica")):
            continue  # frames of the NFC chip are not APDUs of a card
        for function in ast.walk(ast.parse(path.read_text())):
            if not isinstance(function, ast.FunctionDef):
                continue
            for call in ast.walk(function):
                if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "CommandApdu" and call.args:
                    first = call.args[0]
                    if isinstance(first, ast.Constant) and first.value in (0xA4, 0xB0, 0xB1, 0xB2):
                        found.add((path.name, function.name))
    assert found == {
        ("apdu.py", "select_application"),
        ("apdu.py", "select_file"),
        ("apdu.py", "read_binary"),
    }


def test_no_driver_holds_a_ready_made_select_or_read() -> None:
    for path in sorted(CARDS.parent.rglob("*.py")):
        constants = [
            node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant)
        ]
        for constant in constants:
            text = constant.hex() if isinstance(constant, bytes) else str(constant).lower().replace(" ", "")
            assert not text.startswith(("00a4", "00b0", "00b1", "00b2")), path


def test_verify_carries_the_digits_as_ascii() -> None:
    assert apdu.verify(bytearray(b"0123")).hex() == "002000800430313233"


@pytest.mark.parametrize("pin", [b"\0\0\0\0", b"12\0\0", b"123", b"12345", b"12a4", b""])
def test_no_verify_is_built_from_anything_but_four_digits(pin: bytes) -> None:
    assert apdu.verify(bytearray(pin)) == b""


def test_wiping_overwrites_in_place() -> None:
    secret = bytearray(b"1234")
    apdu.wipe(secret)
    assert secret == bytes(4)
