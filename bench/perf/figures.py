"""`mynapo-bench perf`: the figures, each beside a yardstick measured in the same run.

Ratios hold on any machine; milliseconds are those of this one. A row is repeated where a busy machine would spoil it.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from unicodedata import east_asian_width

from bench.perf.card import APDU_MS, SIGNATURE_MS, measure_card
from bench.perf.drain import measure_drain
from bench.perf.journal import measure_append
from bench.perf.screen import measure_bare, measure_terminal, measure_touches
from bench.perf.visits import measure_flush_order, measure_growth, measure_paper
from bench.rig import Rig
from bench.rig_parts import RigChoices
from bench.terminal_files import ReaderChoice, TerminalChoices

_NOW = datetime.fromisoformat("2022-07-15T10:00:00+09:00")
_SIZE = "720x1280"


@dataclass(frozen=True)
class FigureRow:
    """One line of the table; `reached` None: nothing to reach, only to know."""

    what: str
    measured: str
    yardstick: str
    ratio: str
    target: str
    reached: bool | None


# --------------------------------------------------------------------------- rows


def card_rows() -> list[FigureRow]:
    figures = measure_card()
    ours, opensc = figures.ours, figures.opensc
    apdus = ours.bytes_in + ours.bytes_out
    theirs = opensc.bytes_in + opensc.bytes_out
    slower = figures.ours_s / figures.bare_s
    return [
        FigureRow(
            "APDUs: certificate, tries, PIN, signature",
            f"{ours.apdus} APDUs",
            f"pkcs11-tool --login --sign: {opensc.apdus}",
            f"{ours.apdus / opensc.apdus:.2f}",
            "≤ 14",
            ours.apdus <= 14,
        ),
        FigureRow(
            "bytes of the same",
            f"{apdus} B",
            f"must cross {figures.certificate + 256 + ours.bytes_in} B (OpenSC {theirs} B)",
            f"{figures.byte_ratio:.3f}",
            "≤ 1.15",
            figures.byte_ratio <= 1.15,
        ),
        FigureRow(
            f"time of the same, card with {APDU_MS} ms an APDU and {SIGNATURE_MS} ms a signature",
            f"{figures.ours_s * 1000:.0f} ms",
            f"the same APDUs bare: {figures.bare_s * 1000:.0f} ms",
            f"{slower:.3f}",
            "≤ 1.05",
            slower <= 1.05,
        ),
    ]


def durable_rows() -> list[FigureRow]:
    append = measure_append()
    with _rig() as rig:
        order = measure_flush_order(rig)
    return [
        FigureRow(
            "one enrolment made durable: flushes",
            f"{append.flushes:.2f}",
            "one commit",
            f"{append.flushes:.2f}",
            "1",
            round(append.flushes, 1) == 1.0,
        ),
        FigureRow(
            "one enrolment made durable: CPU of seal, signature, commit",
            f"{append.cpu_ms:.2f} ms",
            f"the same bytes by one bare INSERT: {append.bare_cpu_ms:.2f} ms",
            f"{append.cpu_ms / append.bare_cpu_ms:.1f}",
            "≤ 1 ms",
            append.cpu_ms <= 1.0,
        ),
        FigureRow(
            "flush before 受け付けました is drawn",
            f"{order.flushes} flushes, drawn {order.gap_s * 1000:.0f} ms after the last returned",
            f"{order.records} records, every flush held up for {order.delay_s * 1000:.0f} ms",
            "–",
            "one a record, before",
            order.in_order,
        ),
    ]


def drain_rows() -> list[FigureRow]:
    with tempfile.TemporaryDirectory(prefix="mynapo-drain-") as folder:
        drained = measure_drain(Path(folder))
    return [
        FigureRow(
            f"draining {drained.records} records to marked",
            f"{drained.drained_per_s:.0f}/s",
            f"bare paho QoS 1: {drained.raw_per_s:.0f}/s",
            f"{drained.ratio:.2f}",
            "≥ 0.15 and ≥ 1,500/s",
            drained.ratio >= 0.15 and drained.drained_per_s >= 1_500,
        )
    ]


def touch_rows() -> list[FigureRow]:
    _, frame_s = measure_bare(_SIZE)
    with _rig() as rig:
        touches = measure_touches(rig, frame_s)
    what, worst = touches.worst
    return [
        FigureRow(
            f"touch → next screen drawn, p95 of {len(touches.took)}",
            f"{touches.p95_ms:.0f} ms, worst {worst:.0f} ms ({what})",
            f"one frame of a bare window: {touches.frame_ms:.1f} ms",
            f"{touches.p95_ms / touches.frame_ms:.0f}",
            "p95 ≤ 100 ms",
            touches.p95_ms <= 100,
        )
    ]


def start_rows() -> list[FigureRow]:
    bare, _ = measure_bare(_SIZE)
    with _rig() as rig:
        ours = measure_terminal(rig)
    memory = ours.pss_mb / bare.pss_mb
    yardstick = "bare Kivy window with one label"
    return [
        FigureRow(
            "start → attract",
            f"{ours.start_s:.2f} s",
            f"{yardstick}: {bare.start_s:.2f} s",
            f"{ours.start_s / bare.start_s:.2f}",
            "≤ 1.0 s",
            ours.start_s <= 1.0,
        ),
        FigureRow(
            "memory at rest (PSS)",
            f"{ours.pss_mb:.0f} MB (RSS {ours.rss_mb:.0f})",
            f"{yardstick}: {bare.pss_mb:.0f} MB (RSS {bare.rss_mb:.0f})",
            f"{memory:.2f}",
            "≤ 1.6",
            memory <= 1.6,
        ),
        FigureRow(
            "idle CPU at the attract screen",
            f"{ours.idle * 100:.1f} % of a core",
            f"{yardstick}: {bare.idle * 100:.1f} %",
            f"{ours.idle / bare.idle:.1f}" if bare.idle else "–",
            "≤ 3 %",
            ours.idle <= 0.03,
        ),
    ]


def growth_rows() -> list[FigureRow]:
    with _rig() as rig:
        growth = measure_growth(rig)
    ratio = growth.mb[1] / growth.mb[0]
    return [
        FigureRow(
            f"memory after {growth.visits[1]} visits (own, anonymous)",
            f"{growth.mb[1]:.0f} MB",
            f"after {growth.visits[0]}: {growth.mb[0]:.0f} MB",
            f"{ratio:.3f}",
            "≤ 1.05",
            ratio <= 1.05,
        )
    ]


def paper_rows() -> list[FigureRow]:
    with _rig() as rig:
        octets = measure_paper(rig)
    return [
        FigureRow(
            "paper for 予約 and 申込",
            f"{octets} B, {octets * 10 / 115_200:.2f} s at 115,200 baud",
            "–",
            "–",
            "≤ 4 kB",
            octets <= 4_000,
        )
    ]


ROWS: dict[str, Callable[[], list[FigureRow]]] = {
    "card": card_rows,
    "durable": durable_rows,
    "drain": drain_rows,
    "touch": touch_rows,
    "start": start_rows,
    "growth": growth_rows,
    "paper": paper_rows,
}


@contextmanager
def _rig() -> Iterator[Rig]:
    with tempfile.TemporaryDirectory(prefix="mynapo-perf-") as folder:
        choices = RigChoices(TerminalChoices(_NOW, size=_SIZE), reader=ReaderChoice.PCSC)
        with Rig(Path(folder), choices) as rig:
            yield rig


# --------------------------------------------------------------------------- table


def table(rows: list[FigureRow]) -> str:
    head = ("what", "measured", "yardstick", "ratio", "to reach", "")
    words = {True: "reached", False: "MISSED", None: ""}
    lines = [
        head,
        *((r.what, r.measured, r.yardstick, r.ratio, r.target, words[r.reached]) for r in rows),
    ]
    widths = [max(_width(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(
        "  ".join(
            text + " " * (width - _width(text)) for text, width in zip(line, widths, strict=True)
        ).rstrip()
        for line in lines
    )


def _width(text: str) -> int:
    """Columns of a terminal."""
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def main(argv: list[str]) -> int:
    """Exit code 0 if every target was reached."""
    parser = argparse.ArgumentParser(prog="mynapo-bench perf", description=__doc__)
    parser.add_argument("--row", action="append", choices=tuple(ROWS), help="only these; may be repeated")
    parser.add_argument("--json", type=Path, default=None, help="write the rows here as well")
    options = parser.parse_args(argv)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # an end by it leaves nothing running
    rows: list[FigureRow] = []
    for name in options.row or ROWS:
        print(f"measuring {name}; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", flush=True)
        rows += ROWS[name]()
    print(table(rows))
    if options.json is not None:
        written = [asdict(row) for row in rows]
        options.json.write_text(json.dumps(written, ensure_ascii=False, indent=1), encoding="utf-8")
    return 0 if all(row.reached is not False for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
