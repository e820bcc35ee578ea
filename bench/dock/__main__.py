"""The dock as a process: `python -m bench.dock --folder RUN [--window URL]` prints {"address": "http://127.0.0.1:…/"}."""

from __future__ import annotations

import argparse
import json
import socket
from pathlib import Path

import uvicorn

from bench.dock.server import make_dock
from bench.run_folder import RunFolder


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.dock", description="the page beside the terminal's window")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument(
        "--window", default="", help="page that shows the window, if it is shown in a browser"
    )
    parser.add_argument("--port", type=int, default=0)
    given = parser.parse_args()
    listener = socket.create_server(("127.0.0.1", given.port), backlog=64)
    print(json.dumps({"address": f"http://127.0.0.1:{listener.getsockname()[1]}/"}), flush=True)
    application = make_dock(RunFolder(given.folder), given.window)
    server = uvicorn.Server(uvicorn.Config(application, log_level="warning", server_header=False))
    server.run(sockets=[listener])


if __name__ == "__main__":
    main()
