from __future__ import annotations

import tomllib
from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.tables import TOML_TYPES, FaultList, decode
from programmes.loader import PACKS
from programmes.model import Pack, Source
from programmes.services import ServiceCatalogue


@pytest.mark.parametrize(
    ("file", "struct"),
    [
        ("national-2022.toml", Pack),
        ("national-2022.services.toml", ServiceCatalogue),
        ("demo-services.toml", ServiceCatalogue),
    ],
)
def test_key_by_key_gives_the_same_as_all_at_once(file: str, struct: type[msgspec.Struct]) -> None:
    raw = tomllib.loads((PACKS / file).read_text())
    faults = FaultList(file)
    assert decode(raw, struct, faults) == msgspec.convert(raw, struct, builtin_types=TOML_TYPES)
    assert faults.found == []


json_like: st.SearchStrategy[object] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from([*Pack.__struct_fields__, "colour"])


@given(st.dictionaries(NAMES, json_like, max_size=12))
def test_no_table_whatever_is_in_it_ends_in_an_exception_or_in_silence(raw: dict[str, object]) -> None:
    faults = FaultList("any.toml")
    assert decode(raw, Pack, faults) is None
    for name in ("format", "kind", "renewal_wait"):
        if name not in raw:
            assert any(fault.key == name and fault.rule == "missing" for fault in faults.found)


def test_a_table_of_tables_keeps_the_names_of_its_rows() -> None:
    raw = {"what": "somebody", "day": date(2022, 7, 1), "colour": 1}
    faults = FaultList("any.toml")
    assert decode(raw, Source, faults, "sources.S9") is None
    assert [fault.key for fault in faults.found] == ["sources.S9.colour"]
