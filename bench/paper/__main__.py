"""Starts the virtual printer as a process of its own; the first line of its output is the device."""

from __future__ import annotations

import argparse
import asyncio
import signal
from pathlib import Path

from bench.paper.printer import VirtualPrinter


async def serve(arguments: argparse.Namespace) -> None:
    printer = VirtualPrinter(arguments.dir, arguments.socket, arguments.link, arguments.paced)
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    async with printer:
        print(printer.device, flush=True)
        await ended.wait()


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.paper", description="virtual ESC/POS printer")
    parser.add_argument("--dir", type=Path, required=True, help="folder for the papers")
    parser.add_argument("--socket", type=Path, required=True, help="control socket")
    parser.add_argument("--link", type=Path, help="symbolic link to the device, renewed after replugging")
    parser.add_argument("--paced", action="store_true", help="115,200 baud and 150 mm/s")
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
