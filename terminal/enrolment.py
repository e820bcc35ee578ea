"""From what the resident confirmed to a durable record: body, card's signature, seal, commit (DESIGN §2.3, §2.4, §8)."""

from __future__ import annotations

from dataclasses import dataclass

from contract.certificate_chain import signed_with
from contract.envelope import seal_enrolment
from contract.keys import FleetKey, KeyUse
from contract.record import (
    Body,
    ChosenService,
    ConsentGiven,
    Plaintext,
    Procedure,
    body_bytes,
    card_digest,
    pack,
)
from contract.reference_number import reference_number
from terminal.enrolment_store import NotStored, Stored
from terminal.facilities import Facilities, milliseconds
from terminal.ports import Clock
from terminal.visit import Visit


@dataclass(frozen=True, repr=False)
class Draft:
    """What the resident has decided and typed so far. Frozen; a step returns a new one."""

    measure: str = ""
    service: str = ""
    service_id: str = ""
    codes: tuple[str, ...] = ()
    phone_last4: str = ""
    consent: ConsentGiven | None = None


@dataclass(frozen=True, repr=False)
class Prepared:
    """A body whose bytes are final, and the digest that the card is asked to sign."""

    id: str
    procedure: Procedure
    body: bytes
    digest: bytes


@dataclass(frozen=True)
class AcceptedRecord:
    """One durable record. `number` is its 受付番号."""

    id: str
    procedure: Procedure
    number: str


@dataclass(frozen=True)
class Unstored:
    """Signed, but not durable: nothing was accepted. `reason` is the store's slug, or `signature`, `no-key`."""

    reason: str


def prepare(visit: Visit, draft: Draft, procedure: Procedure, facilities: Facilities) -> Prepared:
    """Makes the body's bytes, once. `draft.consent` must be there: no record without consent."""
    if draft.consent is None:
        raise ValueError("a record was prepared without consent")
    clock = visit.around.clock
    chosen = ChosenService(draft.service, draft.service_id, draft.codes, draft.phone_last4)
    id_ = facilities.new_id()
    body = body_bytes(
        Body(
            v=1,
            id=id_,
            visit=visit.id,
            procedure=procedure,
            programme=facilities.programme.pack.name,
            measure=draft.measure,
            consent=draft.consent,
            terminal=facilities.place.terminal,
            site=facilities.place.site,
            time=clock.visit_now().isoformat(timespec="seconds"),
            clock=clock.state().value,
            answer_key=visit.answer_key.public_key().public_bytes_raw(),
            demo=facilities.demo,
            service=chosen if procedure is Procedure.APPLICATION else None,
        )
    )
    return Prepared(id_, procedure, body, card_digest(body))


async def seal_and_commit(
    prepared: Prepared, certificate: bytes, signature: bytes, facilities: Facilities, clock: Clock
) -> AcceptedRecord | Unstored:
    """Past the point of no return: checks the card's signature, seals, and commits. Returns after the fsync."""
    if not signed_with(certificate, prepared.digest, signature):
        return Unstored("signature")
    recipient = facilities.keys().newest(KeyUse.SEAL, clock.wall_now())
    if recipient is None:
        return Unstored("no-key")
    plaintext = pack(Plaintext(prepared.body, certificate, signature))

    def seal(journal: str, seq: int) -> bytes:
        return _sealed(plaintext, prepared.id, journal, seq, recipient, facilities, clock)

    outcome = await facilities.store.commit(prepared.id, prepared.procedure.value, seal)
    match outcome:
        case Stored():
            return AcceptedRecord(prepared.id, prepared.procedure, reference_number(prepared.id))
        case NotStored(reason):
            return Unstored(reason)


def _sealed(
    plaintext: bytes,
    id_: str,
    journal: str,
    seq: int,
    recipient: FleetKey,
    facilities: Facilities,
    clock: Clock,
) -> bytes:
    return seal_enrolment(
        plaintext,
        id=id_,
        terminal=facilities.place.terminal,
        journal=journal,
        seq=seq,
        ts=milliseconds(clock.wall_now()),
        recipient=recipient,
        device=facilities.device_key,
    )
