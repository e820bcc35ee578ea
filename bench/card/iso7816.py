"""The card's side of ISO/IEC 7816-4: parsing C-APDUs, and a card made of applications with files."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field

OK = b"\x90\x00"


def sw(value: int) -> bytes:
    return value.to_bytes(2, "big")


@dataclass(frozen=True)
class Apdu:
    """A parsed C-APDU. `ne` = bytes wanted (0: no Le field). `extended`: length fields of three and two bytes."""

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes
    ne: int
    extended: bool


def parse(raw: bytes) -> Apdu | None:
    """None when the length fields contradict the length (ISO/IEC 7816-4, 5.2, cases 1 to 4)."""
    if len(raw) < 4:
        return None
    cla, ins, p1, p2 = raw[:4]
    body = raw[4:]
    if not body:
        return Apdu(cla, ins, p1, p2, b"", 0, False)
    if len(body) == 1:
        return Apdu(cla, ins, p1, p2, b"", body[0] or 256, False)
    if body[0]:
        data, rest = body[1 : 1 + body[0]], body[1 + body[0] :]
        if len(data) != body[0] or len(rest) > 1:
            return None
        return Apdu(cla, ins, p1, p2, data, (rest[0] or 256) if rest else 0, False)
    if len(body) == 3:
        return Apdu(cla, ins, p1, p2, b"", int.from_bytes(body[1:], "big") or 65536, True)
    count = int.from_bytes(body[1:3], "big")
    data, rest = body[3 : 3 + count], body[3 + count :]
    if not count or len(data) != count or len(rest) not in (0, 2):
        return None
    return Apdu(cla, ins, p1, p2, data, (int.from_bytes(rest, "big") or 65536) if rest else 0, True)


@dataclass(frozen=True)
class Access:
    """One line of the access log: application and file, and how it was named."""

    application: str
    fid: int
    how: str  # "select", "short-id", "record"


@dataclass(frozen=True)
class ElementaryFile:
    """A transparent EF. `opened_by` names PIN files any of which opens it; empty = free. `filler` FFs follow the content."""

    content: bytes
    opened_by: frozenset[int] = frozenset()
    filler: int = 0


@dataclass(frozen=True)
class Key:
    """A private key file, usable after VERIFY of `opened_by`. `sign` maps padded input to the signature."""

    opened_by: int
    sign: Callable[[bytes], bytes]


@dataclass
class PinFile:
    """A PIN file. The counter outlives power; whether it is verified does not."""

    value: bytes
    limit: int
    left: int


@dataclass
class Application:
    name: str
    aid: bytes
    files: dict[int, ElementaryFile | PinFile | Key] = field(default_factory=dict)
    records: dict[int, bytes] = field(default_factory=dict)


@dataclass
class Manner:
    """How this card behaves apart from its content."""

    atr: bytes = bytes.fromhex("3BE000FF8131FE4514")
    protocol_info: bytes = bytes.fromhex("0000000005E0B381A1")[
        2:
    ]  # application data and protocol info of ATQB
    apdu_s: float = 0.0  # seconds that every answer takes
    signature_s: float = 0.0  # seconds more for a private key operation
    extended_length: bool = True
    first_command_fails: bool = False  # 6F00 once after power-up, as measured on one card


class IsoCard:
    """A card of applications, files, PINs and keys; `CardModel` of bench.card.model.

    Which security state ends when: power loss and SELECT of another application end it, SELECT of the same one
    does not; a failed VERIFY ends that PIN's.
    """

    def __init__(self, applications: list[Application], manner: Manner | None = None) -> None:
        self.manner = manner or Manner()
        self.applications = applications
        self.access_log: list[Access] = []
        self.apdus = 0
        self.bytes_in = 0
        self.bytes_out = 0
        self.signatures = 0
        self._powered = False
        self._reset()

    # ------------------------------------------------------------------ CardModel

    @property
    def atr(self) -> bytes:
        return self.manner.atr

    @property
    def atqb(self) -> bytes:
        """A fresh PUPI every time: it identifies an activation, not a card."""
        return b"\x50" + os.urandom(4) + self.manner.protocol_info

    @property
    def powered(self) -> bool:
        return self._powered

    def power_on(self) -> None:
        self._powered = True
        self._reset()
        self._fail_next = self.manner.first_command_fails

    def power_off(self) -> None:
        self._powered = False
        self._reset()

    def transmit(self, apdu: bytes) -> bytes | None:
        if not self._powered:
            return None
        if self.manner.apdu_s:
            time.sleep(self.manner.apdu_s)
        self.apdus += 1
        self.bytes_in += len(apdu)
        answer = self._answer(apdu)
        self.bytes_out += len(answer)
        return answer

    # ------------------------------------------------------------------ state

    def _reset(self) -> None:
        self._application: Application | None = None
        self._current: int | None = None
        self._verified: set[int] = set()
        self._fail_next = False

    def _answer(self, raw: bytes) -> bytes:
        if self._fail_next:
            self._fail_next = False
            return sw(0x6F00)
        apdu = parse(raw)
        if apdu is None:
            return sw(0x6700)
        if apdu.cla & 0xFC == 0x00 and apdu.cla & 0x03:
            return sw(0x6881)
        if apdu.cla != (0x80 if apdu.ins == 0x2A else 0x00):
            return sw(0x6E00)
        if apdu.extended and not self.manner.extended_length:
            return sw(0x6700)
        commands = {
            0xA4: self._select,
            0xB0: self._read_binary,
            0xB2: self._read_record,
            0x20: self._verify,
            0x2A: self._compute_signature,
            0x84: self._get_challenge,
        }
        command = commands.get(apdu.ins)
        return command(apdu) if command else sw(0x6D00)

    def _select(self, apdu: Apdu) -> bytes:
        if apdu.p1 == 0x04:
            return self._select_application(apdu.data)
        if apdu.p1 != 0x02 or len(apdu.data) != 2:
            return sw(0x6A86)
        fid = int.from_bytes(apdu.data, "big")
        self._note(fid, "select")
        if self._application is None or fid not in self._application.files:
            return sw(0x6A82)
        self._current = fid
        return OK

    def _select_application(self, aid: bytes) -> bytes:
        if aid == bytes.fromhex("A0000001510000"):
            self._reset()
            return OK
        found = next((a for a in self.applications if aid and a.aid.startswith(aid)), None)
        if found is None:
            return sw(0x6A82)
        if found is not self._application:
            self._verified.clear()
        self._application, self._current = found, None
        return OK

    def _note(self, fid: int, how: str) -> None:
        self.access_log.append(Access(self._application.name if self._application else "", fid, how))

    def _by_short_id(self, short_id: int) -> bool:
        self._note(short_id, "short-id")
        if self._application is None or short_id not in self._application.files:
            return False
        self._current = short_id
        return True

    def _file(self) -> ElementaryFile | PinFile | Key | None:
        if self._application is None or self._current is None:
            return None
        return self._application.files[self._current]

    # ------------------------------------------------------------------ commands

    def _read_binary(self, apdu: Apdu) -> bytes:
        offset = apdu.p1 << 8 | apdu.p2
        if apdu.p1 & 0x80:
            offset = apdu.p2
            if not self._by_short_id(apdu.p1 & 0x1F):
                return sw(0x6A82)
        file = self._file()
        if file is None:
            return sw(0x6986)
        if not isinstance(file, ElementaryFile):
            return sw(0x6981)
        if file.opened_by and not file.opened_by & self._verified:
            return sw(0x6982)
        physical = file.content + b"\xff" * file.filler
        if offset >= len(physical):
            return sw(0x6B00)
        return physical[offset : offset + apdu.ne] + OK

    def _read_record(self, apdu: Apdu) -> bytes:
        short_id = apdu.p2 >> 3
        if apdu.p2 & 0x07 != 0x04:
            return sw(0x6A86)
        if short_id:
            self._note(short_id, "record")
        number = short_id or self._current
        if self._application is None or number is None:
            return sw(0x6986)
        record = self._application.records.get(number) if apdu.p1 == 1 else None
        return record + OK if record is not None else sw(0x6A83)

    def _verify(self, apdu: Apdu) -> bytes:
        if apdu.p1 or not apdu.p2 & 0x80 or apdu.p2 & 0x60:
            return sw(0x6A86)
        if apdu.p2 & 0x1F and not self._by_short_id(apdu.p2 & 0x1F):
            return sw(0x6A82)
        pin, fid = self._file(), self._current
        if pin is None or fid is None:
            return sw(0x6986)
        if not isinstance(pin, PinFile):
            return sw(0x6981)
        if not apdu.data:
            return sw(0x63C0 | pin.left)
        if not pin.left:
            return sw(0x6984)
        if apdu.data == pin.value:
            pin.left = pin.limit
            self._verified.add(fid)
            return OK
        pin.left -= 1
        self._verified.discard(fid)
        return sw(0x63C0 | pin.left)

    def _compute_signature(self, apdu: Apdu) -> bytes:
        if apdu.p1 != 0x00 or not apdu.p2 & 0x80 or apdu.p2 & 0x60:
            return sw(0x6A86)
        if apdu.p2 & 0x1F and not self._by_short_id(apdu.p2 & 0x1F):
            return sw(0x6A82)
        key = self._file()
        if key is None:
            return sw(0x6986)
        if not isinstance(key, Key):
            return sw(0x6981)
        if key.opened_by not in self._verified:
            return sw(0x6982)
        if not 1 <= len(apdu.data) <= 245:
            return sw(0x6985)
        if self.manner.signature_s:
            time.sleep(self.manner.signature_s)
        self.signatures += 1
        return key.sign(apdu.data) + OK

    def _get_challenge(self, apdu: Apdu) -> bytes:
        return os.urandom(apdu.ne) + OK if 1 <= apdu.ne <= 256 else sw(0x6700)
