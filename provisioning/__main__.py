"""`mynapo-provision`: makes a terminal's keys, says what is wrong with its settings, shows what its journal holds."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from contract.tables import Fault
from provisioning.inspection import Finding, inspect
from provisioning.journal_view import journal_lines
from provisioning.keys import Made, make_keys
from terminal.swap import PROC_SWAPS


def main(argv: Sequence[str] | None = None) -> int:
    """Exit status: 0 all well, 1 something is wrong (place, what was seen, next step), 2 a wrong command line."""
    options = _options().parse_args(argv)
    return {"keys": _keys, "check": _check, "journal": _journal}[options.verb](options)


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mynapo-provision",
        description="端末の鍵を作り、設定の誤りを言い、記録を見せます。"
        " Makes a terminal's keys, says what is wrong with its settings, shows what its journal holds.",
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    keys = verbs.add_parser(
        "keys",
        help="端末の鍵と証明書の申請を作る (make this terminal's keys and its certificate request)",
    )
    keys.add_argument(
        "--terminal", required=True, help="ラベルにある端末の名前 (its id, as on the label: a-z, 0-9 and -)"
    )
    keys.add_argument("--folder", type=Path, default=Path("/etc/mynapo"), help="ふつうは /etc/mynapo")
    check = verbs.add_parser(
        "check",
        help="何も起動せずに、設定の誤りをすべて言う (say what is wrong with the settings, starting nothing)",
    )
    check.add_argument(
        "--config",
        type=Path,
        default=Path("/etc/mynapo/terminal.toml"),
        help="ふつうは /etc/mynapo/terminal.toml",
    )
    check.add_argument(
        "--installed",
        action="store_true",
        help="練習と試験のための項目を断る (refuse what is for demo and tests only)",
    )
    journal = verbs.add_parser(
        "journal",
        help="送り待ちの数と最後の出来事を見せる (show how much waits for the fleet, and the last events)",
    )
    journal.add_argument(
        "--data-dir", type=Path, default=Path("/var/lib/mynapo"), help="ふつうは /var/lib/mynapo"
    )
    return parser


def _journal(options: argparse.Namespace) -> int:
    lines = journal_lines(options.data_dir, datetime.now(UTC))
    if isinstance(lines, Fault):
        return _refuse("記録を読めません。The journal cannot be read.", lines)
    print("\n".join(lines))
    return 0


def _keys(options: argparse.Namespace) -> int:
    made = make_keys(options.terminal, options.folder)
    if not isinstance(made, Made):
        return _refuse("鍵を作れません。The keys cannot be made.", made)
    print(f"良い  鍵を作りました（{options.terminal}）。次の 2 つを運営センターへ渡してください。")
    print(f"    {made.request}\n    {made.device_public}")
    print("    English     the keys are made; give these two files to the fleet")
    return 0


def _refuse(head: str, fault: Fault) -> int:
    print(f"悪い  {head}", *fault.lines(), sep="\n", file=sys.stderr)
    return 1


def _check(options: argparse.Namespace) -> int:
    found = inspect(options.config, datetime.now(UTC), installed=options.installed, swaps=PROC_SWAPS)
    found = tuple(sorted(found, key=_last_if_good))
    print(f"{options.config}\n{_summary(found)}")
    for number, finding in enumerate(found, start=1):
        place, *lines = finding.fault.lines()
        print(f"\n{'悪い' if finding.bad else '注意'} {number}  {place}", *lines, sep="\n")
    return 1 if any(finding.bad for finding in found) else 0


def _last_if_good(finding: Finding) -> bool:
    """What stops the terminal comes first; otherwise the order in which it was looked for."""
    return not finding.bad


def _summary(found: Sequence[Finding]) -> str:
    bad = sum(finding.bad for finding in found)
    watch = len(found) - bad
    if not found:
        return "良い  設定に問題はありません。Nothing is wrong with the settings."
    if not bad:
        return f"良い  動きます。気をつけるところは {watch} つ。It works; {watch} to watch."
    also = f"、気をつけるところは {watch} つ" if watch else ""
    return f"悪い  おかしいところは {bad} つ{also}。まず 1 から。{bad} wrong, {watch} to watch; begin with 1."


if __name__ == "__main__":
    sys.exit(main())
