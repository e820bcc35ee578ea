"""What stands on the screen after a visit ended without a record: what happened, what was not done, what to do now.

One table. A code is for the telephone; residents read the words. The catalogue sections are `trouble.<slug>`, with
`title`, `happened`, `not_done`, `next` and, where there is more to say, `next2`.

The letter says what it is about: A who may apply, C card, M the programme's dates, N numbers, P PIN, R the terminal,
V how the visit ended. A code stands for one thing only; R codes stand on screens between visits too (`MISSING_CODES`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from programmes.model import Pack
from programmes.opening import Why
from terminal.controls import Choice, Role
from terminal.facilities import Facilities
from terminal.messages import Localised, Message, message
from terminal.ports import CardKind
from terminal.readiness import Missing
from terminal.view_parts import Bars, Drawing, Part, Small, Tone
from terminal.views import Trouble
from terminal.visit import Ending


@dataclass(frozen=True)
class TroubleWords:
    """One row: `slug` names the catalogue section.

    `tone`: ERROR where something broke or locked itself, ATTENTION where the resident can put it right, SOFT where
    nothing is wrong.
    """

    code: str
    slug: str
    drawing: str
    tone: Tone = Tone.ERROR
    lines_next: int = 1
    retry: bool = True


@dataclass(frozen=True)
class OperatorContact:
    """Whom to call about this terminal: the operator, and which terminal it is."""

    name: Localised
    phone: Localised
    terminal: str

    @classmethod
    def of(cls, facilities: Facilities) -> OperatorContact:
        return cls(facilities.operator.name, facilities.operator.contact, facilities.place.terminal)

    def lines(self, code: str = "") -> Small:
        """The last lines of a screen: whom to call, about which terminal, and the code to say."""
        called = message("trouble.contact", name=self.name, phone=self.phone)
        if not code:
            return Small((called, message("trouble.terminal", terminal=self.terminal)))
        return Small((called, message("trouble.code", terminal=self.terminal, code=code)))


_TABLE: dict[tuple[Ending, str], TroubleWords] = {
    (Ending.CARD_LIFTED, ""): TroubleWords("C-03", "card_lifted", "card-lifted", lines_next=2),
    (Ending.OTHER_CARD, ""): TroubleWords("C-04", "other_card", "cards-exchanged", Tone.ATTENTION),
    (Ending.READER_LOST, ""): TroubleWords("R-01", "reader_lost", "reader-stopped", lines_next=2),
    (Ending.STOPPED, ""): TroubleWords("V-04", "stopped", "card", Tone.SOFT),
    (Ending.LEFT, ""): TroubleWords("V-05", "left", "card", Tone.SOFT, retry=False),
    (Ending.TIMED_OUT, ""): TroubleWords("V-01", "timed_out", "time-over", Tone.ATTENTION),
    (Ending.NOBODY_THERE, ""): TroubleWords("V-02", "nobody_there", "nobody-there", Tone.ATTENTION),
    (Ending.DOOR_OPENED, ""): TroubleWords("C-09", "door_opened", "maintenance", Tone.SOFT, retry=False),
    (Ending.SHUTDOWN, ""): TroubleWords("V-03", "shutdown", "out-of-service", Tone.SOFT, retry=False),
    (Ending.PIN_WRONG_TWICE, ""): TroubleWords(
        "P-04", "pin_wrong_twice", "one-try-left", lines_next=2, retry=False
    ),
    (Ending.PIN_BLOCKED, ""): TroubleWords("P-01", "pin_blocked", "pin-locked", lines_next=2, retry=False),
    (Ending.ENTRY_DIFFERS, ""): TroubleWords("N-04", "entry_differs", "e-money-number", Tone.ATTENTION),
    (Ending.NOT_OPEN, ""): TroubleWords("M-01", "not_open", "closed-hours", Tone.ATTENTION, retry=False),
    (Ending.CANNOT_STORE, ""): TroubleWords(
        "R-03", "cannot_store", "not-recorded", lines_next=2, retry=False
    ),
    (Ending.CARD_REFUSED, "juki"): TroubleWords("C-10", "juki", "juki-wrong", Tone.ATTENTION),
    (Ending.CARD_REFUSED, "drivers-licence"): TroubleWords(
        "C-11", "drivers_licence", "licence-wrong", Tone.ATTENTION
    ),
    (Ending.CARD_REFUSED, "e-money"): TroubleWords("C-12", "e_money", "e-money-wrong", Tone.ATTENTION),
    (Ending.CARD_REFUSED, "android-token"): TroubleWords(
        "C-13", "android_token", "phone-wrong", Tone.ATTENTION
    ),
    (Ending.CARD_REFUSED, "unknown"): TroubleWords("C-14", "unknown_card", "card-wrong", Tone.ATTENTION),
    (Ending.CARD_REFUSED, "no-auth-certificate"): TroubleWords(
        "C-06", "no_certificate", "card-no-certificate", Tone.ATTENTION, retry=False
    ),
    (Ending.CARD_REFUSED, "next-generation"): TroubleWords(
        "C-15", "next_generation", "card-unsure", Tone.ATTENTION, retry=False
    ),
    (Ending.CARD_REFUSED, "damaged"): TroubleWords("C-16", "damaged", "card-unread"),
    (Ending.CARD_REFUSED, "expired"): TroubleWords(
        "C-07", "certificate_expired", "card-expired", Tone.ATTENTION, retry=False
    ),
    (Ending.CARD_REFUSED, "not-yet"): TroubleWords(
        "C-08", "certificate_not_yet", "card-not-yet", Tone.ATTENTION, retry=False
    ),
    (Ending.CARD_REFUSED, "renewal-wait"): TroubleWords(
        "C-17", "renewal_wait", "card-not-yet", Tone.ATTENTION, retry=False
    ),
    (Ending.CARD_REFUSED, "issuer"): TroubleWords(
        "C-18", "unknown_issuer", "card-unsure", Tone.ATTENTION, retry=False
    ),
    (Ending.CARD_REFUSED, "someone-else"): TroubleWords("C-19", "someone_else", "card-photo", Tone.ATTENTION),
    (Ending.CARD_REFUSED, "child"): TroubleWords("A-01", "child", "card-photo", Tone.ATTENTION, retry=False),
}


#: What the terminal lacks, on the screens that name it. R-01 and R-03 also end a visit: it is the same thing that fails.
MISSING_CODES: dict[Missing, str] = {
    Missing.READER: "R-01",  # no card reader works
    Missing.PAPER: "R-02",  # the printer is out of paper, broken, silent or not fitted
    Missing.STORE: "R-03",  # nothing can be recorded: outbox full, or its last write failed
    Missing.CLOCK: "R-04",  # the clock is behind what it must be at least: nothing dated is accepted
    Missing.NETWORK: "R-05",  # no connection to the fleet: records wait, and are accepted all the same
}


def trouble_of(ending: Ending, detail: str = "") -> TroubleWords:
    """The row of an ending; an unknown detail falls back to the ending's own row."""
    words = _TABLE.get((ending, detail)) or _TABLE.get((ending, ""))
    if words is None:
        words = _TABLE[(Ending.CARD_REFUSED, "unknown")]
    return words


