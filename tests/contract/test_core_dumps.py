"""A process that sees what residents typed leaves no core dump, whatever the kernel does with one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

#: PR_GET_DUMPABLE is 3 (linux/prctl.h): 1 as every process begins, 0 when neither dump nor debugger is allowed.
ASKED = "import ctypes; print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))"
OPENER = """
[store]
url = "sqlite:///fleet.db"
[opener]
sealing_keys = { seal-1 = "gone.pem" }
answer_key = "gone.pem"
answer_kid = "answer-1"
person_secret = "gone.secret"
card_ca = ["gone.pem"]
"""


def dumpable_after(statements: str, *arguments: str) -> str:
    command = [sys.executable, "-c", f"{statements}\n{ASKED}", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    return done.stdout.strip()


def test_a_process_that_has_said_so_is_not_dumped() -> None:
    assert dumpable_after("pass") == "1"
    assert dumpable_after("from contract.core_dumps import forbid_dumps; forbid_dumps()") == "0"


@pytest.mark.parametrize(
    ("mode", "dumpable"), [('programme_port = "of-an-operator"', "0"), ("demo = true", "1")]
)
def test_the_opener_says_so_before_it_reads_a_key(tmp_path: Path, mode: str, dumpable: str) -> None:
    """Its keys are not there: it ends with 78, and by then it has said so."""
    config = tmp_path / "opener.toml"
    config.write_text(OPENER + mode, encoding="utf-8")
    statements = (
        "import sys; from fleet.__main__ import main\nassert main(['opener', '--config', sys.argv[1]]) == 78"
    )
    assert dumpable_after(statements, str(config)) == dumpable
