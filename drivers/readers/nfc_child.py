"""The NFC child: one process, one thread, one chip. Started by `drivers.readers.nfc`, ends with it.

Between messages it watches the field: an empty one by sensing, a card by asking whether it is still there.
"""

from __future__ import annotations

import contextlib
import logging
import select
import signal
import socket
import sys
import time

from drivers.cards.felica import kind_of_systems
from drivers.readers.confinement import confine
from drivers.readers.nfc_chip import CardGone, Chip, ChipSilent, SensedCard
from drivers.readers.nfc_wire import MessageKind, WireEnd, WireMessage
from terminal.ports import CardKind

# A card is noticed after half of this on average; much oftener would keep the field on and the chip warm.
LOOK_EVERY_S = 0.2
ALIVE_EVERY_S = 1.0


class FieldWatch:
    """`run` returns when the parent hangs up; raises `ChipSilent`."""

    def __init__(self, line: WireEnd, chip: Chip) -> None:
        self._line, self._chip = line, chip
        self._card: SensedCard | None = None
        self._powered = False  # the card is activated
        self._fresh = False  # no APDU since it was activated

    def run(self, offline: bool) -> None:
        """The first look comes before READY: what lay there before is told apart from what comes after."""
        self._card = self._chip.sense()
        self._powered = self._fresh = self._card is not None
        self._line.send(MessageKind.READY, bytes([offline]))
        if self._card is not None:
            self._line.send(MessageKind.CARD_IN, b"\x01")
        alive_at = 0.0
        while True:
            if (now := time.monotonic()) >= alive_at:
                self._line.send(MessageKind.ALIVE)
                alive_at = now + ALIVE_EVERY_S
            if not select.select([self._line], [], [], LOOK_EVERY_S)[0]:
                self._look()
                continue
            message = self._line.receive()
            if message is None:
                return
            self._obey(message)

    def _obey(self, message: WireMessage) -> None:
        if message.kind is MessageKind.OPEN:
            self._open()
        elif message.kind is MessageKind.APDU:
            self._transmit(message.payload)
        elif message.kind is MessageKind.CLOSE:
            # Woken at once: a card swapped while it has no power could not be told from the one before.
            self._sense()
            self._line.send(MessageKind.CLOSED)

    # ------------------------------------------------------------------ watching

    def _look(self) -> None:
        if self._card is not None and self._powered:
            if not self._chip.still_there(self._card):
                self._out()
        else:
            self._sense()

    def _sense(self) -> None:
        """Takes the power from what lies there; finds a card, or wakes the one that was there."""
        before, found = self._card, self._chip.sense()
        if before is not None and (found is None or found.technology != before.technology):
            self._out()
            before = None
        self._card = found
        self._powered = self._fresh = found is not None
        if found is not None and before is None:
            self._line.send(MessageKind.CARD_IN, b"\x00")

    def _out(self) -> None:
        self._card, self._powered = None, False
        self._line.send(MessageKind.CARD_OUT)

    # ------------------------------------------------------------------ sessions

    def _open(self) -> None:
        if self._card is None or not (self._powered and self._fresh):
            self._sense()
        if self._card is None:
            self._line.send(MessageKind.LOST, b"removed")
        elif self._card.technology == "B":
            self._line.send(MessageKind.OPENED)
        else:
            kind = kind_of_systems(self._card.systems) if self._card.technology == "F" else CardKind.UNKNOWN
            self._line.send(MessageKind.REFUSED, kind.value.encode())

    def _transmit(self, apdu: bytearray) -> None:
        try:
            if self._card is None or self._card.technology != "B" or not self._powered:
                self._line.send(MessageKind.LOST, b"removed")
                return
            self._fresh = False
            answer = self._chip.transmit(self._card, apdu)
        except CardGone:
            self._chip.power_off()
            self._line.send(MessageKind.LOST, b"removed")
            self._out()
            return
        finally:
            _wipe(apdu)
        self._line.send(MessageKind.ANSWER, answer)
        _wipe(answer)


def _wipe(secret: bytearray) -> None:
    secret[:] = bytes(len(secret))


def main(arguments: list[str]) -> int:
    """`nfc_child FD PARENT DEVICE`. Ends with 0 when the parent hung up, 1 when the chip fell silent."""
    end, parent, device = int(arguments[1]), int(arguments[2]), arguments[3]
    offline = confine(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which hangs up in order
    logging.disable(logging.CRITICAL)  # nfcpy logs every frame, PIN and all, when somebody turns that on
    line = WireEnd(socket.socket(fileno=end))
    with contextlib.suppress(ConnectionError):  # the parent hung up in the middle of a sentence
        try:
            serve(line, device, offline)
        except ChipSilent as silent:
            line.send(MessageKind.FAILED, silent.slug.encode())
            return 1
    return 0


def serve(line: WireEnd, device: str, offline: bool) -> None:
    """Until the parent hangs up. A chip that answers is put to sleep in any case."""
    chip = Chip(device)
    try:
        FieldWatch(line, chip).run(offline)
    finally:
        chip.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv))
