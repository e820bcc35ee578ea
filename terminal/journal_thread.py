"""The one thread that owns outbox and mailbox: it commits, marks what was acknowledged, and hands on answers.

An SD card may hold up a commit for a tenth of a second and more; the screen goes on meanwhile.
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from contract.answer import ProgrammeAnswer, SealedAnswer, open_answer
from contract.day_digest import DayDigest
from contract.encoding import Malformed
from contract.keys import KeyRing, read_keys
from terminal.enrolment_store import NotStored, Stored
from terminal.inbox import Delivered, Event, ProgrammeAnswered
from terminal.journal.alarms import RecentAlarms
from terminal.journal.delivery import DeliveryReport, apply_mailbox
from terminal.journal.events import AuditEvent, EnrolmentCommitted, KeysAdopted
from terminal.journal.folders import uplink_folder
from terminal.journal.link import read_link
from terminal.journal.mailbox import MailboxReader
from terminal.journal.outbox import CommitFailed, Committed, Outbox, OutboxFull
from terminal.journal.replaced_file import replace_file

#: How often the mailbox is looked at: the fleet's word should reach a waiting resident before they look away.
LOOK_S = 0.1
#: Refused documents are noted at most this often: garbage from the broker must not fill the disk with notes.
REFUSALS_S = 60.0
#: How often the link's file is read.
LINK_S = 1.0
#: How soon a mailbox that could not be read, or a mark that could not be stored, is tried again.
AGAIN_S = 1.0
#: Longer than any commit takes on a disk that is not broken.
CLOSE_S = 15.0
#: A turn of the thread takes a commit, a tenth of a second on an SD card, seconds on one that is tidying itself up. One
#: that takes longer than this does not come back by itself.
STUCK_S = 10.0
#: How often what retention no longer allows is wiped, and how soon another step follows one that was full.
TIDY_S, TIDY_STEP_S = 600.0, 1.0


@dataclass
class _Waiting:
    """The visit that waits for acknowledgements and answers."""

    enrolments: set[str] = field(default_factory=set)
    key: X25519PrivateKey | None = None


@dataclass(frozen=True)
class JournalState:
    """For health messages; taken by the thread, read by the loop."""

    depth: int
    oldest_s: int
    audit_head: str
    journal: str
    last_seq: int
    room: int
    digests: tuple[DayDigest, ...]
    alarms: RecentAlarms


class JournalThread:
    """Implements `terminal.enrolment_store.EnrolmentStore` and `terminal.facilities.Link`."""

    def __init__(
        self,
        outbox: Outbox,
        folder: Path,
        *,
        terminal: str,
        ring: KeyRing,
        root: Ed25519PublicKey,
        tell: Callable[[Event], None],
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        """`tell` is called in the loop's thread with `Delivered` and `ProgrammeAnswered`."""
        self._outbox = outbox
        self._folder = folder
        self._uplink = uplink_folder(folder)
        self._mailbox = MailboxReader(self._uplink / "mailbox.db")
        self._terminal = terminal
        self._ring = ring
        self._root = root
        self._tell = tell
        self._loop = loop
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._waiting = _Waiting()
        self._healthy = True
        #: Monotonic time at which the thread last began a turn; it does so every `LOOK_S` when there is nothing to do.
        self._turn_began = time.monotonic()
        self._online = False
        self._refusals_noted_at = -REFUSALS_S
        #: Monotonic time at which documents that could not be applied are tried again; None when none are left.
        self._again_at: float | None = None
        #: The latest time that the fleet has signed: what is past beyond doubt. 0 before the first word of this run.
        self.confirmed_ms = 0
        self._tidy_in = TIDY_STEP_S
        self._state = self._look_at_outbox()
        #: The last run ended without closing the journal: crash, kill or power cut.
        self.crashed_before = outbox.crashed_before
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    # ------------------------------------------------------------------ in the event loop

    async def commit(
        self, enrolment: str, procedure: str, seal: Callable[[str, int], bytes]
    ) -> Stored | NotStored:
        """Returns when the fsync has returned."""
        done: asyncio.Future[Stored | NotStored] = self._loop.create_future()

        def job() -> None:
            outcome = self._append(enrolment, procedure, seal)
            self._loop.call_soon_threadsafe(_settle, done, outcome)

        self._jobs.put(job)
        # Shielded: once a record is signed, nobody's going away may leave it half done.
        return await asyncio.shield(done)

    def accepts(self) -> bool:
        return self.keeps_up() and self._healthy and self._state.room > 1  # 予約 and 申込 are two records

    def keeps_up(self) -> bool:
        """False while the thread is held up: a record signed now would be neither stored nor refused."""
        return time.monotonic() - self._turn_began < STUCK_S

    def note(self, event: AuditEvent) -> None:
        self._jobs.put(lambda: self._record(event))

    def online(self) -> bool:
        return self._online

    def expect_answers(self, enrolments: tuple[str, ...], key: X25519PrivateKey) -> None:
        """From now on acknowledgements and answers for these are told, the answers opened with `key`."""

        def job() -> None:
            self._waiting = _Waiting(set(enrolments), key)

        self._jobs.put(job)

    def forget_answers(self) -> None:
        """The visit is over: its key goes, and what comes later stays sealed."""

        def job() -> None:
            self._waiting = _Waiting()

        self._jobs.put(job)

    def state(self) -> JournalState:
        return self._state

    def ring(self) -> KeyRing:
        return self._ring

    async def close(self) -> None:
        """Lets the jobs in hand finish; gives up on a disk that hangs after `CLOSE_S`."""
        self._jobs.put(None)
        end = time.monotonic() + CLOSE_S
        while self._thread.is_alive() and time.monotonic() < end:
            await asyncio.sleep(0.01)

    # ------------------------------------------------------------------ in the thread

    def _run(self) -> None:
        link_at = 0.0
        while True:
            self._turn_began = time.monotonic()
            try:
                job = self._jobs.get(timeout=LOOK_S)
            except queue.Empty:
                job = self._idle
            if job is None:
                break
            job()
            del job  # a commit's closure holds the plaintext
            self._deliver()
            link_at += LOOK_S
            if link_at >= LINK_S:
                link_at = 0.0
                self._online = read_link(self._uplink, datetime.now(UTC))
                self._state = self._look_at_outbox()
        self._mailbox.close()
        self._outbox.close()

    def _idle(self) -> None:
        """The queue was empty for a while: one step of retention is due now and then, when no visit waits."""
        self._tidy_in -= LOOK_S
        if self._tidy_in > 0 or self._waiting.key is not None:
            return
        tidied = self._outbox.tidy()
        more = not isinstance(tidied, CommitFailed) and tidied.more
        self._tidy_in = TIDY_STEP_S if more else TIDY_S

    def _append(
        self, enrolment: str, procedure: str, seal: Callable[[str, int], bytes]
    ) -> Stored | NotStored:
        outcome = self._outbox.append(seal, id=enrolment, event=EnrolmentCommitted(procedure))
        self._state = self._look_at_outbox()
        match outcome:
            case Committed():
                self._healthy = True
                return Stored(outcome.id, outcome.journal, outcome.seq)
            case OutboxFull():
                return NotStored("full")
            case _:
                self._healthy = False
                return NotStored(outcome.reason.value)

    def _record(self, event: AuditEvent) -> None:
        self._healthy = self._outbox.record(event)

    def _deliver(self) -> None:
        changed = self._mailbox.changed()
        due = self._again_at is not None and time.monotonic() >= self._again_at
        if not (changed or due):
            return
        self._again_at = None
        while True:
            report = apply_mailbox(
                self._outbox,
                self._mailbox,
                self._ring,
                terminal=self._terminal,
                on_answer=self._on_answer,
                on_keys=self._on_keys,
                note_refusals=self._refusals_noted_at + REFUSALS_S <= time.monotonic(),
            )
            if not isinstance(report, DeliveryReport):
                # Nobody may write to the mailbox again for hours: what lies there must not wait for it.
                self._again_at = time.monotonic() + AGAIN_S
                break
            if report.refusals and self._refusals_noted_at + REFUSALS_S <= time.monotonic():
                self._refusals_noted_at = time.monotonic()
            self.confirmed_ms = max(self.confirmed_ms, report.newest_ts)
            if report.acks.marked:
                self._tell_delivered()
                self._state = self._look_at_outbox()
            if not report.more:
                break

    def _tell_delivered(self) -> None:
        for id_ in sorted(self._waiting.enrolments):
            if self._outbox.is_acked(id_):
                self._waiting.enrolments.discard(id_)
                self._loop.call_soon_threadsafe(self._tell, Delivered(id_))

    def _on_answer(self, sealed: SealedAnswer) -> None:
        """Answers of earlier visits cannot be opened any more, and are not meant to be."""
        if self._waiting.key is None:
            return
        answer = open_answer(sealed, self._waiting.key)
        if isinstance(answer, ProgrammeAnswer):
            self._loop.call_soon_threadsafe(self._tell, ProgrammeAnswered(answer))

    def _on_keys(self, document: bytes) -> None:
        """New fleet keys count only if the root signed them and their version does not go down."""
        ring = read_keys(document, self._root, at_least=self._ring.version)
        if not isinstance(ring, Malformed) and ring.version > self._ring.version:
            self._ring = ring
            with suppress(
                OSError
            ):  # a full disk: they are retained at the broker and come again with a connection
                replace_file(self._folder / "keys.json", document, durable=True)
            self._outbox.record(KeysAdopted(ring.version))

    def _look_at_outbox(self) -> JournalState:
        return JournalState(
            depth=self._outbox.depth,
            oldest_s=self._outbox.oldest_age_s() or 0,
            audit_head=self._outbox.audit_head,
            journal=self._outbox.journal,
            last_seq=self._outbox.last_seq,
            room=self._outbox.room,
            digests=self._outbox.digests(),
            alarms=self._outbox.alarms(),
        )


def _settle(future: asyncio.Future[Stored | NotStored], outcome: Stored | NotStored) -> None:
    if not future.done():
        future.set_result(outcome)
