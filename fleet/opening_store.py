"""What the opener reads and writes: received records, once-only places, outcomes, and answers on their way."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Engine, Row, Table, delete, select, tuple_, update

from contract.record import Body
from fleet.store import Stage, answers, begun_openings, enrolments, insert_new, openings, reading, slots


class RecordKey(NamedTuple):
    """What a record is known by; both are part of what its terminal signed."""

    terminal: str
    id: str


@dataclass(frozen=True)
class Received:
    key: RecordKey
    envelope: bytes
    received_at: datetime


@dataclass(frozen=True)
class SlotHolder:
    """Who holds a once-only place now. `done`: the programme has already answered できました."""

    key: RecordKey
    signed_ms: int
    done: bool


@dataclass(frozen=True)
class RecordOutcome:
    """How one record ended, or where it stands. `alarm` asks for a person; `sealed_answer` goes to the visit."""

    key: RecordKey
    stage: Stage
    code: str = ""
    fault: str = ""
    alarm: str = ""
    sealed_answer: bytes = b""


def unopened(engine: Engine, limit: int) -> list[Received]:
    """Records not yet answered, oldest first; those whose hand-over a crash interrupted are among them."""
    statement = (
        select(enrolments.c.terminal, enrolments.c.id, enrolments.c.envelope, enrolments.c.received_at)
        .where(enrolments.c.stage.in_((Stage.RECEIVED, Stage.HANDED)))
        .order_by(enrolments.c.received_at, enrolments.c.seq)
        .limit(limit)
    )
    with reading(engine).connect() as connection:
        return [_received(row) for row in connection.execute(statement)]


def left_begun(engine: Engine) -> dict[RecordKey, int]:
    """How often processes died while they were opening these records, each perhaps with others of its batch."""
    with reading(engine).connect() as connection:
        return {
            RecordKey(row.terminal, row.id): row.times for row in connection.execute(select(begun_openings))
        }


def begin_opening(engine: Engine, times: Mapping[RecordKey, int]) -> None:
    """Notes for the how-manieth time each is opened. Durable on return: what ends the process now counts against these."""
    with engine.begin() as connection:
        connection.execute(delete(begun_openings).where(_begun(times)))
        insert_new(connection, begun_openings, [{**key._asdict(), "times": n} for key, n in times.items()])


def end_opening(engine: Engine, keys: Collection[RecordKey]) -> None:
    with engine.begin() as connection:
        connection.execute(delete(begun_openings).where(_begun(keys)))


def holder(connection: Connection, slot: str) -> SlotHolder | None:
    row = connection.execute(
        select(slots.c.terminal, slots.c.id, slots.c.signed_at, enrolments.c.stage)
        .join(enrolments, (enrolments.c.terminal == slots.c.terminal) & (enrolments.c.id == slots.c.id))
        .where(slots.c.slot == slot)
    ).one_or_none()
    if row is None:
        return None
    return SlotHolder(RecordKey(row.terminal, row.id), row.signed_at, row.stage == Stage.DONE)


def note_opened(connection: Connection, body: Body, *, slot: str, signed_ms: int, opened_ms: int) -> None:
    """What may be known of an opened record outside its seal. Again after a crash: nothing changes."""
    row = {
        "terminal": body.terminal,
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


def hold(connection: Connection, *, slot: str, key: RecordKey, signed_ms: int) -> None:
    """Gives the place to this record, whoever held it before, and marks the record as handed over."""
    connection.execute(delete(slots).where(slots.c.slot == slot))
    insert_new(connection, slots, [{"slot": slot, **key._asdict(), "signed_at": signed_ms}])
    connection.execute(update(enrolments).where(_is(enrolments, key)).values(stage=Stage.HANDED))


def settle(connection: Connection, outcome: RecordOutcome, now_ms: int) -> None:
    """Writes an outcome. A refusal frees the place; everything with an answer queues it for its terminal.

    So does a rejection: a record that was handed over and can no longer be opened (its key was taken out of the
    settings, say) would hold its place for ever, and who waits for it would fill the opener's batches.
    """
    if outcome.stage in (Stage.REFUSED, Stage.REJECTED):
        connection.execute(delete(slots).where(_is(slots, outcome.key)))
    connection.execute(update(enrolments).where(_is(enrolments, outcome.key)).values(stage=outcome.stage))
    insert_new(connection, openings, [{**outcome.key._asdict(), "opened_at": now_ms}])
    connection.execute(
        update(openings)
        .where(_is(openings, outcome.key))
        .values(verdict=outcome.stage, code=outcome.code, fault=outcome.fault, alarm=outcome.alarm)
    )
    if outcome.sealed_answer:
        row = {
            **outcome.key._asdict(),
            "payload": outcome.sealed_answer,
            "created_at": now_ms,
            "waiting": True,
        }
        insert_new(connection, answers, [row])


def received_record(connection: Connection, key: RecordKey) -> Received:
    """One record. Raises if it is not there: keys come from rows that refer to it."""
    row = connection.execute(
        select(enrolments.c.terminal, enrolments.c.id, enrolments.c.envelope, enrolments.c.received_at).where(
            _is(enrolments, key)
        )
    ).one()
    return _received(row)


def _received(row: Row[str, str, bytes, int]) -> Received:
    return Received(RecordKey(row[0], row[1]), bytes(row[2]), datetime.fromtimestamp(row[3] / 1000, UTC))


def _is(table: Table, key: RecordKey) -> ColumnElement[bool]:
    return (table.c.terminal == key.terminal) & (table.c.id == key.id)


def _begun(keys: Collection[RecordKey]) -> ColumnElement[bool]:
    """SQLite walks the whole table for pairs in a list: it holds no more than a batch."""
    return tuple_(begun_openings.c.terminal, begun_openings.c.id).in_(list(keys))
