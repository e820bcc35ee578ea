"""The figures are taken from real work: as many records as asked for, and flushes counted by strace."""

from __future__ import annotations

import shutil

import pytest

from bench.perf.journal import measure_append, measure_apply


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace counts the flushes")
def test_one_durable_enrolment_costs_one_flush() -> None:
    figures = measure_append(records=20)
    assert figures.records == 20
    assert 1.0 <= figures.flushes < 1.1
    assert figures.cpu_ms > 0 < figures.bare_cpu_ms


@pytest.mark.parametrize("per_ack", [1, 7])
def test_every_record_is_marked_by_its_ack(per_ack: int) -> None:
    figures = measure_apply(records=30, per_ack=per_ack)
    assert (figures.records, figures.per_ack) == (30, per_ack)
    assert figures.rows_per_s > 0
