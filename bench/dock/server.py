"""The dock's page on loopback: state as JSON, verbs to the rig, papers as pictures."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bench.dock.state import bench_state, card_holders, paper_file
from bench.paper.render import render
from bench.rig_client import RigClient, VerbRefused
from bench.run_folder import RunFolder

_PAGES = Path(__file__).parent / "pages"
_FILES = ("dock.js", "dock.css")
#: What a browser may ask of the rig; `down` is not among them.
_VERBS = frozenset({"card", "net", "paper", "door", "presence", "part"})
_LOG_CHARACTERS = 6_000
_LONGEST_ORDER = 2_000
_GONE = 503


def make_dock(folder: RunFolder, window: str) -> Starlette:
    """The ASGI application. `window`: address of the page that shows the terminal's window; empty: it has its own."""
    dock = _Dock(folder, window)
    return Starlette(
        routes=[
            Route("/", dock.page),
            Route("/state", dock.state),
            Route("/people", dock.people),
            Route("/verb", dock.verb, methods=["POST"]),
            Route("/log/{name:str}", dock.log),
            Route("/paper/{name:str}.png", dock.paper),
            *(Route(f"/{name}", _file(name)) for name in _FILES),
        ],
        # A page of another site could reach loopback under a name of its own; it is told nothing.
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])],
    )


class _Dock:
    def __init__(self, folder: RunFolder, window: str) -> None:
        self._folder = folder
        self._window = window
        self._rig = RigClient(folder)
        self._templates = Environment(
            loader=FileSystemLoader(_PAGES), autoescape=True, undefined=StrictUndefined
        )

    async def page(self, _request: Request) -> Response:
        html = self._templates.get_template("dock.html").render(window=self._window)
        return HTMLResponse(html, headers={"Cache-Control": "no-store"})

    async def state(self, _request: Request) -> Response:
        try:
            return JSONResponse(await run_in_threadpool(bench_state, self._folder))
        except (OSError, VerbRefused) as error:
            return JSONResponse({"error": str(error)}, _GONE)

    async def people(self, _request: Request) -> Response:
        try:
            return JSONResponse(await run_in_threadpool(card_holders, self._folder))
        except (OSError, VerbRefused) as error:
            return JSONResponse({"error": str(error)}, _GONE)

    async def verb(self, request: Request) -> Response:
        # A form of another site cannot send this content type without asking first, and is never answered.
        if request.headers.get("content-type") != "application/json":
            return JSONResponse({"error": "application/json"}, 415)
        body = await request.body()
        try:
            order: dict[str, Any] = json.loads(body[:_LONGEST_ORDER])
            verb = order.pop("op")
        except (ValueError, KeyError, AttributeError, TypeError):
            return JSONResponse({"error": "not an order"}, 400)
        if verb not in _VERBS:
            return JSONResponse({"error": f"unknown verb {verb!r}"}, 400)
        try:
            return JSONResponse(await run_in_threadpool(self._rig.order, verb, **order))
        except VerbRefused as refused:
            return JSONResponse({"error": str(refused)}, 409)
        except OSError as error:
            return JSONResponse({"error": str(error)}, _GONE)

    async def log(self, request: Request) -> Response:
        name = request.path_params["name"]
        try:
            answer = await run_in_threadpool(self._rig.order, "log", name=name, characters=_LOG_CHARACTERS)
        except (OSError, VerbRefused) as error:
            return PlainTextResponse(str(error), _GONE)
        return PlainTextResponse(answer["log"])

    async def paper(self, request: Request) -> Response:
        file = paper_file(self._folder, request.path_params["name"])
        if file is None:
            return PlainTextResponse("no such paper", 404)
        return Response(await run_in_threadpool(_picture, file), media_type="image/png")


def _picture(file: Path) -> bytes:
    drawn = io.BytesIO()
    render(file.read_bytes()).save(drawn, "PNG")
    return drawn.getvalue()


def _file(name: str) -> Any:
    async def serve(_request: Request) -> Response:
        return FileResponse(_PAGES / name, headers={"Cache-Control": "no-store"})

    return serve
