"""Figures of the card: APDUs and bytes beside OpenSC's, our own time beside the same APDUs sent bare.

Real pcscd, virtual card. A process of its own measures, for pcsc-lite's client library reads its socket's name once:
`python -m bench.perf.card SLOT PIN ROUNDS` inside the environment of the private pcscd.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bench.card.pcscd import PrivatePcscd
from bench.card.residents import Residents
from bench.card.slot_control import SlotControl

_NOW = datetime.fromisoformat("2022-07-15T10:00:00+09:00")
_NAME = "resident-1"
APDU_MS, SIGNATURE_MS = 10, 400
_ROUNDS = 7
_CARD_S = 10.0


@dataclass(frozen=True)
class Exchange:
    """What the card counted: commands, their bytes, and the bytes of its answers (status words included)."""

    apdus: int
    bytes_in: int
    bytes_out: int


@dataclass(frozen=True)
class CardFigures:
    """`certificate` in bytes; the rest of what must cross is the signature's 256. Times: medians in s."""

    ours: Exchange
    opensc: Exchange
    certificate: int
    ours_s: float
    bare_s: float

    @property
    def byte_ratio(self) -> float:
        """Of all bytes to certificate + signature + the commands themselves."""
        must = self.certificate + 256 + self.ours.bytes_in
        return (self.ours.bytes_in + self.ours.bytes_out) / must


def measure_card(rounds: int = _ROUNDS) -> CardFigures:
    """Needs pcscd, vpcd and OpenSC's pkcs11-tool. Takes about 2 s a round."""
    slow = ("--apdu-ms", str(APDU_MS), "--signature-ms", str(SIGNATURE_MS))
    with tempfile.TemporaryDirectory(prefix="mynapo-card-") as name:
        folder = Path(name)
        pin = Residents(folder, _NOW).person(_NAME).auth_pin
        with _reader(folder / "a", folder, ()) as (pcscd, slot):
            counted = _ask_child(pcscd, slot, pin, 0)
            opensc = _opensc(pcscd, slot, pin, folder)
        with _reader(folder / "b", folder, slow) as (pcscd, slot):
            timed = _ask_child(pcscd, slot, pin, rounds)
    return CardFigures(
        Exchange(**counted["exchange"]),
        opensc,
        counted["certificate"],
        statistics.median(timed["ours"]),
        statistics.median(timed["bare"]),
    )


@contextmanager
def _reader(folder: Path, cards: Path, more: Sequence[str]) -> Iterator[tuple[PrivatePcscd, SlotControl]]:
    """A pcscd of its own with the card `_NAME` in its reader."""
    pcscd = PrivatePcscd(folder)
    pcscd.start()
    control = cards / f"{folder.name}.sock"
    words = ["--port", str(pcscd.ports["A"]), "--control", str(control), "--folder", str(cards)]
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.card.vpcd", *words, "--now", _NOW.isoformat(), *more]
    )
    try:
        slot = SlotControl(control)
        _put_in(slot)
        yield pcscd, slot
    finally:
        process.terminate()
        process.wait(5)
        pcscd.stop()


def _put_in(slot: SlotControl) -> None:
    """Raises TimeoutError."""
    limit = time.monotonic() + _CARD_S
    inserted = False
    while time.monotonic() < limit:
        try:
            if not inserted:
                slot.insert(_NAME)
                inserted = True
            if slot.status()["connected"]:
                return
        except OSError:
            pass  # not up yet
        time.sleep(0.05)
    raise TimeoutError("the virtual slot did not come up")


def _counted(slot: SlotControl) -> Exchange:
    card = slot.status()["cards"][_NAME]
    return Exchange(card["apdus"], card["bytes_in"], card["bytes_out"])


def _since(before: Exchange, after: Exchange) -> Exchange:
    return Exchange(
        after.apdus - before.apdus, after.bytes_in - before.bytes_in, after.bytes_out - before.bytes_out
    )


def _opensc(pcscd: PrivatePcscd, slot: SlotControl, pin: str, folder: Path) -> Exchange:
    """`pkcs11-tool --login --sign` with OpenSC's own settings, without what it keeps from earlier runs."""
    (folder / "message").write_bytes(b"measured")
    before = _counted(slot)
    subprocess.run(
        [
            *("pkcs11-tool", "--token-label", "JPKI (User Authentication PIN)", "--login", "--pin", pin),
            *("--sign", "--mechanism", "SHA256-RSA-PKCS", "--id", "01"),
            *("-i", str(folder / "message"), "-o", str(folder / "signature")),
        ],
        env={**pcscd.environment(), "HOME": str(folder), "XDG_CACHE_HOME": str(folder / "cache")},
        check=True,
        capture_output=True,
        timeout=60,
    )
    return _since(before, _counted(slot))