def every_trouble() -> dict[tuple[Ending, str], TroubleWords]:
    return dict(_TABLE)


def further_words(ending: Ending, detail: str, pack: Pack) -> tuple[Message, ...]:
    """What the programme's rules add to what to do now: how long a renewed certificate may have to wait."""
    if ending is Ending.CARD_REFUSED and detail in ("expired", "renewal-wait"):
        return (message("trouble.renewal_days", days=math.ceil(pack.renewal_wait.longest_hours / 24)),)
    return ()


def _happened(words: TroubleWords, ending: Ending, detail: str) -> Message:
    """What closed is said with the words of the first screen; a service that closed has its own."""
    if ending is Ending.NOT_OPEN and detail in tuple(Why):
        return message(f"closed.{detail.replace('-', '_')}")
    if ending is Ending.NOT_OPEN and detail == "service":
        return message("trouble.not_open.happened_service")
    return message(f"trouble.{words.slug}.happened")


def trouble_view(
    ending: Ending,
    detail: str,
    contact: OperatorContact,
    *,
    sample: bool,
    lying: bool = False,
    extra: tuple[Message, ...] = (),
) -> Trouble:
    """`lying`: a card is still on a reader, and is asked for first. `extra` are further lines of what to do."""
    words = trouble_of(ending, detail)

    def say(name: str) -> Message:
        return message(f"trouble.{words.slug}.{name}")

    phone = detail == CardKind.ANDROID_TOKEN
    take = (message("trouble.take_phone" if phone else "trouble.take_card"),) if lying else ()
    following = tuple(say("next" if n == 1 else f"next{n}") for n in range(1, words.lines_next + 1))
    parts: tuple[Part, ...] = (
        Drawing(words.drawing, tone=words.tone),
        Bars((_happened(words, ending, detail),), (say("not_done"),), (*take, *following, *extra)),
        contact.lines(words.code),
    )
    leave = Choice("leave", message("button.leave"), Role.BACK)
    again = Choice("again", message("button.again"), Role.PRIMARY, key="#")
    return Trouble(
        code=words.code,
        tone=words.tone,
        title=say("title"),
        parts=parts,
        main=again if words.retry else Choice("leave", message("button.leave"), Role.PRIMARY, key="#"),
        back=leave if words.retry else None,
        stop=None,
        time_factor=None,
        sample=sample,
    )
