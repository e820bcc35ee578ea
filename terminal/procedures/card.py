"""S7 and S8: the card is laid down, is found to be usable without its PIN, and is the resident's own."""

from __future__ import annotations

from dataclasses import replace

from contract.certificate_chain import NotTrusted
from programmes.eligibility import (
    CertificateExpired,
    CertificateInDates,
    CertificateNotYet,
    CertificateUndecided,
    RenewalWaiting,
    certificate_state,
)
from terminal.controls import Choice, Pressed, Role
from terminal.enrolment import Draft
from terminal.facilities import Facilities
from terminal.messages import message
from terminal.ports import (
    CardIn,
    CardLost,
    CardOut,
    CardRefused,
    Condition,
    Holder,
    Lamp,
    ReaderKind,
    Sound,
)
from terminal.procedures.rules import moment
from terminal.procedures.steps import BACK, Step, Turn
from terminal.procedures.texts import unknowable
from terminal.view_parts import Drawing, Fact, Layout, Note, Options, Status, Stone, Stones, Tone
from terminal.views import BACK as BACK_CHOICE
from terminal.views import ConfirmCard, PlaceCard, TakeCard
from terminal.visit import Ending, Visit, VisitOver

#: Why a chain was not trusted, as the residents' words for it (terminal.endings).
_REFUSALS = {"key-type": "next-generation", "test-ca": "issuer"}


def place_card_step(visit: Visit, facilities: Facilities, stones: Stones) -> Step:
    async def step(draft: Draft) -> Draft | Turn:
        if visit.holder is not None:
            visit.unbind()
            await _give_card_back(visit, facilities)
        holder = await _wait_for_card(visit, facilities, stones)
        if holder is None:
            return BACK
        _require_usable(visit, facilities, holder)
        visit.bind(holder)
        visit.around.panel.lamp(Lamp.DONE)
        return draft

    return step


def confirm_card_step(visit: Visit, facilities: Facilities, stones: Stones) -> Step:
    async def step(draft: Draft) -> Draft | Turn:
        return draft if await is_own_card(visit, facilities, stones) else BACK

    return step


async def is_own_card(visit: Visit, facilities: Facilities, stones: Stones) -> bool:
    """S8. False for もどる; raises VisitOver for a card that is not the resident's own."""
    match await visit.choose(confirm_card_view(facilities, stones)):
        case "back":
            return False
        case "child" | "someone-else" as whose:
            raise VisitOver(Ending.CARD_REFUSED, whose)
        case _:
            return True


async def _wait_for_card(visit: Visit, facilities: Facilities, stones: Stones) -> Holder | None:
    """The card that arrives while S7 is shown. One that lay there before must leave first: only an edge counts."""
    around = visit.around
    around.panel.lamp(Lamp.WAIT)
    slipped = False
    while True:
        # Asked each time, not on the event alone: the reader may have gone while another screen stood there.
        if not any(reader.condition is Condition.GOOD for reader in around.readers.health()):
            raise VisitOver(Ending.READER_LOST)
        lying = around.readers.present()
        view = place_card_view(facilities, stones, lying=bool(lying), slipped=slipped)
        event = await visit.wait(view)
        match event:
            case Pressed(choice="back"):
                around.panel.lamp(Lamp.OFF)
                return None
            case CardIn(reader=reader, visible_from_start=False) if not around.readers.present() - {reader}:
                visit.show(reading_view(facilities, stones))
                outcome = await around.readers.read(reader)
                match outcome:
                    case Holder():
                        return outcome
                    case CardRefused(kind=kind):
                        raise VisitOver(Ending.CARD_REFUSED, kind.value)
                    case CardLost():
                        slipped = True
                        around.panel.sound(Sound.TROUBLE)
            case _:
                pass


async def _give_card_back(visit: Visit, facilities: Facilities) -> None:
    """Going back before the card was confirmed: it must leave, so that the next lay-down is an edge again."""
    await visit.around.readers.release()
    # With a limit, unlike after a visit: nobody may find somebody else's half-done procedure behind a left card.
    view = replace(take_card_view(facilities), time_factor=2)
    while visit.around.readers.present():
        event = await visit.wait(view)
        if isinstance(event, CardOut):
            return


