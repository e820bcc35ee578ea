"""`mynapo-fleet ingest|opener|dashboard --config FILE` starts a process; `register` and `retire` keep the registry."""

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

from contract.core_dumps import forbid_dumps
from contract.settings_file import BadSettings, unreadable
from contract.tables import Fault
from contract.topics import is_terminal_id
from fleet.dashboard import make_dashboard
from fleet.ingest import AckSigner, Ingest
from fleet.intake_store import register_device, retire_device
from fleet.key_files import public_key, sealing_keys, secret, signing_key, trust_anchors
from fleet.opener import AnswerSigner, Opener
from fleet.opening import OpeningKeys, OpeningRules
from fleet.programme_port import ProgrammePort
from fleet.sample_programme import SampleProgramme
from fleet.settings import SAMPLE_PORT, BrokerTable, FleetSettings, OpenerTable, read_settings
from fleet.store import open_store, open_store_to_read
from programmes.faults import PackFaults
from programmes.loader import load

#: Root may be the first to register, and so to make the store: the processes' group must be able to write it.
_GROUP_UMASK = 0o007
#: `all` is the topic for everybody, and `fleet-…` are the fleet's own names at the broker.
_RESERVED = ("all", "fleet-")


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0 after SIGTERM or SIGINT, 78 for settings or keys that cannot be used."""
    options = _options().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    settings = read_settings(options.config)
    if isinstance(settings, BadSettings):
        return _refuse(*settings.faults)
    if options.command == "register":
        return _register(settings, options.terminal, options.public_key)
    if options.command == "retire":
        return _retire(settings, options.terminal, options.reason)
    command = {"ingest": _ingest, "opener": _opener, "dashboard": _dashboard}[options.command]
    return command(settings, options.config)


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="mynapo-fleet", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    texts = {
        "ingest": "take enrolments from the broker, store them, acknowledge them",
        "opener": "open stored enrolments and hand them to the programme",
        "dashboard": "serve the page for fleet managers on loopback",
        "register": "add a terminal's device key to the registry",
        "retire": "take nothing more of a terminal that was stolen, lost or removed",
    }
    for name, text in texts.items():
        command = commands.add_parser(name, help=text)
        command.add_argument("--config", type=Path, required=True, help="fleet.toml")
        if name == "register":
            command.add_argument("--terminal", required=True, help="[a-z0-9-], 1 to 40 characters")
            command.add_argument("--public-key", type=Path, required=True, help="Ed25519, PEM")
        if name == "retire":
            command.add_argument("terminal", help="as it was registered")
            command.add_argument("--reason", required=True, help="for the record: stolen, returned, …")
    return parser


def _ingest(settings: FleetSettings, config: Path) -> int:
    table, broker = settings.ingest, settings.broker
    if table is None or broker is None:
        absent = {"ingest": table, "broker": broker}
        return _refuse(*(_no_table(config, name) for name, found in absent.items() if found is None))
    key, root = signing_key(table.ack_key), public_key(table.root)
    faults = _unreadable(broker)
    if isinstance(key, Fault) or isinstance(root, Fault) or faults:
        return _refuse(*(fault for fault in (key, root) if isinstance(fault, Fault)), *faults)
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


def _opener(settings: FleetSettings, config: Path) -> int:
    table = settings.opener
    if table is None:
        return _refuse(_no_table(config, "opener"))
    if not table.demo:  # a bench finds its processes in /proc, where this one then shows nothing to its user
        forbid_dumps()
    keys = _opening_keys(table)
    signer = signing_key(table.answer_key)
    anchors = trust_anchors(table.card_ca, accept_test_ca=table.accept_test_ca)
    if isinstance(keys, Fault) or isinstance(signer, Fault) or isinstance(anchors, Fault):
        return _refuse(*(fault for fault in (keys, signer, anchors) if isinstance(fault, Fault)))
    programmes = load(table.packs)
    if isinstance(programmes, PackFaults):
        print(programmes.text(), file=sys.stderr)
        return os.EX_CONFIG
    if table.programme_port != SAMPLE_PORT:
        return _refuse(_unknown_port(config, table.programme_port))
    engine = open_store(settings.store.url)
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


def _opening_keys(table: OpenerTable) -> OpeningKeys | Fault:
    keys, person_secret = sealing_keys(table.sealing_keys), secret(table.person_secret)
    if isinstance(keys, Fault):
        return keys
    if isinstance(person_secret, Fault):
        return person_secret
    return OpeningKeys(keys, person_secret)


def _dashboard(settings: FleetSettings, _config: Path) -> int:
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
        return _refuse(
            Fault(
                "--terminal",
                "",
                f"{terminal!r} is no name for a terminal",
                "use 1 to 40 of a-z, 0-9 and -, as on its label; all and fleet-… are taken",
                f"{terminal!r} は端末の名前に使えません",
                "ラベルのとおりに a-z、0-9、- で 1 から 40 文字にする（all と fleet- で始まる名前は使えません）",
            )
        )
    key = public_key(key_file)
    if isinstance(key, Fault):
        return _refuse(key)
    os.umask(_GROUP_UMASK)
    store = open_store(settings.store.url)
    registered = register_device(store, terminal, key.public_bytes_raw(), _now_ms())
    store.dispose()
    if not registered:
        return _refuse(
            Fault(
                settings.store.url,
                terminal,
                "is registered with another key, or retired",
                "two terminals with one name? give one of them another; a terminal with new keys takes a new name",
                "ほかの鍵で登録ずみか、登録を終えた名前です",
                "同じ名前の端末が 2 台ないか見る。鍵を作り直した端末には 新しい名前をつける",
            )
        )
    return 0


def _retire(settings: FleetSettings, terminal: str, reason: str) -> int:
    os.umask(_GROUP_UMASK)
    store = open_store(settings.store.url)
    retired = retire_device(store, terminal, reason, _now_ms())
    store.dispose()
    if not retired:
        return _refuse(
            Fault(
                settings.store.url,
                terminal,
                "is not registered",
                "write the name as on the terminal's label and on the page",
                "登録されていません",
                "端末のラベルや一覧のとおりに書く",
            )
        )
    print(f"{terminal}: これより後に届くものは受け取りません。ブローカーの証明書も失効させてください。")
    print(f"{terminal}: nothing that comes from now on is taken. Revoke its certificate at the broker too.")
    return 0


def _no_table(config: Path, name: str) -> Fault:
    return Fault(
        str(config),
        f"[{name}]",
        "missing",
        "add this table; its keys are in fleet/settings.py",
        "ありません",
        "この表を書き足す（項目は fleet/settings.py）",
    )


def _unknown_port(config: Path, name: str) -> Fault:
    return Fault(
        str(config),
        "opener.programme_port",
        f"{name!r} is not known",
        f"there is {SAMPLE_PORT!r} only, with demo = true; an operator's port is code behind fleet/programme_port.py",
        f"{name!r} という接続先はありません",
        f"いまあるのは {SAMPLE_PORT!r}（demo = true と書く）だけ。運営者の接続先は fleet/programme_port.py の後ろに作る",
    )


def _unreadable(broker: BrokerTable) -> tuple[Fault, ...]:
    """Of the three files of the broker's connection, those that this process cannot read."""
    faults = []
    for name in ("ca", "cert", "key"):
        file: Path = getattr(broker, name)
        try:
            file.open("rb").close()
        except OSError as error:
            faults.append(
                unreadable(str(file), f"broker.{name}", error, "put the file there", "ファイルをそこに置く")
            )
    return tuple(faults)


def _refuse(*faults: Fault) -> int:
    """The exit status of which systemd makes no restart into the same mistake."""
    print(BadSettings(faults).text(), file=sys.stderr)
    return os.EX_CONFIG


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
