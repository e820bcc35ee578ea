"""The ingest says when terminals do not, or soon will not, believe what it signs."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine

from contract.keys import FleetKey, KeyUse, sign_keys
from fleet.ingest import AckSigner, Ingest
from fleet.settings import BrokerTable
from tests.fleet.records import NOW, NOW_MS

DAY = timedelta(days=1)
MINE, OTHER, ROOT = (Ed25519PrivateKey.generate() for _ in range(3))


def said(
    engine: Engine, folder: Path, caplog: pytest.LogCaptureFixture, kid: str, mine: bool, begin: int, end: int
) -> list[str]:
    """What is logged over three readings of a keys.json with this one ack key, valid from and to these days."""
    public = (MINE if mine else OTHER).public_key().public_bytes_raw()
    key = FleetKey(kid, KeyUse.ACK, public, NOW + begin * DAY, NOW + end * DAY)
    keys = folder / "keys.json"
    keys.write_bytes(sign_keys(ROOT, 1, (key,)))
    day = iter(range(0, 1_000, 60))
    ingest = Ingest(
        engine,
        BrokerTable(host="127.0.0.1", port=1, ca=keys, cert=keys, key=keys),
        name="fleet-ingest",
        signer=AckSigner(MINE, "ack-1"),
        keys=keys,
        root=ROOT.public_key(),
        now_ms=lambda: NOW_MS,
        monotonic=lambda: float(next(day)),
    )
    for _ in range(3):
        ingest._refresh()
    return [record.getMessage() for record in caplog.records]


@pytest.mark.parametrize(
    ("kid", "mine", "begin", "end", "word"),
    [
        ("ack-2", True, -9, 9, "does not stand in keys.json"),
        ("ack-1", False, -9, 9, "does not stand in keys.json"),
        ("ack-1", True, 1, 9, "is not valid before 2022-07-16"),
        ("ack-1", True, -9, -1, "has ended: terminals believe its acks until 2022-08-13"),
    ],
)
def test_an_ack_key_that_terminals_do_not_believe_is_told_once(
    engine: Engine,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    kid: str,
    mine: bool,
    begin: int,
    end: int,
    word: str,
) -> None:
    (message,) = said(engine, tmp_path, caplog, kid, mine, begin, end)
    assert word in message


def test_of_a_valid_ack_key_nothing_is_said(
    engine: Engine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert said(engine, tmp_path, caplog, "ack-1", True, -9, 9) == []
