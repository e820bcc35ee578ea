"""The PN532's commands as far as a reader of cards uses them (PN532 User Manual UM0701-02, chapter 7)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bench.nfc.cards import TypeACard
from bench.nfc.field import RfField

BAUD_RATES = (9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600, 1288000)
POWER_UP_BAUD = 115200

TX_MODE, RX_MODE, TX_CONTROL, FIFO_DATA = 0x6302, 0x6303, 0x6304, 0x6339
FRAMING = {0b00: "A", 0b10: "F", 0b11: "B"}  # low bits of CIU_TxMode
TIME_OUT = 0x01
RF_BITS_PER_BYTE = 10  # type B characters carry a start and a stop bit
RF_BITS_PER_S = 106_000


@dataclass(frozen=True, repr=False)
class ChipReply:
    """`data` after D5 and the code; `after_s` is the time that the air took."""

    data: bytes
    after_s: float = 0.0


class VirtualPn532:
    """One PN532. `command` never raises on what a host may send."""

    def __init__(self, field: RfField) -> None:
        self.field = field
        self.baud = POWER_UP_BAUD
        self.agreed_baud: int | None = None  # valid from the host's ACK on
        self._registers: dict[int, int] = {TX_MODE: 0x80, RX_MODE: 0x00, FIFO_DATA: 0x00}
        self._answer_time_s = 0.0512  # RFConfiguration item 2 after reset: index 10
        self._commands: dict[int, Callable[[bytes], ChipReply | None]] = {
            0x00: self._diagnose,
            0x02: lambda _: ChipReply(bytes.fromhex("32010607")),
            0x06: self._read_register,
            0x08: self._write_register,
            0x10: self._set_baud,
            0x12: lambda _: ChipReply(b""),
            0x14: lambda _: ChipReply(b""),
            0x16: self._power_down,
            0x32: self._rf_configuration,
            0x42: self._communicate_thru,
            0x4A: self._list_passive_target,
        }

    def command(self, data: bytes) -> ChipReply | None:
        """`data` begins with D4 and the command code. None = syntax error."""
        if len(data) < 2 or data[0] != 0xD4 or data[1] not in self._commands:
            return None
        reply = self._commands[data[1]](data[2:])
        if reply is None:
            return None
        return ChipReply(bytes([0xD5, data[1] + 1]) + reply.data, reply.after_s)

    def acknowledged(self) -> None:
        """The host's ACK makes a new baud rate valid."""
        if self.agreed_baud is not None:
            self.baud, self.agreed_baud = self.agreed_baud, None

    # ------------------------------------------------------------------ commands

    @staticmethod
    def _diagnose(data: bytes) -> ChipReply | None:
        """Test 0, communication line: sends back what it got. ROM and RAM tests succeed."""
        if not data:
            return None
        return ChipReply(data) if data[0] == 0x00 else ChipReply(b"\x00") if data[0] in (1, 2) else None

    def _read_register(self, data: bytes) -> ChipReply | None:
        addresses = [int.from_bytes(data[i : i + 2], "big") for i in range(0, len(data), 2)]
        return ChipReply(bytes(self._register(address) for address in addresses))

    def _register(self, address: int) -> int:
        if address == TX_CONTROL:
            return 0x83 if self.field.on else 0x80  # bits 0 and 1: both antenna drivers
        return self._registers.get(address, 0)

    def _write_register(self, data: bytes) -> ChipReply | None:
        for i in range(0, len(data) - 2, 3):
            self._registers[int.from_bytes(data[i : i + 2], "big")] = data[i + 2]
        return ChipReply(b"")

    def _set_baud(self, data: bytes) -> ChipReply | None:
        if len(data) != 1 or data[0] >= len(BAUD_RATES):
            return None
        self.agreed_baud = BAUD_RATES[data[0]]
        return ChipReply(b"")

    def _power_down(self, data: bytes) -> ChipReply | None:
        del data
        self.field.switch(False)
        return ChipReply(b"\x00")

    def _rf_configuration(self, data: bytes) -> ChipReply | None:
        if not data:
            return None
        if data[0] == 0x01 and len(data) == 2:
            self.field.switch(bool(data[1] & 1))
        elif data[0] == 0x02 and len(data) == 4:
            self._answer_time_s = 100e-6 * 2 ** (data[3] - 1) if data[3] else 0.0
        return ChipReply(b"")

    def _communicate_thru(self, data: bytes) -> ChipReply | None:
        modulation = FRAMING.get(self._registers[TX_MODE] & 0b11, "")
        answer = self.field.send(data, modulation)
        if answer is None:
            return ChipReply(bytes([TIME_OUT]), self._answer_time_s)
        return ChipReply(b"\x00" + answer, air_time_s(len(data) + len(answer)))

    def _list_passive_target(self, data: bytes) -> ChipReply | None:
        if len(data) < 2 or data[1] > 4:
            return None
        self.field.switch(True)
        if data[1] == 0x00:
            found = self._find_a()
        elif data[1] in (0x01, 0x02):
            found = self._find_f(data[1], data[2:])
        elif data[1] == 0x03:
            found = self._find_b(data[2:3])
        else:
            found = None
        return ChipReply(b"\x00") if found is None else ChipReply(b"\x01\x01" + found)

    def _find_a(self) -> bytes | None:
        self._set_framing(0x80)
        self._registers[FIFO_DATA] = 0x26  # SENS_REQ still lies there when nobody answered it
        card = self.field.card
        if not isinstance(card, TypeACard) or not card.powered:
            return None
        return card.sens_res + bytes([card.sel_res, len(card.uid)]) + card.uid

    def _find_f(self, rate: int, polling: bytes) -> bytes | None:
        self._set_framing(0x82 | rate << 4)
        answer = self.field.send(bytes([len(polling) + 1]) + polling, "F")
        return None if answer is None else bytes([len(answer)]) + answer[1:]

    def _find_b(self, afi: bytes) -> bytes | None:
        """The firmware activates at once: 64-byte frames and DID 1."""
        self._set_framing(0x83)
        atqb = self.field.send(b"\x05" + (afi or b"\x00") + b"\x00", "B")
        if atqb is None:
            return None
        attrib = self.field.send(b"\x1d" + atqb[1:5] + bytes.fromhex("00050101"), "B")
        return None if attrib is None else atqb + bytes([len(attrib)]) + attrib

    def _set_framing(self, mode: int) -> None:
        self._registers[TX_MODE] = self._registers[RX_MODE] = mode


def air_time_s(octets: int) -> float:
    return octets * RF_BITS_PER_BYTE / RF_BITS_PER_S
