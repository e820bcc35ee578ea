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

from contract.fault_words import rule_in_japanese

_S = TypeVar("_S", bound=msgspec.Struct)
TOML_TYPES = (date, datetime, time)  # tomllib makes these itself


@dataclass(frozen=True)
class Fault:
    """One bad key. `key` is a path such as `phases[2].closes`; empty for a fault of the whole file.

    The Japanese halves are what technicians and managers read first; faults that only a pack's author meets have none.
    """

    file: str
    key: str
    rule: str
    way_out: str
    rule_ja: str = ""
    way_out_ja: str = ""

    def line(self) -> str:
        """In English, in one line."""
        return f"{self.place()}: {self.rule} → {self.way_out}"

    def place(self) -> str:
        return f"{self.file}: {self.key}" if self.key else self.file

    def lines(self) -> tuple[str, ...]:
        """Place, what was seen, what to do next, and the same in English. No arrow and no mark whose width an ssh
        client for Japanese draws differently (UAX #11, class A).
        """
        english = f"    English     {self.rule}; {self.way_out}"
        if not self.rule_ja:
            return (self.place(), english)
        return (
            self.place(),
            f"    見たもの    {self.rule_ja}",
            f"    つぎの一手  {self.way_out_ja}",
            english,
        )


@dataclass
class FaultList:
    """Collects the faults of one file."""

    file: str
    found: list[Fault] = field(default_factory=list)

    def add(self, key: str, rule: str, way_out: str, *, rule_ja: str = "", way_out_ja: str = "") -> None:
        self.found.append(Fault(self.file, key, rule, way_out, rule_ja, way_out_ja))


@dataclass(frozen=True)
class _WayOut:
    """What the model says of a field: what to write there. Empty where it says nothing."""

    en: str = ""
    ja: str = ""


@dataclass(frozen=True)
class _Key:
    name: str
    type: Any
    required: bool
    way_out: _WayOut


@cache
def _keys_of(struct: type[msgspec.Struct]) -> tuple[_Key, ...]:
    hints = get_type_hints(struct, include_extras=True)
    return tuple(
        _Key(info.encode_name, hints[info.name], info.required, _description(hints[info.name]))
        for info in msgspec.structs.fields(struct)
    )


def _description(hint: Any) -> _WayOut:
    """The `description` that the model gives to a field, in English; in Japanese as `extra={"ja": …}` beside it."""
    options = get_args(hint) if get_origin(hint) in (types.UnionType, Union) else (hint,)
    for extra in (extra for option in options for extra in getattr(option, "__metadata__", ())):
        if isinstance(extra, msgspec.Meta) and extra.description:
            return _WayOut(extra.description, (extra.extra or {}).get("ja", ""))
    return _WayOut()


def decode(raw: Mapping[str, object], struct: type[_S], faults: FaultList, at: str = "") -> _S | None:
    """`raw` as `struct`, or None after every fault below `at` was added to `faults`."""
    before = len(faults.found)
    keys = {key.name: key for key in _keys_of(struct)}
    for name in raw:
        if name not in keys:
            _add_unknown(faults, _join(at, name), name, keys)
    values: dict[str, Any] = {}
    for name, key in keys.items():
        if name in raw:
            values[name] = _value(raw[name], key.type, faults, _join(at, name), key.way_out)
        elif key.required:
            faults.add(
                _join(at, name),
                "missing",
                key.way_out.en or "add this key",
                rule_ja="ありません",
                way_out_ja=f"書き足す{_in_brackets(key.way_out.ja)}",
            )
    if len(faults.found) > before:
        return None
    return struct(**values)


def _add_unknown(faults: FaultList, at: str, name: str, keys: Mapping[str, _Key]) -> None:
    near = difflib.get_close_matches(name, keys, n=1)
    if near:
        en, ja = f"did you mean `{near[0]}`?", f"{near[0]} ではありませんか"
    else:
        known = ", ".join(sorted(keys))
        en, ja = f"remove it; known here: {known}", f"消す（ここに書けるもの: {known}）"
    faults.add(at, "unknown key", en, rule_ja="知らない項目です", way_out_ja=ja)


def _in_brackets(text: str) -> str:
    return f"（{text}）" if text else ""


def _value(raw: object, hint: Any, faults: FaultList, at: str, way_out: _WayOut) -> Any:
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


def _table(raw: object, struct: type[_S], faults: FaultList, at: str, way_out: _WayOut) -> _S | None:
    if isinstance(raw, Mapping):
        return decode(raw, struct, faults, at)
    faults.add(
        at,
        "is not a table",
        way_out.en or "write { … }",
        rule_ja="表ではありません",
        way_out_ja=way_out.ja or "{ 名前 = 値 } の形で書く",
    )
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


def _converted(raw: object, hint: Any, faults: FaultList, at: str, way_out: _WayOut) -> Any:
    try:
        return msgspec.convert(raw, hint, strict=True, builtin_types=TOML_TYPES, dec_hook=_path)
    except msgspec.ValidationError as fault:
        rule, _, inside = str(fault).partition(" - at `$")
        faults.add(
            at + inside.rstrip("`"),
            rule,
            way_out.en or "correct the value",
            rule_ja=rule_in_japanese(rule),
            way_out_ja=f"値を直す{_in_brackets(way_out.ja)}",
        )
        return None


def _path(kind: type[Any], raw: object) -> object:
    """A field of type Path takes a text that is not empty."""
    if kind is Path and isinstance(raw, str) and raw:
        return Path(raw)
    raise msgspec.ValidationError("must be a file path")


def _join(at: str, name: str) -> str:
    return f"{at}.{name}" if at else name
