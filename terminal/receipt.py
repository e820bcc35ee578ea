"""The 受付票 as a document of lines (FLOW §5). It says that the 申込み is not finished yet, and nothing stronger.

Never on it: name, code, PIN, telephone, full ID, certificate data. The QR holds the 受付番号 and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from contract.record import Procedure
from programmes.contacts import who_answers
from programmes.eligibility import result_days, use_until
from programmes.model import Contact, Pack
from programmes.opening import Moment, Open, function_state
from programmes.services import Service
from terminal.enrolment import AcceptedRecord, Draft
from terminal.facilities import Facilities, Operator, Place, Wording
from terminal.messages import Localised
from terminal.paper_writer import PaperWriter
from terminal.ports import (
    Align,
    CutLine,
    FeedLine,
    Paper,
    PaperLine,
    QrLine,
    RuleLine,
    TextLine,
)
from terminal.presentation import Language
from terminal.procedures.rules import moment
from terminal.procedures.texts import localised, unknowable
from terminal.visit import Visit

#: Dots a QR module: 9 is 1.1 mm at 203 dpi, read by a telephone at arm's length; 12 on the large print.
QR_MODULE = 9
QR_MODULE_LARGE = 12


@dataclass(frozen=True, repr=False)
class Slip:
    """Everything that the paper says. `id_last4` is all that is left of the 決済サービスID, and never all of it."""

    records: tuple[AcceptedRecord, ...]
    at: datetime
    place: Place
    operator: Operator
    sample: bool
    measure: Localised
    service: Service | None
    id_last4: str
    look_from: date
    look_latest: date
    look_where: Localised
    use_until: date | None
    answers: Contact | None
    unknowable: Localised
    mykey_known: bool  # the screen shows the マイキーID by now; it never stands on paper
    apply_until: date | None  # after a 予約 alone
    fraud: tuple[Localised, ...]

    @classmethod
    def of(
        cls, visit: Visit, facilities: Facilities, draft: Draft, records: tuple[AcceptedRecord, ...]
    ) -> Slip:
        pack = facilities.programme.pack
        at = moment(visit, facilities)
        applied = any(record.procedure is Procedure.APPLICATION for record in records)
        service = facilities.programme.service(draft.service) if applied else None
        measure = facilities.programme.measure(draft.measure)
        look_from, latest = result_days(pack, at.now)
        answers = who_answers(pack, "programme", at.day)
        return cls(
            records=records,
            at=at.now,
            place=facilities.place,
            operator=facilities.operator,
            sample=facilities.sample,
            measure=localised(measure.title) if measure is not None else Localised(""),
            service=service,
            id_last4=draft.service_id[-4:] if service is not None and len(draft.service_id) > 4 else "",
            look_from=look_from,
            look_latest=latest,
            look_where=localised(pack.result.where),
            use_until=use_until(pack, service, draft.measure, at) if service is not None else None,
            answers=answers if isinstance(answers, Contact) else None,
            unknowable=unknowable(pack, application=applied),
            mykey_known=False,
            apply_until=None if applied else _closes(pack, at),
            fraud=tuple(localised(row.text) for row in pack.fraud),
        )


def _closes(pack: Pack, at: Moment) -> date | None:
    state = function_state(pack, "application", at)
    return state.closes if isinstance(state, Open) else None


def receipt(slip: Slip, wording: Wording, language: Language, *, large: bool) -> Paper:
    """The paper, in the order of FLOW §5; the large print has the same order."""
    write = PaperWriter(wording, language, large)
    return (
        *_head(slip, write),
        *_numbers(slip, write),
        *_what(slip, write),
        *_result(slip, write),
        *_then(slip, write),
        *_help(slip, write),
        FeedLine(96),
        CutLine(),
    )


def _head(slip: Slip, write: PaperWriter) -> Iterator[PaperLine]:
    if slip.sample:
        yield write.sample()
    yield write.line(write.say("paper.title"), size=2, bold=True, centre=True)
    alone = slip.service is None
    yield write.line(
        write.say("paper.not_finished_reservation" if alone else "paper.not_finished"), centre=True
    )
    yield RuleLine()


def _numbers(slip: Slip, write: PaperWriter) -> Iterator[PaperLine]:
    """The number to say over the telephone, large and as QR: the last act's. That of the 予約 stands below it."""
    *earlier, main = slip.records
    yield write.line(write.say(_number_label(main, slip)), centre=True)
    yield TextLine(main.number, 4 if write.large else 3, bold=True, align=Align.CENTRE)
    yield QrLine(main.number, QR_MODULE_LARGE if write.large else QR_MODULE)
    for record in earlier:
        yield from write.pair(write.say(_number_label(record, slip)), record.number)
    yield RuleLine()


