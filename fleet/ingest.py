"""The ingest: takes what terminals send, commits it, and only then acknowledges it. Holds the ack key, no other.

One thread, one loop. A batch is whatever arrived while the last one was being committed, so nothing waits for a timer
and a slow disk makes larger batches by itself.
"""

from __future__ import annotations

import logging
import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import paho.mqtt.client as mqtt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from contract.ack import MAX_ENTRIES, sign_ack
from contract.broker_line import Address, Connection, Retained
from contract.encoding import Malformed, canonical
from contract.keys import KeyRing, KeyUse, read_keys
from contract.signed_word import GRACE
from contract.status import FleetState
from contract.topics import Down, ForAll, Up, down, every_terminal, for_all
from fleet.intake import ALARMING, Arrival, Believed, Device, judge
from fleet.intake_store import Taken, mark_answers, read_devices, take, waiting_answers
from fleet.settings import BrokerTable

log = logging.getLogger("fleet.ingest")

#: 100 is the most Mosquitto sends unacknowledged (max_inflight_messages); a larger value only helps other brokers.
BATCH = 300
_IDLE_S = 0.05  # how soon an answer written by the opener is seen
_REFRESH_S = 10.0  # how soon a new or retired terminal, or a new keys.json, is seen
_LOOK_UP_S = 1.0
_ANSWERS_AT_ONCE = 50
#: A visit ends minutes after its signature, and its answer key with it: nobody could read a later answer.
ANSWER_LIFE_MS = 900_000
_BACKOFF_S = (0.5, 30.0)
#: Service that lasted shorter counts as a failure: each new try has the broker send everything unconfirmed again.
_LASTED_S = 10.0


@dataclass(frozen=True)
class AckSigner:
    key: Ed25519PrivateKey
    kid: str


