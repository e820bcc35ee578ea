"""The invented terminal of the gallery, and what one visit at it leaves: every picture shows the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contract.certificate_chain import TrustAnchors
from contract.keys import KeyRing
from contract.record import Procedure
from programmes.faults import PackFaults
from programmes.loader import Programme, load
from screens.catalogue import load_catalogue
from terminal.enrolment import AcceptedRecord, Draft
from terminal.facilities import Facilities, Operator, Place
from terminal.inbox import Inbox
from terminal.limits import Limits
from terminal.messages import Localised
from terminal.ports import ClockState, Condition, PaperState, PrinterStatus, ReaderKind
from terminal.presentation import Language, Presentation
from terminal.procedures import consent
from terminal.visit import Surroundings, Visit

NOW = datetime.fromisoformat("2022-07-15T10:00:00+09:00")
SERVICE_ID = ("5019", "0042", "3721", "1234")
RECORD_IDS = ("018201e0-7b80-7000-8000-00000000000a", "018201e0-7b80-7000-8000-00000000000b")


@dataclass(frozen=True)
class StillTerminal:
    """A terminal that does nothing: enough for views, which only ask what time it is and who runs it."""

    reader: ReaderKind = ReaderKind.CONTACT
    connected: bool = True

    def visit_now(self) -> datetime:
        return NOW

    def wall_now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return 0.0

    def state(self) -> ClockState:
        return ClockState.SET

    def online(self) -> bool:
        return self.connected


@dataclass(frozen=True)
class _Paper:
    """A printer of which only its state is asked."""

    there: bool

    def status(self) -> PrinterStatus:
        if self.there:
            return PrinterStatus(Condition.GOOD, PaperState.FULL)
        return PrinterStatus(Condition.BAD, PaperState.OUT, "paper-out")


def demo_programme() -> Programme:
    """第2弾 with the invented services."""
    loaded = load(["national-2022", "demo-services"])
    if isinstance(loaded, PackFaults):
        raise ValueError(loaded.text())
    return loaded[0]


def demo_facilities(still: StillTerminal | None = None, *, printer: bool = True) -> Facilities:
    still = still or StillTerminal()
    return Facilities(
        programme=demo_programme(),
        anchors=TrustAnchors((), accept_test_ca=True),
        keys=lambda: KeyRing(1, ()),
        device_key=Ed25519PrivateKey.generate(),
        store=None,  # type: ignore[arg-type]
        printer=_Paper(printer),  # type: ignore[arg-type]
        wording=load_catalogue(),
        link=still,  # type: ignore[arg-type]
        operator=Operator(
            name=Localised("みほん運営センター", "Mihon Service Centre"),
            contact=Localised("0000-00-0000（9時から17時）", "0000-00-0000 (9:00 to 17:00)"),
            purpose=Localised("ポイントの予約と申込みだけ", "Reserving and applying for points"),
            retention=Localised("申込みの日から 1年", "One year from the application"),
            disclosure=Localised("0000-00-0000（9時から17時）", "0000-00-0000 (9:00 to 17:00)"),
        ),
        place=Place("tk-0042", "みほん駅前店", ""),
        demo=True,
        new_id=lambda: RECORD_IDS[0],
        reader_kind=lambda: still.reader,
    )


def nfc_facilities() -> Facilities:
    """The same terminal with the other kind of reader."""
    return demo_facilities(StillTerminal(reader=ReaderKind.FIELD))


def demo_visit(facilities: Facilities, language: Language = Language.JA) -> Visit:
    around = Surroundings(
        clock=StillTerminal(),  # type: ignore[arg-type]
        screen=None,  # type: ignore[arg-type]
        inbox=Inbox(),
        readers=None,  # type: ignore[arg-type]
        panel=None,  # type: ignore[arg-type]
        limits=Limits(),
        sample=facilities.sample,
    )
    return Visit(RECORD_IDS[0], around, Presentation(language))


def demo_measure(facilities: Facilities) -> str:
    return facilities.programme.offered_measures()[0].key


def demo_draft(facilities: Facilities) -> Draft:
    return Draft(
        measure=demo_measure(facilities),
        service="aoba",
        service_id="".join(SERVICE_ID),
        codes=("827",),
        consent=consent.consent_given(facilities, Language.JA),
    )


def demo_records() -> tuple[AcceptedRecord, ...]:
    return (
        AcceptedRecord(RECORD_IDS[0], Procedure.RESERVATION, "K7M2-9QXD"),
        AcceptedRecord(RECORD_IDS[1], Procedure.APPLICATION, "3LEL-8ELW"),
    )
