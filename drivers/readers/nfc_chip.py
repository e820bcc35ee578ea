"""The reader chip through nfcpy, as the NFC child uses it. Nothing here is safe for a second thread.

Opened by device and chip, not by nfcpy's path names: those allow names directly under /dev only.
"""

from __future__ import annotations

import contextlib
import errno
import termios
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import nfc.clf
import nfc.clf.pn532
import nfc.clf.transport
import nfc.tag
import nfc.tag.tt4

# The field must be off for at least 5.1 ms before a card forgets what it was told (EMV Contactless Book D, tRESET).
POWER_OFF_S = 0.01
# A card answers R(NAK) within milliseconds; its frame waiting time (up to 2.5 s) is for commands that compute.
PING_S = 0.05
PINGS = 3  # a hand that shifts the card costs one answer, not the visit
# A USB adapter that stumbles once should not cost the reader.
PATIENCE = 3
LEAST_WAIT_MS = 400
LATE_ANSWERS_S = 0.05  # what still comes in this time is thrown away by the next command
FELICA_ANSWER_S = 0.1
# Speeds that nfcpy may have left the chip at, and the one it begins with.
RAISED_BAUDS = (921600, 460800, 230400)
POWER_UP_BAUD = 115200
# pyserial lets the terminal's own error through when the device vanishes; it is no OSError.
DEVICE_TROUBLE = (OSError, termios.error)
_ACK = bytes.fromhex("0000ff00ff00")
_SET_BAUD_115200 = bytes.fromhex("0000ff03fdd410041800")  # PN532 User Manual, 7.2.5 SetSerialBaudRate
_WAKE_UP = bytes(10)


class ChipSilent(Exception):
    """The chip does not answer, or its device is gone. `slug` for the health message."""

    def __init__(self, slug: str) -> None:
        super().__init__(slug)
        self.slug = slug


class CardGone(Exception):
    """The card did not answer."""


@dataclass(frozen=True)
class SensedCard:
    """A card in the field. `tag` is nfcpy's activated tag (type B only), `systems` FeliCa's system codes."""

    technology: Literal["A", "B", "F"]
    tag: Any = None
    systems: tuple[int, ...] = ()


class PatientTTY(nfc.clf.transport.TTY):  # type: ignore[misc]  # nfcpy has no types
    """nfcpy's serial line, which waits at least `least_ms` for what the chip has to say.

    nfcpy gives the chip 100 ms to acknowledge a command. With two processes computing beside it on two cores an
    acknowledgement was read too late now and then, which in the middle of an APDU costs the visit.
    """

    least_ms = 0  # while the chip is looked for, nfcpy's own times are right

    def read(self, timeout: int) -> Any:
        return super().read(max(timeout, self.least_ms))


