"""Every audit event, declared once: its id, how serious it is, what it means, what it carries.

No event can carry personal data: a field is a number, a time, a slug from our own code or a random id, never free
text. `docs/audit-events.md` is printed from this file by `terminal.journal.event_manual`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar, Literal

import msgspec


class Severity(StrEnum):
    INFO = "info"  # the ordinary course of things
    NOTICE = "notice"  # worth a look when somebody asks
    WARNING = "warning"  # somebody should come soon
    ALARM = "alarm"  # somebody must look now


Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
Seconds = Annotated[int, msgspec.Meta(ge=-(2**53), le=2**53)]
Millis = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
#: Begins with a letter: neither a PIN nor a 決済サービスID made of digits passes as a word.
Slug = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9-]{0,39}\Z")]
SlugOrNone = Annotated[str, msgspec.Meta(pattern=r"^([a-z][a-z0-9-]{0,39})?\Z")]
JournalId = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{32}\Z")]
Digest = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]

#: All that a field may be; a test holds every event to it.
FIELD_TYPES = (Count, Seconds, Millis, Slug, SlugOrNone, JournalId, Digest, bool)


class AuditEvent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of all events. The English meaning is the docstring, the Japanese one `ja`."""

    id: ClassVar[str]
    severity: ClassVar[Severity]
    ja: ClassVar[str]


class ProcessStarted(AuditEvent, frozen=True):
    """The terminal program started. `clock` is the clock's state."""

    id: ClassVar[str] = "process-started"
    severity: ClassVar[Severity] = Severity.INFO
    ja: ClassVar[str] = "端末プログラムが起動した。"
    clock: Slug


class ProcessStopped(AuditEvent, frozen=True):
    """The terminal program stopped in good order."""

    id: ClassVar[str] = "process-stopped"
    severity: ClassVar[Severity] = Severity.INFO
    ja: ClassVar[str] = "端末プログラムが正しく終了した。"
    reason: Slug


class RestartAfterCrash(AuditEvent, frozen=True):
    """The last run ended without closing the journal: crash, kill or power cut."""

    id: ClassVar[str] = "restart-after-crash"
    severity: ClassVar[Severity] = Severity.WARNING
    ja: ClassVar[str] = "前回は正しく終了していない（異常終了または停電）。"


class ClockJumped(AuditEvent, frozen=True):
    """Wall time moved by `seconds` against the steady clock (more than 5 minutes)."""

    id: ClassVar[str] = "clock-jumped"
    severity: ClassVar[Severity] = Severity.WARNING
    ja: ClassVar[str] = "時計が5分より大きくずれて直された。"
    seconds: Seconds


class ClockStateChanged(AuditEvent, frozen=True):
    """How far the clock is believed has changed."""

    id: ClassVar[str] = "clock-state-changed"
    severity: ClassVar[Severity] = Severity.NOTICE
    ja: ClassVar[str] = "時計の信頼状態が変わった。"
    state: Slug


class VisitStarted(AuditEvent, frozen=True):
    """Somebody began a procedure."""

    id: ClassVar[str] = "visit-started"
    severity: ClassVar[Severity] = Severity.INFO
    ja: ClassVar[str] = "利用が始まった。"


class VisitEnded(AuditEvent, frozen=True):
    """A visit ended; `view` is the screen it ended on, `records` how many enrolments it committed."""

    id: ClassVar[str] = "visit-ended"
    severity: ClassVar[Severity] = Severity.INFO
    ja: ClassVar[str] = "利用が終わった（理由・画面・受付の件数）。"
    reason: Slug
    view: SlugOrNone
    records: Count


class EnrolmentCommitted(AuditEvent, frozen=True):
    """A sealed enrolment is durable; the row names its journal, seq and hash."""

    id: ClassVar[str] = "enrolment-committed"
    severity: ClassVar[Severity] = Severity.INFO
    ja: ClassVar[str] = "申込みを1件、封をして保存した。"
    procedure: Slug


