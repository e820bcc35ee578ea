"""Takes from a process that handles cards what it does not need: the network, core dumps, a life after its parent."""

from __future__ import annotations

import ctypes
import os
import signal

from contract.core_dumps import forbid_dumps

# linux/prctl.h, linux/sched.h
PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38
CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000

_libc = ctypes.CDLL(None, use_errno=True)


def confine(parent: int) -> bool:
    """False if the kernel or the service's sandbox refused a network namespace of its own (then the unit's
    RestrictAddressFamilies stands alone). Exits at once if `parent` is dead already."""
    offline = leave_network()
    # After unshare: new credentials clear the death signal (prctl(2)).
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(0)
    forbid_dumps()
    _libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    return offline


def leave_network() -> bool:
    """An empty network namespace has not even a working loopback. An ordinary user needs a user namespace for it."""
    return any(_libc.unshare(flags) == 0 for flags in (CLONE_NEWNET, CLONE_NEWUSER | CLONE_NEWNET))
