"""What a terminal says about itself: state (with the will), birth and health (DESIGN §9)."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from contract.day_digest import DAYS, DayDigest
from contract.encoding import MAX_NUMBER

#: Counts and times fit a database's column: what does not would stop whoever stores it, and come again.
_Count = Annotated[int, msgspec.Meta(ge=0, le=MAX_NUMBER)]
_Boot = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._:-]{1,64}\Z")]


class StateWord(StrEnum):
    """The words of Homie 5 for a device's life cycle. `alert`: connected, with an alarm in the last health."""

    INIT = "init"
    READY = "ready"
    DISCONNECTED = "disconnected"
    LOST = "lost"
    ALERT = "alert"


class State(msgspec.Struct, frozen=True):
    """`connection` counts connections of this boot; a will with an older number than the state is stale."""

    v: int
    state: StateWord
    boot: _Boot
    connection: _Count
    ts: _Count


class Birth(msgspec.Struct, frozen=True):
    """Said at the beginning of each connection, and again when something in it has changed (the clock's state, …).

    `certificate_expires` is ISO 8601 of the TLS certificate. The uplink adds it, whose file the certificate is: the
    terminal leaves it empty.
    """

    v: int
    boot: _Boot
    ts: _Count
    site: str
    hardware: str
    versions: dict[str, str]
    capabilities: tuple[str, ...]
    certificate_expires: str
    clock: str
    demo: bool


class DeviceReport(msgspec.Struct, frozen=True):
    """One device in XFS4IoT words: `device` is online, offline, noDevice, hardwareError …, or unknown."""

    name: str
    device: str
    detail: str = ""


class DamagedJournal(msgspec.Struct, frozen=True):
    """A journal file that was damaged and replaced: its id (zeros if unreadable), the last seq known of it, and how many
    of its records could not be read again. What the fleet does not hold of them is lost.
    """

    journal: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{32}\Z")]
    last_seq: _Count
    unreadable: _Count


class Health(msgspec.Struct, frozen=True):
    """On change and every 5 minutes. Ages in seconds; `audit_head` is the hash chain's last link (hex).

    `alarms` are slugs: what no enrolment can be taken or no paper printed without, then the audit's alarms of the last
    24 hours. `digests` are of the last days that are over (UTC).
    """

    v: int
    boot: _Boot
    ts: _Count
    service: str  # inService, degraded, outOfService
    devices: tuple[DeviceReport, ...]
    paper: str  # full, low, out, unknown
    outbox_depth: _Count
    outbox_oldest_s: _Count
    audit_head: str
    journal: str
    last_seq: _Count
    disk_free_mb: int | None = None
    temperature_c: float | None = None
    alarms: tuple[str, ...] = ()
    digests: Annotated[tuple[DayDigest, ...], msgspec.Meta(max_length=DAYS)] = ()
    damaged_journals: Annotated[tuple[DamagedJournal, ...], msgspec.Meta(max_length=4)] = ()


class FleetState(msgspec.Struct, frozen=True):
    """Retained on `all/fleet`: is somebody there to take enrolments?"""

    v: int
    online: bool
    ts: _Count
