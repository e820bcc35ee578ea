"""What the core asks of the world: devices, screen and clock as Protocols, and the values they exchange.

The core (`visit`, `procedures`, `attract`) is written against these names only. `drivers/` implements the
device ports, `screens/` the screen; the journal's port is `terminal.enrolment_store`. Expected trouble is a value here
(`CardRefused`, `CardLost`, `PrintRefused` …); an exception from a port is a fault of ours.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from terminal.controls import Answer
    from terminal.presentation import Presentation
    from terminal.views import View

# --------------------------------------------------------------------------- clock


class ClockState(StrEnum):
    """How far the clock may be believed; every record carries it."""

    SYNCED = "synced"  # disciplined by a time source since boot
    UNSYNCED = "unsynced"  # runs, but nobody confirmed it since boot
    UNTRUSTED = "untrusted"  # behind the saved time or the image's build: nothing dated is accepted
    SET = "set"  # settings `now`: demo and tests


class Clock(Protocol):
    """Two times: the visit clock rules what residents see, wall time rules ids, TLS and expiry."""

    def visit_now(self) -> datetime:
        """Aware time in Asia/Tokyo that rules programmes, certificate checks and print."""

    def wall_now(self) -> datetime:
        """Aware UTC time of the machine."""

    def monotonic(self) -> float:
        """Seconds that never go back; for time limits."""

    def state(self) -> ClockState: ...

    async def sleep(self, seconds: float) -> None: ...


# --------------------------------------------------------------------------- devices in general


class Condition(StrEnum):
    """Three values, never two: a device that does not answer is unknown, not fine."""

    GOOD = "good"
    BAD = "bad"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class DeviceHealth:
    """State of one device. `detail` is a slug for health messages and logs, e.g. `paper-out`, `no-answer`."""

    name: str
    condition: Condition
    detail: str = ""


# --------------------------------------------------------------------------- cards and readers


class ReaderKind(StrEnum):
    CONTACT = "contact"  # the card is put in (PC/SC)
    FIELD = "field"  # the card is laid on (NFC)


class CardKind(StrEnum):
    """What lies on the reader, by AID and label, never by ATR."""

    MY_NUMBER = "my-number"  # JPKIAPICCTOKEN2
    JUKI = "juki"  # 住基カード, JPKIAPICCTOKEN
    ANDROID_TOKEN = "android-token"  # JPKIAPGPSETOKEN  # noqa: S105
    DRIVERS_LICENCE = "drivers-licence"
    E_MONEY = "e-money"  # FeliCa
    NO_AUTH_CERTIFICATE = "no-auth-certificate"  # My Number card without 利用者証明用 certificate
    NEXT_GENERATION = "next-generation"  # certificate or application of a kind we do not know
    UNKNOWN = "unknown"  # a card, but none of these
    DAMAGED = "damaged"  # a card that answers against its own standard


@dataclass(frozen=True)
class CardIn:
    """Edge: a card arrived. `visible_from_start` marks one that lay there when the process began."""

    reader: str
    kind: ReaderKind
    visible_from_start: bool = False


@dataclass(frozen=True)
class CardOut:
    reader: str


@dataclass(frozen=True)
class ReaderLost:
    """Unplugged, or its service died. The driver goes on trying and reports `ReaderFound`."""

    reader: str


@dataclass(frozen=True)
class ReaderFound:
    reader: str
    kind: ReaderKind


CardEvent = CardIn | CardOut | ReaderLost | ReaderFound


@dataclass(frozen=True, repr=False)
class Holder:
    """What the card shows without a PIN. `certificate` is the DER of EF 000A; it is never logged."""

    reader: str
    kind: ReaderKind
    certificate: bytes
    tries_left: int  # 0..3, of the 利用者証明用 PIN


@dataclass(frozen=True)
class CardRefused:
    """A card that cannot be used here, and why. `status` is SW1SW2 in hex if the card said one."""

    kind: CardKind
    status: str = ""


@dataclass(frozen=True)
class CardLost:
    """No answer: lifted, unpowered, reader or service gone. Never a wrong PIN. `detail` is a slug."""

    detail: str


@dataclass(frozen=True, repr=False)
class Signed:
    """The card's RSA PKCS#1 v1.5 signature (256 bytes) over the digests asked for, in their order."""

    signatures: tuple[bytes, ...]


@dataclass(frozen=True, repr=False)
class SignedInPart:
    """The card went away between two signatures: these came back before, the rest does not exist."""

    signatures: tuple[bytes, ...]
    lost: CardLost


@dataclass(frozen=True)
class PinWrong:
    """VERIFY answered 63Cx. `tries_left` 0 means that this attempt blocked the PIN."""

    tries_left: int


@dataclass(frozen=True)
class PinBlocked:
    """The PIN was blocked already (6984, 6983, or 63C0 on the query)."""


@dataclass(frozen=True)
class OtherCard:
    """Another certificate than at the beginning of the visit. No PIN was sent to it."""


ReadOutcome = Holder | CardRefused | CardLost
SignOutcome = Signed | SignedInPart | PinWrong | PinBlocked | OtherCard | CardRefused | CardLost


