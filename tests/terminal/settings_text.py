"""A sound terminal.toml with places for its files; what a test wants besides is put after it."""

from __future__ import annotations

SETTINGS = """
[terminal]
id = "tk-0042"
data_dir = "{data}"
site = "みほん駅前店"
[operator]
name = "みほん運営センター"
contact = "0000-00-0000"
[card]
ca = ["{ca}"]
[trust]
root = "{root}"
sealing_keys = "{keys}"
[device]
signing_key = "{device}"
[programme]
packs = ["{pack}"]
"""
LEAST = SETTINGS.format(
    data="data", ca="ca.pem", root="root.pem", keys="keys.json", device="device.pem", pack="national-2022"
)
"""With files that count from the settings file's folder."""

FOR_DEMO_AND_TESTS = {
    "terminal.now": ("[terminal]", "now = 2022-07-15T10:00:00+09:00"),
    "card.accept_test_ca": ("[card]", "accept_test_ca = true"),
    "robot": ("[robot]", 'socket = "robot.sock"'),
}
"""What an installed terminal refuses: the fault's key, and the table and line that have it."""


def least_with(table: str, line: str) -> str:
    """`LEAST` with one more line in `table`, which is begun where there is none yet."""
    return LEAST.replace(table, f"{table}\n{line}") if table in LEAST else f"{LEAST}{table}\n{line}\n"
