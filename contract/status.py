"""What a terminal says about itself: state (with the will), birth and health (DESIGN §9)."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class StateWord(StrEnum):
    """The words of Homie 5 for a device's life cycle."""

    INIT = "init"
    READY = "ready"
    DISCONNECTED = "disconnected"
    LOST = "lost"
    ALERT = "alert"


class State(msgspec.Struct, frozen=True):
    """`connection` counts connections of this boot; a will with an older number than the state is stale."""

    v: int
    state: StateWord
    boot: str
    connection: int
    ts: int


class Birth(msgspec.Struct, frozen=True):
    """Said once a connection. `certificate_expires` is ISO 8601 of the TLS certificate."""

    v: int
    boot: str
    ts: int
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


class Health(msgspec.Struct, frozen=True):
    """On change and every 5 minutes. Ages in seconds; `audit_head` is the hash chain's last link (hex)."""

    v: int
    boot: str
    ts: int
    service: str  # inService, degraded, outOfService
    devices: tuple[DeviceReport, ...]
    paper: str  # full, low, out, unknown
    outbox_depth: int
    outbox_oldest_s: int
    audit_head: str
    journal: str
    last_seq: int
    disk_free_mb: int | None = None
    temperature_c: float | None = None
    alarms: tuple[str, ...] = ()


class FleetState(msgspec.Struct, frozen=True):
    """Retained on `all/fleet`: is somebody there to take enrolments?"""

    v: int
    online: bool
    ts: int