class CardReaders(Protocol):
    """All card readers of the terminal behind one port. One reader is bound at a time; the others are ignored.

    Every call runs in the reader's own thread or process; a wedged reader costs that reader, not the caller:
    each call answers within its own time limit with `CardLost("timeout")`.
    """

    def subscribe(self, listener: Callable[[CardEvent], None]) -> Callable[[], None]:
        """Calls `listener` in the event loop's thread for each edge, first for what is there now. Returns the way out."""

    def present(self) -> frozenset[str]:
        """Names of the readers on which a card lies at this moment, as far as is known."""

    def health(self) -> tuple[DeviceHealth, ...]: ...

    async def read(self, reader: str) -> ReadOutcome:
        """Identifies the card and reads certificate and tries, without PIN."""

    async def sign(self, holder: Holder, pin: bytearray, digests: Sequence[bytes]) -> SignOutcome:
        """Signs each 32-byte SHA-256 digest with the 利用者証明用 key of the very card that `holder` was read from.

        Before the first VERIFY the certificate is compared. Each signature has its own VERIFY, and SELECT ISD
        after it. `pin` (4 ASCII digits) is overwritten with zeros before the call returns, whatever happened.
        """

    async def release(self) -> None:
        """Ends the card session: waits for an APDU in flight (at most 3 s), SELECT ISD, unpower. Never raises."""

    async def close(self) -> None: ...


# --------------------------------------------------------------------------- printer


class PaperState(StrEnum):
    FULL = "full"
    LOW = "low"
    OUT = "out"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class PrinterStatus:
    condition: Condition
    paper: PaperState
    detail: str = ""  # slug: cover-open, cutter, offline, no-answer …


@dataclass(frozen=True)
class Printed:
    """All bytes went out and the printer answered after them."""


@dataclass(frozen=True)
class PrintedUnproven:
    """All bytes went out, but the printer did not say that they came through."""


@dataclass(frozen=True)
class PrintRefused:
    """Nothing, or not all, was printed."""

    status: PrinterStatus


PrintOutcome = Printed | PrintedUnproven | PrintRefused


class Align(Enum):
    LEFT = "left"
    CENTRE = "centre"


@dataclass(frozen=True)
class TextLine:
    """One line of text; the driver wraps it by 禁則 at the paper's columns. `size` 1–4 multiplies 24 dots."""

    text: str
    size: int = 1
    bold: bool = False
    align: Align = Align.LEFT
    inverted: bool = False
    indent: int = 0  # full-width characters


@dataclass(frozen=True)
class PairLine:
    """Label left, value right, on one line if they fit, else the value right-aligned on the next."""

    label: str
    value: str
    size: int = 1
    bold: bool = False


@dataclass(frozen=True)
class QrLine:
    """A QR code with a quiet zone of 4 modules or more. `module` is in dots."""

    content: str
    module: int = 9


@dataclass(frozen=True)
class RuleLine:
    """A dashed rule across the paper."""


@dataclass(frozen=True)
class FeedLine:
    dots: int = 24


@dataclass(frozen=True)
class CutLine:
    pass


PaperLine = TextLine | PairLine | QrLine | RuleLine | FeedLine | CutLine
Paper = tuple[PaperLine, ...]


class Printer(Protocol):
    def status(self) -> PrinterStatus:
        """The last known state; never blocks."""

    async def print(self, paper: Paper) -> PrintOutcome: ...

    async def close(self) -> None: ...


# --------------------------------------------------------------------------- panel


class Lamp(StrEnum):
    """A lamp is never alone: the same thing stands on the screen."""

    OFF = "off"
    WAIT = "wait"  # put the card
    DONE = "done"
    TAKE = "take"  # take the card
    TROUBLE = "trouble"


class Sound(StrEnum):
    KEY = "key"  # the same for every key
    DONE = "done"  # something was accepted
    TAKE_CARD = "take-card"
    TROUBLE = "trouble"


@dataclass(frozen=True)
class DoorChanged:
    open: bool


@dataclass(frozen=True)
class PresenceChanged:
    """Somebody stands in front of the terminal, or nobody does."""

    present: bool


PanelEvent = DoorChanged | PresenceChanged


class Panel(Protocol):
    """Lamps, buzzer, door switch and presence sensor; each of them may be not fitted.

    `lamp` and `sound` leave a wish and return at once, whatever state the panel is in: a visit never waits for it.
    """

    def subscribe(self, listener: Callable[[PanelEvent], None]) -> Callable[[], None]: ...
    def lamp(self, lamp: Lamp) -> None: ...
    def sound(self, sound: Sound) -> None: ...
    def health(self) -> tuple[DeviceHealth, ...]: ...
    async def close(self) -> None: ...


# --------------------------------------------------------------------------- screen


class Screen(Protocol):
    """Shows views and hands on what is pressed. Drawing never waits for the core, nor the core for drawing."""

    def show(self, view: View, presentation: Presentation, *, covered: bool = False) -> None:
        """Shows `view` from the next frame on. `covered` hides its values (nobody in front, card briefly off)."""

    async def answer(self) -> Answer:
        """The next press that falls on the view shown last; presses on an earlier view are dropped."""

    async def drawn(self) -> None:
        """Returns when the view shown last stands completely on the panel."""
