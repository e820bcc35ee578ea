"""`mynapo-bench`: a whole terminal with its fleet on virtual hardware, and the hands to use, break and measure it."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
import webbrowser
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Any

from bench.control_socket import ask
from bench.rig_parts import Display, RigChoices
from bench.run_folder import FolderTooLong, RunFolder, default_folder
from bench.terminal_files import ReaderChoice, TerminalChoices
from terminal.presentation import Language

#: What the clock of a bench shows unless told otherwise: 第2弾 is open, and no deadline is near.
NOW = "2022-07-15T10:00:00+09:00"
#: Commands of their own, each with its own options: module, and what it does.
_COMMANDS = {
    "perf": ("bench.perf.figures", "measure, beside yardsticks of the same run"),
    "chaos": ("bench.chaos.run", "many visits while everything is killed and cut, or power cuts"),
    "gallery": ("bench.gallery.painting", "paint every view on contact sheets, a sheet a language"),
    "tour": ("bench.tours", "play a tour and keep every screen and paper as a picture"),
}


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0; 1 if what was asked for failed; 2 for a command line that cannot be."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given and given[0] in _COMMANDS:
        module = _COMMANDS[given[0]][0]
        try:
            command: Callable[[list[str]], int] = import_module(module).main
        except ModuleNotFoundError as missing:
            if missing.name != module:
                raise
            print(f"{given[0]}: this installation has no {module}", file=sys.stderr)
            return 2
        return command(given[1:])
    parser = _options()
    options = parser.parse_args(given)
    if options.verb == "net" and options.do == "delay" and options.ms is None:
        parser.error("net delay needs --ms, as --ms 800")
    if options.verb == "card" and options.do != "remove" and not options.name:
        parser.error(f"card {options.do} needs a name, as happy (see `who`)")
    try:
        folder = RunFolder((options.folder or default_folder()).resolve())
    except FolderTooLong as error:
        print(error, file=sys.stderr)
        return 2
    if options.verb == "up":
        return _up(folder, options)
    if options.verb == "down":
        return _down(folder)
    return _tell(folder, _order(options))


def _options() -> argparse.ArgumentParser:
    more = "\n".join(f"  {name:9} {text}" for name, (_, text) in _COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="mynapo-bench",
        description=__doc__,
        epilog=f"with options of their own (`mynapo-bench NAME --help`):\n{more}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")

    def verb(name: str, text: str) -> argparse.ArgumentParser:
        added = verbs.add_parser(name, help=text)
        added.add_argument("--folder", type=Path, help="folder of the run (default: one for this user)")
        return added

    _up_options(verb("up", "start everything; stays until Ctrl-C or `down`"))
    verb("down", "stop everything, whatever has become of it")
    verb("status", "what runs, what lies where, as text").add_argument("--json", action="store_true")
    card = verb("card", "put a card in, change it, take it out")
    card.add_argument("do", choices=("insert", "swap", "remove"))
    card.add_argument("name", nargs="?", default="", help="a resident, e.g. happy (see `who`)")
    card.add_argument("--reader", choices=("pcsc", "nfc"), default="")
    verb("who", "the residents to choose from, and their PINs")
    net = verb("net", "the network between terminal and broker")
    net.add_argument("do", choices=("cut", "silence", "restore", "delay"))
    net.add_argument("--ms", type=float, help="with delay")
    verb("paper", "the printer's paper").add_argument("do", choices=("take", "empty", "low", "restore"))
    verb("door", "the service door").add_argument("state", choices=("open", "close"))
    verb("presence", "somebody in front of the terminal").add_argument("state", choices=("on", "off"))
    part = verb("part", "one process of the run")
    part.add_argument("do", choices=("kill", "stop", "start"))
    part.add_argument("name")
    verb("log", "the end of a process's log").add_argument("name")
    return parser


def _up_options(up: argparse.ArgumentParser) -> None:
    up.add_argument("--display", choices=_values(Display), default=Display.OFFSCREEN.value)
    up.add_argument("--reader", choices=_values(ReaderChoice), default=ReaderChoice.BOTH.value)
    up.add_argument("--now", type=datetime.fromisoformat, default=datetime.fromisoformat(NOW))
    up.add_argument("--size", default="720x1280", help="of the window, in pixels")
    up.add_argument("--language", choices=_values(Language), default=Language.JA.value)
    up.add_argument("--packs", default="national-2022,demo-services", help="programme packs, by comma")
    up.add_argument("--seed", type=int, default=0, help="which people and PINs")
    up.add_argument("--restart", action="store_true", help="start again what dies, as systemd would")
    up.add_argument("--no-dock", action="store_true", help="without the page beside the window")
    up.add_argument("--open", action="store_true", help="open the dock in a browser")


def _values(choices: type[StrEnum]) -> tuple[str, ...]:
    return tuple(choice.value for choice in choices)


def _up(folder: RunFolder, options: argparse.Namespace) -> int:
    # Imported here: the other verbs are answered in a tenth of the time without them.
    from bench.broker import BrokerFailed
    from bench.card.pcscd import PcscdFailed
    from bench.processes import ProcessFailed
    from bench.rig import AlreadyRunning, Rig
    from bench.rig_control import RigControl
    from bench.screen_server import DisplayFailed

    if options.now.tzinfo is None:
        print("--now needs an offset, as 2022-07-15T10:00:00+09:00", file=sys.stderr)
        return 2
    choices = RigChoices(
        TerminalChoices(
            options.now, options.size, Language(options.language), tuple(options.packs.split(","))
        ),
        display=Display(options.display),
        reader=ReaderChoice(options.reader),
        keep_alive=options.restart,
        dock=not options.no_dock,
        seed=options.seed,
    )
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)  # until the rig serves: an end by it leaves nothing
    rig = Rig(folder.root, choices)
    begun = time.monotonic()
    try:
        with rig:
            control = RigControl(rig)  # from here on a signal is the ordinary way to end
            print(_greeting(rig.status(), time.monotonic() - begun), flush=True)
            if options.open and rig.dock_address:
                webbrowser.open(rig.dock_address)
            control.serve()
    except KeyboardInterrupt:
        return 1
    except (AlreadyRunning, ProcessFailed, PcscdFailed, BrokerFailed, DisplayFailed, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _greeting(status: dict[str, Any], seconds: float) -> str:
    addresses = status["addresses"]
    lines = [f"端末が動きました（{seconds:.1f} 秒）  the terminal is up", f"  folder     {status['folder']}"]
    lines += [f"  {name:10} {address}" for name, address in addresses.items() if address]
    lines.append("  Ctrl-C で終わります  ends with Ctrl-C or `mynapo-bench down`")
    return "\n".join(lines)


def _down(folder: RunFolder) -> int:
    """Asks the rig; sweeps up after one that was killed."""
    from bench.processes import marked_processes, sweep

    try:
        ask(folder.control, {"op": "down"})
    except OSError:
        swept = sweep(folder.root)
        print(f"no bench in {folder.root}; {swept} processes of an earlier one ended")
        return 0
    limit = time.monotonic() + 30.0
    while (marked_processes(folder.root) or folder.control.exists()) and time.monotonic() < limit:
        time.sleep(0.05)
    left = sweep(folder.root)
    return 1 if left else 0


def _order(options: argparse.Namespace) -> dict[str, Any]:
    given = vars(options)
    order = {
        name: given[name] for name in ("do", "name", "reader", "ms", "state") if given.get(name) is not None
    }
    if options.verb == "who":
        return {"op": "status", "show": "who"}
    if options.verb == "status":
        return {"op": "status", "show": "json" if options.json else "text"}
    return {"op": options.verb, **order}


def _tell(folder: RunFolder, order: dict[str, Any]) -> int:
    show = order.pop("show", "")
    try:
        answer = ask(folder.control, order, timeout_s=60.0)
    except OSError:
        print(f"no bench is up in {folder.root} (mynapo-bench up)", file=sys.stderr)
        return 1
    if not answer.pop("ok"):
        hint = (
            " (mynapo-bench who lists the cards)"
            if repr(order.get("name")) in answer["error"] and order["op"] == "card"
            else ""
        )
        print(answer["error"] + hint, file=sys.stderr)
        return 1
    if show == "who":
        return _print_people(folder, answer)
    if show == "text":
        print(_status_text(folder, answer))
    elif "log" in answer:
        print(answer["log"], end="")
    else:
        print(json.dumps(answer, ensure_ascii=False))
    return 0


def _print_people(folder: RunFolder, status: dict[str, Any]) -> int:
    from bench.people import people

    for person in people(folder, datetime.fromisoformat(status["now"]), status["seed"]):
        print(f"{person.name:24} {person.pin or '–':6} {person.about}")
    return 0


def _status_text(folder: RunFolder, status: dict[str, Any]) -> str:
    from bench.chain import read_chain

    chain = read_chain(folder)
    down = [name for name, part in status["parts"].items() if not part["alive"]]
    lines = [
        f"folder    {status['folder']}",
        f"parts     {len(status['parts'])} processes"
        + (f", down: {', '.join(down)}" if down else ", all alive"),
        f"card      pcsc: {_of(status['pcsc'], 'card')}, nfc: {_of(status['nfc'], 'card')}",
        f"network   {_of(status['network'], 'state')}, {_of(status['network'], 'delay_ms')} ms",
        f"paper     {_of(status['printer'], 'papers')} not taken",
        f"panel     door {_of(status['panel'], 'door')}, presence {_of(status['panel'], 'presence')}",
        f"chain     {chain.waiting} waiting, {sum(r.acked for r in chain.records)} acknowledged,"
        f" {sum(r.rows for r in chain.records)} in the fleet, {chain.quarantined} in quarantine",
    ]
    return "\n".join(lines)


def _of(device: dict[str, Any] | None, key: str) -> object:
    return "down" if device is None else device[key]


if __name__ == "__main__":
    sys.exit(main())