class PaperPrinted(AuditEvent, frozen=True):
    """The paper came out. `proven` is false if the printer did not confirm it; `large` is the large print."""

    id: ClassVar[str] = "paper-printed"
    severity: ClassVar[Severity] = Severity.INFO
    ja: ClassVar[str] = "受付票を印字した。"
    proven: bool
    large: bool


class GuidancePrinted(AuditEvent, frozen=True):
    """The help of S3 came out on paper. `proven` and `large` as for `paper-printed`."""

    id: ClassVar[str] = "guidance-printed"
    severity: ClassVar[Severity] = Severity.INFO
    ja: ClassVar[str] = "案内を印字した。"
    proven: bool
    large: bool


class PaperRefused(AuditEvent, frozen=True):
    """The paper did not come out, or not all of it."""

    id: ClassVar[str] = "paper-refused"
    severity: ClassVar[Severity] = Severity.WARNING
    ja: ClassVar[str] = "受付票か案内を印字できなかった。"
    reason: Slug


class CardLeft(AuditEvent, frozen=True):
    """A card stayed on the reader `seconds` after the visit's end."""

    id: ClassVar[str] = "card-left"
    severity: ClassVar[Severity] = Severity.WARNING
    ja: ClassVar[str] = "カードが置き忘れられている。"
    seconds: Count


class UnusableCardSeen(AuditEvent, frozen=True):
    """A card that cannot be used here; `kind` says which."""

    id: ClassVar[str] = "card-refused"
    severity: ClassVar[Severity] = Severity.INFO
    ja: ClassVar[str] = "使えないカードが置かれた。"
    kind: Slug


class OtherCardSeen(AuditEvent, frozen=True):
    """Another card than at the beginning of the visit; no PIN was sent to it."""

    id: ClassVar[str] = "other-card-seen"
    severity: ClassVar[Severity] = Severity.NOTICE
    ja: ClassVar[str] = "途中でカードがかわった（暗証番号は送っていない）。"


class PinWrongEntered(AuditEvent, frozen=True):
    """A wrong PIN; `tries_left` remain."""

    id: ClassVar[str] = "pin-wrong"
    severity: ClassVar[Severity] = Severity.INFO
    ja: ClassVar[str] = "暗証番号がちがった。"
    tries_left: Count


class PinBlockedSeen(AuditEvent, frozen=True):
    """The PIN is blocked; `here` is true if this visit blocked it."""

    id: ClassVar[str] = "pin-blocked"
    severity: ClassVar[Severity] = Severity.NOTICE
    ja: ClassVar[str] = "暗証番号がロックされている。"
    here: bool


class OutboxFilled(AuditEvent, frozen=True):
    """The outbox reached its limit: new enrolments are refused until some are acknowledged."""

    id: ClassVar[str] = "outbox-full"
    severity: ClassVar[Severity] = Severity.ALARM
    ja: ClassVar[str] = "送信待ちがいっぱいになり、新しい受付を止めた。"
    depth: Count


class OutboxDrained(AuditEvent, frozen=True):
    """The outbox has room again after it had been full."""

    id: ClassVar[str] = "outbox-has-room"
    severity: ClassVar[Severity] = Severity.NOTICE
    ja: ClassVar[str] = "送信待ちに空きができ、受付を再開した。"
    depth: Count


class CommitRefused(AuditEvent, frozen=True):
    """An enrolment could not be made durable and was not accepted."""

    id: ClassVar[str] = "commit-failed"
    severity: ClassVar[Severity] = Severity.ALARM
    ja: ClassVar[str] = "申込みを保存できなかった（受け付けていない）。"
    reason: Slug


class JournalDamaged(AuditEvent, frozen=True):
    """The journal file was damaged and moved aside; readable rows were taken over.

    `journal` (zeros if unreadable) and `last_seq` tell the fleet what to look for; `head` is the old chain's end.
    """

    id: ClassVar[str] = "journal-damaged"
    severity: ClassVar[Severity] = Severity.ALARM
    ja: ClassVar[str] = "保存ファイルがこわれていたので退避し、読める分を引き継いだ。"
    journal: JournalId
    last_seq: Count
    salvaged: Count
    unreadable: Count
    head: Digest


