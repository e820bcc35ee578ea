"""Which stored records are sent when. No I/O: the uplink asks, sends, and reports what happened."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from terminal.uplink.backoff import resend_pause

#: Most records sent and not yet marked as acknowledged: what the fleet may be behind before we stop and wait for it.
#: At 5,000 records/s it covers 100 ms of broker, commit, ack and mark; 1,500 measured no faster.
AHEAD = 500
#: A record known to be thrown away is sent again after 1/15 of the pause: 2 s instead of 30 s.
_SOONER = 15


@dataclass
class _Sent:
    """`mid` is the packet id until the broker confirms it; `again_at` is monotonic.

    `thrown_away`: the broker itself said that it delivered to nobody.
    """

    tries: int
    again_at: float
    mid: int | None
    thrown_away: bool = False


class Outflow:
    """Rows are the outbox's row numbers. `chance` gives a number between 0 and 1."""

    def __init__(self, resend_s: float, chance: Callable[[], float]) -> None:
        self._resend_s = resend_s
        self._chance = chance
        self._sent: dict[int, _Sent] = {}
        self._by_mid: dict[int, int] = {}
        self._cursor = 0

    @property
    def cursor(self) -> int:
        """Rows up to here have been looked at since the last `rewind`."""
        return self._cursor

    @property
    def waiting(self) -> frozenset[int]:
        """Rows sent at least once and not known to be acknowledged."""
        return frozenset(self._sent)

    @property
    def unconfirmed(self) -> int:
        """Messages the broker has not confirmed yet."""
        return len(self._by_mid)

    def room(self, window: int) -> int:
        """How many new rows may be sent now."""
        return max(0, min(window - len(self._by_mid), AHEAD - len(self._sent)))

    def sent(self, row: int, mid: int, now: float) -> None:
        before = self._sent.get(row)
        tries = 1 if before is None else before.tries + 1
        self._sent[row] = _Sent(tries, now + resend_pause(self._resend_s, tries, self._chance()), mid)
        self._by_mid[mid] = row

    def confirmed(self, mids: Iterable[int]) -> None:
        """The broker has these. That paces us; it proves nothing."""
        for mid in mids:
            self._settle(mid)

    def thrown_away(self, mids: Iterable[int], now: float) -> None:
        """The broker took these and gave them to nobody (PUBACK 0x10, or it may not): sooner again than in silence."""
        for mid in mids:
            sent = self._settle(mid)
            if sent is not None:
                sent.thrown_away = True
                sent.again_at = now + resend_pause(self._resend_s / _SOONER, sent.tries, self._chance())

    def _settle(self, mid: int) -> _Sent | None:
        row = self._by_mid.pop(mid, None)
        sent = self._sent.get(row) if row is not None else None
        if sent is None or sent.mid != mid:
            return None
        sent.mid = None
        return sent

    def fleet_came(self, now: float, spread_s: float) -> None:
        """Somebody takes enrolments again: what was thrown away meanwhile is due, spread like all herds."""
        again_at = now + spread_s * self._chance()
        for sent in self._sent.values():
            if sent.thrown_away:
                sent.again_at = min(sent.again_at, again_at)

    def acknowledged(self, rows: Iterable[int]) -> None:
        """The terminal has marked these: the fleet has them."""
        for row in rows:
            self._sent.pop(row, None)

    def passed_over(self, row: int) -> None:
        """This row cannot be sent: it waits for nothing until it is looked at anew."""
        self._sent.pop(row, None)

    def overdue(self, now: float, most: int) -> list[int]:
        """Rows to be sent again, lowest first. Those still on their way to the broker are not doubled."""
        due = sorted(row for row, sent in self._sent.items() if sent.mid is None and sent.again_at <= now)
        return due[:most]

    def connection_lost(self) -> None:
        """What the broker had not confirmed is due at once; the rest keeps waiting for its acknowledgement."""
        for sent in self._sent.values():
            if sent.mid is not None:
                sent.mid, sent.again_at = None, float("-inf")
        self._by_mid.clear()

    def broker_forgot(self) -> None:
        """A new session: all the broker had confirmed may be gone with the old one."""
        for sent in self._sent.values():
            sent.again_at = float("-inf")

    def looked_at(self, row: int) -> None:
        self._cursor = max(self._cursor, row)

    def rewind(self) -> None:
        """Looks from the outbox's beginning again: rows may have been queued anew. Those waiting are not doubled."""
        self._cursor = 0

    def other_outbox(self) -> None:
        """The file was replaced: row numbers mean other records now."""
        self._sent.clear()
        self._cursor = 0
