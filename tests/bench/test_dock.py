"""The dock's page answers the page on this machine and nobody else."""

from __future__ import annotations

import json
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from shutil import rmtree
from typing import Any

import pytest

from bench.control_socket import serve_control
from bench.dock.server import make_dock
from bench.run_folder import RunFolder


@pytest.fixture
def run() -> Iterator[RunFolder]:
    root = Path(tempfile.mkdtemp(prefix="md-"))
    folder = RunFolder(root)
    folder.make()
    yield folder
    rmtree(root)


@asynccontextmanager
async def _rig(folder: RunFolder, heard: list[dict[str, Any]]) -> AsyncIterator[None]:
    """A rig that notes what it is told; it refuses the card `nobody`."""

    async def answer(order: dict[str, Any]) -> dict[str, Any]:
        heard.append(order)
        if order.get("name") == "nobody":
            return {"ok": False, "error": "KeyError: 'nobody'"}
        return {"ok": True, "log": "a line\n"}

    server = await serve_control(folder.control, answer)
    yield
    server.close()


async def _ask(
    folder: RunFolder, path: str, *, body: bytes = b"", window: str = "", **headers: str
) -> tuple[int, bytes]:
    """One request as the ASGI server would hand it over."""
    fields = {"host": "127.0.0.1", **{name.replace("_", "-"): value for name, value in headers.items()}}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST" if body else "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in fields.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    status, parts = 0, b""
    incoming = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        return incoming.pop() if incoming else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        nonlocal status, parts
        status = message.get("status", status)
        parts += message.get("body", b"")

    await make_dock(folder, window)(scope, receive, send)
    return status, parts


async def test_a_verb_of_the_page_reaches_the_rig(run: RunFolder) -> None:
    heard: list[dict[str, Any]] = []
    order = {"op": "card", "do": "insert", "name": "happy", "reader": "pcsc"}
    async with _rig(run, heard):
        status, _ = await _ask(run, "/verb", body=json.dumps(order).encode(), content_type="application/json")
    assert status == 200
    assert heard == [order]


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b'{"op": "down"}', {}, 400),
        (b'{"op": "log", "name": "terminal"}', {}, 400),
        (b'["card"]', {}, 400),
        (b'"card"', {}, 400),
        (b"{}", {}, 400),
        (b'{"op": "card"', {}, 400),
        (b'{"op": "net", "do": "cut"}', {"content_type": "text/plain"}, 415),
        (b'{"op": "net", "do": "cut"}', {"host": "evil.example"}, 400),
        (b'{"op": "card", "do": "insert", "name": "nobody"}', {}, 409),
    ],
)
async def test_what_is_no_verb_of_the_page_is_refused(
    run: RunFolder, body: bytes, headers: dict[str, str], status: int
) -> None:
    heard: list[dict[str, Any]] = []
    async with _rig(run, heard):
        given = {"content_type": "application/json", **headers}
        answered, _ = await _ask(run, "/verb", body=body, **given)
    assert answered == status
    assert len(heard) == (1 if status == 409 else 0)


@pytest.mark.parametrize("path", ["/state", "/people", "/log/terminal"])
async def test_without_a_rig_the_page_is_told_so(run: RunFolder, path: str) -> None:
    status, _ = await _ask(run, path)
    assert status == 503


@pytest.mark.parametrize("path", ["/paper/paper-0001.png", "/paper/..%2F..%2Frig.png", "/paper/rig.png"])
async def test_only_papers_of_the_run_are_served(run: RunFolder, path: str) -> None:
    status, _ = await _ask(run, path)
    assert status == 404


async def test_a_paper_is_served_as_a_picture_taken_or_not(run: RunFolder) -> None:
    taken = run.papers / "taken"
    taken.mkdir(parents=True)
    for file in (run.papers / "paper-0002.bin", taken / "paper-0001.bin"):
        file.write_bytes(b"\x1b@NUMBER\n")
        status, picture = await _ask(run, f"/paper/{file.stem}.png")
        assert status == 200
        assert picture.startswith(b"\x89PNG")


async def test_the_window_stands_in_the_page_only_where_there_is_no_display(run: RunFolder) -> None:
    _, without = await _ask(run, "/")
    _, within = await _ask(run, "/", window="http://127.0.0.1:1/vnc.html?a=b&c=d")
    assert b"<iframe" not in without
    assert b'src="http://127.0.0.1:1/vnc.html?a=b&amp;c=d"' in within


async def test_page_and_files_load_nothing_from_elsewhere(run: RunFolder) -> None:
    for path in ("/", "/dock.js", "/dock.css"):
        status, content = await _ask(run, path)
        assert status == 200
        assert b"//" not in content.replace(b"// ", b"").replace(b"http://127.0.0.1", b"")
