"""The fleet's database: tables and connections. SQLite (one machine) and PostgreSQL run the same statements.

A record is known by its terminal and its id: ids are made by terminals, and one that copies another's must not keep the
other's record out. Times are milliseconds since the epoch. No table has a place for plaintext, a certificate or its serial.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any
from urllib.parse import quote

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Engine,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.dialects import postgresql, sqlite

metadata = MetaData()
#: SQLite counts up only in a column that is exactly INTEGER.
_Counter = BigInteger().with_variant(Integer, "sqlite")


class Stage(StrEnum):
    """How far an enrolment has come: 到着, 引渡し, and the programme's answer."""

    RECEIVED = "received"
    HANDED = "handed"
    DONE = "done"
    REFUSED = "refused"
    ALREADY = "already"
    REJECTED = "rejected"  # the opener could not open or believe it; a person must look


class DeviceState(StrEnum):
    ACTIVE = "active"
    RETIRED = "retired"


devices = Table(
    "devices",
    metadata,
    Column("terminal", String(40), primary_key=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("state", String(16), nullable=False),
    Column("registered_at", BigInteger, nullable=False),
)

#: Which terminals were taken out of service, when, and why, in the words of who did it.
retirements = Table(
    "retirements",
    metadata,
    Column("terminal", String(40), primary_key=True),
    Column("retired_at", BigInteger, nullable=False),
    Column("reason", String(200), nullable=False),
)

terminals = Table(
    "terminals",
    metadata,
    Column("terminal", String(40), primary_key=True),
    Column("state", String(16)),
    Column("state_boot", String(64)),
    Column("state_connection", BigInteger),
    Column("state_ts", BigInteger),
    Column("state_since", BigInteger),
    Column("birth", LargeBinary),
    Column("birth_ts", BigInteger),
    Column("health", LargeBinary),
    Column("health_ts", BigInteger),
    Column("last_seen", BigInteger),
)

enrolments = Table(
    "enrolments",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("terminal", String(40), primary_key=True),
    Column("journal", String(64), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("ts", BigInteger, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("envelope", LargeBinary, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("stage", String(16), nullable=False),
    UniqueConstraint("terminal", "journal", "seq"),
    Index("enrolments_by_stage", "stage", "received_at"),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("n", _Counter, primary_key=True, autoincrement=True),
    Column("terminal", String(40), nullable=False),
    Column("reason", String(32), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("detail", String(200), nullable=False),
    Column("topic", String(200), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("first_at", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False),
    Column("times", BigInteger, nullable=False),
    UniqueConstraint("terminal", "reason", "sha256"),
)

openings = Table(
    "openings",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("terminal", String(40), primary_key=True),
    Column("opened_at", BigInteger, nullable=False),
    Column("procedure", String(16)),
    Column("programme", String(64)),
    Column("measure", String(64)),
    Column("signed_at", BigInteger),
    Column("slot", String(64), index=True),
    Column("verdict", String(16)),
    Column("code", String(64), nullable=False, default=""),
    Column("fault", String(64), nullable=False, default=""),
    Column("alarm", String(64), nullable=False, default=""),
)

#: Records whose opening was begun and not ended, and how often: a process that died at it leaves its rows behind.
begun_openings = Table(
    "begun_openings",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("terminal", String(40), primary_key=True),
    Column("times", Integer, nullable=False),
)

#: What a terminal says it stored on a UTC day, and how many of its records of that day we hold.
proofs = Table(
    "proofs",
    metadata,
    Column("terminal", String(40), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("told", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("held", BigInteger, nullable=False),
    Column("equal", Boolean, nullable=False),
)

#: Who holds the once-only place of one person for one procedure of one measure.
slots = Table(
    "slots",
    metadata,
    Column("slot", String(64), primary_key=True),
    Column("terminal", String(40), nullable=False),
    Column("id", String(64), nullable=False),
    Column("signed_at", BigInteger, nullable=False),
    UniqueConstraint("terminal", "id"),
)

answers = Table(
    "answers",
    metadata,
    Column("n", _Counter, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False),
    Column("terminal", String(40), nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("waiting", Boolean, nullable=False),
    Column("sent_at", BigInteger),
    Index("answers_waiting", "waiting", "n"),
)


def open_store(url: str) -> Engine:
    """Engine for `sqlite:///…` or `postgresql+psycopg://…`, with the tables made if they are missing.

    On SQLite: WAL with synchronous=FULL (WAL with NORMAL may lose committed rows at a power cut), and writers
    take their lock at the start, or two processes that read first would fail instead of waiting.
    """
    # hide_parameters: an error's text goes to the log, and the statement's values must not.
    engine = create_engine(url, pool_pre_ping=not url.startswith("sqlite"), hide_parameters=True)
    if engine.dialect.name == "sqlite":
        _make_group_file(engine.url.database)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    metadata.create_all(engine)
    return engine


def open_store_to_read(url: str) -> Engine:
    """Engine for who only looks: every statement that writes is refused, nothing is made, a missing store stays away.

    On SQLite the folder must still be writable: a reader of a WAL database keeps its lock in the `-shm` file.
    """
    if not url.startswith("sqlite"):
        return create_engine(
            url, pool_pre_ping=True, hide_parameters=True, execution_options={"postgresql_readonly": True}
        )
    there = make_url(url)
    only_read = {"mode": "ro", "uri": "true"}
    engine = create_engine(
        there.set(database=f"file:{quote(there.database or '')}", query=only_read), hide_parameters=True
    )
    event.listen(engine, "connect", _prepare_sqlite_reader)
    event.listen(engine, "begin", _begin_sqlite)
    return reading(engine)


def reading(engine: Engine) -> Engine:
    """The same store for statements that only read: they wait for no writer."""
    return engine.execution_options(only_reads=True)


def insert_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts the rows that break no key; the others stay out in silence."""
    if not rows:
        return
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    connection.execute(dialect.insert(table).on_conflict_do_nothing(), list(rows))


def _make_group_file(path: str | None) -> None:
    """SQLite would make it 0644 before the umask: never writable for the group. WAL and SHM take its mode over."""
    if path and not path.startswith((":", "file:")):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o660))


def _prepare_sqlite_reader(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    for pragma in ("query_only=ON", "busy_timeout=10000"):
        connection.execute(f"PRAGMA {pragma}")


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # pysqlite's own BEGIN would come too late
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    kind = "DEFERRED" if connection.get_execution_options().get("only_reads") else "IMMEDIATE"
    connection.exec_driver_sql(f"BEGIN {kind}")
