"""Keys of a fleet without its processes, and records of the size of real ones to fill a journal with."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uuid_utils
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from contract.ack import sign_ack
from contract.envelope import seal_enrolment
from contract.keys import FleetKey, KeyRing, KeyUse, read_keys, sign_keys
from contract.record import Body, ChosenService, ConsentGiven, Plaintext, Procedure, body_bytes, pack
from terminal.journal.events import EnrolmentCommitted
from terminal.journal.outbox import Committed, Outbox
from terminal.journal.outbox_opening import open_outbox

TERMINAL = "bench-0001"


def wall_now() -> datetime:
    return datetime.now(UTC)


class SyntheticFleet:
    """Keys of a fleet and of one terminal, made at run time, and records of the size of real ones."""

    def __init__(self) -> None:
        self.root = Ed25519PrivateKey.generate()
        self.ack_key = Ed25519PrivateKey.generate()
        self.answer_key = Ed25519PrivateKey.generate()
        self.sealing_key = X25519PrivateKey.generate()
        self.device = Ed25519PrivateKey.generate()
        begin = datetime(2020, 1, 1, tzinfo=UTC)
        publics = (
            ("seal-1", KeyUse.SEAL, self.sealing_key.public_key().public_bytes_raw()),
            ("ack-1", KeyUse.ACK, self.ack_key.public_key().public_bytes_raw()),
            ("answer-1", KeyUse.ANSWER, self.answer_key.public_key().public_bytes_raw()),
        )
        end = begin + timedelta(days=36500)
        keys = tuple(FleetKey(kid, use, public, begin, end) for kid, use, public in publics)
        self.keys_document = sign_keys(self.root, 1, keys)
        ring = read_keys(self.keys_document, self.root.public_key())
        if not isinstance(ring, KeyRing):
            raise RuntimeError(ring.reason)
        self.ring = ring
        self.recipient = keys[0]

    def plaintext(self, id_: str) -> bytes:
        """A packed 申込 with a certificate of 1.5 kB and an RSA-2048 signature, both random."""
        body = Body(
            v=1,
            id=id_,
            visit=id_,
            procedure=Procedure.APPLICATION,
            programme="bench",
            measure="1",
            consent=ConsentGiven("1", "0" * 64),
            terminal=TERMINAL,
            site="bench",
            time="2022-07-15T10:00:00+09:00",
            clock="set",
            answer_key=bytes(32),
            demo=True,
            service=ChosenService("bench-pay", "0000000000000000", ("000000",)),
        )
        return pack(Plaintext(body_bytes(body), os.urandom(1500), os.urandom(256)))

    def seal(self, id_: str) -> Callable[[str, int], bytes]:
        """What `Outbox.append` wants: builds plaintext and envelope when journal and seq are known."""

        def sealed(journal: str, seq: int) -> bytes:
            return seal_enrolment(
                self.plaintext(id_),
                id=id_,
                terminal=TERMINAL,
                journal=journal,
                seq=seq,
                ts=int(time.time() * 1000),
                recipient=self.recipient,
                device=self.device,
            )

        return sealed

    def ack(self, journal: str, entries: tuple[tuple[str, str], ...]) -> bytes:
        return sign_ack(
            self.ack_key, "ack-1", terminal=TERMINAL, journal=journal, entries=entries, ts=1_700_000_000_000
        )


def new_id() -> str:
    return str(uuid_utils.uuid7())


def store(outbox: Outbox, fleet: SyntheticFleet) -> Committed:
    """One enrolment; raises RuntimeError if it was not stored."""
    id_ = new_id()
    outcome = outbox.append(fleet.seal(id_), id=id_, event=EnrolmentCommitted("application"))
    if not isinstance(outcome, Committed):
        raise RuntimeError(f"not stored: {outcome}")
    return outcome


@contextmanager
def opened(path: Path) -> Iterator[Outbox]:
    """An outbox for the block; raises RuntimeError if it cannot be opened."""
    outbox = open_outbox(path, now=wall_now, random=os.urandom)
    if not isinstance(outbox, Outbox):
        raise RuntimeError(f"cannot open: {outbox.reason}")
    try:
        yield outbox
    finally:
        outbox.close()
