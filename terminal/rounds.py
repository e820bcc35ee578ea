"""The terminal's round: what changed is told to the fleet, noted in the audit, and learnt about the time that is past."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import msgspec

from contract.keys import KeyRing, KeyUse
from contract.status import Birth, Health
from terminal.clock import jumped, past_beyond_doubt, read_floor, save_floor
from terminal.device_changes import DeviceChanges
from terminal.facilities import milliseconds
from terminal.health import worth_telling
from terminal.journal.events import AuditEvent, ClockJumped, ClockStateChanged, KeysExpired
from terminal.journal.status import StatusNotWritten, write_status
from terminal.ports import ClockState, DeviceHealth

log = logging.getLogger("terminal")

#: How often a round is made, in seconds: health goes out on change, and who looks at a page waits no longer than that.
ROUND_S = 2.0
#: Health is told at least this often (seconds), though nothing has changed (DESIGN §9).
HEALTH_S = 300.0


class WallClock(Protocol):
    def wall_now(self) -> datetime: ...
    def monotonic(self) -> float: ...
    def state(self) -> ClockState: ...
    def offset(self) -> float: ...


class Notes(Protocol):
    """The journal, as far as a round needs it. `confirmed_ms`: the latest time that the fleet has signed, or 0."""

    confirmed_ms: int

    def note(self, event: AuditEvent) -> None: ...
    def ring(self) -> KeyRing: ...


class Rounds:
    """Files of the data folder `data` carry birth and health to the uplink. What was not written counts as untold."""

    def __init__(
        self,
        data: Path,
        clock: WallClock,
        notes: Notes,
        *,
        birth: Callable[[], Birth],
        health: Callable[[], Health],
        devices: Callable[[], Sequence[DeviceHealth]],
    ) -> None:
        self._data = data
        self._clock = clock
        self._notes = notes
        self._birth, self._health, self._devices = birth, health, devices
        self._born: Birth | None = None
        self._told: Health | None = None
        self._told_at = 0.0
        self._refused = ""
        self._trust = clock.state()
        self._offset = clock.offset()
        self._changes = DeviceChanges()
        self._expired: set[str] = set()

    def go(self) -> None:
        """One round."""
        self._note_clock()
        self._note_expired_keys()
        for event in self._changes.look(self._devices(), self._clock.monotonic()):
            self._notes.note(event)
        self._tell_birth()
        self._tell_health()

    def _tell_birth(self) -> None:
        now = self._birth()
        if self._born is None or msgspec.structs.replace(now, ts=self._born.ts) != self._born:
            self._born = now if self._written(now) else self._born

    def _tell_health(self) -> None:
        now, at = self._health(), self._clock.monotonic()
        if not worth_telling(self._told, now) and at - self._told_at < HEALTH_S:
            return
        if self._written(now):
            self._told, self._told_at = now, at
        self._learn_what_is_past()

    def _written(self, status: Birth | Health) -> bool:
        refused = write_status(self._data, status)
        reason = refused.reason if isinstance(refused, StatusNotWritten) else ""
        if reason and reason != self._refused:
            log.warning("birth or health cannot be written, and is tried again: %s", reason)
        self._refused = reason
        return not reason

    def _learn_what_is_past(self) -> None:
        if not self._notes.confirmed_ms:
            return
        confirmed = datetime.fromtimestamp(self._notes.confirmed_ms / 1000, UTC)
        past = past_beyond_doubt(confirmed, self._clock.wall_now(), self._clock.state())
        if past is not None and past > read_floor(self._data):
            save_floor(self._data, past)

    def _note_clock(self) -> None:
        trust, offset = self._clock.state(), self._clock.offset()
        if trust is not self._trust:
            self._notes.note(ClockStateChanged(trust.value))
            self._trust = trust
        if jumped(self._offset, offset):
            self._notes.note(ClockJumped(int(offset - self._offset)))
            self._offset = offset

    def _note_expired_keys(self) -> None:
        """Once a key: records are still sealed to it (nothing may be lost), but somebody must bring a new one."""
        now = self._clock.wall_now()
        key = self._notes.ring().newest(KeyUse.SEAL, now)
        if key is not None and key.not_after < now and key.kid not in self._expired:
            self._expired.add(key.kid)
            self._notes.note(KeysExpired(milliseconds(key.not_after)))
