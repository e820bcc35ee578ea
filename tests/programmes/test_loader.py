from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from programmes.consistency import sourced_rows
from programmes.faults import PackFaults
from programmes.loader import PACKS, Programme, load
from tests.programmes.conftest import loaded

BREAKS = [
    # file, what stands there, what is put there, key named, part of the line
    ("pack", "points_max = 5000 }", "points_max = 0 }", "measures[0].grant.points_max", ">= 1"),
    ("pack", "operator_connected = false", 'operator_connected = "no"', "operator_connected", "Expected `bool`"),
    ("pack", 'name = "national-2022"', 'name = "national-2023"', "name", "differs from the file's name"),
    ("pack", "closes = 2023-05-31", "closes = 2021-05-31", "phases[3].closes", "closes before it opens"),
    ("pack", "closes = 2023-05-31", 'closes = "May"', "phases[3].closes", "Expected `date`"),
    ("pack", "offline_stop]", "offline_stpo]", "offline_stpo", "did you mean `offline_stop`?"),
    ("pack", "least_hours = 24", "least_hour = 24", "renewal_wait.least_hour", "unknown key"),
    ("pack", "least_hours = 24", "", "renewal_wait.least_hours", "missing"),
    ("pack", "least_hours = 24", "least_hours = 100", "renewal_wait.longest_hours", "shorter"),
    ("pack", 'source = ["RELIEF-2302"]', "source = []", "reliefs[0].source", ">= 1"),
    ("pack", 'source = ["RELIEF-2302"]', 'source = ["NOBODY"]', "reliefs[0].source", "not in [sources]"),
    ("pack", "2022-05-22T22:00:00+09:00", "2022-05-22T22:00:00", "maintenance[0].ends", "timezone"),
    ("pack", "2022-05-22T22:00:00+09:00", "2022-05-20T22:00:00+09:00", "maintenance[0].ends", "not after begins"),
    ("pack", 'first = "12-29"', 'first = "02-30"', "closed_days[0].first", "no such day"),
    ("pack", "until = 23:00:00", "until = 06:00:00", "hours[0].until", "not after opens"),
    ("pack", "percent = 25, ", "percent = 20, ", "measures[0].grant", "not points_max"),
    ("pack", 'answered_by = "unknowable"', 'answered_by = "here"', "conditions[11].key", "cannot be decided"),
    ("pack", 'unconfirmed = ["known_from"]', 'unconfirmed = ["known_form"]', "phases[0].unconfirmed", "no key of this row"),
    ("pack", "format = 1", "format = 2", "format", "Invalid enum"),
    ("services", 'key = "suica"', 'key = "icoca"', "services", "stands 2 times"),
    ("services", "groups = [4, 4, 4, 4]", "groups = [4, 4, 4]", ".groups", "do not add up"),
    ("services", 'service_kind = "e-money"', 'service_kind = "cash"', "services[0].service_kind", "Invalid enum"),
    ("services", 'measures = ["shisaku-1", ', 'measures = ["shisaku-9", ', "services[0].measures", "no measure `shisaku-9`"),
    ("services", 'number = "MP0000064"', 'number = "MP64"', "services[0].number", "regex"),
    ("services", 'channel = "terminal"', 'channel = "own-app"', "services[0].elsewhere", "missing"),
    ("services", 'prefix = "JW"', 'prefix = "JW"\ncheck_digit = "luhn"\n', "id_entry.check_digit", "luhn is for digits"),
    ("services", 'kind = "services"', 'kind = "service"', "kind", "kind = "),
    ("services", "[sources]", "[sources", "", "not TOML"),
]  # fmt: skip


def copied(tmp_path: Path) -> Path:
    for file in PACKS.glob("*.toml"):
        shutil.copy(file, tmp_path)
    return tmp_path


