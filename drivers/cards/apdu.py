"""ISO/IEC 7816-4 command and response APDUs, and what a status word says.

Commands are built here and nowhere else. Files and applications can be named only by the members of `Ef` and
`Aid`: no function takes a file identifier as a number, and READ BINARY has no short-identifier form here, so
that no file outside these enumerations (above all the one that holds the 個人番号) can be selected at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum, StrEnum

SHORT_LE_MAX = 256
"""Most bytes that one short-length response carries (ISO/IEC 7816-4, 5.2: Le field of one byte, 00 = 256)."""

EXTENDED_LE_MAX = 65536
READ_OFFSET_MAX = 0x7FFF
"""READ BINARY carries the offset in 15 bits of P1-P2; the sixteenth would make P1 a short file identifier."""

PIN_DIGITS = 4
DIGEST_BYTES = 32

_DIGEST_INFO_SHA256 = bytes.fromhex("3031300D060960864801650304020105000420")
"""DER of DigestInfo up to the digest (RFC 8017, 9.2 note 1); the card pads it by PKCS#1 v1.5 as it is."""


class Aid(Enum):
    """Applications that this terminal selects, each by its complete identifier.

    A card may accept a shortened one (JICSAP), so that a success with less than all bytes would prove nothing.
    """

    JPKI = bytes.fromhex("D392F000260100000001")  # 公的個人認証AP
    ISSUER_SECURITY_DOMAIN = bytes.fromhex(
        "A0000001510000"
    )  # GlobalPlatform; selecting it ends the JPKI session
    DRIVERS_LICENCE = bytes.fromhex("A0000002310100000000")  # 運転免許証 DF1; only to give the card its name


class Ef(IntEnum):
    """Files of the JPKI application that this terminal selects, all of them."""

    TOKEN_INFO = 0x0006
    AUTH_CERTIFICATE = 0x000A  # 利用者証明用証明書, free to read
    AUTH_KEY = 0x0017
    AUTH_PIN = 0x0018


class StatusWord(StrEnum):
    """What SW1-SW2 says, as far as this terminal tells answers apart."""

    OK = "ok"  # 9000
    END_OF_FILE = "end-of-file"  # 6282: fewer bytes than asked for
    MORE_DATA = "more-data"  # 61xx
    WRONG_LE = "wrong-le"  # 6Cxx
    PIN_COUNTER = "pin-counter"  # 63Cx
    PIN_BLOCKED = "pin-blocked"  # 6984; 6983 in other card families
    NOT_ALLOWED = "not-allowed"  # 6982
    NO_CURRENT_FILE = "no-current-file"  # 6986
    NOT_FOUND = "not-found"  # 6A82
    WRONG_LENGTH = "wrong-length"  # 6700
    BEYOND_END = "beyond-end"  # 6B00
    NO_DIAGNOSIS = "no-diagnosis"  # 6F00
    OTHER = "other"  # a status word of the standard that means no more than "no" here
    MALFORMED = "malformed"  # not an R-APDU


_EXACT = {
    0x9000: StatusWord.OK,
    0x6282: StatusWord.END_OF_FILE,
    0x6984: StatusWord.PIN_BLOCKED,
    0x6983: StatusWord.PIN_BLOCKED,
    0x6982: StatusWord.NOT_ALLOWED,
    0x6986: StatusWord.NO_CURRENT_FILE,
    0x6A82: StatusWord.NOT_FOUND,
    0x6700: StatusWord.WRONG_LENGTH,
    0x6B00: StatusWord.BEYOND_END,
    0x6F00: StatusWord.NO_DIAGNOSIS,
}


