"""Prints `docs/audit-events.md` from the declarations: `python -m terminal.journal.event_manual > docs/audit-events.md`."""

from __future__ import annotations

import inspect
import sys
from typing import Any, Literal, get_args, get_origin

import msgspec

from terminal.journal.events import (
    BY_ID,
    AuditEvent,
    Count,
    Digest,
    JournalId,
    Millis,
    Seconds,
    Severity,
    Slug,
    SlugOrNone,
)

_HEADER = """\
# 監査記録の出来事（audit events）

端末の監査記録に書かれる出来事の一覧です。氏名・番号・暗証番号などの個人情報は、どの出来事にも入りません。
値は、数・時刻・プログラムが決めた短い語・でたらめな識別子だけです。
(What the terminal's audit can contain. No event carries personal data: values are numbers, times, words chosen by the
program and random ids. Printed by `python -m terminal.journal.event_manual`; do not edit.)

重さ (severity): {severities}

| 出来事 (id) | 重さ | 意味 | meaning | 値 (values) |
|---|---|---|---|---|
"""
_SEVERITIES = {
    Severity.INFO: "通常",
    Severity.NOTICE: "参考",
    Severity.WARNING: "注意（早めに見に行く）",
    Severity.ALARM: "警報（すぐに見る）",
}
_TYPES: tuple[tuple[Any, str], ...] = (
    (Count, "数 number"),
    (Seconds, "秒 seconds"),
    (Millis, "時刻 ms since 1970"),
    (Slug, "語 word"),
    (SlugOrNone, "語または空 word or empty"),
    (JournalId, "記録簿の識別子 journal id"),
    (Digest, "SHA-256"),
    (bool, "true / false"),
)


def type_name(kind: Any) -> str:
    """Words for a field's type; raises LookupError for a type that no event may carry."""
    if get_origin(kind) is Literal:
        return " / ".join(f"`{word}`" for word in get_args(kind))
    for known, name in _TYPES:
        if kind == known:
            return name
    raise LookupError(f"no event may carry a {kind}")


def _row(kind: type[AuditEvent]) -> str:
    values = "、".join(f"`{field.name}`: {type_name(field.type)}" for field in msgspec.structs.fields(kind))
    meaning = " ".join((inspect.getdoc(kind) or "").split())
    severity = f"{_SEVERITIES[kind.severity]} {kind.severity.value}"
    return f"| `{kind.id}` | {severity} | {kind.ja} | {meaning} | {values or '—'} |\n"


def manual() -> str:
    """The whole document."""
    severities = "、".join(f"`{severity.value}` {name}" for severity, name in _SEVERITIES.items())
    return _HEADER.format(severities=severities) + "".join(_row(kind) for kind in BY_ID.values())


if __name__ == "__main__":
    sys.stdout.write(manual())
