"""`mynapo-provision`: makes a terminal's keys, says what is wrong with its settings, shows what its journal holds."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from provisioning.inspection import inspect
from provisioning.journal_view import NotReadable, journal_lines
from provisioning.keys import Made, make_keys


def main(argv: Sequence[str] | None = None) -> int:
    """Exit status: 0 all well, 1 something is wrong (every line names thing, place and way out)."""
    parser = argparse.ArgumentParser(prog="mynapo-provision", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    keys = verbs.add_parser("keys", help="make this terminal's keys and its certificate request")
    keys.add_argument("--terminal", required=True, help="its id, as on the label: a-z, 0-9 and -")
    keys.add_argument("--folder", type=Path, default=Path("/etc/mynapo"))
    check = verbs.add_parser("check", help="say what is wrong with the settings, without starting anything")
    check.add_argument("--config", type=Path, default=Path("/etc/mynapo/terminal.toml"))
    check.add_argument("--installed", action="store_true", help="refuse what is for demo and tests only")
    journal = verbs.add_parser("journal", help="show how much waits for the fleet, and the last events")
    journal.add_argument("--data-dir", type=Path, default=Path("/var/lib/mynapo"))
    options = parser.parse_args(argv)
    return {"keys": _keys, "check": _check, "journal": _journal}[options.verb](options)


def _journal(options: argparse.Namespace) -> int:
    lines = journal_lines(options.data_dir, datetime.now(UTC))
    if isinstance(lines, NotReadable):
        print(f"読めません: {lines.reason}\n→ {lines.way_out}", file=sys.stderr)
        return 1
    print("\n".join(lines))
    return 0


def _keys(options: argparse.Namespace) -> int:
    made = make_keys(options.terminal, options.folder)
    if not isinstance(made, Made):
        print(f"鍵を作れません: {made.reason}\n→ {made.way_out}", file=sys.stderr)
        return 1
    print(f"鍵を作りました（{options.terminal}）。次の2つを 運営センターへ渡してください:")
    print(f"  {made.request}\n  {made.device_public}")
    return 0


def _check(options: argparse.Namespace) -> int:
    found = inspect(options.config, datetime.now(UTC), installed=options.installed)
    for finding in found:
        print(("✕ " if finding.bad else "⚠ ") + finding.text)
    if any(finding.bad for finding in found):
        return 1
    print("✓ 設定に 問題はありません" if not found else "✓ 動きますが、⚠ を見てください")
    return 0


if __name__ == "__main__":
    sys.exit(main())