@dataclass(frozen=True, repr=False)
class ResponseApdu:
    """An R-APDU. `sw` is SW1-SW2, 0 if what came back was too short to hold one. Never printed: data may be personal."""

    data: bytes
    sw: int

    @classmethod
    def of(cls, raw: bytes) -> ResponseApdu:
        """Any bytes are a response; those that are none have the status MALFORMED."""
        if len(raw) < 2:
            return cls(b"", 0)
        return cls(bytes(raw[:-2]), int.from_bytes(raw[-2:], "big"))

    @property
    def status(self) -> StatusWord:
        if self.sw in _EXACT:
            return _EXACT[self.sw]
        sw1 = self.sw >> 8
        if sw1 == 0x61:
            return StatusWord.MORE_DATA
        if sw1 == 0x6C:
            return StatusWord.WRONG_LE
        if self.sw & 0xFFF0 == 0x63C0:
            return StatusWord.PIN_COUNTER
        if 0x62 <= sw1 <= 0x6F or 0x90 <= sw1 <= 0x9F:
            return StatusWord.OTHER
        return StatusWord.MALFORMED

    @property
    def ok(self) -> bool:
        return self.sw == 0x9000

    @property
    def tries(self) -> int:
        """x of 63Cx; means something only with PIN_COUNTER."""
        return self.sw & 0x0F

    @property
    def announced(self) -> int:
        """Number of bytes that 61xx or 6Cxx announces, 1..256."""
        return self.sw & 0xFF or SHORT_LE_MAX

    @property
    def hex(self) -> str:
        """SW1-SW2 as four digits, empty if there was none."""
        return f"{self.sw:04X}" if self.sw else ""


@dataclass(frozen=True, repr=False)
class CommandApdu:
    """A C-APDU without secure messaging or logical channel."""

    ins: int
    p1: int
    p2: int
    data: bytes = b""
    le: int = 0  # 0 = no Le field, else 1..65536
    cla: int = 0x00  # first interindustry class

    def encode(self) -> bytes:
        """Short form where it fits, else extended (both fields), ISO/IEC 7816-4, 5.2."""
        header = bytes((self.cla, self.ins, self.p1, self.p2))
        if len(self.data) <= 255 and self.le <= SHORT_LE_MAX:
            lc = bytes((len(self.data),)) if self.data else b""
            return header + lc + self.data + (bytes((self.le & 0xFF,)) if self.le else b"")
        lc = len(self.data).to_bytes(2, "big") if self.data else b""
        le = (self.le & 0xFFFF).to_bytes(2, "big") if self.le else b""
        return header + b"\x00" + lc + self.data + le


def select_application(aid: Aid) -> CommandApdu:
    """P2 0C: no file control information wanted, which saves its bytes."""
    return CommandApdu(0xA4, 0x04, 0x0C, aid.value)


def select_file(ef: Ef) -> CommandApdu:
    """P1 02 is the only form that My Number cards accept for files."""
    return CommandApdu(0xA4, 0x02, 0x0C, Ef(ef).to_bytes(2, "big"))


def read_binary(offset: int, length: int) -> CommandApdu:
    """`length` bytes of the current file from `offset`; extended length above 256.

    Raises ValueError outside the 15-bit offset or 1..65536 bytes.
    """
    if not 0 <= offset <= READ_OFFSET_MAX or not 1 <= length <= EXTENDED_LE_MAX:
        raise ValueError("READ BINARY out of range")
    return CommandApdu(0xB0, offset >> 8, offset & 0xFF, le=length)


def get_response(length: int) -> CommandApdu:
    return CommandApdu(0xC0, 0x00, 0x00, le=length)


def query_tries() -> CommandApdu:
    """VERIFY without data: asks the current PIN file for its counter and spends no try."""
    return CommandApdu(0x20, 0x00, 0x80)


def verify(pin: bytearray) -> bytearray:
    """VERIFY with the PIN in a buffer that the caller overwrites. Empty if `pin` is not (or no longer) 4 digits.

    The check is made on the copy: if another thread overwrote the PIN a moment ago, zeros must not cost a try.
    """
    command = bytearray((0x00, 0x20, 0x00, 0x80, PIN_DIGITS))
    command += pin
    if len(command) == 5 + PIN_DIGITS and all(0x30 <= digit <= 0x39 for digit in command[5:]):
        return command
    wipe(command)
    return bytearray()


def compute_signature(digest: bytes) -> CommandApdu:
    """COMPUTE DIGITAL SIGNATURE over a SHA-256 DigestInfo. The answer is a 256-byte PKCS#1 v1.5 signature.

    The only command of the card with the proprietary class 80 (so do OpenSC and every published client send it).
    """
    if len(digest) != DIGEST_BYTES:
        raise ValueError("a SHA-256 digest has 32 bytes")
    return CommandApdu(0x2A, 0x00, 0x80, _DIGEST_INFO_SHA256 + digest, SHORT_LE_MAX, cla=0x80)


def wipe(secret: bytearray) -> None:
    """Overwrites in place; the length stays, so that no reallocation leaves a copy behind."""
    secret[:] = bytes(len(secret))
