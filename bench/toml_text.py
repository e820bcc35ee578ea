"""Settings files as text. The standard library reads TOML and does not write it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path


def toml_text(tables: Mapping[str, Mapping[str, object]]) -> str:
    """Tables of strings, numbers, booleans, lists, paths, times, and flat tables of such."""
    lines: list[str] = []
    for name, table in tables.items():
        lines += [f"[{name}]", *(f"{key} = {_value(value)}" for key, value in table.items()), ""]
    return "\n".join(lines)


def _value(value: object) -> str:
    """JSON's strings, numbers, booleans and lists are TOML's as well; times and tables are not."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{json.dumps(key)} = {_value(one)}" for key, one in value.items()) + " }"
    return json.dumps(str(value) if isinstance(value, Path) else value, ensure_ascii=False)
