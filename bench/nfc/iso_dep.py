"""The card's side of ISO/IEC 14443-4 half-duplex block protocol: chaining both ways, repeats, deselect.

Frames are without the two CRC bytes. Rules in brackets are those of 7.5.4.
"""

from __future__ import annotations

from collections.abc import Callable

FRAME_SIZES = (16, 24, 32, 40, 48, 64, 96, 128, 256)  # FSDI/FSCI 0..8, ISO/IEC 14443-3 table of FSCI


class BlockProtocol:
    """`answer` gets a complete C-APDU and returns the R-APDU, or None when the card stays silent."""

    def __init__(self, answer: Callable[[bytes], bytes | None]) -> None:
        self._answer = answer
        self.deselected = False
        self.start(reader_frame_size=64, cid=0)

    def start(self, reader_frame_size: int, cid: int) -> None:
        """After activation (ATTRIB). `reader_frame_size` is FSD in bytes with PCB and CRC."""
        self._cid = cid
        self._number = 1  # rule D: the card's block number begins with 1
        self._command = bytearray()
        self._rest = b""
        self._last: bytes | None = None
        self._chunk = reader_frame_size - 3 - bool(cid)
        self.deselected = False

    def receive(self, frame: bytes) -> bytes | None:
        """The block that answers `frame`, None for silence."""
        pcb, body = frame[0], frame[1:]
        if pcb & 0x08:  # CID follows
            if not body or body[0] & 0x0F != self._cid:
                return None
            body = body[1:]
        elif self._cid:
            return None  # a card with a CID above 0 ignores blocks without one
        if pcb & 0xE2 == 0x02:
            return self._keep(self._information(pcb, body))
        if pcb & 0xE6 == 0xA2:
            return self._acknowledged(pcb)
        if pcb & 0xF7 == 0xC2:
            self.deselected = True
            return frame
        return None

    def _keep(self, block: bytes | None) -> bytes | None:
        self._last = block
        return block

    def _information(self, pcb: int, body: bytes) -> bytes | None:
        self._number ^= 1  # rule D
        self._command += body
        if pcb & 0x10:  # more to come (rule 2)
            return self._block(0xA2)
        command = bytes(self._command)
        self._command.clear()
        response = self._answer(command)
        if response is None:
            return None
        self._rest = response
        return self._next_part()

    def _next_part(self) -> bytes:
        part, self._rest = self._rest[: self._chunk], self._rest[self._chunk :]
        return self._block(0x12 if self._rest else 0x02, part)

    def _acknowledged(self, pcb: int) -> bytes | None:
        if pcb & 1 == self._number:
            return self._last  # rule 11: it did not arrive, once more
        if pcb & 0x10:
            return self._block(0xA2)  # rule 12: R(NAK) for a block that never came
        if not self._rest:
            return None
        self._number ^= 1  # rule E
        return self._keep(self._next_part())  # rule 13

    def _block(self, pcb: int, body: bytes = b"") -> bytes:
        head = bytes([pcb | self._number])
        if self._cid:
            head = bytes([pcb | self._number | 0x08, self._cid])
        return head + body
