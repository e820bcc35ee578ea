"""What may lie in the field: an ISO 14443-4 type B card around any `CardModel`, a FeliCa card, a type A card."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Literal, Protocol

from bench.card.model import CardModel
from bench.nfc.iso_dep import FRAME_SIZES, BlockProtocol


class FieldCard(Protocol):
    """Frames are without CRC. Silence is None."""

    @property
    def modulation(self) -> Literal["A", "B", "F"]: ...
    def power(self, on: bool) -> None: ...
    def receive(self, frame: bytes) -> bytes | None: ...


class _State(Enum):
    OFF = auto()
    IDLE = auto()
    READY = auto()
    ACTIVE = auto()
    HALT = auto()


class TypeBCard:
    """ISO/IEC 14443-3 type B activation, and 14443-4 after it.

    One ATQB, and with it one PUPI, lasts from power-up to power-down. `admit` is asked before each APDU: False =
    the card was just taken away.
    """

    modulation: Literal["B"] = "B"

    def __init__(self, model: CardModel, admit: Callable[[bytes], bool]) -> None:
        self._model, self._admit = model, admit
        self._state = _State.OFF
        self._atqb = b""
        self._blocks = BlockProtocol(self._transmit)

    def _transmit(self, apdu: bytes) -> bytes | None:
        return self._model.transmit(apdu) if self._admit(apdu) else None

    def power(self, on: bool) -> None:
        if on == (self._state is not _State.OFF):
            return
        if not on:
            self._state = _State.OFF
            self._model.power_off()
            return
        self._model.power_on()
        self._state = _State.IDLE
        self._atqb = self._model.atqb

    def receive(self, frame: bytes) -> bytes | None:
        if self._state is _State.OFF or not frame:
            return None
        if self._state is _State.ACTIVE:
            answer = self._blocks.receive(frame)
            if self._blocks.deselected:
                self._state = _State.HALT
            return answer
        if frame[0] == 0x05 and len(frame) == 3:
            wake_up = bool(frame[2] & 0x08)
            if self._state is _State.HALT and not wake_up:
                return None
            self._state = _State.READY
            return self._atqb
        if frame[0] == 0x1D and len(frame) >= 9 and self._state is _State.READY:
            return self._attrib(frame)
        return None

    def _attrib(self, frame: bytes) -> bytes | None:
        if frame[1:5] != self._atqb[1:5]:
            return None
        fsdi, cid = min(frame[6] & 0x0F, 8), frame[8] & 0x0F
        self._state = _State.ACTIVE
        self._blocks.start(FRAME_SIZES[fsdi], cid)
        return bytes([cid])


@dataclass
class FelicaCard:
    """JIS X 6319-4: Polling and Request System Code. All that would read a block stays unanswered.

    `systems` are the system codes, the primary one first.
    """

    idm: bytes
    systems: tuple[int, ...]
    pmm: bytes = bytes.fromhex("0120220427674EFF")
    modulation: Literal["F"] = "F"
    _on: bool = False

    def power(self, on: bool) -> None:
        self._on = on

    def receive(self, frame: bytes) -> bytes | None:
        if not self._on or len(frame) < 2 or frame[0] != len(frame):
            return None
        if frame[1] == 0x00 and len(frame) == 6:
            return self._polled(int.from_bytes(frame[2:4], "big"), frame[4])
        if frame[1] == 0x0C and frame[2:10] == self.idm:
            codes = b"".join(code.to_bytes(2, "big") for code in self.systems)
            return self._framed(b"\x0d" + self.idm + bytes([len(self.systems)]) + codes)
        return None

    def _polled(self, wanted: int, request: int) -> bytes | None:
        found = next((code for code in self.systems if _matches(code, wanted)), None)
        if found is None:
            return None
        return self._framed(
            b"\x01" + self.idm + self.pmm + (found.to_bytes(2, "big") if request == 1 else b"")
        )

    @staticmethod
    def _framed(body: bytes) -> bytes:
        return bytes([len(body) + 1]) + body


def _matches(code: int, wanted: int) -> bool:
    """FF in a byte of the polled system code stands for any value."""
    high = wanted >> 8 in (0xFF, code >> 8)
    return high and wanted & 0xFF in (0xFF, code & 0xFF)


@dataclass
class TypeACard:
    """An ISO/IEC 14443-3 type A card that does not speak 14443-4, as those for doors and lockers are."""

    uid: bytes = bytes.fromhex("08A1B2C3")
    sens_res: bytes = bytes.fromhex("0004")  # as the PN532 returns it, high byte first
    sel_res: int = 0x08
    modulation: Literal["A"] = "A"
    _on: bool = False

    def power(self, on: bool) -> None:
        self._on = on

    @property
    def powered(self) -> bool:
        return self._on

    def receive(self, frame: bytes) -> bytes | None:
        del frame
        return None
