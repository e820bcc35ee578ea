"""An ingest in trouble tries again less and less often; service that lasted makes it eager again."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine

from fleet.ingest import AckSigner, Ingest
from fleet.settings import BrokerTable


class Day:
    """Time that passes only in service and in pauses; stops after so many pauses."""

    def __init__(self, tries: int) -> None:
        self.now = 0.0
        self.pauses: list[float] = []
        self._tries = tries

    def wait(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds

    def over(self) -> bool:
        return len(self.pauses) >= self._tries


def ingest(engine: Engine, day: Day) -> Ingest:
    key = Ed25519PrivateKey.generate()
    nowhere = Path("nowhere")
    broker = BrokerTable(host="127.0.0.1", port=1, ca=nowhere, cert=nowhere, key=nowhere)
    return Ingest(
        engine,
        broker,
        name="ingest-1",
        signer=AckSigner(key, "ack-1"),
        keys=nowhere,
        root=key.public_key(),
        now_ms=lambda: 0,
        monotonic=lambda: day.now,
    )


def pauses(engine: Engine, monkeypatch: pytest.MonkeyPatch, connects: bool, serves_s: float) -> list[float]:
    day = Day(tries=9)
    one = ingest(engine, day)

    def serve(_stop: Callable[[], bool]) -> str:
        day.now += serves_s
        return "database: database or disk is full"

    monkeypatch.setattr(one, "_connect", lambda: "" if connects else "refused")
    monkeypatch.setattr(one, "_serve", serve)
    monkeypatch.setattr(random, "uniform", lambda _low, high: high)
    one.run(day.over, day.wait)
    return day.pauses


GROWING = [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]


@pytest.mark.parametrize(
    ("connects", "serves_s", "expected"),
    [
        (False, 0.0, GROWING),
        (True, 0.2, GROWING),  # a full disk: each connection has the broker send everything again
        (True, 60.0, [0.5] * 9),  # a broker that is restarted now and then
    ],
)
def test_pauses_grow_until_service_has_lasted(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, connects: bool, serves_s: float, expected: list[float]
) -> None:
    assert pauses(engine, monkeypatch, connects, serves_s) == expected