class Ingest:
    """`now_ms` is wall time in ms since the epoch. One ingest process serves one broker."""

    def __init__(
        self,
        engine: Engine,
        broker: BrokerTable,
        *,
        name: str,
        signer: AckSigner,
        keys: Path,
        root: Ed25519PublicKey,
        now_ms: Callable[[], int],
        monotonic: Callable[[], float],
    ) -> None:
        self._engine = engine
        self._signer = signer
        self._keys_file = keys
        self._root = root
        self._now_ms = now_ms
        self._monotonic = monotonic
        self._devices: dict[str, Device] = {}
        self._seal_kids: frozenset[str] = frozenset()
        self._keys_document = b""
        self._ring: KeyRing | None = None
        self._own_key_word = ""
        self._refreshed = float("-inf")
        self._looked_up = float("-inf")
        self._answer_mids: dict[int, int] = {}
        self._connection = Connection(
            Address(
                host=broker.host,
                port=broker.port,
                ca=broker.ca,
                cert=broker.cert,
                key=broker.key,
                client_id=name,
                # MQTT 3.1.1: any terminal writes to us. Subscriptions and what is queued outlive a restart for as long as
                # the broker's persistent_client_expiration says, and its max_inflight_messages holds.
                mqtt5=None,
            ),
            monotonic,
        )

    def run(self, stop: Callable[[], bool], wait: Callable[[float], None]) -> None:
        """Until `stop()`; a lost broker or a refusing database is tried again with growing, jittered pauses."""
        pause = _BACKOFF_S[0]
        while not stop():
            trouble = self._connect()
            if not trouble:
                began = self._monotonic()
                trouble = self._serve(stop)
                if self._monotonic() - began >= _LASTED_S:
                    pause = _BACKOFF_S[0]
            if stop():
                break
            log.warning("no service: %s; next try within %.1f s", trouble, pause)
            wait(pause * random.uniform(0.5, 1.0))  # noqa: S311  # spread, not secrecy
            pause = min(pause * 2, _BACKOFF_S[1])
        self._connection.close(farewell=self._fleet_state(online=False))

    def _connect(self) -> str:
        try:
            self._refresh()
        except OperationalError as error:
            return f"database: {error.orig}"
        self._answer_mids.clear()
        trouble = self._connection.open(
            [every_terminal(kind) for kind in Up], self._fleet_state(online=False)
        )
        if not trouble:
            self._publish_word(self._fleet_state(online=True))
            self._publish_keys()
            log.info("in service")
        return trouble

    def _serve(self, stop: Callable[[], bool]) -> str:
        """Until stopped or in trouble; returns the trouble. What was not committed was not acked: it comes again."""
        try:
            while not stop() and not self._connection.lost:
                messages = self._connection.pump(_IDLE_S, most=BATCH)
                if messages:
                    self._handle(messages)
                self._send_answers()
                self._settle_answers()
                self._refresh()
        except OperationalError as error:
            self._connection.close(farewell=self._fleet_state(online=False))
            return f"database: {error.orig}"
        return self._connection.lost

    def _handle(self, messages: Sequence[mqtt.MQTTMessage]) -> None:
        arrivals = [Arrival(message.topic, bytes(message.payload), message.retain) for message in messages]
        judgements = [judge(arrival, self._find_device, self._seal_kids) for arrival in arrivals]
        taken = take(self._engine, judgements, self._now_ms())
        with self._connection.burst():
            self._acknowledge(taken.stored)
            for message in messages:
                self._connection.confirm(message)
        self._tell(taken)

    def _acknowledge(self, stored: Sequence[Believed]) -> None:
        """One signed ack for each terminal and journal of the batch."""
        groups: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
        for one in stored:
            groups[one.envelope.terminal, one.envelope.journal].append((one.envelope.id, one.sha256))
        for (terminal, journal), entries in groups.items():
            unique = list(dict.fromkeys(entries))
            for start in range(0, len(unique), MAX_ENTRIES):
                ack = sign_ack(
                    self._signer.key,
                    self._signer.kid,
                    terminal=terminal,
                    journal=journal,
                    entries=tuple(unique[start : start + MAX_ENTRIES]),
                    ts=self._now_ms(),
                )
                self._connection.publish(down(terminal, Down.ACK), ack)

    def _tell(self, taken: Taken) -> None:
        for one in taken.put_aside:
            level = logging.ERROR if one.reason in ALARMING else logging.WARNING
            log.log(level, "quarantined: %s from %r", one.reason, one.terminal or one.arrival.topic[:80])

    def _send_answers(self) -> None:
        """Hands answers to the broker; those it has taken are marked in `_settle_answers`."""
        if self._answer_mids:
            return
        waiting = waiting_answers(self._engine, _ANSWERS_AT_ONCE)
        oldest = self._now_ms() - ANSWER_LIFE_MS
        too_late = [answer.n for answer in waiting if answer.created_at < oldest]
        for answer in waiting:
            if answer.created_at >= oldest:
                mid = self._connection.publish(down(answer.terminal, Down.ANSWER), answer.payload)
                if mid is not None:
                    self._answer_mids[mid] = answer.n
        if too_late:
            mark_answers(self._engine, sent=(), too_late=too_late, now_ms=self._now_ms())

    def _settle_answers(self) -> None:
        # The broker confirms also what nobody listens to: a terminal that is away now has no use for its answer later,
        # the visit's key is gone by then.
        settled = self._connection.confirmed()
        sent = [self._answer_mids.pop(mid) for mid in settled if mid in self._answer_mids]
        if sent:
            mark_answers(self._engine, sent=sent, too_late=(), now_ms=self._now_ms())

    def _find_device(self, terminal: str) -> Device | None:
        """A terminal not yet known is looked up again at most once a second: it may just have been registered."""
        if terminal not in self._devices and self._monotonic() - self._looked_up >= _LOOK_UP_S:
            self._looked_up = self._monotonic()
            self._devices = read_devices(self._engine)
        return self._devices.get(terminal)

    def _refresh(self) -> None:
        """Reads the device registry and keys.json now and then; a bad keys.json leaves the last good one in use."""
        if self._monotonic() - self._refreshed < _REFRESH_S:
            return
        self._refreshed = self._monotonic()
        self._devices = read_devices(self._engine)
        try:
            document = self._keys_file.read_bytes()
        except OSError as error:
            log.error("keys.json: %s", error.strerror)
            return
        if document != self._keys_document:
            self._adopt(document)
        self._tell_of_own_key()

    def _adopt(self, document: bytes) -> None:
        ring = read_keys(document, self._root)
        if isinstance(ring, Malformed):
            log.error("keys.json: %s", ring.reason)
            return
        self._seal_kids = frozenset(key.kid for key in ring.of_use(KeyUse.SEAL))
        self._ring = ring
        self._keys_document = document
        self._publish_keys()

    def _tell_of_own_key(self) -> None:
        """Terminals judge our acks by keys.json: what they do not believe fills their outboxes, in silence over here."""
        now, kid = datetime.fromtimestamp(self._now_ms() / 1000, UTC), self._signer.kid
        key = self._ring.find(KeyUse.ACK, kid) if self._ring is not None else None
        if key is None or key.public != self._signer.key.public_key().public_bytes_raw():
            word = f"ack key {kid!r} does not stand in keys.json: no terminal believes its acks"
        elif now < key.not_before:
            word = f"ack key {kid!r} is not valid before {key.not_before}: no terminal believes its acks"
        elif now > key.not_after:
            word = f"ack key {kid!r} has ended: terminals believe its acks until {key.not_after + GRACE}"
        else:
            word = ""
        if word and word != self._own_key_word:
            log.error(word)
        self._own_key_word = word

    def _publish_keys(self) -> None:
        """Retained. Never empty: an empty retained message would take the keys away from the topic."""
        if self._keys_document:
            self._publish_word(Retained(for_all(ForAll.KEYS), self._keys_document))

    def _publish_word(self, word: Retained) -> None:
        self._connection.publish(word.topic, word.payload, retain=True)

    def _fleet_state(self, *, online: bool) -> Retained:
        return Retained(for_all(ForAll.FLEET), canonical(FleetState(1, online, self._now_ms())))
