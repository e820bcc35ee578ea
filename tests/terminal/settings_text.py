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
