"""`packs check FILE` and `packs explain --at DATE`: what a pack's author and a technician type."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path

from programmes.days import JST, in_japan
from programmes.explain import explain
from programmes.faults import PackFaults
from programmes.loader import load, read_file
from programmes.model import Pack
from programmes.opening import Moment

FAULTY = 1
"""Exit status when a pack has faults; a wrong command line ends with argparse's 2."""


def main(argv: Sequence[str]) -> int:
    """Runs one verb; 0 if all is well, `FAULTY` with the one error on stderr if a pack is not."""
    options = _parser().parse_args(argv)
    return int(options.run(options))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mynapo-terminal packs", description="Programme packs: campaigns as data"
    )
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    check = verbs.add_parser("check", help="check one pack file, a programme or a file of services")
    check.add_argument("file", type=Path)
    check.set_defaults(run=_check)
    say = verbs.add_parser("explain", help="what is open at a date, why, until when, by which source")
    say.add_argument(
        "--at", type=_moment, required=True, metavar="DATE", help="2022-07-15 (noon in Japan) or with time"
    )
    say.add_argument(
        "--pack", action="append", default=[], metavar="NAME", help="name or path, as in the settings"
    )
    say.add_argument("--lang", choices=("ja", "en"), default="ja")
    say.add_argument("--offline", action="store_true", help="as if the network were down")
    say.add_argument("--clock-untrusted", action="store_true", help="as if the clock could not be believed")
    say.set_defaults(run=_explain)
    return parser


def _check(options: argparse.Namespace) -> int:
    read = read_file(options.file)
    if read.faults:
        return _refuse(PackFaults(read.faults))
    if isinstance(read.parsed, Pack):
        loaded = load([options.file])
        if isinstance(loaded, PackFaults):
            return _refuse(loaded)
        counts = f"{len(loaded[0].pack.measures)} measures, {len(loaded[0].services)} services"
        print(f"{options.file.name}: OK, {counts}, {loaded[0].digest[:16]}")
    elif read.parsed is not None:
        print(
            f"{options.file.name}: OK, {len(read.parsed.services)} services for {read.parsed.for_programme}"
        )
    return 0


def _explain(options: argparse.Namespace) -> int:
    loaded = load(options.pack or ["national-2022"])
    if isinstance(loaded, PackFaults):
        return _refuse(loaded)
    at = Moment(options.at, clock_trusted=not options.clock_untrusted, online=not options.offline)
    print("\n\n".join(explain(programme, at, options.lang) for programme in loaded))
    return 0


def _refuse(faults: PackFaults) -> int:
    print(faults.text(), file=sys.stderr)
    return FAULTY


def _moment(text: str) -> datetime:
    """A day means its noon in Japan; a time without offset is meant in Japan."""
    try:
        if len(text) == len("2022-07-15"):
            return datetime.combine(date.fromisoformat(text), time(12), JST)
        moment = datetime.fromisoformat(text)
    except ValueError as fault:
        raise argparse.ArgumentTypeError(f"{text}: write 2022-07-15 or 2022-07-15T10:00") from fault
    return in_japan(moment) if moment.tzinfo else moment.replace(tzinfo=JST)
