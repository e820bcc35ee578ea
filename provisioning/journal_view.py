"""What lies in a terminal's journal, for a technician: how much waits since when, and the last events. Read-only.

No record can be opened with it and none exported: what waits is sealed, and its number on the paper is not in the file.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from contract.settings_file import unreadable
from contract.tables import Fault
from programmes.days import in_japan
from terminal.journal.database import file_trouble_of
from terminal.journal.events import BY_ID, Severity
from terminal.journal.outbox_reader import OutboxOverview, OutboxReader, OutboxUnreadable
from terminal.journal.trouble_words import trouble_fault

_SEVERITIES = {
    Severity.INFO: "通常",
    Severity.NOTICE: "参考",
    Severity.WARNING: "注意",
    Severity.ALARM: "警報",
}


def journal_lines(data_dir: Path, now: datetime, *, events: int = 20) -> tuple[str, ...] | Fault:
    """Lines in Japanese: depth, age, last seq, and the newest `events` audit events, oldest first."""
    path = data_dir / "outbox.db"
    try:
        path.open("rb").close()  # SQLite does not say which of the two it was
    except OSError as error:
        way_out, way_out_ja = (
            "name the terminal's data_dir with --data-dir",
            "端末の data_dir を --data-dir で指す",
        )
        return unreadable(str(path), "", error, way_out, way_out_ja)
    reader = OutboxReader(path, now=lambda: now)
    overview = reader.overview()
    reader.close()
    if isinstance(overview, OutboxUnreadable):
        return trouble_fault(path, overview.reason)
    try:
        rows = list(_events(path, events))
    except sqlite3.Error as error:
        return trouble_fault(path, file_trouble_of(error))
    return (*_summary(overview), *(_line(row) for row in reversed(rows)))


def _summary(overview: OutboxOverview) -> tuple[str, ...]:
    hours, minutes = divmod(overview.oldest_age_s // 60, 60)
    waiting = f"送り待ち {overview.depth} 件"
    oldest = f"（いちばん古いもの {hours} 時間 {minutes} 分前）" if overview.depth else ""
    return (
        waiting + oldest,
        f"ジャーナル {overview.journal}　最後の番号 {overview.last_seq}",
        f"監査の鎖の先（はじめの 16 文字） {overview.audit_head[:16]}",
        "最後の出来事（日本時間、意味は docs/audit-events.md）",
    )


def _events(path: Path, count: int) -> Iterator[dict[str, Any]]:
    """The newest audit rows. sqlite-utils reads the table as it is, so that this view never holds up the terminal."""
    from sqlite_utils import Database

    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        yield from Database(connection)["audit"].rows_where(order_by="n desc", limit=count)


def _line(row: dict[str, Any]) -> str:
    """Moment in Japan, weight, meaning, and the event as the fleet and the manual call it."""
    at = in_japan(datetime.fromtimestamp(row["at"] / 1000, UTC)).strftime("%Y-%m-%d %H:%M:%S")
    kind = BY_ID.get(row["event"])
    weight, meaning = ("不明", "知らない出来事。") if kind is None else (_SEVERITIES[kind.severity], kind.ja)
    return f"{at}  {weight}  {meaning}  {row['event']}  {bytes(row['arguments']).decode()}"
