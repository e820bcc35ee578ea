"""`mynapo-uplink --config FILE`: the terminal's only process with a network."""

from __future__ import annotations

import argparse
import logging
import os
import random
import signal
import sys
import threading
import time
import traceback
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

import sdnotify

from contract.settings_file import BadSettings
from terminal.journal.folders import uplink_folder
from terminal.journal.link import LinkState, write_link
from terminal.journal.mailbox import Mailbox, MailboxUnavailable
from terminal.journal.outbox_reader import OutboxReader
from terminal.journal.status import StatusReader
from terminal.journal.trouble_words import trouble_fault
from terminal.uplink.presence import Presence
from terminal.uplink.settings import UplinkSettings, read_settings
from terminal.uplink.uplink import OUTBOX, Uplink, UplinkSurroundings

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0 after SIGTERM or SIGINT, 78 for settings, 73 if the mailbox cannot be made."""
    parser = argparse.ArgumentParser(prog="mynapo-uplink", description=__doc__)
    parser.add_argument("--config", type=Path, required=True, help="terminal.toml")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    sys.excepthook = _tell_place
    settings = read_settings(options.config)
    if isinstance(settings, BadSettings):
        print(settings.text(), file=sys.stderr)
        return os.EX_CONFIG
    folder = uplink_folder(settings.data_dir)
    with suppress(OSError):  # a folder that cannot be made is told as the mailbox that cannot be opened
        folder.mkdir(mode=0o750, exist_ok=True)
    mailbox = Mailbox.open(folder / "mailbox.db", now=_now, random=os.urandom)
    if isinstance(mailbox, MailboxUnavailable):
        fault = trouble_fault(folder / "mailbox.db", mailbox.reason)
        print("受け箱を開けません。The mailbox cannot be opened:", *fault.lines(), sep="\n", file=sys.stderr)
        return os.EX_CANTCREAT
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    _uplink(settings, mailbox, stop).run()
    mailbox.close()
    return 0


def _uplink(settings: UplinkSettings, mailbox: Mailbox, stop: threading.Event) -> Uplink:
    notifier = sdnotify.SystemdNotifier()
    notifier.notify("READY=1")

    def wait(seconds: float) -> None:
        stop.wait(seconds)

    around = UplinkSurroundings(
        monotonic=time.monotonic,
        chance=random.random,
        wait=wait,
        alive=lambda: notifier.notify("WATCHDOG=1"),
        stop=stop.is_set,
        link=lambda connected, fleet: _tell_link(settings, connected, fleet),
    )
    boot = _BOOT_ID.read_text().strip()
    return Uplink(
        settings,
        outbox=OutboxReader(settings.data_dir / OUTBOX, now=_now),
        mailbox=mailbox,
        status=StatusReader(settings.data_dir),
        presence=Presence(
            settings.terminal, boot, uplink_folder(settings.data_dir) / "connection.json", _now_ms
        ),
        around=around,
    )


def _tell_link(settings: UplinkSettings, connected: bool, fleet: bool) -> None:
    write_link(uplink_folder(settings.data_dir), LinkState(connected, fleet, _now_ms()))


def _now() -> datetime:
    return datetime.now(UTC)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _tell_place(kind: type[BaseException], _error: BaseException, trace: TracebackType | None) -> None:
    """Type and place only: an exception's text and locals may hold what the fleet said to somebody."""
    places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]
    print(f"ended by {kind.__name__} at " + " < ".join(reversed(places)), file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
