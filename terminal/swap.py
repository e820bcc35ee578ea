"""Is there swap? Pages of a visit would be written out, where nothing overwrites them when they are freed.

The unit's MemorySwapMax=0 does not settle it: Raspberry Pi OS boots with `cgroup_disable=memory`, and then systemd's
limits of memory do nothing. So the machine must have none, zram's included.
"""

from __future__ import annotations

from pathlib import Path

#: The kernel's list: one line of headings, then one line an area, its name first (proc(5)).
PROC_SWAPS = Path("/proc/swaps")


def swap_areas(table: Path) -> tuple[str, ...]:
    """Names of the swap areas in use, as the kernel lists them. A kernel without swap has no such file."""
    try:
        lines = table.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return ()
    return tuple(line.split()[0] for line in lines[1:] if line.strip())
