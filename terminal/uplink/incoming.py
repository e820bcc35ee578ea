"""What comes from the broker: kept for the terminal if its shape is right. Signatures are the terminal's business."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from contract.ack import Ack
from contract.answer import SealedAnswer
from contract.encoding import Malformed, read
from contract.keys import SignedKeys
from contract.status import FleetState
from contract.topics import Down, ForAll, down, for_all
from terminal.journal.mailbox import DocumentKind


@dataclass(frozen=True)
class Keep:
    """Goes into the mailbox as it came."""

    kind: DocumentKind
    payload: bytes


@dataclass(frozen=True)
class FleetWord:
    online: bool


@dataclass(frozen=True)
class Drop:
    """Not kept. `reason` never quotes the payload."""

    reason: str


class Incoming:
    """Sorts messages for one terminal; remembers the last keys document, which is retained and comes with each
    connection.
    """

    def __init__(self, terminal: str) -> None:
        self._terminal = terminal
        self._keys_seen = b""

    def sort(self, topic: str, payload: bytes) -> Keep | FleetWord | Drop:
        if topic == down(self._terminal, Down.ACK):
            return self._addressed(read(Ack, payload), DocumentKind.ACK, payload)
        if topic == down(self._terminal, Down.ANSWER):
            return self._addressed(read(SealedAnswer, payload), DocumentKind.ANSWER, payload)
        if topic == for_all(ForAll.KEYS):
            return self._keys(payload)
        if topic == for_all(ForAll.FLEET):
            word = read(FleetState, payload)
            return Drop(word.reason) if isinstance(word, Malformed) else FleetWord(word.online)
        return Drop("a topic we never subscribed to")

    def _addressed(
        self, found: Ack | SealedAnswer | Malformed, kind: DocumentKind, payload: bytes
    ) -> Keep | Drop:
        if isinstance(found, Malformed):
            return Drop(f"{found.what}: {found.reason}")
        if found.terminal != self._terminal:
            return Drop(f"{kind}: meant for another terminal")
        return Keep(kind, payload)

    def _keys(self, payload: bytes) -> Keep | Drop:
        found = read(SignedKeys, payload)
        if isinstance(found, Malformed):
            return Drop(f"{found.what}: {found.reason}")
        digest = hashlib.sha256(payload).digest()
        if digest == self._keys_seen:
            return Drop("keys: already in the mailbox")
        self._keys_seen = digest
        return Keep(DocumentKind.KEYS, payload)