class ForeignFilesSetAside(AuditEvent, frozen=True):
    """Beside the outbox lay files of another user: somebody may have tried to change the journal from outside."""

    id: ClassVar[str] = "foreign-files"
    severity: ClassVar[Severity] = Severity.ALARM
    ja: ClassVar[str] = "保存ファイルのそばに、ほかの利用者のファイルがあったので退避した。"
    count: Count


class AckMismatch(AuditEvent, frozen=True):
    """An acknowledgement that does not fit what is stored: other journal, other bytes or unknown id."""

    id: ClassVar[str] = "ack-mismatch"
    severity: ClassVar[Severity] = Severity.ALARM
    ja: ClassVar[str] = "保存した内容と合わない受領通知が来た。"
    reason: Literal["other-journal", "other-bytes", "unknown-id"]
    count: Count


class DocumentRefused(AuditEvent, frozen=True):
    """A document from the fleet was malformed, not for this terminal, or not signed by a known key."""

    id: ClassVar[str] = "document-refused"
    severity: ClassVar[Severity] = Severity.WARNING
    ja: ClassVar[str] = "署名や形が正しくない文書が届いた。"
    kind: Slug
    count: Count


class ResendRequested(AuditEvent, frozen=True):
    """Acknowledged enrolments were queued again because the fleet asked for them."""

    id: ClassVar[str] = "resend-requested"
    severity: ClassVar[Severity] = Severity.NOTICE
    ja: ClassVar[str] = "センターの求めで、受領ずみの申込みをもう一度送る。"
    since: Millis
    count: Count


class DeviceChanged(AuditEvent, frozen=True):
    """A device changed between good, bad and unknown."""

    id: ClassVar[str] = "device-changed"
    severity: ClassVar[Severity] = Severity.NOTICE
    ja: ClassVar[str] = "機器の状態が変わった。"
    device: Slug
    condition: Literal["good", "bad", "unknown"]
    detail: SlugOrNone


class DoorOpened(AuditEvent, frozen=True):
    """The housing's door was opened."""

    id: ClassVar[str] = "door-open"
    severity: ClassVar[Severity] = Severity.WARNING
    ja: ClassVar[str] = "とびらが開いた。"


class DoorClosed(AuditEvent, frozen=True):
    """The housing's door was closed."""

    id: ClassVar[str] = "door-closed"
    severity: ClassVar[Severity] = Severity.NOTICE
    ja: ClassVar[str] = "とびらが閉じた。"


class KeysExpired(AuditEvent, frozen=True):
    """The newest sealing key is past its end; enrolments are still sealed to it."""

    id: ClassVar[str] = "keys-expired"
    severity: ClassVar[Severity] = Severity.ALARM
    ja: ClassVar[str] = "封印用の鍵の期限が切れている（受付は続けている）。"
    not_after: Millis


class KeysAdopted(AuditEvent, frozen=True):
    """A newer key document, signed by the root, is in use."""

    id: ClassVar[str] = "keys-adopted"
    severity: ClassVar[Severity] = Severity.NOTICE
    ja: ClassVar[str] = "新しい鍵の一覧を使い始めた。"
    version: Count


def _concrete(base: type[AuditEvent]) -> list[type[AuditEvent]]:
    return [kind for child in base.__subclasses__() for kind in (child, *_concrete(child))]


#: Event class by event id, in the order of declaration.
BY_ID: dict[str, type[AuditEvent]] = {kind.id: kind for kind in _concrete(AuditEvent)}


def arguments(event: AuditEvent) -> bytes:
    """The event's fields as canonical JSON. Raises msgspec.ValidationError if a field breaks its declaration."""
    checked = msgspec.convert(msgspec.to_builtins(event), type(event))
    return msgspec.json.encode(msgspec.structs.asdict(checked), order="sorted")
