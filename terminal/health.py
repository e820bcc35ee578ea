"""What the terminal says about itself to the fleet. Pure: states in, contract message out."""

from __future__ import annotations

from collections.abc import Sequence

from contract.status import DamagedJournal, DeviceReport, Health
from terminal.journal_thread import JournalState
from terminal.ports import Condition, DeviceHealth, PaperState, PrinterStatus
from terminal.readiness import Missing, Readiness

#: XFS4IoT words for the three conditions; a device that says nothing is unknown.
_XFS = {Condition.GOOD: "online", Condition.BAD: "hardwareError", Condition.UNKNOWN: "unknown"}
_DETAIL_XFS = {"no-device": "noDevice", "offline": "offline", "starting": "starting"}


def health_message(
    *,
    boot: str,
    ts: int,
    devices: Sequence[DeviceHealth],
    printer: PrinterStatus | None,
    journal: JournalState,
    ready: Readiness,
    disk_free_mb: int | None,
    temperature_c: float | None,
) -> Health:
    """One health message. `service` says whether residents can be served, in full or in part."""
    reports = [DeviceReport(d.name, _xfs(d.condition, d.detail), d.detail) for d in devices]
    if printer is not None:
        reports.append(DeviceReport("printer", _xfs(printer.condition, printer.detail), printer.detail))
    return Health(
        v=1,
        boot=boot,
        ts=ts,
        service=_service(ready),
        devices=tuple(reports),
        paper=(printer.paper if printer is not None else PaperState.UNKNOWN).value,
        outbox_depth=journal.depth,
        outbox_oldest_s=journal.oldest_s,
        audit_head=journal.audit_head,
        journal=journal.journal,
        last_seq=journal.last_seq,
        disk_free_mb=disk_free_mb,
        temperature_c=temperature_c,
        alarms=_alarms(ready, journal),
        digests=journal.digests,
        damaged_journals=tuple(
            DamagedJournal(one.journal, one.last_seq, one.unreadable) for one in journal.alarms.damaged
        ),
    )


def _alarms(ready: Readiness, journal: JournalState) -> tuple[str, ...]:
    """What is missing now, then what somebody must look at though it may be over: a record that could not be stored."""
    missing = (one.value for one in ready.missing if one is not Missing.NETWORK)
    return (*missing, *journal.alarms.slugs)


def _xfs(condition: Condition, detail: str) -> str:
    return _DETAIL_XFS.get(detail, _XFS[condition])


def _service(ready: Readiness) -> str:
    if not ready.can_accept:
        return "outOfService"
    return "inService" if ready.can_print else "degraded"


def worth_telling(before: Health | None, now: Health) -> bool:
    """On change of anything that somebody would act on; ages, disk and heat alone are no change."""
    if before is None:
        return True
    return _telling(before) != _telling(now)


def _telling(health: Health) -> tuple[object, ...]:
    state = (health.service, health.devices, health.paper, health.alarms, health.audit_head, health.last_seq)
    return (*state, health.digests)
