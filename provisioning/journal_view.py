"""What lies in a terminal's journal, for a technician: how much waits since when, and the last events. Read-only.

No record can be opened with it and none exported: what waits is sealed, and its number on the paper is not in the file.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from terminal.journal.outbox_reader import OutboxReader, Overview, Unavailable

_BROKEN = "ファイルは消さずに 運営センターへ知らせてください"


@dataclass(frozen=True)
class NotReadable:
    reason: str
    way_out: str


def journal_lines(data_dir: Path, now: datetime, *, events: int = 20) -> tuple[str, ...] | NotReadable:
    """Lines in Japanese: depth, age, last seq, and the newest `events` audit events, oldest first."""
    path = data_dir / "outbox.db"
    try:
        path.open("rb").close()  # SQLite does not say which of the two it was
    except FileNotFoundError:
        return NotReadable(
            f"{path}: 端末の記録が ありません", "端末の data_dir を --data-dir で教えてください"
        )
    except OSError as error:
        return NotReadable(
            f"{path}: {error.strerror}", "sudo をつけるか、端末の利用者として 実行してください"
        )
    reader = OutboxReader(path, now=lambda: now)
    overview = reader.overview()
    reader.close()
    if isinstance(overview, Unavailable):
        return NotReadable(f"{path}: {overview.reason.value}", _BROKEN)
    try:
        rows = list(_events(path, events))
    except sqlite3.Error as error:
        return NotReadable(f"{path}: {error}", _BROKEN)
    return (*_summary(overview), *(_line(row) for row in reversed(rows)))


def _summary(overview: Overview) -> tuple[str, ...]:
    hours, minutes = divmod(overview.oldest_age_s // 60, 60)
    waiting = f"送り待ち {overview.depth} 件"
    oldest = f"（いちばん古いもの {hours} 時間 {minutes} 分前）" if overview.depth else ""
    return (
        waiting + oldest,
        f"ジャーナル {overview.journal}　最後の番号 {overview.last_seq}",
        f"監査の鎖の先 {overview.audit_head[:16]}…",
    )


def _events(path: Path, count: int) -> Iterator[dict[str, Any]]:
    """The newest audit rows. sqlite-utils reads the table as it is, so that this view never holds up the terminal."""
    from sqlite_utils import Database

    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        yield from Database(connection)["audit"].rows_where(order_by="n desc", limit=count)


def _line(row: dict[str, Any]) -> str:
    at = datetime.fromtimestamp(row["at"] / 1000, UTC).isoformat(timespec="seconds")
    return f"{at}  {row['event']}  {bytes(row['arguments']).decode()}"
