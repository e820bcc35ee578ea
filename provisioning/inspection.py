"""What is wrong with this terminal's settings: everything at once, without starting it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509

from contract.keys import KeyUse
from contract.settings_file import BadSettings
from programmes.faults import PackFaults
from programmes.loader import load as load_packs
from terminal.settings import Settings, load
from terminal.trust import Trust, load_trust

#: A certificate or key that ends sooner than this is worth a word while somebody is there anyway.
SOON = timedelta(days=60)


@dataclass(frozen=True)
class Finding:
    """One thing. `bad` means that the terminal would not start, or could not send."""

    bad: bool
    text: str


def inspect(path: Path, now: datetime, *, installed: bool) -> tuple[Finding, ...]:
    """Settings, files, keys, dates and packs, in the order in which the terminal needs them."""
    settings = load(path, installed=installed)
    if isinstance(settings, BadSettings):
        return _bad(settings)
    trust = load_trust(settings)
    found = _bad(trust) if isinstance(trust, BadSettings) else _keys(trust, now)
    return (*found, *_packs(settings), *_uplink(settings, now), *_devices(settings))


def _bad(settings: BadSettings) -> tuple[Finding, ...]:
    return tuple(Finding(True, fault.line()) for fault in settings.faults)


def _keys(trust: Trust, now: datetime) -> tuple[Finding, ...]:
    found = []
    for use in KeyUse:
        key = trust.ring.newest(use, now)
        if key is None:
            found.append(
                Finding(True, f"keys.json: no key for {use.value}; get a new document from the fleet")
            )
        elif key.not_after < now + SOON:
            when = key.not_after.date().isoformat()
            found.append(Finding(key.not_after < now, f"keys.json: the key for {use.value} ends on {when}"))
    return tuple(found)


def _packs(settings: Settings) -> tuple[Finding, ...]:
    names = settings.file.programme.packs
    loaded = load_packs([settings.path(name) if name.endswith(".toml") else name for name in names])
    if isinstance(loaded, PackFaults):
        return tuple(Finding(True, fault.line()) for fault in loaded.faults)
    return ()


def _uplink(settings: Settings, now: datetime) -> tuple[Finding, ...]:
    table = settings.file.uplink
    if table is None:
        return (Finding(False, "[uplink] is absent: records stay in the terminal until there is one"),)
    path = settings.path(table.cert)
    try:
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
    except OSError as error:
        return (Finding(True, f"uplink.cert {path}: {error.strerror}; the fleet issues it from the request"),)
    except ValueError:
        return (
            Finding(True, f"uplink.cert {path}: no PEM certificate; the fleet issues it from the request"),
        )
    ends = certificate.not_valid_after_utc
    if ends < now + SOON:
        return (Finding(ends < now, f"uplink.cert ends on {ends.date().isoformat()}; renew it"),)
    return ()


def _devices(settings: Settings) -> tuple[Finding, ...]:
    file = settings.file
    named = {
        "printer.device": file.printer.device if file.printer is not None else None,
        "reader.nfc.device": file.reader.nfc.device if file.reader.nfc is not None else None,
    }
    return tuple(
        Finding(False, f"{key} {device}: not there now; check the cable and the name")
        for key, device in named.items()
        if device is not None and not Path(device).exists()
    )
