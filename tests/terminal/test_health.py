"""What the terminal says about itself: three values a device, and told when somebody would act on it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import msgspec
import pytest

from contract.day_digest import digest_of
from contract.status import DamagedJournal, Health
from terminal.health import health_message, worth_telling
from terminal.journal.alarms import RecentAlarms
from terminal.journal.events import JournalDamaged
from terminal.journal_thread import JournalState
from terminal.ports import Condition, DeviceHealth, PaperState, PrinterStatus
from terminal.readiness import Missing, Readiness

DIGEST = digest_of(date(2022, 7, 14), ["a", "b"])
JOURNAL = JournalState(
    depth=2,
    oldest_s=30,
    audit_head="a" * 64,
    journal="0" * 32,
    last_seq=7,
    room=100,
    digests=(DIGEST,),
    alarms=RecentAlarms(),
)


def told(**changes: Any) -> Health:
    arguments: dict[str, Any] = {
        "boot": "b1",
        "ts": 1_657_846_800_000,
        "devices": [DeviceHealth("reader", Condition.GOOD)],
        "printer": PrinterStatus(Condition.GOOD, PaperState.FULL),
        "journal": JOURNAL,
        "ready": Readiness(()),
        "disk_free_mb": 900,
        "temperature_c": 41.5,
    }
    return health_message(**{**arguments, **changes})


@pytest.mark.parametrize(
    ("missing", "service"),
    [
        ((), "inService"),
        ((Missing.NETWORK,), "inService"),
        ((Missing.PAPER,), "degraded"),
        ((Missing.READER,), "outOfService"),
        ((Missing.STORE, Missing.PAPER), "outOfService"),
        ((Missing.CLOCK,), "outOfService"),
    ],
)
def test_service_says_whether_residents_can_be_served(missing: tuple[Missing, ...], service: str) -> None:
    assert told(ready=Readiness(missing)).service == service


@pytest.mark.parametrize(
    ("condition", "detail", "word"),
    [
        (Condition.GOOD, "", "online"),
        (Condition.BAD, "cutter", "hardwareError"),
        (Condition.BAD, "no-device", "noDevice"),
        (Condition.BAD, "offline", "offline"),
        (Condition.UNKNOWN, "no-answer", "unknown"),
    ],
)
def test_a_device_is_good_bad_or_unknown_and_silence_is_unknown(
    condition: Condition, detail: str, word: str
) -> None:
    (reader, _) = told(devices=[DeviceHealth("reader", condition, detail)]).devices
    assert (reader.device, reader.detail) == (word, detail)


def test_a_terminal_without_printer_reports_none_and_unknown_paper() -> None:
    health = told(printer=None)
    assert [device.name for device in health.devices] == ["reader"]
    assert health.paper == "unknown"


def test_what_somebody_must_look_at_stands_behind_what_is_missing_now() -> None:
    recent = RecentAlarms(("commit-failed", "keys-expired"))
    health = told(ready=Readiness((Missing.STORE,)), journal=replace(JOURNAL, alarms=recent))
    assert health.alarms == ("store", "commit-failed", "keys-expired")
    assert health.damaged_journals == ()


def test_a_damaged_journal_is_told_with_its_id_and_last_number() -> None:
    damage = JournalDamaged("ab" * 16, last_seq=17, salvaged=15, unreadable=2, head="0" * 64)
    health = told(journal=replace(JOURNAL, alarms=RecentAlarms(("journal-damaged",), (damage,))))
    assert health.alarms == ("journal-damaged",)
    assert health.damaged_journals == (DamagedJournal("ab" * 16, 17, 2),)


def test_being_offline_is_no_alarm_that_could_arrive() -> None:
    health = told(ready=Readiness((Missing.PAPER, Missing.NETWORK)))
    assert health.alarms == ("paper",)


@pytest.mark.parametrize(
    ("changes", "worth"),
    [
        ({}, False),
        ({"ts": 1_657_846_801_000}, False),
        ({"disk_free_mb": 899, "temperature_c": 42.0}, False),
        ({"journal": replace(JOURNAL, oldest_s=31)}, False),
        ({"journal": replace(JOURNAL, last_seq=8)}, True),
        ({"journal": replace(JOURNAL, audit_head="b" * 64)}, True),
        ({"printer": PrinterStatus(Condition.GOOD, PaperState.LOW)}, True),
        ({"devices": [DeviceHealth("reader", Condition.BAD)]}, True),
        ({"ready": Readiness((Missing.CLOCK,))}, True),
        ({"journal": replace(JOURNAL, alarms=RecentAlarms(("ack-mismatch",)))}, True),
    ],
)
def test_it_is_told_when_somebody_would_act_on_it(changes: dict[str, Any], worth: bool) -> None:
    assert worth_telling(told(), told(**changes)) is worth
    assert worth_telling(None, told(**changes))


def test_the_message_is_what_the_contract_reads() -> None:
    health = told()
    assert msgspec.json.decode(msgspec.json.encode(health), type=Health) == health
