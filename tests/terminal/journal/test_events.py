"""Events are declared once, carry no free text, and their manual says the same as the code."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any, Literal, get_origin

import msgspec
import pytest

from terminal.journal import events
from terminal.journal.event_manual import manual, type_name
from terminal.journal.events import BY_ID, FIELD_TYPES, AuditEvent, arguments

MANUAL = Path(__file__).parents[3] / "docs" / "audit-events.md"
ALL = list(BY_ID.values())


def test_the_manual_is_what_the_declarations_print() -> None:
    assert MANUAL.read_text(encoding="utf-8") == manual()


def test_every_event_class_of_the_module_is_declared_under_its_own_id() -> None:
    declared = [
        kind
        for kind in vars(events).values()
        if isinstance(kind, type) and issubclass(kind, AuditEvent) and kind is not AuditEvent
    ]
    assert declared == ALL
    assert len({kind.id for kind in declared}) == len(declared)


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.id)
def test_every_field_is_a_number_a_time_a_slug_or_a_random_id(kind: type[AuditEvent]) -> None:
    for field in msgspec.structs.fields(kind):
        assert get_origin(field.type) is Literal or field.type in FIELD_TYPES
        assert type_name(field.type)
    assert kind.ja.endswith("。") or kind.ja.endswith("）。")
    assert (kind.__doc__ or "").strip()


def _constructed(module: Path) -> set[str]:
    """Names of event classes that `module` imports and calls."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    imported = {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == events.__name__
        for alias in node.names
    }
    called = {
        node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    return {imported[name] for name in called & imported.keys()}


def test_every_event_is_written_somewhere_by_the_terminal() -> None:
    terminal = Path(events.__file__).parents[1]
    written = set().union(*(_constructed(module) for module in terminal.rglob("*.py")))
    assert {kind.__name__ for kind in ALL} <= written


def test_a_text_field_could_not_be_described_so_it_cannot_be_declared() -> None:
    with pytest.raises(LookupError):
        type_name(str)


FREE_TEXT = ["山田 太郎", "a b", "A", "", "x" * 41, "-x", "1234", "1234\n", "word\n", "tel:03", "a.b@c"]


@pytest.mark.parametrize("text", FREE_TEXT)
@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.id)
def test_no_text_field_of_any_event_takes_free_text(kind: type[AuditEvent], text: str) -> None:
    fields = msgspec.structs.fields(kind)
    texts = [field.name for field in fields if field.type not in FIELD_TYPES[:3] and field.type is not bool]
    for name in texts:
        if text == "" and kind.__annotations__.get(name) == "SlugOrNone":
            continue
        values: dict[str, Any] = {field.name: _sound(field.type) for field in fields}
        with pytest.raises(msgspec.ValidationError):
            arguments(kind(**(values | {name: text})))


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.id)
def test_a_sound_event_gives_its_fields_as_canonical_json(kind: type[AuditEvent]) -> None:
    values = {field.name: _sound(field.type) for field in msgspec.structs.fields(kind)}
    written = arguments(kind(**values))
    assert json.loads(written) == values
    assert list(json.loads(written)) == sorted(values)


def _sound(kind: Any) -> Any:
    known = {
        events.Count: 3,
        events.Seconds: -3,
        events.Millis: 1_700_000_000_000,
        events.Slug: "a-word",
        events.SlugOrNone: "",
        events.JournalId: "0" * 32,
        events.Digest: "0" * 64,
        bool: True,
    }
    return kind.__args__[0] if get_origin(kind) is Literal else known[kind]
