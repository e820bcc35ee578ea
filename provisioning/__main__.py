"""`mynapo-provision`: makes a terminal's keys, and says what is wrong with its settings."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from provisioning.inspection import inspect
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
    options = parser.parse_args(argv)
    return _keys(options) if options.verb == "keys" else _check(options)


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
