"""The table of figures and the reading of traces; the figures themselves are a command (`mynapo-bench perf`)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.perf import figures
from bench.perf.card import CardFigures, Exchange
from bench.perf.figures import FigureRow, table
from bench.perf.screen import Touches
from bench.perf.visits import FlushOrder, joined_trace, memory_at_rest


def test_columns_stand_below_one_another_though_japanese_is_twice_as_wide() -> None:
    text = table(
        [
            FigureRow("紙", "1 B", "–", "–", "≤ 4 kB", True),
            FigureRow("paper", "2 B", "–", "–", "≤ 4 kB", False),
        ]
    )
    japanese, english = text.splitlines()[1:]
    assert japanese.index("1 B") + 1 == english.index("2 B")
    assert japanese.endswith("reached")
    assert english.endswith("MISSED")


@pytest.mark.parametrize(("reached", "code"), [(True, 0), (None, 0), (False, 1)])
def test_a_missed_target_is_told_by_the_exit_code(
    reached: bool | None, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = FigureRow("paper", "1 B", "–", "–", "≤ 4 kB", reached)
    monkeypatch.setitem(figures.ROWS, "paper", lambda: [row])
    assert figures.main(["--row", "paper", "--json", str(tmp_path / "rows.json")]) == code
    assert json.loads((tmp_path / "rows.json").read_text(encoding="utf-8"))[0]["reached"] == reached


def test_a_call_that_strace_shows_in_two_lines_is_read_as_one() -> None:
    trace = (
        "11 100.5 fdatasync(12</data/outbox.db-wal> <unfinished ...>\n"
        "12 100.6 fsync(3</x>) = 0 (DELAYED) <0.000010>\n"
        "11 101.0 <... fdatasync resumed>) = 0 (DELAYED) <0.000400>\n"
    )
    assert joined_trace(trace).splitlines()[1] == (
        "11 100.5 fdatasync(12</data/outbox.db-wal>) = 0 (DELAYED) <0.000400>"
    )


@pytest.mark.parametrize(
    ("flushes", "gap_s", "in_order"), [(2, 0.05, True), (2, -0.4, False), (1, 0.05, False), (0, -1.0, False)]
)
def test_the_order_holds_only_with_one_flush_a_record_and_the_screen_after_it(
    flushes: int, gap_s: float, in_order: bool
) -> None:
    assert FlushOrder(2, flushes, 0.5, gap_s).in_order is in_order


def test_the_95th_percentile_is_one_of_the_measured_times() -> None:
    touches = Touches(tuple((f"touch {n}", float(n)) for n in range(1, 101)), 1.0)
    assert touches.p95_ms in (95.0, 96.0)
    assert touches.worst == ("touch 100", 100.0)


def test_bytes_are_held_against_what_must_cross() -> None:
    card = CardFigures(Exchange(14, 150, 1_406), Exchange(74, 692, 4_654), 1_000, 0.5, 0.5)
    assert card.byte_ratio == pytest.approx((150 + 1_406) / (1_000 + 256 + 150))


@pytest.mark.parametrize(
    ("samples", "least"),
    [
        pytest.param([190.0, 184.0, 179.0, 177.0, 177.0, 177.0], 177.0, id="given back within the second"),
        pytest.param([177.0, 177.0, 177.0, 177.0, 177.0, 190.0], 177.0, id="something short at its end"),
        pytest.param([177.0, 178.0, 179.0, 180.0, 181.0, 182.0], 177.0, id="growing all the while"),
    ],
)
def test_memory_at_rest_is_the_least_of_what_is_seen_in_a_second(samples: list[float], least: float) -> None:
    seen, slept = iter(samples), list[float]()
    assert memory_at_rest(lambda: next(seen), slept.append) == least
    assert next(seen, None) is None
    assert sum(slept) == pytest.approx(1.0)
