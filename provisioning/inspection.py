"""What is wrong with this terminal's settings: everything at once, without starting it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from contract.keys import KeyUse
from contract.settings_file import BadSettings, read_document
from contract.tables import Fault
from programmes.faults import PackFaults
from programmes.loader import load as load_packs
from terminal.settings import Settings, load
from terminal.swap import swap_areas
from terminal.trust import Trust, load_trust
from terminal.uplink.certificate import certificate_ends
from terminal.uplink.settings import read_settings as uplink_settings

#: A certificate or key that ends sooner than this is worth a word while somebody is there anyway.
SOON = timedelta(days=60)

_USES_JA = {KeyUse.SEAL: "封をする鍵", KeyUse.ACK: "受領通知の鍵", KeyUse.ANSWER: "答えの鍵"}


@dataclass(frozen=True)
class Finding:
    """One thing. `bad` means that the terminal would not start, could not send, or could not keep a secret."""

    bad: bool
    fault: Fault


def inspect(path: Path, now: datetime, *, installed: bool, swaps: Path) -> tuple[Finding, ...]:
    """Settings, files, keys, dates and packs, in the order in which the terminal needs them, then its machine.

    `swaps` is the kernel's list of swap areas, which an installed terminal must not have.
    """
    settings = load(path, installed=installed)
    swap = tuple(_swap(swaps)) if installed else ()
    if isinstance(settings, BadSettings):
        return (*_bad(settings), *_uplink_too(path, settings), *swap)
    trust = load_trust(settings)
    found = _bad(trust) if isinstance(trust, BadSettings) else tuple(_keys(settings, trust, now))
    return (*found, *_packs(path, settings), *_uplink(path, settings, now), *_devices(path, settings), *swap)


def _bad(settings: BadSettings) -> tuple[Finding, ...]:
    return tuple(Finding(True, fault) for fault in settings.faults)


def _uplink_too(path: Path, told: BadSettings) -> Iterator[Finding]:
    """What the uplink refuses besides: its files are looked at although another table is wrong."""
    document = read_document(path)
    if isinstance(document, Fault) or "uplink" not in document:
        return
    uplink = uplink_settings(path)
    if isinstance(uplink, BadSettings):
        keys = {fault.key for fault in told.faults}
        yield from (Finding(True, fault) for fault in uplink.faults if fault.key not in keys)


def _keys(settings: Settings, trust: Trust, now: datetime) -> Iterator[Finding]:
    file = str(settings.path(settings.file.trust.sealing_keys))
    way_out, way_out_ja = "get a new document from the fleet", "運営センターから新しい鍵の一覧をもらって置く"
    for use in KeyUse:
        key, name = trust.ring.newest(use, now), _USES_JA[use]
        if key is None:
            rule, rule_ja = f"no key for {use.value}", f"{name}がありません"
            yield Finding(True, Fault(file, use.value, rule, way_out, rule_ja, way_out_ja))
        elif key.not_after < now + SOON:
            day = key.not_after.date().isoformat()
            rule, rule_ja = f"the key for {use.value} ends on {day}", f"{name}の期限が {day} です"
            yield Finding(key.not_after < now, Fault(file, use.value, rule, way_out, rule_ja, way_out_ja))


def _packs(path: Path, settings: Settings) -> Iterator[Finding]:
    """The author's words behind one sentence for the technician, who can only check the name and ask for another."""
    names = settings.file.programme.packs
    loaded = load_packs([settings.path(name) if name.endswith(".toml") else name for name in names])
    if isinstance(loaded, PackFaults):
        for fault in loaded.faults:
            way_out_ja = (
                f"{path} の packs の名前を確かめる。合っていれば運営センターに知らせて、直したものをもらう"
            )
            rule_ja = "制度のパックに誤りがあります（くわしくは English）"
            yield Finding(True, Fault(fault.file, fault.key, fault.rule, fault.way_out, rule_ja, way_out_ja))


def _uplink(path: Path, settings: Settings, now: datetime) -> Iterator[Finding]:
    table = settings.file.uplink
    if table is None:
        yield Finding(
            False,
            Fault(
                str(path),
                "[uplink]",
                "missing: records stay in the terminal until there is one",
                "add it, as in terminal.toml.example",
                "ありません。届け出は端末の中にたまります",
                "terminal.toml.example のとおりに書き足す",
            ),
        )
        return
    uplink = uplink_settings(path)
    if isinstance(uplink, BadSettings):
        yield from _bad(uplink)
        return
    ends = certificate_ends(uplink.cert)
    if ends is not None and ends < now + SOON:
        day = ends.date().isoformat()
        way_out, way_out_ja = "have the fleet issue a new one", "運営センターに新しい証明書を出してもらう"
        fault = Fault(
            str(uplink.cert), "uplink.cert", f"ends on {day}", way_out, f"期限が {day} です", way_out_ja
        )
        yield Finding(ends < now, fault)


def _devices(path: Path, settings: Settings) -> Iterator[Finding]:
    file = settings.file
    named = {
        "printer.device": file.printer.device if file.printer is not None else None,
        "reader.nfc.device": file.reader.nfc.device if file.reader.nfc is not None else None,
    }
    for key, device in named.items():
        if device is not None and not Path(device).exists():
            fault = Fault(
                str(path),
                key,
                f"{device} is not there now",
                "check the cable and the name (ls /dev/serial* /dev/tty*)",
                f"{device} がいまありません",
                "線と名前を確かめる（ls /dev/serial* /dev/tty*）",
            )
            yield Finding(False, fault)


def _swap(table: Path) -> Iterator[Finding]:
    for area in swap_areas(table):
        fault = Fault(
            str(table),
            area,
            "swap is on: what residents type can be written to it",
            "switch it off as in docs/installing.md, step 2, and restart",
            "スワップが動いています。利用者が入れたものが書き出されるおそれがあります",
            "docs/installing.md の 2 のとおりに止めて、再起動する",
        )
        yield Finding(True, fault)