def _require_usable(visit: Visit, facilities: Facilities, holder: Holder) -> None:
    """Chain, dates, renewal wait and tries; a PIN that is blocked already is said now, not after minutes of typing."""
    at = moment(visit, facilities)
    verdict = facilities.anchors.check(holder.certificate, at.now)
    if isinstance(verdict, NotTrusted):
        raise VisitOver(Ending.CARD_REFUSED, _REFUSALS.get(verdict.reason, verdict.reason))
    match certificate_state(facilities.programme.pack, verdict.not_before, verdict.not_after, at):
        case RenewalWaiting():
            raise VisitOver(Ending.CARD_REFUSED, "renewal-wait")
        case CertificateExpired():
            raise VisitOver(Ending.CARD_REFUSED, "expired")
        case CertificateNotYet():
            raise VisitOver(Ending.CARD_REFUSED, "not-yet")
        case CertificateUndecided():
            raise VisitOver(Ending.NOT_OPEN, "clock")
        case CertificateInDates():
            pass
    if holder.tries_left == 0:
        raise VisitOver(Ending.PIN_BLOCKED)


# --------------------------------------------------------------------------- views


def place_card_view(
    facilities: Facilities, stones: Stones, *, lying: bool, slipped: bool = False
) -> PlaceCard:
    """S7. Title and drawing follow the reader that stands there and works.

    `slipped`: a card was there, but left before it could be read.
    """
    form = _form(facilities)
    if lying:
        return PlaceCard(
            title=message("card.take_first_title"),
            sentence=message("card.take_first_sentence"),
            parts=(Drawing(taking_drawing(facilities)),),
            main=Status(message("card.take_first_status")),
            back=BACK_CHOICE,
            stones=stones,
            sample=facilities.sample,
        )
    note = Note(message("card.do_not_move"), icon="card")
    if slipped:
        note = Note(message("card.slipped"), message(f"card.slipped_{form}"), "warning", Tone.ATTENTION)
    return PlaceCard(
        title=message(f"card.{form}_title"),
        sentence=message(f"card.{form}_sentence"),
        parts=(_placing_drawing(facilities), note),
        main=Status(message(f"card.{form}_status")),
        back=BACK_CHOICE,
        stones=stones,
        sample=facilities.sample,
    )


def _on_pad(facilities: Facilities) -> bool:
    return facilities.reader_kind() is ReaderKind.FIELD


def _form(facilities: Facilities) -> str:
    """How the card goes to the reader that stands there, as the catalogue's ids have it."""
    return "lay" if _on_pad(facilities) else "insert"


def taking_drawing(facilities: Facilities) -> str:
    """The card taken from the reader that is fitted."""
    return "nfc-take" if _on_pad(facilities) else "reader-take"


def _placing_drawing(facilities: Facilities) -> Drawing:
    if _on_pad(facilities):
        return Drawing("nfc-lay")
    labels = (("chip", message("card.chip_first")), ("photo", message("card.photo_visible")))
    return Drawing("reader-insert", labels)


def reading_view(facilities: Facilities, stones: Stones) -> PlaceCard:
    """While certificate and tries are read: about half a second, nothing to press."""
    return PlaceCard(
        title=message("card.reading_title"),
        sentence=message("card.do_not_move"),
        parts=(Drawing("working-nfc" if _on_pad(facilities) else "working"),),
        main=Status(message("card.reading_status")),
        stop=None,
        stones=stones,
        sample=facilities.sample,
    )


def confirm_card_view(facilities: Facilities, stones: Stones) -> ConfirmCard:
    """S8: families often share a PIN, so only the photo tells a spouse's card (FLOW §3)."""
    unknown = unknowable(facilities.programme.pack, application=Stone.NUMBER in stones.stones)
    return ConfirmCard(
        title=message("confirm_card.title"),
        sentence=message(f"confirm_card.sentence_{_form(facilities)}"),
        parts=(
            Drawing("photo-on-pad" if _on_pad(facilities) else "photo-in-reader"),
            Note(message("confirm_card.dates_checked"), icon="check", tone=Tone.SUCCESS),
            Fact(message("unknowable.known_later", what=unknown), icon="info"),
            Options(
                (
                    Choice("child", message("confirm_card.child")),
                    Choice("someone-else", message("confirm_card.someone_else")),
                ),
                Layout.PAIR,
            ),
        ),
        main=Choice("mine", message("confirm_card.mine"), Role.PRIMARY, key="#"),
        back=BACK_CHOICE,
        stones=stones,
        sample=facilities.sample,
    )


def take_card_view(facilities: Facilities) -> TakeCard:
    """After any ending but S14's: the card must leave before anybody begins."""
    return TakeCard(
        title=message("take_card.title"),
        sentence=message("take_card.sentence"),
        parts=(Drawing(taking_drawing(facilities), tone=Tone.ATTENTION),),
        main=Status(message("take_card.waiting")),
        sample=facilities.sample,
    )
