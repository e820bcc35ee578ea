"""What the core asks of the journal, as a Protocol, and the values they exchange: no device, so no driver sees it.

`terminal.journal_thread` implements it. Expected trouble is a value; an exception from the store is a fault of ours.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from terminal.journal.events import AuditEvent


@dataclass(frozen=True)
class Stored:
    """Durable: the fsync of its commit has returned."""

    id: str
    journal: str
    seq: int


@dataclass(frozen=True)
class NotStored:
    """Nothing was written. `reason` is a slug: full, disk, damaged."""

    reason: str


class EnrolmentStore(Protocol):
    """The outbox as the core sees it; its own thread writes, so that a slow card never stops the screen."""

    async def commit(
        self, enrolment: str, procedure: str, seal: Callable[[str, int], bytes]
    ) -> Stored | NotStored:
        """One transaction: the envelope made by `seal(journal, seq)` and its audit row."""

    def accepts(self) -> bool:
        """False when full or when the last write failed: then no enrolment is begun."""

    def note(self, event: AuditEvent) -> None:
        """Writes an audit event, in order, without waiting."""
