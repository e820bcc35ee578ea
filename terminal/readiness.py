"""What is missing at this moment, as the attract screen names it. Pure: states in, words out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from terminal.ports import ClockState, Condition, DeviceHealth, PaperState, PrinterStatus


class Missing(StrEnum):
    """In the order in which they are named. The catalogue has `missing.<value>`."""

    READER = "reader"
    STORE = "store"
    CLOCK = "clock"
    PAPER = "paper"
    NETWORK = "network"


#: Without these nothing can be accepted.
_BLOCKING = frozenset({Missing.READER, Missing.STORE, Missing.CLOCK})


@dataclass(frozen=True)
class Readiness:
    missing: tuple[Missing, ...]
    paper_low: bool = False

    @property
    def blocking(self) -> tuple[Missing, ...]:
        """What of it keeps residents out."""
        return tuple(thing for thing in self.missing if thing in _BLOCKING)

    @property
    def can_accept(self) -> bool:
        return not self.blocking

    @property
    def can_print(self) -> bool:
        return Missing.PAPER not in self.missing


def readiness(
    *,
    readers: Sequence[DeviceHealth],
    printer: PrinterStatus | None,
    clock: ClockState,
    store_accepts: bool,
    online: bool,
) -> Readiness:
    """A silent printer is unknown, not fine: paper is promised to nobody then."""
    missing: list[Missing] = []
    if not any(reader.condition is Condition.GOOD for reader in readers):
        missing.append(Missing.READER)
    if not store_accepts:
        missing.append(Missing.STORE)
    if clock is ClockState.UNTRUSTED:
        missing.append(Missing.CLOCK)
    prints = (
        printer is not None and printer.condition is Condition.GOOD and printer.paper is not PaperState.OUT
    )
    if not prints:
        missing.append(Missing.PAPER)
    if not online:
        missing.append(Missing.NETWORK)
    low = printer is not None and printer.paper is PaperState.LOW
    return Readiness(tuple(missing), low)