def _number_label(record: AcceptedRecord, slip: Slip) -> str:
    return "paper.number" if len(slip.records) == 1 else f"paper.number_{record.procedure}"


def _what(slip: Slip, write: PaperWriter) -> Iterator[PaperLine]:
    yield from write.pair(write.say("paper.accepted_at"), write.say("paper.date_time", at=slip.at))
    if write.language.is_japanese:
        yield write.line(write.say("paper.era", at=slip.at))
    yield from write.pair(write.say("paper.place"), slip.place.site)
    if slip.place.address:
        yield write.line(slip.place.address)
    yield from write.pair(write.say("paper.terminal"), slip.place.terminal)
    kind = "both" if len(slip.records) > 1 else slip.records[0].procedure
    yield from write.pair(write.say("paper.procedure"), write.say(f"paper.procedure_{kind}"))
    if slip.service is not None:
        yield from write.pair(write.say("paper.measure"), write.data(slip.measure))
        yield from write.pair(write.say("paper.service"), write.data(localised(slip.service.name)))
    if slip.id_last4:
        yield from write.pair(write.say("paper.id"), write.say("paper.last4", last4=slip.id_last4))
    yield RuleLine()


def _result(slip: Slip, write: PaperWriter) -> Iterator[PaperLine]:
    yield write.line(write.say("paper.result_title"), size=2, bold=True)
    yield from write.pair(write.say("paper.result_early"), write.say("paper.day_about", day=slip.look_from))
    yield from write.pair(write.say("paper.result_late"), write.say("paper.day_until", day=slip.look_latest))
    yield write.line(write.data(slip.look_where))
    if not slip.mykey_known:
        yield write.line(write.say("paper.mykey_later"))
    yield write.line(write.say("paper.mykey_again"))
    yield write.line(write.say("unknowable.known_later", what=slip.unknowable))
    yield RuleLine()


def _then(slip: Slip, write: PaperWriter) -> Iterator[PaperLine]:
    """Charge and shopping before the answer earn nothing (the rule that most people broke)."""
    if slip.service is None:
        yield from _still_to_apply(slip, write)
        return
    yield write.line(write.say("paper.after_done"), size=2, bold=True)
    if slip.use_until is not None:
        yield from write.pair(write.say("paper.use"), write.say("paper.date_until", day=slip.use_until))
    if slip.service.points_come is not None:
        yield write.line(write.say("terms.come", when=localised(slip.service.points_come)))
    if slip.service.receive is not None:
        yield write.line(write.data(localised(slip.service.receive)))
    yield RuleLine()


def _still_to_apply(slip: Slip, write: PaperWriter) -> Iterator[PaperLine]:
    """After 予約 alone: where, until when, and that nobody has to wait for the answer to it."""
    yield write.line(write.say("paper.next_title"), size=2, bold=True)
    if slip.apply_until is not None:
        yield from write.pair(
            write.say("paper.apply_until"), write.say("paper.date_until", day=slip.apply_until)
        )
    yield write.line(write.say("paper.apply_where"))
    yield write.line(write.say("paper.after_applied"), bold=True)
    yield RuleLine()


def _help(slip: Slip, write: PaperWriter) -> Iterator[PaperLine]:
    yield write.line(write.say("paper.help_title"), bold=True)
    yield from write.pair(write.say("paper.this_procedure"), write.data(slip.operator.name))
    yield write.line(write.data(slip.operator.contact))
    if slip.answers is not None:
        guide = write.say("paper.guide", key=slip.answers.guide) if slip.answers.guide else ""
        yield from write.pair(write.data(localised(slip.answers.name)), f"{slip.answers.phone}{guide}")
        if slip.answers.hours is not None:
            yield write.line(write.data(localised(slip.answers.hours)))
    yield from write.pair(write.say("paper.pin"), write.say("paper.pin_where"))
    yield RuleLine()
    yield write.line(write.say("paper.fraud_title"), bold=True)
    for text in slip.fraud:
        yield write.line(write.data(text))
    yield write.line(write.say("paper.fraud_call"))
