"""What every process does that sees what residents typed, the terminal's and the fleet's alike: it leaves no dump."""

from __future__ import annotations

import ctypes

#: linux/prctl.h
_PR_SET_DUMPABLE = 4

_libc = ctypes.CDLL(None, use_errno=True)


def forbid_dumps() -> None:
    """No core dump, and no debugger of the same user (prctl(2), PR_SET_DUMPABLE).

    A limit of 0 (RLIMIT_CORE) does not do: where the kernel hands dumps to a program, as systemd-coredump has it, the
    limit is not asked (core(5)).
    """
    _libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
