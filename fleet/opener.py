"""The opener: the only process that can read enrolments. It has the store and no network.

Each record: open and verify → take the once-only place (引渡し, committed) → programme port → outcome and sealed
answer (committed). A crash between the commits repeats the hand-over, which the port must answer as before.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from contract.answer import ProgrammeAnswer, Verdict, seal_answer
from contract.record import Body
from fleet import opening_store as store
from fleet.intake import Device
from fleet.intake_store import read_devices
from fleet.opening import (
    Opened,
    OpeningKeys,
    OpeningRules,
    RecordFault,
    Rejected,
    open_record,
    slot_of,
    usable_answer_key,
)
from fleet.opening_store import Received, RecordKey, RecordOutcome, SlotHolder
from fleet.programme_port import ProgrammeDone, ProgrammePort, ProgrammeRefused, ProgrammeUnavailable
from fleet.store import Stage

log = logging.getLogger("fleet.opener")

_BATCH = 100
_IDLE_S = 0.05  # a resident is waiting in front of the screen for this answer
_PAUSE_S = 5.0  # after the port or the database could not be reached
#: So many processes may die over one record. A kill or a power cut meets the same record, opened in milliseconds, once
#: or twice by chance; three are three restarts of 2 s until everybody else is served again.
MOST_DEATHS = 3

#: An earlier-signed record came after a later one had been answered できました and could not be undone.
ALARM_SIGNED_EARLIER = "signed-earlier"
#: A できました was undone, because an earlier-signed record of the same person came in.
ALARM_TAKEN_BACK = "taken-back"


@dataclass(frozen=True)
class AnswerSigner:
    key: Ed25519PrivateKey
    kid: str


@dataclass(frozen=True, repr=False)
class _Candidate:
    """A verified record with its once-only place."""

    received: Received
    opened: Opened
    person: str
    slot: str

    @property
    def signed_ms(self) -> int:
        return int(self.opened.signed_at.timestamp() * 1000)

    @property
    def order(self) -> tuple[int, RecordKey]:
        """First signed first; the key decides between equal times, whatever order they came in."""
        return self.signed_ms, self.received.key


class Opener:
    """One per fleet: two would race for the once-only places. `now_ms` is wall time in ms since the epoch."""

    def __init__(
        self,
        engine: Engine,
        port: ProgrammePort,
        *,
        keys: OpeningKeys,
        rules: OpeningRules,
        signer: AnswerSigner,
        now_ms: Callable[[], int],
    ) -> None:
        self._engine = engine
        self._port = port
        self._keys = keys
        self._rules = rules
        self._signer = signer
        self._now_ms = now_ms
        #: What other processes died over, read once: a database that refuses for a while is no death of this one.
        self._deaths: dict[RecordKey, int] | None = None
        self._begun: Sequence[RecordKey] = ()

    def run(self, stop: Callable[[], bool], wait: Callable[[float], None]) -> None:
        """Until `stop()`; `wait(seconds)` may return early."""
        while not stop():
            try:
                found = self.work()
            except OperationalError as error:
                log.warning("database: %s", error.orig)
                found = None
            if not found:
                wait(_PAUSE_S if found is None else _IDLE_S)
        if self._begun:  # the database refused in the middle of a batch; an orderly end is no death
            with suppress(OperationalError):
                store.end_opening(self._engine, self._begun)

    def work(self) -> int | None:
        """One batch, in the order of signing. How many were settled; None if the programme cannot be reached."""
        received = store.unopened(self._engine, _BATCH)
        candidates = self._verified(received)
        settled = len(received) - len(candidates)
        for candidate in sorted(candidates, key=lambda candidate: candidate.order):
            done = self._process(candidate)
            if done is None:
                return None
            settled += done
        return settled

    def _verified(self, received: Sequence[Received]) -> list[_Candidate]:
        """Opens all; settles what cannot be believed.

        Records are made by strangers, and what nobody foresaw in one still ends the process, as everywhere. So that it
        does not do so at every start, for ever, what is opened is noted before: a batch in one commit, and after a
        death each of its records in one of its own, until the guilty one has stopped `MOST_DEATHS` processes and is
        set aside for a person. All are opened before the first is handed over, so the order of signing still holds.
        """
        if not received:
            return []
        if self._deaths is None:
            self._deaths = store.left_begun(self._engine)
        suspected = any(one.key in self._deaths for one in received)
        devices = read_devices(self._engine, {one.key.terminal for one in received})
        candidates = []
        for group in [[one] for one in received] if suspected else [received]:
            self._begun = [one.key for one in group]
            store.begin_opening(self._engine, {key: self._deaths.get(key, 0) + 1 for key in self._begun})
            for one in group:
                guilty = self._deaths.get(one.key, 0) >= MOST_DEATHS
                candidate = Rejected(RecordFault.STOPPED_OPENER) if guilty else self._candidate(one, devices)
                if isinstance(candidate, Rejected):
                    self._reject(one, candidate)
                else:
                    candidates.append(candidate)
            store.end_opening(self._engine, self._begun)
            for key in self._begun:
                self._deaths.pop(key, None)
            self._begun = ()
        return candidates

    def _candidate(self, received: Received, devices: Mapping[str, Device]) -> _Candidate | Rejected:
        opened = self._open(received, devices)
        if isinstance(opened, Rejected):
            return opened
        person = self._port.same_person(opened.person, opened.certificate)
        return _Candidate(received, opened, person, slot_of(opened.body, person, self._keys.person_secret))

    def _reject(self, received: Received, rejected: Rejected) -> None:
        log.error("rejected: %s, enrolment %s of %s", rejected.fault, received.key.id, received.key.terminal)
        answer = self._answer(rejected.body, received, Verdict.REFUSED, code=rejected.fault)
        outcome = RecordOutcome(
            received.key,
            Stage.REJECTED,
            fault=rejected.fault,
            alarm=rejected.fault,
            sealed_answer=answer,
        )
        self._settle(outcome)

    def _process(self, candidate: _Candidate) -> bool | None:
        """Settled or not; None if the programme cannot be reached."""
        with self._engine.begin() as connection:
            store.note_opened(
                connection,
                candidate.opened.body,
                slot=candidate.slot,
                signed_ms=candidate.signed_ms,
                opened_ms=self._now_ms(),
            )
            current = store.holder(connection, candidate.slot)
            if current is None or current.key == candidate.received.key:
                store.hold(
                    connection,
                    slot=candidate.slot,
                    key=candidate.received.key,
                    signed_ms=candidate.signed_ms,
                )
                current = None
        if current is None:
            return self._hand_over(candidate)
        if not current.done:
            return False  # the programme may have acted on the holder already: wait for its answer
        if (current.signed_ms, current.key) < candidate.order:
            self._already(candidate)
            return True
        return self._replace(candidate, current)

    def _hand_over(self, candidate: _Candidate) -> bool | None:
        opened, received = candidate.opened, candidate.received
        said = self._port.hand_over(opened.body, candidate.person, opened.certificate)
        if isinstance(said, ProgrammeUnavailable):
            log.warning("programme port: %s", said.reason)
            return None
        if isinstance(said, ProgrammeRefused):
            answer = self._answer(opened.body, received, Verdict.REFUSED, code=said.code)
            outcome = RecordOutcome(received.key, Stage.REFUSED, code=said.code, sealed_answer=answer)
        else:
            outcome = self._done(candidate, said)
        self._settle(outcome)
        return True

    def _done(self, candidate: _Candidate, done: ProgrammeDone) -> RecordOutcome:
        received = candidate.received
        answer = self._answer(candidate.opened.body, received, Verdict.DONE, mykey_id=done.mykey_id)
        return RecordOutcome(received.key, Stage.DONE, sealed_answer=answer)

    def _already(self, candidate: _Candidate, alarm: str = "") -> None:
        received = candidate.received
        answer = self._answer(candidate.opened.body, received, Verdict.ALREADY)
        self._settle(RecordOutcome(received.key, Stage.ALREADY, alarm=alarm, sealed_answer=answer))

    def _replace(self, candidate: _Candidate, current: SlotHolder) -> bool | None:
        """The earlier signature came later. It wins if the programme can still undo what it has answered."""
        if not self._port.take_back(current.key.terminal, current.key.id):
            log.error("signed earlier but came later: enrolment %s", candidate.received.key.id)
            self._already(candidate, ALARM_SIGNED_EARLIER)
            return True
        log.error("taken back for an earlier signature: enrolment %s", current.key.id)
        with self._engine.begin() as connection:
            beaten = store.received_record(connection, current.key)
            store.hold(
                connection,
                slot=candidate.slot,
                key=candidate.received.key,
                signed_ms=candidate.signed_ms,
            )
            opened = self._open_again(beaten)
            answer = self._answer(opened.body, beaten, Verdict.ALREADY) if opened is not None else b""
            outcome = RecordOutcome(beaten.key, Stage.ALREADY, alarm=ALARM_TAKEN_BACK, sealed_answer=answer)
            store.settle(connection, outcome, self._now_ms())
        return self._hand_over(candidate)

    def _open_again(self, received: Received) -> Opened | None:
        opened = self._open(received, read_devices(self._engine, {received.key.terminal}))
        return opened if isinstance(opened, Opened) else None

    def _open(self, received: Received, devices: Mapping[str, Device]) -> Opened | Rejected:
        return open_record(
            received.envelope,
            received_at=received.received_at,
            find_device=devices.get,
            keys=self._keys,
            rules=self._rules,
        )

    def _settle(self, outcome: RecordOutcome) -> None:
        with self._engine.begin() as connection:
            store.settle(connection, outcome, self._now_ms())

    def _answer(
        self, body: Body | None, received: Received, verdict: Verdict, *, code: str = "", mykey_id: str = ""
    ) -> bytes:
        """Sealed to the visit; empty if the record does not say to which key."""
        if body is None or not usable_answer_key(body.answer_key):
            return b""
        answer = ProgrammeAnswer(
            received.key.id, verdict, self._now_ms(), code=code, mykey_id=mykey_id, sample=self._port.sample
        )
        return seal_answer(
            answer,
            terminal=received.key.terminal,
            answer_key=body.answer_key,
            key=self._signer.key,
            kid=self._signer.kid,
        )
