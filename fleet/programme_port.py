"""The programme port: where a certified operator's back office would be connected (FLOW §1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from contract.record import Body


@dataclass(frozen=True)
class ProgrammeDone:
    """できました. `mykey_id` is the 8-character マイキーID, after a 予約 only."""

    mykey_id: str = ""


@dataclass(frozen=True)
class ProgrammeRefused:
    """できませんでした. `code` is a slug, put into words by `[[refusals]]` of the programme pack."""

    code: str


@dataclass(frozen=True)
class ProgrammeUnavailable:
    """The back office cannot answer now; the record waits and is handed over again."""

    reason: str


PortAnswer = ProgrammeDone | ProgrammeRefused | ProgrammeUnavailable


class ProgrammePort(Protocol):
    """Every call may come again with the same arguments (after a crash) and must then give the same answer."""

    @property
    def sample(self) -> bool:
        """True for an adapter that reaches no real programme: every answer is then marked 見本."""

    def same_person(self, person: str, certificate: bytes) -> str:
        """The lasting key of the person whom the opener knows as `person`.

        `person` is a keyed hash of the holder's public key, so a renewed certificate looks like another person.
        Only the operator can tell that two certificates are one person's; who cannot tell returns `person`.
        """

    def hand_over(self, body: Body, person: str, certificate: bytes) -> PortAnswer:
        """引渡し of one verified record, after deduplication."""

    def take_back(self, terminal: str, enrolment_id: str) -> bool:
        """An earlier-signed record turned up: can this later one, already answered できました, still be undone?

        True only if it has been undone. A record is known by both its terminal and its id (`Body`).
        """