def spoil(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


@pytest.mark.parametrize(("file", "old", "new", "key", "rule"), BREAKS)
def test_a_broken_pack_names_file_key_rule_and_way_out(
    tmp_path: Path, file: str, old: str, new: str, key: str, rule: str
) -> None:
    name = "national-2022.toml" if file == "pack" else "national-2022.services.toml"
    folder = copied(tmp_path)
    spoil(folder / name, old, new)
    result = load(["national-2022"], folder)
    assert isinstance(result, PackFaults)
    hit = [fault for fault in result.faults if key in fault.key and rule in fault.line()]
    assert hit, result.text()
    assert hit[0].file == name
    assert hit[0].way_out


def test_one_error_lists_every_fault_of_every_file(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    spoil(folder / "national-2022.toml", "percent = 25, ", 'percent = "25", ')
    spoil(folder / "national-2022.toml", "closes = 2023-05-31", "closes = 5")
    spoil(folder / "national-2022.toml", "\nhours = 72", "\nhours = -1")
    spoil(folder / "national-2022.toml", "[result]", "colour = 1\n[result]")
    spoil(folder / "demo-services.toml", 'drawing = "card-back-number"', 'drawing = "horse"')
    spoil(folder / "demo-services.toml", "length = 3\n", "length = 300\n")
    result = load(["national-2022", "demo-services"], folder)
    assert isinstance(result, PackFaults)
    assert {(fault.file, fault.key) for fault in result.faults} == {
        ("national-2022.toml", "measures[0].grant.percent"),
        ("national-2022.toml", "phases[3].closes"),
        ("national-2022.toml", "offline_stop.hours"),
        ("national-2022.toml", "offline_stop.colour"),
        ("demo-services.toml", "services[0].id_entry.drawing"),
        ("demo-services.toml", "services[0].codes[0].length"),
    }
    assert "6 faults" in result.text().splitlines()[0]


@pytest.mark.parametrize(
    ("packs", "rule"),
    [
        ([], "no programme"),
        (["demo-services"], "is not loaded"),
        (["national-2022", "national-2022"], "named twice"),
        (["nowhere"], "cannot be read"),
        (["national-2022", "national-2022.services"], "in another catalogue too"),
    ],
)
def test_a_wrong_list_of_packs_is_a_value_with_its_reason(packs: list[str], rule: str) -> None:
    result = load(packs)
    assert isinstance(result, PackFaults)
    assert rule in result.text()


def test_a_file_that_is_not_text_or_far_too_large_is_refused(tmp_path: Path) -> None:
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "large.toml").write_bytes(b"#" * 1_000_001)
    for name, rule in (("binary", "not UTF-8 at byte 0"), ("large", "more than 1000000")):
        result = load([tmp_path / f"{name}.toml"])
        assert isinstance(result, PackFaults)
        assert rule in result.text()


def test_a_pack_can_be_named_by_path_and_is_read_again_after_a_change(tmp_path: Path) -> None:
    path = copied(tmp_path) / "national-2022.toml"
    first = loaded(str(path))
    spoil(path, "\nhours = 72", "\nhours = 96")
    os.utime(path, ns=(1, 1))
    second = loaded(str(path))
    assert (first.pack.offline_stop.hours, second.pack.offline_stop.hours) == (72, 96)
    assert first.digest != second.digest


def test_the_demonstration_shows_invented_services_only(demo: Programme, national: Programme) -> None:
    assert all(service.fictitious for service in demo.services)
    assert not any(service.fictitious for service in national.services)
    assert demo.digest != national.digest
    assert len(demo.services) >= 12


def test_the_national_catalogue_is_wide_and_says_what_is_barred(national: Programme) -> None:
    assert len(national.services) >= 40
    barred = {service.key for service in national.services if service.channel == "own-app"}
    assert barred == {"rakuten-pay", "rakuten-card"}
    assert [measure.key for measure in national.offered_measures()] == ["shisaku-1"]
    assert national.pack.operator_connected is False


def test_every_row_of_every_pack_is_dated_and_cites_known_sources(
    national: Programme, demo: Programme
) -> None:
    rows = [row for programme in (national, demo) for thing in (programme.pack, programme.services)
            for row in sourced_rows(thing)]  # fmt: skip
    assert len(rows) > 150
    for at, row in rows:
        assert row.source, at
        assert all(tag in {**national.sources(), **demo.sources()} for tag in row.source), at
    assert any(not row.confirmed for _, row in rows)


def test_rows_that_rest_on_the_terminal_alone_are_not_called_confirmed(national: Programme) -> None:
    for at, row in sourced_rows(national.pack):
        if set(row.source) == {"TERMINAL"}:
            assert not row.confirmed, at
