"""A rule that msgspec names is said in Japanese, and nothing of an unknown rule is lost."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
import pytest
from msgspec import Meta

from contract.fault_words import rule_in_japanese
from contract.tables import TOML_TYPES

#: (value, what it should have been, the Japanese): the sentences come from msgspec itself, whatever its version says.
RULES: list[tuple[object, Any, str]] = [
    ("", Annotated[str, Meta(min_length=1)], "空です"),
    ([], Annotated[list[str], Meta(min_length=1)], "空です"),
    ({}, Annotated[dict[str, str], Meta(min_length=1)], "空です"),
    (["a"], Annotated[list[str], Meta(min_length=2)], "長さが 2 以上ではありません"),
    ("abc", Annotated[str, Meta(max_length=2)], "長さが 2 以下ではありません"),
    (0, Annotated[int, Meta(ge=1)], "1 以上の整数ではありません"),
    (99, Annotated[int, Meta(ge=0, le=27)] | None, "27 以下の整数ではありません"),
    (0.0, Annotated[float, Meta(gt=0)], "0.0 より大きい数ではありません"),
    ("fr", Literal["ja", "en"], "'fr' は選べません"),
    ("x", int, "整数ではなく、文字列です"),
    ("x", int | None, "整数ではなく、文字列です"),
    (5, str, "文字列ではなく、整数です"),
    (1, dict[str, str], "表ではなく、整数です"),
    ("yes", bool, "真偽値（true、false）ではなく、文字列です"),
    ("TK", Annotated[str, Meta(pattern="^[a-z]+$")], "使えない形です"),
    (datetime(2022, 7, 15), Annotated[datetime, Meta(tz=True)], "時差（+09:00 など）がありません"),  # noqa: DTZ001
]


@pytest.mark.parametrize(("raw", "hint", "japanese"), RULES)
def test_each_rule_of_msgspec_has_its_japanese(raw: object, hint: Any, japanese: str) -> None:
    with pytest.raises(msgspec.ValidationError) as refused:
        msgspec.convert(raw, hint, strict=True, builtin_types=TOML_TYPES)
    assert rule_in_japanese(str(refused.value)) == japanese


def test_a_rule_that_is_not_known_is_quoted() -> None:
    assert "Expected something new" in rule_in_japanese("Expected something new")