def _ask_child(pcscd: PrivatePcscd, slot: SlotControl, pin: str, rounds: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.perf.card", str(slot.control), pin, str(rounds)]
    done = subprocess.run(command, env=pcscd.environment(), stdout=subprocess.PIPE, timeout=120, check=True)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


# --------------------------------------------------------------------------- in the process that talks to pcscd


async def _measure(slot: SlotControl, pin: str, rounds: int) -> dict[str, Any]:
    """The terminal's own way, station, thread and driver; each time followed by its APDUs sent bare."""
    from drivers.readers.pcsc import PcscBackend
    from drivers.readers.station import CardStation
    from terminal.ports import CardIn

    station = CardStation([PcscBackend()])
    there: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def hear(event: object) -> None:
        if isinstance(event, CardIn) and not there.done():
            there.set_result(event.reader)

    station.subscribe(hear)
    station.start()
    reader = await asyncio.wait_for(there, _CARD_S)
    before = _counted(slot)
    apdus, certificate, after = await _recorded(station, reader, pin, lambda: _counted(slot))
    ours, bare = [], []
    for _ in range(rounds):
        ours.append(await _ours(station, reader, pin))
        bare.append(await asyncio.get_running_loop().run_in_executor(None, _bare, reader, apdus))
    await station.close()
    return {
        "exchange": vars(_since(before, after)),
        "certificate": certificate,
        "ours": ours,
        "bare": bare,
    }


async def _ours(station: Any, reader: str, pin: str) -> float:
    """Certificate, tries, PIN and signature, to the card's release. Seconds."""
    from terminal.ports import Holder, Signed

    began = time.perf_counter()
    holder = await station.read(reader)
    if not isinstance(holder, Holder):
        raise RuntimeError(f"not read: {holder}")
    signed = await station.sign(holder, bytearray(pin.encode()), [bytes(32)])
    await station.release()
    if not isinstance(signed, Signed):
        raise RuntimeError(f"not signed: {signed}")
    return time.perf_counter() - began


async def _recorded(
    station: Any, reader: str, pin: str, counted: Callable[[], Exchange]
) -> tuple[list[bytes], int, Exchange]:
    """The APDUs of one such sequence in order, the certificate's size, and what the card counted before the release,
    whose SELECT ISD repeats the one that ends each signature.
    """
    from drivers.readers import pcsc_channel
    from terminal.ports import Holder

    sent: list[bytes] = []
    transmit = pcsc_channel.PcscChannel.transmit

    def recording(channel: Any, apdu: bytes | bytearray) -> Any:
        sent.append(bytes(apdu))
        return transmit(channel, apdu)

    pcsc_channel.PcscChannel.transmit = recording  # type: ignore[method-assign,assignment]
    try:
        holder = await station.read(reader)
        await station.sign(holder, bytearray(pin.encode()), [bytes(32)])
        exchange = counted()
        await station.release()
    finally:
        pcsc_channel.PcscChannel.transmit = transmit  # type: ignore[method-assign]
    if not isinstance(holder, Holder):
        raise RuntimeError(f"not read: {holder}")
    return sent, len(holder.certificate), exchange


def _bare(reader: str, apdus: Sequence[bytes]) -> float:
    """Connect, transmit, disconnect: nothing else. Seconds."""
    from smartcard import scard

    lists = [list(apdu) for apdu in apdus]
    began = time.perf_counter()
    _, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    both = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
    code, card, protocol = scard.SCardConnect(context, reader, scard.SCARD_SHARE_EXCLUSIVE, both)
    if code != scard.SCARD_S_SUCCESS:
        raise RuntimeError(f"not connected: {code:#x}")
    header = scard.SCARD_PCI_T0 if protocol == scard.SCARD_PROTOCOL_T0 else scard.SCARD_PCI_T1
    for apdu in lists:
        code, answer = scard.SCardTransmit(card, header, apdu)
        if code != scard.SCARD_S_SUCCESS or not answer:
            raise RuntimeError(f"not transmitted: {code:#x}")
    scard.SCardDisconnect(card, scard.SCARD_UNPOWER_CARD)
    scard.SCardReleaseContext(context)
    return time.perf_counter() - began


def main(argv: list[str]) -> int:
    control, pin, rounds = argv
    measured = asyncio.run(_measure(SlotControl(Path(control)), pin, int(rounds)))
    os.write(1, json.dumps(measured).encode())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
