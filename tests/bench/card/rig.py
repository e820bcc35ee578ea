"""What card tests share: residents of one run, a channel straight to a card model, one private pcscd a process."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from datetime import datetime
from functools import cache
from pathlib import Path

from smartcard import scard

from bench.card.model import CardModel
from bench.card.pcscd import PrivatePcscd
from bench.card.residents import JST, Residents
from bench.card.slot_control import SlotProcess
from drivers.cards.apdu import ResponseApdu
from terminal.ports import CardLost
from tests.waiting import until

NOW = datetime(2022, 7, 15, 10, 0, tzinfo=JST)


class DirectChannel:
    """`ApduChannel` without a reader. `lost_after` APDUs the card is gone; the last was carried out, unanswered."""

    def __init__(self, card: CardModel, lost_after: int | None = None) -> None:
        self.card = card
        self.sent: list[bytes] = []
        self.bytes_up = 0
        self.bytes_down = 0
        self._lost_after = lost_after
        card.power_on()

    def transmit(self, apdu: bytes | bytearray) -> ResponseApdu | CardLost:
        if self._lost_after is not None and len(self.sent) >= self._lost_after:
            return CardLost("removed")
        self.sent.append(bytes(apdu))
        answer = self.card.transmit(bytes(apdu))
        if answer is None or len(self.sent) == self._lost_after:
            return CardLost("removed")
        self.bytes_up += len(apdu)
        self.bytes_down += len(answer)
        return ResponseApdu.of(answer)

    def close(self) -> None:
        self.card.power_off()


@cache
def run_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="mc-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def residents() -> Residents:
    return Residents(run_folder() / "r", NOW)


def pin_of(name: str) -> bytearray:
    """As it is typed: in a buffer that whoever sends it overwrites."""
    return bytearray(residents().person(name).auth_pin.encode())


def wrong_pin_of(name: str) -> bytearray:
    return bytearray(f"{(int(residents().person(name).auth_pin) + 1) % 10000:04}".encode())


@cache
def pcscd() -> PrivatePcscd:
    """One per test process: the client library reads the socket's path once. Reader entries A and B."""
    daemon = PrivatePcscd(run_folder() / "p", ("A", "B"))
    daemon.start()
    atexit.register(daemon.stop)
    os.environ["PCSCLITE_CSOCK_NAME"] = str(daemon.socket)
    return daemon


@cache
def slot(reader: str) -> SlotProcess:
    """The virtual slot of that reader entry, for the life of the test process."""
    residents()
    process = SlotProcess(pcscd().ports[reader], run_folder() / f"s{reader}", run_folder() / "r", NOW)
    atexit.register(process.stop)
    return process


def card_seen(reader: str = "A") -> bool:
    """Whether pcscd itself says that a card lies in the first slot of that reader entry."""
    code, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    if code != scard.SCARD_S_SUCCESS:
        return False
    name = pcscd().reader_name(reader)
    code, states = scard.SCardGetStatusChange(context, 0, [(name, scard.SCARD_STATE_UNAWARE)])
    scard.SCardReleaseContext(context)
    return code == scard.SCARD_S_SUCCESS and bool(states[0][1] & scard.SCARD_STATE_PRESENT)


def take_out(reader: str = "A") -> None:
    """Returns when pcscd has noticed."""
    slot(reader).remove()
    until(lambda: not card_seen(reader), "pcscd sees that the card is out")


def put_in(name: str, reader: str = "A") -> None:
    """Takes out what lies there, puts `name` in, returns when pcscd has noticed both."""
    take_out(reader)
    slot(reader).insert(name)
    until(lambda: card_seen(reader), "pcscd sees the card")
