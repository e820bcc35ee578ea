"""The round that the terminal makes every two seconds: what changed is told to the fleet and noted in the audit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from contract.encoding import read
from contract.keys import FleetKey, KeyRing, KeyUse
from contract.status import Birth, Health
from terminal.clock import LATEST, read_floor, save_floor
from terminal.journal.events import AuditEvent, ClockJumped, ClockStateChanged, DeviceChanged, KeysExpired
from terminal.ports import ClockState, Condition, DeviceHealth
from terminal.rounds import HEALTH_S, Rounds

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
BIRTH = Birth(1, "boot", 0, "みほん駅前店", "pi5", {"terminal": "0.1"}, ("pcsc",), "", "unsynced", False)
HEALTH = Health(1, "boot", 0, "inService", (), "full", 0, 0, "", "0" * 32, 0)


@dataclass
class SetClock:
    """Wall time and the steady clock apart, for somebody sets the one and not the other."""

    wall: datetime = NOW
    passed: float = 1000.0
    trust: ClockState = ClockState.SYNCED

    def wall_now(self) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        return self.passed

    def state(self) -> ClockState:
        return self.trust

    def offset(self) -> float:
        return self.wall.timestamp() - self.passed

    def tick(self, seconds: float) -> None:
        self.passed += seconds
        self.wall += timedelta(seconds=seconds)


@dataclass
class Notes:
    confirmed_ms: int = 0
    keys_end: datetime = NOW + timedelta(days=90)
    noted: list[AuditEvent] = field(default_factory=list)

    def note(self, event: AuditEvent) -> None:
        self.noted.append(event)

    def ring(self) -> KeyRing:
        return KeyRing(1, (FleetKey("k", KeyUse.SEAL, b"\0" * 32, NOW - timedelta(days=9), self.keys_end),))


class Terminal:
    """A data folder and what is to be seen of the terminal; a test turns it and lets it make its rounds."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock, self.notes = SetClock(), Notes()
        self.birth, self.health = BIRTH, HEALTH
        self.devices: Sequence[DeviceHealth] = ()
        self.rounds = Rounds(
            folder,
            self.clock,
            self.notes,
            birth=lambda: msgspec.structs.replace(self.birth, ts=self._ms(), clock=self.clock.trust.value),
            health=lambda: msgspec.structs.replace(self.health, ts=self._ms()),
            devices=lambda: self.devices,
        )

    def _ms(self) -> int:
        return int(self.clock.wall.timestamp() * 1000)

    def go(self, seconds: float = 2.0) -> None:
        self.clock.tick(seconds)
        self.rounds.go()

    def told(self, kind: type[Birth] | type[Health]) -> Birth | Health:
        found = read(kind, (self.folder / f"{kind.__name__.lower()}.json").read_bytes())
        assert isinstance(found, kind)
        return found


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)


def test_a_clock_that_is_synchronised_later_is_told_to_the_fleet_and_noted(terminal: Terminal) -> None:
    terminal.clock.trust = ClockState.UNSYNCED
    terminal.go()
    terminal.notes.noted.clear()
    terminal.go()
    assert terminal.notes.noted == []
    terminal.clock.trust = ClockState.SYNCED
    terminal.go()
    born = terminal.told(Birth)
    assert isinstance(born, Birth)
    assert born.clock == "synced"
    assert terminal.notes.noted == [ClockStateChanged("synced")]


def test_a_birth_in_which_nothing_but_the_time_changed_is_not_told_again(terminal: Terminal) -> None:
    terminal.go()
    first = terminal.told(Birth)
    terminal.go(3_600)
    assert terminal.told(Birth) == first


def test_health_is_told_on_change_and_every_five_minutes(terminal: Terminal) -> None:
    terminal.go()
    first = terminal.told(Health)
    terminal.go()
    assert terminal.told(Health) == first
    terminal.health = msgspec.structs.replace(HEALTH, paper="low")
    terminal.go()
    changed = terminal.told(Health)
    assert changed != first
    terminal.go(HEALTH_S - 1)
    assert terminal.told(Health) == changed
    terminal.go()
    assert terminal.told(Health) != changed


@pytest.mark.parametrize("kind", [Birth, Health])
def test_what_a_full_disk_refused_is_told_as_soon_as_there_is_room(
    terminal: Terminal, kind: type[Birth] | type[Health]
) -> None:
    file = terminal.folder / f"{kind.__name__.lower()}.json"
    terminal.go()
    told = file.read_bytes()
    file.unlink()
    file.mkdir()  # nothing can take its place, as on a full disk
    terminal.health = msgspec.structs.replace(HEALTH, paper="out")
    terminal.birth = msgspec.structs.replace(BIRTH, site="よそ")
    terminal.go()
    file.rmdir()
    terminal.go()
    assert file.read_bytes() != told


def test_a_clock_that_was_set_by_more_than_five_minutes_is_noted_once(terminal: Terminal) -> None:
    terminal.go()
    terminal.clock.wall += timedelta(hours=1)
    terminal.go()
    terminal.go()
    assert terminal.notes.noted == [ClockJumped(3_600)]


def test_a_sealing_key_past_its_end_is_noted_once(terminal: Terminal) -> None:
    terminal.notes.keys_end = NOW - timedelta(days=1)
    terminal.go()
    terminal.go()
    assert [type(event) for event in terminal.notes.noted] == [KeysExpired]


def test_a_device_that_failed_is_noted(terminal: Terminal) -> None:
    terminal.devices = (DeviceHealth("printer", Condition.BAD, "cutter"),)
    terminal.go()
    assert terminal.notes.noted == [DeviceChanged("printer", "bad", "cutter")]


def ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


DAY = timedelta(days=1)
#: What the fleet has signed, what the clock is, and what is past beyond doubt then (None: nothing is learnt).
FLOORS = [
    (NOW - DAY, ClockState.SYNCED, NOW - DAY),
    (NOW + DAY / 2, ClockState.SYNCED, NOW),
    (NOW + 2 * DAY, ClockState.SYNCED, None),
    (datetime(2036, 1, 1, tzinfo=UTC), ClockState.SYNCED, None),
    (NOW - DAY, ClockState.UNSYNCED, None),
    (datetime(2036, 1, 1, tzinfo=UTC), ClockState.UNSYNCED, None),
    (NOW - DAY, ClockState.UNTRUSTED, None),
    (NOW - DAY, ClockState.SET, None),
]


@pytest.mark.parametrize(("confirmed", "trust", "floor"), FLOORS)
def test_neither_the_fleets_clock_nor_a_time_server_alone_moves_what_is_past(
    terminal: Terminal, confirmed: datetime, trust: ClockState, floor: datetime | None
) -> None:
    terminal.notes.confirmed_ms, terminal.clock.trust = ms(confirmed), trust
    terminal.go(0)
    assert read_floor(terminal.folder) == (floor or datetime.fromtimestamp(0, UTC))


def test_what_is_past_never_goes_back(terminal: Terminal) -> None:
    save_floor(terminal.folder, NOW - DAY)
    terminal.notes.confirmed_ms = ms(NOW - 3 * DAY)
    terminal.go(0)
    assert read_floor(terminal.folder) == NOW - DAY
    assert LATEST > NOW
