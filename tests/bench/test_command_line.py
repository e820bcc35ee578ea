"""`mynapo-bench` as it is typed: what a wrong line is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.__main__ import main
from bench.run_folder import LONGEST_FOLDER


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (["net", "delay"], "--ms"),
        (["card", "insert"], "`who`"),
        (["card", "swap"], "`who`"),
        (["up", "--reader", "usb"], "--reader"),
    ],
)
def test_a_line_that_lacks_something_says_what(
    line: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(line)
    assert told in capsys.readouterr().err


@pytest.mark.parametrize("line", [["status"], ["card", "insert", "happy"], ["net", "cut"]])
def test_a_verb_without_a_bench_says_how_to_start_one(
    line: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Path("/nonexistent/bench")
    assert main([*line, "--folder", str(folder)]) == 1
    told = capsys.readouterr().err
    assert str(folder) in told
    assert "mynapo-bench up" in told


def test_a_folder_too_long_for_sockets_is_refused_with_its_limit(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--folder", "/" + "a" * LONGEST_FOLDER]) == 2
    assert str(LONGEST_FOLDER) in capsys.readouterr().err
