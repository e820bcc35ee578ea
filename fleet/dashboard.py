"""The page for fleet managers: what needs somebody, every terminal, what was received, what lies in quarantine."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from fleet.overview import read_overview
from fleet.page_words import WORDS
from fleet.settings import LOOPBACK

log = logging.getLogger("fleet.dashboard")

_JAPAN = timezone(timedelta(hours=9), "JST")  # no summer time; the page says 日本時間
_HEADERS = {
    # Everything is in the page itself; whatever a terminal may have put into a name cannot load or run anything.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def make_dashboard(
    engine: Engine, now_ms: Callable[[], int], *, sample: bool, hosts: Sequence[str] = LOOPBACK
) -> Starlette:
    """The ASGI application. `sample`: no connected operator, so the band 見本 stands on the page.

    `hosts`: the names it answers to. A page of the open web whose name was turned to 127.0.0.1 (DNS rebinding)
    would otherwise be read as ours by the manager's own browser.
    """
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "pages"), autoescape=True, undefined=StrictUndefined
    )

    async def page(request: Request) -> Response:
        language = "en" if request.query_params.get("lang") == "en" else "ja"
        now = now_ms()
        words = WORDS[language]
        try:
            overview = await run_in_threadpool(read_overview, engine, now)
        except OperationalError as error:
            log.warning("store: %s", error.orig)
            html = environment.get_template("no_store.html").render(words=words, language=language)
            return HTMLResponse(html, status_code=503, headers=_HEADERS)
        html = environment.get_template("now.html").render(
            overview=overview,
            words=words,
            language=language,
            sample=sample,
            now=clock_time(now),
            at=lambda ms: "–" if ms is None else clock_time(ms),
            age=lambda ms: "–" if ms is None else span((now - ms) // 1000, language),
            span=lambda seconds: "–" if seconds is None else span(seconds, language),
        )
        return HTMLResponse(html, headers=_HEADERS)

    async def alive(_request: Request) -> Response:
        return PlainTextResponse("ok\n", headers=_HEADERS)

    return Starlette(
        routes=[Route("/", page), Route("/alive", alive)],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False)],
    )


def clock_time(ms: int) -> str:
    """Japanese time to the second."""
    return datetime.fromtimestamp(ms / 1000, _JAPAN).strftime("%Y-%m-%d %H:%M:%S")


def span(seconds: int, language: str) -> str:
    """A duration in its two largest units, as staff say it."""
    seconds = max(0, seconds)
    ja = language == "ja"
    if seconds < _MINUTE:
        return f"{seconds}{'秒' if ja else ' s'}"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE}{'分' if ja else ' min'}"
    if seconds < _DAY:
        hours, minutes = seconds // _HOUR, seconds % _HOUR // _MINUTE
        return f"{hours}時間{minutes}分" if ja else f"{hours} h {minutes} min"
    days, hours = seconds // _DAY, seconds % _DAY // _HOUR
    return f"{days}日{hours}時間" if ja else f"{days} d {hours} h"