class Chip:
    """One PN532 on a serial device. Every method may raise `ChipSilent`."""

    def __init__(self, device: str) -> None:
        self._clf = nfc.clf.ContactlessFrontend()
        self._clf.device = _open_pn532(device)
        self._clf.device.chipset.transport.least_ms = LEAST_WAIT_MS

    def sense(self) -> SensedCard | None:
        """B before F before A: most cards laid down here are My Number cards."""

        def sense() -> SensedCard | None:
            self._power_off()
            return self._sense_b() or self._sense_f() or self._sense_a()

        return _patiently(sense)

    def still_there(self, found: SensedCard) -> bool:
        def look() -> bool:
            if found.technology == "B":
                return self._ping(found.tag)
            again = self._sense_f() if found.technology == "F" else self._sense_a()
            return again is not None

        return _patiently(look)

    def transmit(self, found: SensedCard, apdu: bytearray) -> bytearray:
        """Any APDU, extended ones too, chained by ISO/IEC 14443-4. Raises `CardGone`."""
        try:
            return bytearray(found.tag.transceive(apdu))
        except (nfc.tag.tt4.Type4TagCommandError, nfc.clf.CommunicationError) as silent:
            raise CardGone from silent
        except DEVICE_TROUBLE as silent:
            raise ChipSilent("no-answer") from silent

    def power_off(self) -> None:
        """Takes the field, and with it the power and the security state, from the card."""
        _patiently(self._power_off)

    def close(self) -> None:
        """Puts the chip back to its first speed and to sleep, as far as it still answers."""
        try:
            self._clf.close()
        except DEVICE_TROUBLE:
            return

    def _power_off(self) -> None:
        self._clf.device.mute()
        time.sleep(POWER_OFF_S)

    def _sense_b(self) -> SensedCard | None:
        target = self._clf.sense(nfc.clf.RemoteTarget("106B"))
        tag = nfc.tag.activate(self._clf, target) if target is not None else None
        return None if tag is None else SensedCard("B", tag)

    def _sense_a(self) -> SensedCard | None:
        return SensedCard("A") if self._clf.sense(nfc.clf.RemoteTarget("106A")) is not None else None

    def _sense_f(self) -> SensedCard | None:
        target = self._clf.sense(nfc.clf.RemoteTarget("212F"))
        if target is None:
            return None
        idm, primary = bytes(target.sensf_res[1:9]), bytes(target.sensf_res[17:19])
        return SensedCard("F", systems=self._systems(idm) or (int.from_bytes(primary, "big"),))

    def _systems(self, idm: bytes) -> tuple[int, ...]:
        """Request System Code (JIS X 6319-4): asks the card for its areas' names, opens none. Empty if it is silent."""
        try:
            answer = bytes(self._clf.exchange(bytearray(b"\x0a\x0c" + idm), FELICA_ANSWER_S))
        except nfc.clf.CommunicationError:
            return ()
        if len(answer) < 11 or answer[1] != 0x0D or len(answer) != 11 + 2 * answer[10]:
            return ()
        return tuple(int.from_bytes(answer[at : at + 2], "big") for at in range(11, len(answer), 2))

    @staticmethod
    def _ping(tag: Any) -> bool:
        for _ in range(PINGS):
            try:
                # nfcpy's `is_present` waits the card's whole frame waiting time.
                tag._dep.exchange(None, PING_S)
            except nfc.clf.CommunicationError:
                continue
            return True
        return False


Result = TypeVar("Result")


def _patiently(ask: Callable[[], Result]) -> Result:
    """For what may be asked twice, which an APDU may not."""
    for _ in range(PATIENCE - 1):
        with contextlib.suppress(*DEVICE_TROUBLE):
            return ask()
        time.sleep(LATE_ANSWERS_S)
    try:
        return ask()
    except DEVICE_TROUBLE as silent:
        raise ChipSilent("no-answer") from silent


def _open_pn532(device: str) -> Any:
    try:
        transport = PatientTTY(device)
    except OSError as missing:
        raise ChipSilent("no-permission" if missing.errno == errno.EACCES else "no-device") from missing
    with contextlib.suppress(*DEVICE_TROUBLE):
        return nfc.clf.pn532.init(transport)
    try:
        if _reset_speed(transport, device):
            return nfc.clf.pn532.init(transport)
    except DEVICE_TROUBLE as silent:
        raise ChipSilent("no-answer") from silent
    raise ChipSilent("no-answer")


def _reset_speed(transport: Any, device: str) -> bool:
    """A process that was killed leaves the chip at a raised speed, where nfcpy never looks for it."""
    for baud in RAISED_BAUDS:
        transport.open(device, baud)
        transport.write(_ACK)  # cancels what may still run
        transport.write(_WAKE_UP + _SET_BAUD_115200)
        try:
            if (
                transport.read(timeout=100) == _ACK
                and transport.read(timeout=100)[3:7] == b"\x02\xfe\xd5\x11"
            ):
                transport.write(_ACK)
                transport.open(device, POWER_UP_BAUD)
                return True
        except (*DEVICE_TROUBLE, IndexError):
            continue
    return False
