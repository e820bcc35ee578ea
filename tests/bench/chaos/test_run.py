"""A small chaos run with everything real; the long ones are a command (`mynapo-bench chaos`)."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from bench.chaos.run import run, table

SEED = 36  # its first five visits get kills of all but the ingest, a cut, a delay and duplicates


@pytest.mark.servers
@pytest.mark.window
def test_what_five_residents_were_promised_holds_through_kills_cuts_and_duplicates() -> None:
    with tempfile.TemporaryDirectory(prefix="mynapo-") as folder:  # tmp_path is too long for unix sockets
        report = run(5, SEED, Path(folder), fast=True)
    assert report.passed, table(report)
    assert report.verdict.accepted >= 5
    assert sum(report.dealt.values()) >= 4, "this seed is to break something"
