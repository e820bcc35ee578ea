"""What the ingest writes: enrolments exactly once, the terminals' latest words, the quarantine, and sent answers."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, Engine, func, select, update

from contract.encoding import MAX_PAYLOAD
from contract.status import Birth, Health, State, StateWord
from fleet.intake import Believed, Device, Judgement, Quarantined, Reason, Said, is_stale, supersedes
from fleet.proof import compare_days
from fleet.store import (
    DeviceState,
    Stage,
    answers,
    devices,
    enrolments,
    insert_new,
    quarantine,
    reading,
    retirements,
    terminals,
)

#: One faulty terminal, or all that nobody has registered together, may fill this many rows; what comes beyond is counted,
#: not kept.
QUARANTINE_ROWS_PER_TERMINAL = 200
#: And all together this many, 0.7 GB at most: fifty terminals of ten thousand gone mad must not fill the fleet's disk.
QUARANTINE_ROWS = 10_000
_DETAIL = 200
_TOPIC = 200
_REASON = 200


@dataclass(frozen=True)
class Taken:
    """After COMMIT: `stored` may be acknowledged, `put_aside` never."""

    stored: tuple[Believed, ...]
    put_aside: tuple[Quarantined, ...]


@dataclass(frozen=True)
class WaitingAnswer:
    n: int
    terminal: str
    payload: bytes
    created_at: int


def read_devices(engine: Engine, only: Collection[str] | None = None) -> dict[str, Device]:
    """The registry, or what it knows of the terminals in `only`."""
    statement = select(devices.c.terminal, devices.c.public_key, devices.c.state)
    if only is not None:
        statement = statement.where(devices.c.terminal.in_(only))
    with reading(engine).connect() as connection:
        rows = connection.execute(statement).all()
    return {
        terminal: Device(Ed25519PublicKey.from_public_bytes(key), state == DeviceState.ACTIVE)
        for terminal, key, state in rows
    }


def register_device(engine: Engine, terminal: str, public_key: bytes, now_ms: int) -> bool:
    """Adds a terminal's device key; False if the name is taken by another key or by a retired terminal.

    A key is never replaced in silence, and who was retired does not come back under the same name.
    """
    row = {
        "terminal": terminal,
        "public_key": public_key,
        "state": DeviceState.ACTIVE,
        "registered_at": now_ms,
    }
    with engine.begin() as connection:
        insert_new(connection, devices, [row])
        stored = connection.execute(
            select(devices.c.public_key, devices.c.state).where(devices.c.terminal == terminal)
        ).one()
    return bytes(stored.public_key) == public_key and stored.state == DeviceState.ACTIVE


def retire_device(engine: Engine, terminal: str, reason: str, now_ms: int) -> bool:
    """From this commit on, nothing of this terminal is taken; what was received before stays. False if it is unknown.

    Once more changes nothing: the first date and reason stay.
    """
    with engine.begin() as connection:
        known = connection.execute(
            update(devices).where(devices.c.terminal == terminal).values(state=DeviceState.RETIRED)
        )
        if known.rowcount:
            row = {"terminal": terminal, "retired_at": now_ms, "reason": reason[:_REASON]}
            insert_new(connection, retirements, [row])
    return known.rowcount > 0


def take(engine: Engine, judgements: Sequence[Judgement], now_ms: int) -> Taken:
    """Stores one batch in one transaction. What `stored` names is durable when this returns."""
    believed = [judgement for judgement in judgements if isinstance(judgement, Believed)]
    put_aside = [judgement for judgement in judgements if isinstance(judgement, Quarantined)]
    with engine.begin() as connection:
        stored, conflicts = _store_enrolments(connection, believed, now_ms)
        put_aside += conflicts
        for judgement in judgements:
            if isinstance(judgement, Said):
                stale = _store_word(connection, judgement, now_ms)
                put_aside += [stale] if stale else []
        _mark_seen(connection, {one.envelope.terminal for one in stored}, now_ms)
        _put_aside(connection, put_aside, now_ms)
    return Taken(tuple(stored), tuple(put_aside))


def _store_enrolments(
    connection: Connection, believed: Sequence[Believed], now_ms: int
) -> tuple[list[Believed], list[Quarantined]]:
    """Inserts what is new, then looks what now stands under each id: our bytes, others, or nothing.

    Whoever was retired since the ingest last read the registry is found here, in the transaction that would store it.
    """
    retired = _retired(connection, {one.envelope.terminal for one in believed})
    aside = [
        Quarantined(one.arrival, one.envelope.terminal, Reason.RETIRED_TERMINAL, one.envelope.id)
        for one in believed
        if one.envelope.terminal in retired
    ]
    believed = [one for one in believed if one.envelope.terminal not in retired]
    if not believed:
        return [], aside
    insert_new(connection, enrolments, [_row(one, now_ms) for one in believed])
    # By id alone, with which the key begins: SQLite walks the whole table for pairs in a list.
    ids = {one.envelope.id for one in believed}
    there = {
        (row.terminal, row.id): row.sha256
        for row in connection.execute(
            select(enrolments.c.terminal, enrolments.c.id, enrolments.c.sha256).where(
                enrolments.c.id.in_(ids)
            )
        )
    }
    stored, conflicts = [], aside
    for one in believed:
        sha256 = there.get((one.envelope.terminal, one.envelope.id))
        if sha256 == one.sha256:
            stored.append(one)
        else:
            reason = Reason.SEQUENCE_CONFLICT if sha256 is None else Reason.ID_CONFLICT
            conflicts.append(Quarantined(one.arrival, one.envelope.terminal, reason, one.envelope.id))
    return stored, conflicts


def _retired(connection: Connection, named: Collection[str]) -> set[str]:
    if not named:
        return set()
    statement = select(devices.c.terminal).where(
        devices.c.terminal.in_(named), devices.c.state == DeviceState.RETIRED
    )
    return set(connection.execute(statement).scalars())


def _row(one: Believed, now_ms: int) -> dict[str, object]:
    e = one.envelope
    return {
        "id": e.id,
        "terminal": e.terminal,
        "journal": e.journal,
        "seq": e.seq,
        "ts": e.ts,
        "received_at": now_ms,
        "envelope": one.arrival.payload,
        "sha256": one.sha256,
        "stage": Stage.RECEIVED,
    }


def _mark_seen(connection: Connection, seen: set[str], now_ms: int) -> None:
    if not seen:
        return
    insert_new(connection, terminals, [{"terminal": terminal} for terminal in sorted(seen)])
    connection.execute(update(terminals).where(terminals.c.terminal.in_(seen)).values(last_seen=now_ms))


def _store_word(connection: Connection, said: Said, now_ms: int) -> Quarantined | None:
    """Keeps the latest state, birth or health. Returns what is stale and worth a look (a stale will is not)."""
    insert_new(connection, terminals, [{"terminal": said.terminal}])
    row = connection.execute(select(terminals).where(terminals.c.terminal == said.terminal)).one()
    word = said.word
    values: dict[str, object]
    if isinstance(word, State):
        stored = None if row.state is None else (row.state_boot, row.state_connection, row.state_ts)
        if not supersedes(stored, word):
            return None
        values = {
            "state": word.state,
            "state_boot": word.boot,
            "state_connection": word.connection,
            "state_ts": word.ts,
        }
        if row.state != word.state:
            values["state_since"] = now_ms
    else:
        kind, before = ("birth", row.birth_ts) if isinstance(word, Birth) else ("health", row.health_ts)
        if row.state_boot == word.boot and is_stale(before, word.ts):
            return Quarantined(said.arrival, said.terminal, Reason.STALE)
        values = {kind: said.arrival.payload, f"{kind}_ts": word.ts}
    if _spoke_just_now(said):
        values["last_seen"] = now_ms
    connection.execute(update(terminals).where(terminals.c.terminal == said.terminal).values(values))
    if isinstance(word, Health):
        compare_days(connection, said.terminal, word.digests, now_ms)
    return None


def _spoke_just_now(said: Said) -> bool:
    """A retained word is an old one, and a will is the broker's word, not the terminal's."""
    lost = isinstance(said.word, State) and said.word.state is StateWord.LOST
    return not said.arrival.retained and not lost


def _put_aside(connection: Connection, put_aside: Sequence[Quarantined], now_ms: int) -> None:
    """One row for each distinct payload and reason; repetitions and what overflows are counted."""
    for one in put_aside:
        sha256 = hashlib.sha256(one.arrival.payload).hexdigest()
        if _count_again(connection, one.terminal, one.reason, sha256, now_ms):
            continue
        if _has_room(connection, one.terminal):
            _keep_aside(connection, one, one.reason, sha256, one.arrival.payload[:MAX_PAYLOAD], now_ms)
        elif not _count_again(connection, one.terminal, Reason.OVERFLOW, "", now_ms):
            _keep_aside(connection, one, Reason.OVERFLOW, "", b"", now_ms)


def _has_room(connection: Connection, terminal: str) -> bool:
    rows = select(func.count()).select_from(quarantine)
    of_terminal = connection.execute(rows.where(quarantine.c.terminal == terminal)).scalar_one()
    if of_terminal >= QUARANTINE_ROWS_PER_TERMINAL:
        return False
    return bool(connection.execute(rows).scalar_one() < QUARANTINE_ROWS)


def _keep_aside(
    connection: Connection, one: Quarantined, reason: Reason, sha256: str, payload: bytes, now_ms: int
) -> None:
    row = {
        "terminal": one.terminal,
        "reason": reason,
        "sha256": sha256,
        "detail": one.detail[:_DETAIL],
        "topic": one.arrival.topic[:_TOPIC],
        "size": len(one.arrival.payload),
        "payload": payload,
        "first_at": now_ms,
        "last_at": now_ms,
        "times": 1,
    }
    insert_new(connection, quarantine, [row])


def _count_again(connection: Connection, terminal: str, reason: Reason, sha256: str, now_ms: int) -> bool:
    same = (quarantine.c.terminal == terminal, quarantine.c.reason == reason, quarantine.c.sha256 == sha256)
    counted = connection.execute(
        update(quarantine).where(*same).values(times=quarantine.c.times + 1, last_at=now_ms)
    )
    return counted.rowcount > 0


def waiting_answers(engine: Engine, limit: int) -> list[WaitingAnswer]:
    """Answers that no broker has taken yet, oldest first."""
    statement = (
        select(answers.c.n, answers.c.terminal, answers.c.payload, answers.c.created_at)
        .where(answers.c.waiting.is_(True))
        .order_by(answers.c.n)
        .limit(limit)
    )
    with reading(engine).connect() as connection:
        return [
            WaitingAnswer(row.n, row.terminal, bytes(row.payload), row.created_at)
            for row in connection.execute(statement)
        ]


def mark_answers(engine: Engine, *, sent: Sequence[int], too_late: Sequence[int], now_ms: int) -> None:
    """Neither kind waits any longer, and nobody could open them again; only `sent` ones get a time of sending."""
    with engine.begin() as connection:
        for numbers, at in ((sent, now_ms), (too_late, None)):
            if numbers:
                chosen = update(answers).where(answers.c.n.in_(numbers))
                connection.execute(chosen.values(waiting=False, sent_at=at, payload=b""))
