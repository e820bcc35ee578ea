"""What may be applied for, where and when: the packs decide about a record as they do about a screen."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec
import pytest

from contract.record import ChosenService, Procedure
from fleet.programme_rules import Misfit, misfit_of
from programmes.days import JST
from tests.fleet.records import NOW, chosen, make_body, national

PROGRAMMES = {"national-2022": national()}


def misfit(time: datetime = NOW, **changes: Any) -> Misfit | None:
    return misfit_of(make_body(time=time.isoformat(), **changes), time, PROGRAMMES)


def at(year: int, month: int, day: int, hour: int = 12) -> datetime:
    return datetime(year, month, day, hour, tzinfo=JST)


FITS: dict[str, dict[str, Any]] = {
    "an application": {},
    "a 予約": {"procedure": Procedure.RESERVATION, "service": None},
    "a clock that nobody confirmed": {"clock": "unsynced"},
    "the demo's own clock": {"clock": "set", "demo": True},
    "the last day of a service": {"service": chosen("midori"), "time": at(2022, 8, 31, 23)},
    "the first day of a service": {"service": chosen("wakaba"), "time": at(2022, 9, 1, 0)},
    "an ID of which nothing is confirmed": {"service": ChosenService("yamabuki", "AB-12", ("",))},
    "a service without code": {"service": ChosenService("icho", "JX123451234512345")},
    "telephone digits that are asked for": {
        "service": ChosenService("nagisa", "ABCDE12345", ("1234",), "0000")
    },
    "telephone digits left out": {"service": ChosenService("hibari", "123412341234", ("1234",))},
}


@pytest.mark.parametrize("name", FITS)
def test_this_fits(name: str) -> None:
    assert misfit(**FITS[name]) is None


MISFITS: dict[str, tuple[dict[str, Any], str]] = {
    "a clock behind its own past": ({"clock": "untrusted"}, "clock"),
    "a clock state of which nobody knows": ({"clock": "certainly"}, "clock"),
    "the demo's clock in a real record": ({"clock": "set"}, "clock"),
    "a programme that is not run here": ({"programme": "town-2026"}, "unknown-programme"),
    "a measure that does not exist": ({"measure": "shisaku-4"}, "unknown-measure"),
    "a measure that no terminal offers": ({"measure": "shisaku-2"}, "measure-not-offered"),
    "before the campaign": ({"time": at(2021, 12, 31, 23)}, "measure-not-open"),
    "after the campaign": ({"time": at(2023, 10, 1, 0)}, "measure-not-open"),
    "a 予約 after the campaign": (
        {"time": at(2023, 10, 1, 0), "procedure": Procedure.RESERVATION, "service": None},
        "measure-not-open",
    ),
    "an application for no service": ({"service": None}, "no-service"),
    "a service that does not exist": ({"service": chosen("aoba2")}, "unknown-service"),
    "a service with an app of its own": ({"service": chosen("shiosai")}, "service-elsewhere"),
    "a service that begins later": ({"service": chosen("wakaba")}, "service-not-yet"),
    "a service that is over": ({"service": chosen("midori"), "time": at(2022, 9, 1, 0)}, "service-closed"),
    "an ID that is too short": ({"service": chosen("aoba", "123456789012345")}, "service-id"),
    "an ID with a letter": ({"service": chosen("aoba", "123456789012345A")}, "service-id"),
    "an ID whose check digit is wrong": ({"service": chosen("kohaku", "4539578763621487")}, "service-id"),
    "an ID left out": ({"service": chosen("aoba", "")}, "service-id"),
    "a code that is too long": ({"service": chosen("aoba", "1" * 16, "1234")}, "service-codes"),
    "a code left out": ({"service": ChosenService("aoba", "1" * 16)}, "service-codes"),
    "one code too many": ({"service": chosen("aoba", "1" * 16, "123", "123")}, "service-codes"),
    "telephone digits left out that are needed": (
        {"service": ChosenService("nagisa", "ABCDE12345", ("1234",))},
        "service-phone",
    ),
    "telephone digits that nobody asked for": (
        {"service": ChosenService("aoba", "1" * 16, ("123",), "0000")},
        "service-phone",
    ),
    "telephone digits that are none": (
        {"service": ChosenService("nagisa", "ABCDE12345", ("1234",), "00１0")},
        "service-phone",
    ),
}


@pytest.mark.parametrize("name", MISFITS)
def test_this_does_not_fit_and_is_named(name: str) -> None:
    changes, reason = MISFITS[name]
    assert misfit(**changes) == reason


def test_a_service_that_takes_part_in_other_measures_only_does_not_fit() -> None:
    loaded = national()
    narrower = tuple(msgspec.structs.replace(row, measures=("shisaku-2",)) for row in loaded.services)
    programmes = {"national-2022": replace(loaded, services=narrower)}
    assert misfit_of(make_body(), NOW, programmes) == "service-not-for-measure"


def test_every_reason_has_a_row_of_its_own() -> None:
    named = {reason for _, reason in MISFITS.values()} | {"service-not-for-measure"}
    assert named == {str(reason) for reason in Misfit}


def test_the_fleet_starts_without_what_only_terminals_need() -> None:
    program = "import sys; sys.modules['jaconv'] = None; import fleet.__main__"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
