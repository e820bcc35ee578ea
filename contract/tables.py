"""A TOML table into a msgspec struct, without stopping at the first fault: settings and programme packs alike.

`msgspec.convert` checks types and constraints but reports one fault a call. A technician who mends a file wants
all of them, so structs are taken apart key by key here and msgspec judges each value.
"""

from __future__ import annotations

import difflib
import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import Annotated, Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import msgspec

_S = TypeVar("_S", bound=msgspec.Struct)
TOML_TYPES = (date, datetime, time)  # tomllib makes these itself


@dataclass(frozen=True)
class Fault:
    """One bad key. `key` is a path such as `phases[2].closes`; empty for a fault of the whole file."""

    file: str
    key: str
    rule: str
    way_out: str

    def line(self) -> str:
        where = f"{self.file}: {self.key}" if self.key else self.file
        return f"{where}: {self.rule} → {self.way_out}"


@dataclass
class FaultList:
    """Collects the faults of one file."""

    file: str
    found: list[Fault] = field(default_factory=list)

    def add(self, key: str, rule: str, way_out: str) -> None:
        self.found.append(Fault(self.file, key, rule, way_out))


@dataclass(frozen=True)
class _Key:
    name: str
    type: Any
    required: bool
    way_out: str


@cache
def _keys_of(struct: type[msgspec.Struct]) -> tuple[_Key, ...]:
    hints = get_type_hints(struct, include_extras=True)
    return tuple(
        _Key(info.encode_name, hints[info.name], info.required, _description(hints[info.name]))
        for info in msgspec.structs.fields(struct)
    )


def _description(hint: Any) -> str:
    """The `description` that the model gives to a field: what to write there."""
    for extra in getattr(hint, "__metadata__", ()):
        if isinstance(extra, msgspec.Meta) and extra.description:
            return extra.description
    return ""


def decode(raw: Mapping[str, object], struct: type[_S], faults: FaultList, at: str = "") -> _S | None:
    """`raw` as `struct`, or None after every fault below `at` was added to `faults`."""
    before = len(faults.found)
    keys = {key.name: key for key in _keys_of(struct)}
    for name in raw:
        if name not in keys:
            faults.add(_join(at, name), "unknown key", _did_you_mean(name, keys))
    values: dict[str, Any] = {}
    for name, key in keys.items():
        if name in raw:
            values[name] = _value(raw[name], key.type, faults, _join(at, name), key.way_out)
        elif key.required:
            faults.add(_join(at, name), "missing", key.way_out or "add this key")
    if len(faults.found) > before:
        return None
    return struct(**values)


def _did_you_mean(name: str, keys: Mapping[str, _Key]) -> str:
    near = difflib.get_close_matches(name, keys, n=1)
    return f"did you mean `{near[0]}`?" if near else f"remove it; known here: {', '.join(sorted(keys))}"


def _value(raw: object, hint: Any, faults: FaultList, at: str, way_out: str) -> Any:
    bare = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    struct = _struct_in(bare)
    if struct is not None and isinstance(raw, Mapping):
        return decode(cast("Mapping[str, object]", raw), struct, faults, at)
    inner = _struct_in_tuple(bare)
    if inner is not None and isinstance(raw, Sequence) and all(isinstance(row, Mapping) for row in raw):
        rows = tuple(decode(row, inner, faults, f"{at}[{index}]") for index, row in enumerate(raw))
        return _converted(rows, hint, faults, at, way_out) if None not in rows else rows
    if get_origin(bare) is dict and isinstance(raw, Mapping) and _struct_in(get_args(bare)[1]) is not None:
        rows_of = cast("type[msgspec.Struct]", _struct_in(get_args(bare)[1]))
        return {name: _table(row, rows_of, faults, _join(at, name), way_out) for name, row in raw.items()}
    return _converted(raw, hint, faults, at, way_out)


def _table(raw: object, struct: type[_S], faults: FaultList, at: str, way_out: str) -> _S | None:
    if isinstance(raw, Mapping):
        return decode(raw, struct, faults, at)
    faults.add(at, "is not a table", way_out or "write { … }")
    return None


def _struct_in(hint: Any) -> type[msgspec.Struct] | None:
    """The struct in `Struct` or `Struct | None`."""
    options = get_args(hint) if get_origin(hint) in (types.UnionType, Union) else (hint,)
    structs = [
        option for option in options if isinstance(option, type) and issubclass(option, msgspec.Struct)
    ]
    return structs[0] if len(structs) == 1 else None


def _struct_in_tuple(hint: Any) -> type[msgspec.Struct] | None:
    args = get_args(hint)
    if get_origin(hint) is tuple and len(args) == 2 and args[1] is Ellipsis:
        return _struct_in(args[0])
    return None


def _converted(raw: object, hint: Any, faults: FaultList, at: str, way_out: str) -> Any:
    try:
        return msgspec.convert(raw, hint, strict=True, builtin_types=TOML_TYPES, dec_hook=_path)
    except msgspec.ValidationError as fault:
        rule, _, inside = str(fault).partition(" - at `$")
        faults.add(at + inside.rstrip("`"), rule, way_out or "correct the value")
        return None


def _path(kind: type[Any], raw: object) -> object:
    """A field of type Path takes a text that is not empty."""
    if kind is Path and isinstance(raw, str) and raw:
        return Path(raw)
    raise msgspec.ValidationError("must be a file path")


def _join(at: str, name: str) -> str:
    return f"{at}.{name}" if at else name
