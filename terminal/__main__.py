"""`mynapo-terminal`: runs the terminal, or looks at programme packs."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from contract.core_dumps import forbid_dumps
from contract.settings_file import BadSettings
from contract.tables import Fault
from terminal.settings import Settings, load
from terminal.swap import PROC_SWAPS, swap_areas

#: systemd starts the terminal again, into a clean attract screen.
CRASHED = os.EX_SOFTWARE


def main(argv: Sequence[str] | None = None) -> int:
    """Exit status: 0 stopped in good order, 2 a wrong command line, 70 crashed, 73 a journal that cannot be
    opened, 78 settings, files or packs that cannot be used (its unit does not start it into the same mistake again).
    `packs check` ends with 1 for a fault.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] == ["packs"]:
        from programmes.cli import main as packs

        return packs(arguments[1:])
    parser = argparse.ArgumentParser(
        prog="mynapo-terminal",
        description=__doc__,
        epilog="mynapo-terminal packs --help: check a programme pack, or explain what is open at a date",
    )
    parser.add_argument("--config", type=Path, required=True, help="terminal.toml")
    parser.add_argument("--installed", action="store_true", help="refuse what is for demo and tests only")
    return run(parser.parse_args(arguments))


def run(options: argparse.Namespace) -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    settings = load(options.config, installed=options.installed)
    if isinstance(settings, BadSettings):
        return _refuse(settings)
    if options.installed:
        _warn_of_swap(swap_areas(PROC_SWAPS))
    from terminal.trust import load_trust

    trust = load_trust(settings)
    if isinstance(trust, BadSettings):
        return _refuse(trust)
    from programmes.faults import PackFaults
    from programmes.loader import load as load_packs

    packs = settings.file.programme.packs
    programmes = load_packs([settings.path(name) if name.endswith(".toml") else name for name in packs])
    if isinstance(programmes, PackFaults):
        print(programmes.text(), file=sys.stderr)
        return os.EX_CONFIG
    folder = _data_folder(settings)
    if folder is not None:
        return _refuse(BadSettings((folder,)))
    from terminal import appliance

    threading.excepthook = _thread_died
    sys.excepthook = _main_died
    sys.unraisablehook = _tell_unraisable
    if options.installed:
        forbid_dumps()
    try:
        return asyncio.run(appliance.run(settings, trust, programmes[0]))
    except BaseExceptionGroup as group:
        _say(group)
        return CRASHED


def _data_folder(settings: Settings) -> Fault | None:
    """Made if it is not there; a fault if this user could write nothing into it."""
    data = settings.path(settings.file.terminal.data_dir)
    way_out = "use sudo, or name a folder of your own"
    way_out_ja = "sudo をつけるか、書けるフォルダーを指す"
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        reason, reason_ja = f"cannot be made: {error.strerror}", f"作れません（{error.strerror}）"
    else:
        if os.access(data, os.W_OK | os.X_OK):
            return None
        reason, reason_ja = "no right to write there", "書く権限がありません"
    return Fault(str(data), "terminal.data_dir", reason, way_out, reason_ja, way_out_ja)


def _warn_of_swap(areas: Sequence[str]) -> None:
    """A terminal that is in service already goes on: `mynapo-provision check` is what stops a technician."""
    if areas:
        words = "スワップを止めてください（docs/installing.md の 2）。Swap is on, and a PIN could be written to it: %s"
        logging.getLogger("terminal").warning(words, ", ".join(areas))


def _thread_died(died: threading.ExceptHookArgs) -> None:
    """A device thread must not die alone: the whole process goes, and systemd starts it again."""
    if died.exc_value is not None:
        _say(died.exc_value)
    os._exit(CRASHED)


def _main_died(_kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
    """What no task group has gathered: Python's own words would hold its message."""
    _say(error)
    os._exit(CRASHED)


def _tell_unraisable(raised: sys.UnraisableHookArgs) -> None:
    """What a destructor raises ends nothing: it may come at any moment, also between a signature and its commit."""
    if raised.exc_value is not None:
        _say(raised.exc_value)


def _say(error: BaseException) -> None:
    for line in crash_lines(error):
        logging.getLogger("terminal").critical(line)


def crash_lines(error: BaseException) -> list[str]:
    """Type and place of each exception, without messages and locals: they may hold what a resident typed."""
    if isinstance(error, BaseExceptionGroup):
        return [line for inner in error.exceptions for line in crash_lines(inner)]
    trace, place = error.__traceback__, "unknown place"
    while trace is not None:
        code = trace.tb_frame.f_code
        place = f"{Path(code.co_filename).name}:{trace.tb_lineno} in {code.co_name}"
        trace = trace.tb_next
    return [f"{type(error).__name__} at {place}"]


def _refuse(bad: BadSettings) -> int:
    print(bad.text(), file=sys.stderr)
    return os.EX_CONFIG


if __name__ == "__main__":
    sys.exit(main())
