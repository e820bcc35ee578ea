"""What the procedures need of the terminal beside the visit itself: rules, trust, store, paper, and who runs it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from contract.certificate_chain import TrustAnchors
from contract.keys import KeyRing
from programmes.loader import Programme
from terminal.enrolment_store import EnrolmentStore
from terminal.messages import Localised, Message
from terminal.ports import Condition, Printer, ReaderKind
from terminal.presentation import Language


@dataclass(frozen=True)
class Operator:
    """Who runs the terminal, in the words of the settings."""

    name: Localised
    contact: Localised
    purpose: Localised
    retention: Localised
    disclosure: Localised


@dataclass(frozen=True)
class Place:
    terminal: str
    site: str
    address: str


class Wording(Protocol):
    """The catalogue, for texts that do not go to the screen."""

    def text(self, message: Message, language: Language) -> str: ...


class Link(Protocol):
    """The way to the fleet and back, as the visit sees it."""

    def online(self) -> bool: ...

    def expect_answers(self, enrolments: tuple[str, ...], key: X25519PrivateKey) -> None:
        """Acknowledgements and answers for these are put into the inbox, opened with the visit's key."""

    def forget_answers(self) -> None: ...


@dataclass(frozen=True)
class Facilities:
    programme: Programme
    anchors: TrustAnchors
    keys: Callable[[], KeyRing]
    device_key: Ed25519PrivateKey
    store: EnrolmentStore
    printer: Printer | None
    wording: Wording
    link: Link
    operator: Operator
    place: Place
    demo: bool
    new_id: Callable[[], str]
    #: The kind of reader that stands there and works, for title and drawing of S7.
    reader_kind: Callable[[], ReaderKind]

    @property
    def sample(self) -> bool:
        """見本: until a pack names a connected operator, and always in demo and with test certificates."""
        return self.demo or not self.programme.pack.operator_connected

    @property
    def can_print(self) -> bool:
        """Whether there is a printer and it says that it can."""
        return self.printer is not None and self.printer.status().condition is Condition.GOOD


def milliseconds(at: datetime) -> int:
    """Wall time in ms since the epoch, as envelopes carry it."""
    return int(at.timestamp() * 1000)
