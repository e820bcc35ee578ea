"""What the page shows, read from the store: terminals, counts, quarantine. Nothing personal is there to be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Engine, func, select

from contract.encoding import Malformed, read
from contract.status import Birth, DamagedJournal, Health, StateWord
from fleet.proof import Proof, read_proofs
from fleet.store import DeviceState, devices, enrolments, openings, quarantine, reading, terminals

T = TypeVar("T")

#: Health comes every 5 minutes; after two missing ones nobody may call the terminal connected.
SILENT_AFTER_MS = 600_000
_QUARANTINE_ROWS = 100
_ALARM_ROWS = 100
#: A terminal has fewer devices and shorter names; one that says more must not push the others off the page.
_TROUBLES = 12
_TEXT = 80


@dataclass(frozen=True)
class PartTrouble:
    """What is wrong with one part, both as the terminal says it; `part` is empty for an alarm of the whole."""

    part: str
    what: str


@dataclass(frozen=True)
class TerminalRow:
    """`condition` is inService, degraded, outOfService, offline or unknown; times in ms, None if never.

    `proof` is None as long as no day of this terminal was compared.
    """

    terminal: str
    site: str
    condition: str
    since: int | None
    last_seen: int | None
    paper: str
    outbox_depth: int | None
    outbox_oldest_s: int | None
    troubles: tuple[PartTrouble, ...]
    damaged_journals: tuple[DamagedJournal, ...]
    version: str
    demo: bool
    proof: Proof | None

    @property
    def needs_somebody(self) -> bool:
        return self.condition != "inService" or (self.proof is not None and bool(self.proof.differences))


@dataclass(frozen=True)
class QuarantineRow:
    terminal: str
    reason: str
    detail: str
    topic: str
    size: int
    times: int
    first_at: int
    last_at: int


@dataclass(frozen=True)
class AlarmRow:
    """A record that a person must look at; `alarm` is the opener's slug."""

    id: str
    terminal: str
    alarm: str
    opened_at: int


@dataclass(frozen=True)
class Overview:
    terminals: tuple[TerminalRow, ...]
    conditions: dict[str, int]
    stages: dict[str, int]
    quarantine: tuple[QuarantineRow, ...]
    quarantined: int
    alarms: tuple[AlarmRow, ...]
    outbox_depth: int
    needing: int


#: What needs somebody first comes first.
_ORDER = ("outOfService", "offline", "unknown", "degraded", "inService")
#: How the counts stand side by side.
_FIGURES = ("inService", "degraded", "outOfService", "offline", "unknown")


def read_overview(engine: Engine, now_ms: int) -> Overview:
    """Everything in one read transaction, so that the counts agree with one another."""
    with reading(engine).connect() as connection:
        in_service = (
            select(devices.c.terminal, terminals)
            .outerjoin(terminals, terminals.c.terminal == devices.c.terminal)
            .where(devices.c.state == DeviceState.ACTIVE)  # nobody is to be sent to a retired one
        )
        proofs = read_proofs(connection, now_ms)
        rows = [
            _terminal_row(terminal, row, proofs.get(terminal), now_ms)
            for row in connection.execute(in_service)
            for terminal in (row._mapping[devices.c.terminal],)
        ]
        by_stage = select(enrolments.c.stage, func.count()).group_by(enrolments.c.stage)
        stages = {str(row[0]): int(row[1]) for row in connection.execute(by_stage)}
        aside = connection.execute(
            select(quarantine).order_by(quarantine.c.last_at.desc()).limit(_QUARANTINE_ROWS)
        ).all()
        quarantined = connection.execute(select(func.coalesce(func.sum(quarantine.c.times), 0))).scalar_one()
        alarms = connection.execute(
            select(openings.c.id, openings.c.terminal, openings.c.alarm, openings.c.opened_at)
            .where(openings.c.alarm != "")
            .order_by(openings.c.opened_at.desc())
            .limit(_ALARM_ROWS)
        ).all()
    rows.sort(
        key=lambda row: (not row.needs_somebody, _ORDER.index(row.condition), row.since or 0, row.terminal)
    )
    return Overview(
        terminals=tuple(rows),
        conditions={word: sum(row.condition == word for row in rows) for word in _FIGURES},
        stages=stages,
        quarantine=tuple(
            QuarantineRow(
                row.terminal,
                row.reason,
                row.detail,
                row.topic,
                row.size,
                row.times,
                row.first_at,
                row.last_at,
            )
            for row in aside
        ),
        quarantined=int(quarantined),
        alarms=tuple(AlarmRow(*row) for row in alarms),
        outbox_depth=sum(row.outbox_depth or 0 for row in rows),
        needing=sum(row.needs_somebody for row in rows),
    )


def _terminal_row(terminal: str, row: object, proof: Proof | None, now_ms: int) -> TerminalRow:
    birth = _kept(Birth, getattr(row, "birth", None))
    health = _kept(Health, getattr(row, "health", None))
    state, last_seen = getattr(row, "state", None), getattr(row, "last_seen", None)
    condition = condition_of(state, last_seen, health, now_ms)
    silent = condition == "offline" and state not in (StateWord.LOST, StateWord.DISCONNECTED)
    return TerminalRow(
        terminal=terminal,
        site=_brief(birth.site) if birth else "",
        condition=condition,
        since=last_seen if silent else getattr(row, "state_since", None),
        last_seen=last_seen,
        paper=_brief(health.paper) if health else "unknown",
        outbox_depth=health.outbox_depth if health else None,
        outbox_oldest_s=health.outbox_oldest_s if health else None,
        troubles=_troubles(health),
        damaged_journals=health.damaged_journals if health else (),
        version=_brief(birth.versions.get("terminal", "")) if birth else "",
        demo=birth.demo if birth else False,
        proof=proof,
    )


def condition_of(state: str | None, last_seen: int | None, health: Health | None, now_ms: int) -> str:
    """One word for a terminal. Silence is never taken for health: without a health message it is unknown."""
    if state is None or last_seen is None:
        return "unknown" if last_seen is None else "offline"
    if state in (StateWord.LOST, StateWord.DISCONNECTED) or now_ms - last_seen > SILENT_AFTER_MS:
        return "offline"
    if health is None:
        return "unknown"
    if health.service in ("inService", "degraded", "outOfService"):
        return "degraded" if state == StateWord.ALERT and health.service == "inService" else health.service
    return "unknown"


def _troubles(health: Health | None) -> tuple[PartTrouble, ...]:
    if health is None:
        return ()
    parts = [
        PartTrouble(_brief(one.name), _brief(one.detail or one.device))
        for one in health.devices
        if one.device != "online"
    ]
    found = [*parts, *(PartTrouble("", _brief(alarm)) for alarm in health.alarms)]
    return (
        tuple(found) if len(found) <= _TROUBLES else (*found[:_TROUBLES], PartTrouble("", f"… {len(found)}"))
    )


def _brief(text: str) -> str:
    """Without what turns the direction of writing or cannot be seen, and short: terminals write these texts."""
    return "".join(sign for sign in text[:_TEXT] if sign.isprintable())


def _kept(kind: type[T], payload: bytes | None) -> T | None:
    if payload is None:
        return None
    word = read(kind, bytes(payload))
    return None if isinstance(word, Malformed) else word
