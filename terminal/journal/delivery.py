"""From mailbox to outbox: the terminal believes an acknowledgement because of its signature, not of who brought it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from contract.ack import Ack, read_ack
from contract.answer import SealedAnswer, read_answer
from contract.encoding import Malformed
from contract.keys import KeyRing
from terminal.journal.acknowledgement import AckReport
from terminal.journal.events import AuditEvent, DocumentRefused
from terminal.journal.mailbox import Document, DocumentKind, MailboxReader, MailboxUnavailable
from terminal.journal.outbox import CommitFailed, Outbox

#: Documents per step: 100 acks of 300 entries are 30,000 rows, some 0.3 s on a laptop; singles are far less.
STEP = 100


@dataclass(frozen=True)
class RefusedDocument:
    """A document that was not believed, and why (never its content)."""

    kind: DocumentKind
    reason: str


@dataclass(frozen=True)
class Sorted:
    """Documents by what they turned out to be. `keys` are unread: the root's signature is for the caller."""

    acks: tuple[Ack, ...]
    answers: tuple[SealedAnswer, ...]
    keys: tuple[bytes, ...]
    refusals: tuple[RefusedDocument, ...]


@dataclass(frozen=True)
class DeliveryReport:
    """What one step did. `more`: the step was full, call again."""

    documents: int
    acks: AckReport
    answers: int
    keys: int
    refusals: tuple[RefusedDocument, ...]
    more: bool
    newest_ts: int = 0  # the latest time in a signed acknowledgement, ms since the epoch; 0 without one


DeliveryTrouble = MailboxUnavailable | CommitFailed


def sort_documents(documents: tuple[Document, ...], ring: KeyRing, *, terminal: str, at: datetime) -> Sorted:
    """Verifies every signature at the aware time `at`; pure."""
    acks: list[Ack] = []
    answers: list[SealedAnswer] = []
    keys: list[bytes] = []
    refusals: list[RefusedDocument] = []
    for document in documents:
        if document.kind is DocumentKind.KEYS:
            keys.append(document.payload)
            continue
        read = read_ack if document.kind is DocumentKind.ACK else read_answer
        found = read(document.payload, ring, terminal=terminal, at=at)
        if isinstance(found, Malformed):
            refusals.append(RefusedDocument(document.kind, found.reason))
        elif isinstance(found, Ack):
            acks.append(found)
        else:
            answers.append(found)
    return Sorted(tuple(acks), tuple(answers), tuple(keys), tuple(refusals))


def apply_mailbox(
    outbox: Outbox,
    mailbox: MailboxReader,
    ring: KeyRing,
    *,
    terminal: str,
    on_answer: Callable[[SealedAnswer], None],
    on_keys: Callable[[bytes], None],
    note_refusals: bool = True,
) -> DeliveryReport | DeliveryTrouble:
    """One step: reads, verifies, marks, moves the cursor (marks and cursor in one transaction), then calls back.

    A key document ends the step after itself, so that what follows is judged by the ring it brings: the caller
    passes that ring to the next call. Answers are called back for in the order of their coming. `note_refusals`
    false leaves refused documents out of the audit: a broker gone mad must not fill the disk with notes about it.
    """
    found = mailbox.after(outbox.cursor(), STEP)
    if isinstance(found, MailboxUnavailable):
        return found
    documents, cursor = found.documents, found.cursor
    first_keys = next((i for i, d in enumerate(documents) if d.kind is DocumentKind.KEYS), None)
    cut = first_keys is not None and first_keys + 1 < len(documents)
    if first_keys is not None and cut:
        documents = documents[: first_keys + 1]
        cursor = type(cursor)(cursor.mailbox, documents[-1].n)
    sorted_ = sort_documents(documents, ring, terminal=terminal, at=outbox.wall_now())
    report = AckReport()
    if cursor != outbox.cursor():
        marked = outbox.mark_acked(
            sorted_.acks, cursor=cursor, events=_events(sorted_.refusals) if note_refusals else ()
        )
        if isinstance(marked, CommitFailed):
            return marked
        report = marked
    for answer in sorted_.answers:
        on_answer(answer)
    for keys in sorted_.keys:
        on_keys(keys)
    return DeliveryReport(
        len(documents),
        report,
        len(sorted_.answers),
        len(sorted_.keys),
        sorted_.refusals,
        cut or len(found.documents) == STEP,
        max((ack.ts for ack in sorted_.acks), default=0),
    )


def _events(refusals: tuple[RefusedDocument, ...]) -> tuple[AuditEvent, ...]:
    counts = Counter(refusal.kind for refusal in refusals)
    return tuple(DocumentRefused(kind.value, count) for kind, count in sorted(counts.items()))
