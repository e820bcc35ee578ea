"""`mynapo-bench` as it is typed: what a wrong line is told."""

from __future__ import annotations

import fcntl
import re
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.__main__ import main
from bench.rig_parts import Display
from bench.run_folder import LONGEST_FOLDER, RunFolder
from bench.terminal_files import ReaderChoice
from terminal.presentation import Language


@pytest.fixture
def claimed() -> Iterator[Path]:
    """A folder in which another bench runs: the way of `up` up to the first process."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    with tempfile.TemporaryDirectory(prefix="mc-") as name:
        with RunFolder(Path(name).resolve()).lock.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield Path(name)
        for number, handler in handlers.items():
            signal.signal(number, handler)


@pytest.mark.parametrize(
    ("option", "value"),
    [("--language", each) for each in Language]
    + [("--display", each) for each in Display]
    + [("--reader", each) for each in ReaderChoice],
)
def test_whatever_the_terminal_can_be_a_bench_can_be_asked_for(
    option: str, value: str, claimed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["up", option, value, "--folder", str(claimed)]) == 1
    assert "a bench is running" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (["net", "delay"], "--ms"),
        (["card", "insert"], "`who`"),
        (["card", "swap"], "`who`"),
        (["up", "--reader", "usb"], "--reader"),
        (["up", "--language", "fr"], "ja-easy"),
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


def test_the_documents_name_every_verb_and_none_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    root = Path(__file__).parents[2]
    page, readme = ((root / name).read_text(encoding="utf-8") for name in ("docs/bench.md", "README.md"))
    hands = page[page.index("## Hands") : page.index("## A run folder")]
    rows = re.findall(r"^\| `([a-z]+)", hands, re.MULTILINE)
    for named in {*rows, *re.findall(r"mynapo-bench ([a-z]+)", page + readme)}:
        with pytest.raises(SystemExit, match="0"):
            main([named, "--help"])
    capsys.readouterr()
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])
    offered = re.findall(r"^ {2,4}([a-z]+) {2,}\S", capsys.readouterr().out, re.MULTILINE)
    assert len(offered) >= 15
    assert set(offered) <= set(re.findall(r"\b[a-z]+\b", " ".join(re.findall(r"`([^`]+)`", page))))
