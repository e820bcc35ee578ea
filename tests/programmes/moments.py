"""Moments as tests write them: `jst("2022-07-15T10:00")` is that time on a Japanese clock."""

from __future__ import annotations

from datetime import datetime

from programmes.days import JST
from programmes.opening import Moment


def jst(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=JST)


def at(text: str, *, clock_trusted: bool = True, online: bool = True) -> Moment:
    return Moment(jst(text), clock_trusted=clock_trusted, online=online)
