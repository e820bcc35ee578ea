"""What the bench writes as settings is read back by the standard library as it was meant."""

from __future__ import annotations

import tomllib
from datetime import datetime
from pathlib import Path

from bench.toml_text import toml_text


def test_every_kind_of_value_comes_back_from_the_file() -> None:
    now = datetime.fromisoformat("2022-07-15T10:00:00+09:00")
    table = {
        "name": '見本 "市" \\',
        "port": 8883,
        "spread_s": 0.5,
        "demo": True,
        "packs": ["national-2022", "demo-services"],
        "now": now,
        "keys": {"seal-1": "a.pem"},
    }
    written = toml_text({"terminal": {**table, "data_dir": Path("/data")}, "reader.nfc": {"chip": "pn532"}})
    assert tomllib.loads(written) == {
        "terminal": {**table, "data_dir": "/data"},
        "reader": {"nfc": {"chip": "pn532"}},
    }
