"""What the opener reads and writes: received records, once-only places, outcomes, and answers on their way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, Row, delete, select, update

from contract.record import Body
from fleet.store import Stage, answers, begun_openings, enrolments, insert_new, openings, reading, slots


@dataclass(frozen=True)
class Received:
    id: str
    terminal: str
    envelope: bytes
    received_at: datetime


@dataclass(frozen=True)
class SlotHolder:
    """Who holds a once-only place now. `done`: the programme has already answered できました."""

    id: str
    signed_ms: int
    done: bool


@dataclass(frozen=True)
class RecordOutcome:
    """How one record ended, or where it stands. `alarm` asks for a person; `sealed_answer` goes to the visit."""

    id: str
    terminal: str
    stage: Stage
    code: str = ""
    fault: str = ""
    alarm: str = ""
    sealed_answer: bytes = b""


def unopened(engine: Engine, limit: int) -> list[Received]:
    """Records not yet answered, oldest first; those whose hand-over a crash interrupted are among them."""
    statement = (
        select(enrolments.c.id, enrolments.c.terminal, enrolments.c.envelope, enrolments.c.received_at)
        .where(enrolments.c.stage.in_((Stage.RECEIVED, Stage.HANDED)))
        .order_by(enrolments.c.received_at, enrolments.c.seq)
        .limit(limit)
    )
    with reading(engine).connect() as connection:
        return [_received(row) for row in connection.execute(statement)]


def deaths_over(engine: Engine, received: Sequence[Received]) -> dict[str, int]:
    """By id: how often a process died while it was opening this record, perhaps with others of its batch."""
    ids = [one.id for one in received]
    statement = select(begun_openings.c.id, begun_openings.c.times).where(begun_openings.c.id.in_(ids))
    with reading(engine).connect() as connection:
        return {row.id: row.times for row in connection.execute(statement)}


def begin_opening(engine: Engine, received: Sequence[Received]) -> None:
    """Durable when this returns: whatever ends the process from here on is counted against these records."""
    ids = [one.id for one in received]
    with engine.begin() as connection:
        insert_new(connection, begun_openings, [{"id": id_, "times": 0} for id_ in ids])
        these = update(begun_openings).where(begun_openings.c.id.in_(ids))
        connection.execute(these.values(times=begun_openings.c.times + 1))


def end_opening(engine: Engine, received: Sequence[Received]) -> None:
    with engine.begin() as connection:
        ids = [one.id for one in received]
        connection.execute(delete(begun_openings).where(begun_openings.c.id.in_(ids)))


def holder(connection: Connection, slot: str) -> SlotHolder | None:
    row = connection.execute(
        select(slots.c.id, slots.c.signed_at, enrolments.c.stage)
        .join(enrolments, enrolments.c.id == slots.c.id)
        .where(slots.c.slot == slot)
    ).one_or_none()
    return None if row is None else SlotHolder(row.id, row.signed_at, row.stage == Stage.DONE)


def note_opened(connection: Connection, body: Body, *, slot: str, signed_ms: int, opened_ms: int) -> None:
    """What may be known of an opened record outside its seal. Again after a crash: nothing changes."""
    row = {
        "id": body.id,
        "opened_at": opened_ms,
        "procedure": body.procedure,
        "programme": body.programme,
        "measure": body.measure,
        "signed_at": signed_ms,
        "slot": slot,
        "verdict": None,
    }
    insert_new(connection, openings, [row])


def hold(connection: Connection, *, slot: str, enrolment_id: str, signed_ms: int) -> None:
    """Gives the place to this record, whoever held it before, and marks the record as handed over."""
    connection.execute(delete(slots).where(slots.c.slot == slot))
    insert_new(connection, slots, [{"slot": slot, "id": enrolment_id, "signed_at": signed_ms}])
    connection.execute(update(enrolments).where(enrolments.c.id == enrolment_id).values(stage=Stage.HANDED))


def settle(connection: Connection, outcome: RecordOutcome, now_ms: int) -> None:
    """Writes an outcome. A refusal frees the place; everything with an answer queues it for its terminal.

    So does a rejection: a record that was handed over and can no longer be opened (its key was taken out of the
    settings, say) would hold its place for ever, and who waits for it would fill the opener's batches.
    """
    if outcome.stage in (Stage.REFUSED, Stage.REJECTED):
        connection.execute(delete(slots).where(slots.c.id == outcome.id))
    connection.execute(update(enrolments).where(enrolments.c.id == outcome.id).values(stage=outcome.stage))
    insert_new(connection, openings, [{"id": outcome.id, "opened_at": now_ms}])
    connection.execute(
        update(openings)
        .where(openings.c.id == outcome.id)
        .values(verdict=outcome.stage, code=outcome.code, fault=outcome.fault, alarm=outcome.alarm)
    )
    if outcome.sealed_answer:
        row = {
            "id": outcome.id,
            "terminal": outcome.terminal,
            "payload": outcome.sealed_answer,
            "created_at": now_ms,
            "waiting": True,
        }
        insert_new(connection, answers, [row])


def received_record(connection: Connection, enrolment_id: str) -> Received:
    """One record by id. Raises if it is not there: ids come from rows that refer to it."""
    row = connection.execute(
        select(enrolments.c.id, enrolments.c.terminal, enrolments.c.envelope, enrolments.c.received_at).where(
            enrolments.c.id == enrolment_id
        )
    ).one()
    return _received(row)


def _received(row: Row[str, str, bytes, int]) -> Received:
    return Received(row[0], row[1], bytes(row[2]), datetime.fromtimestamp(row[3] / 1000, UTC))
