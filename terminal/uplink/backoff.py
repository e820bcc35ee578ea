"""How long to wait before trying again. Pure: chance comes in as an argument between 0 and 1."""

from __future__ import annotations

#: After this many seconds longer pauses save nobody anything, and a healed network is used soon enough.
LONGEST_RECONNECT_S = 120.0
LONGEST_RESEND_S = 600.0
_DOUBLINGS = 16  # beyond this the longest pause has long been reached


def reconnect_pause(first_s: float, failures: int, spread_s: float, chance: float) -> float:
    """Pause before the next connection: after `failures` attempts in a row (0: a working connection was lost).

    A broker that falls takes its whole cell with it, and a full TLS handshake costs it about 1 ms of its only core:
    the first attempts are therefore spread over `spread_s`, later ones over half of a doubling pause.
    """
    if failures == 0:
        return first_s * (1 + chance) + spread_s * chance
    pause = min(first_s * 2.0 ** min(failures, _DOUBLINGS), LONGEST_RECONNECT_S)
    return pause * (0.5 + chance / 2)


def resend_pause(first_s: float, tries: int, chance: float) -> float:
    """How long the fleet's acknowledgement of one record is awaited after the `tries`-th sending (from 1)."""
    pause = min(first_s * 2.0 ** min(tries - 1, _DOUBLINGS), max(LONGEST_RESEND_S, first_s))
    return pause * (1 + chance / 4)
