"""`mynapo-fleet ingest|opener|dashboard|register --config FILE`: each process of the fleet, started by name."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import uvicorn

from contract.topics import is_terminal_id
from fleet.dashboard import make_dashboard
from fleet.ingest import AckSigner, Ingest
from fleet.intake_store import register_device
from fleet.key_files import KeyFault, public_key, sealing_keys, secret, signing_key, trust_anchors
from fleet.opener import AnswerSigner, Opener
from fleet.opening import OpeningKeys, OpeningRules
from fleet.programme_port import ProgrammePort
from fleet.sample_programme import SampleProgramme
from fleet.settings import SAMPLE_PORT, FleetSettings, OpenerTable, SettingsFault, read_settings
from fleet.store import open_store, open_store_to_read
from programmes.faults import PackFaults
from programmes.loader import load

_BAD_SETTINGS = 78  # EX_CONFIG of sysexits.h: systemd must not restart into the same mistake
#: Root may be the first to register, and so to make the store: the processes' group must be able to write it.
_GROUP_UMASK = 0o007
#: `all` is the topic for everybody, and `fleet-…` are the fleet's own names at the broker.
_RESERVED = ("all", "fleet-")


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0 after SIGTERM or SIGINT, 78 for settings or keys that cannot be used."""
    options = _options().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    settings = read_settings(options.config)
    if isinstance(settings, SettingsFault):
        return _refuse(str(settings))
    if options.command == "register":
        return _register(settings, options.terminal, options.public_key)
    command = {"ingest": _ingest, "opener": _opener, "dashboard": _dashboard}[options.command]
    return command(settings)


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="mynapo-fleet", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    texts = {
        "ingest": "take enrolments from the broker, store them, acknowledge them",
        "opener": "open stored enrolments and hand them to the programme",
        "dashboard": "serve the page for fleet managers on loopback",
        "register": "add a terminal's device key to the registry",
    }
    for name, text in texts.items():
        command = commands.add_parser(name, help=text)
        command.add_argument("--config", type=Path, required=True, help="fleet.toml")
        if name == "register":
            command.add_argument("--terminal", required=True, help="[a-z0-9-], 1 to 40 characters")
            command.add_argument("--public-key", type=Path, required=True, help="Ed25519, PEM")
    return parser


def _ingest(settings: FleetSettings) -> int:
    table, broker = settings.ingest, settings.broker
    if table is None or broker is None:
        return _refuse("tables [ingest] and [broker] are needed")
    key, root = signing_key(table.ack_key), public_key(table.root)
    if isinstance(key, KeyFault):
        return _refuse(str(key))
    if isinstance(root, KeyFault):
        return _refuse(str(root))
    missing = [str(path) for path in (broker.ca, broker.cert, broker.key) if not path.is_file()]
    if missing:
        return _refuse("no such file: " + ", ".join(missing))
    stop = _stop_on_signals()
    ingest = Ingest(
        open_store(settings.store.url),
        broker,
        name=table.name,
        signer=AckSigner(key, table.ack_kid),
        keys=table.keys,
        root=root,
        now_ms=_now_ms,
        monotonic=time.monotonic,
    )
    ingest.run(stop.is_set, _wait_on(stop))
    return 0


def _opener(settings: FleetSettings) -> int:
    table = settings.opener
    if table is None:
        return _refuse("table [opener] is needed")
    keys = _opening_keys(table)
    signer = signing_key(table.answer_key)
    anchors = trust_anchors(table.card_ca, accept_test_ca=table.accept_test_ca)
    if isinstance(keys, KeyFault):
        return _refuse(str(keys))
    if isinstance(signer, KeyFault):
        return _refuse(str(signer))
    if isinstance(anchors, KeyFault):
        return _refuse(str(anchors))
    programmes = load(table.packs)
    if isinstance(programmes, PackFaults):
        return _refuse(programmes.text())
    engine = open_store(settings.store.url)
    if table.programme_port != SAMPLE_PORT:
        return _refuse(
            f"opener.programme_port: {table.programme_port!r} is not known; there is {SAMPLE_PORT!r}"
        )
    port: ProgrammePort = SampleProgramme(
        engine, settings.sample_programme.refuse, withdraws=settings.sample_programme.withdraws
    )
    stop = _stop_on_signals()
    opener = Opener(
        engine,
        port,
        keys=keys,
        rules=OpeningRules(anchors, {one.pack.name: one for one in programmes}, demo=table.demo),
        signer=AnswerSigner(signer, table.answer_kid),
        now_ms=_now_ms,
    )
    opener.run(stop.is_set, _wait_on(stop))
    return 0


def _opening_keys(table: OpenerTable) -> OpeningKeys | KeyFault:
    keys, person_secret = sealing_keys(table.sealing_keys), secret(table.person_secret)
    if isinstance(keys, KeyFault):
        return keys
    if isinstance(person_secret, KeyFault):
        return person_secret
    return OpeningKeys(keys, person_secret)


def _dashboard(settings: FleetSettings) -> int:
    table = settings.dashboard
    port = settings.opener.programme_port if settings.opener else SAMPLE_PORT
    application = make_dashboard(
        open_store_to_read(settings.store.url), _now_ms, sample=port == SAMPLE_PORT, hosts=table.hosts
    )
    _stop_on_signals()  # uvicorn raises its signal again when it has shut down; a handler makes that a clean end
    uvicorn.run(application, host=table.host, port=table.port, log_level="warning", server_header=False)
    return 0


def _register(settings: FleetSettings, terminal: str, key_file: Path) -> int:
    if not is_terminal_id(terminal) or terminal.startswith(_RESERVED[1]) or terminal == _RESERVED[0]:
        return _refuse(f"{terminal!r} is no name for a terminal")
    key = public_key(key_file)
    if isinstance(key, KeyFault):
        return _refuse(str(key))
    os.umask(_GROUP_UMASK)
    if not register_device(open_store(settings.store.url), terminal, key.public_bytes_raw(), _now_ms()):
        return _refuse(f"{terminal} is registered with another key")
    return 0


def _refuse(why: str) -> int:
    print(why, file=sys.stderr)
    return _BAD_SETTINGS


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _wait_on(stop: threading.Event) -> Callable[[float], None]:
    """Sleeps that end with the process."""

    def wait(seconds: float) -> None:
        stop.wait(seconds)

    return wait


def _stop_on_signals() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    return stop


if __name__ == "__main__":
    sys.exit(main())
