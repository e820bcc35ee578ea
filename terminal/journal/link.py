"""What the uplink tells the terminal about the way to the fleet: one small file, replaced whole.

It decides nothing that is irrevocable: the screen says whether a connection is there, and near a closing date a
service is not offered without one. A file that is too old counts as no connection.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import msgspec

from contract.encoding import Malformed, canonical, read
from terminal.journal.ordinary_file import read_ordinary
from terminal.journal.replaced_file import replace_file

_NAME = "link.json"
_MOST = 1_024  # bytes; our own word has about 50
#: The uplink repeats its word every 10 s; after three silent turns it does not live any more.
STALE_S = 30.0
REPEAT_S = 10.0


class LinkState(msgspec.Struct, frozen=True):
    """`connected`: to the broker. `fleet`: the fleet's own state says online. `ts`: wall time in ms."""

    connected: bool
    fleet: bool
    ts: int


def write_link(folder: Path, state: LinkState) -> bool:
    """False when the disk refused; the old word stays and grows old."""
    try:
        replace_file(folder / _NAME, canonical(state))
    except OSError:
        return False
    return True


def read_link(folder: Path, now: datetime) -> bool:
    """Whether something sent now would reach the fleet, as far as the uplink knows."""
    try:
        payload = read_ordinary(folder / _NAME, _MOST)
    except OSError:
        return False
    state = read(LinkState, payload)
    if isinstance(state, Malformed):
        return False
    age_s = now.timestamp() - state.ts / 1000
    return state.connected and state.fleet and -STALE_S < age_s < STALE_S
