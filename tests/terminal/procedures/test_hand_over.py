"""S14: the card is asked for until it is gone, the paper comes in any case, and the number stands to be read."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from contract.answer import ProgrammeAnswer, Verdict
from terminal.inbox import ProgrammeAnswered, Shutdown
from terminal.journal.events import CardLeft, VisitEnded
from terminal.journal.events import PaperPrinted as PaperPrintedEvent
from terminal.journal.events import PaperRefused as PaperRefusedEvent
from terminal.ports import (
    Condition,
    Lamp,
    PaperState,
    PrintedUnproven,
    PrinterStatus,
    PrintRefused,
    Sound,
)
from terminal.view_parts import Number
from terminal.views import Accepted
from tests.terminal.flow import (
    APPLY,
    RESERVE,
    FlowStep,
    after,
    enter_pin,
    walk,
)
from tests.terminal.rig import Rig, running

# ------------------------------------------------------------------ the card


def asks_for_card(rig: Rig) -> bool:
    return isinstance(rig.view, Accepted) and rig.view.take_card


@pytest.mark.parametrize("taken", [True, False], ids=["card taken", "card left"])
async def test_after_the_signature_the_paper_comes_card_or_no_card(taken: bool) -> None:
    async with running(Rig()) as rig:
        await walk(rig, APPLY)
        assert isinstance(rig.view, Accepted)
        assert rig.view.take_card
        assert rig.printer.papers == []
        if taken:
            await rig.lift()
        else:
            await rig.wait(20)
            assert len(rig.noted(CardLeft)) == 1
        assert len(rig.printer.papers) == 1
        assert isinstance(rig.view, Accepted)
        assert rig.view.take_card is not taken
        await rig.wait(75)
        assert rig.view.name == ("Attract" if taken else "TakeCard")
        shown = "idle-warning" if taken else "accepted"
        assert rig.noted(VisitEnded) == [VisitEnded("finished", shown, 2)]


@pytest.mark.parametrize("paper", ["accepted.take_paper", "accepted.no_paper"])
async def test_a_card_that_is_left_on_s14_is_asked_for_until_it_is_gone(paper: str) -> None:
    async with running(Rig()) as rig:
        if paper == "accepted.no_paper":
            rig.printer.outcomes = [PrintRefused(PrinterStatus(Condition.BAD, PaperState.OUT, "paper-out"))]
        await walk(rig, APPLY)
        begun = len(rig.panel.lamps)
        chimes = rig.panel.sounds.count(Sound.TAKE_CARD)
        for seconds, shown in (
            (19.9, "Accepted"),
            (0.2, "Accepted"),
            (74.7, "Accepted"),
            (0.2, "TakeCard"),
            (900, "TakeCard"),
        ):
            await rig.wait(seconds)
            assert rig.view.name == shown
            assert "お取りください" in rig.words()
            assert "カード" in rig.words()
            assert rig.panel.lamps[-1] is Lamp.TAKE
            assert [choice.id for choice in rig.view.choices()] == []
            if rig.printer.papers and shown == "Accepted":
                assert paper in rig.ids()
        assert Lamp.DONE not in rig.panel.lamps[begun:]
        assert rig.panel.sounds.count(Sound.TAKE_CARD) > chimes
        await rig.lift()
        assert rig.view.name == "Attract"


async def test_a_card_that_is_taken_while_the_paper_comes_is_asked_for_no_more() -> None:
    async with running(Rig()) as rig:
        await walk(rig, APPLY)
        rig.printer.during_print = rig.readers.take
        await rig.wait(20)
        assert (rig.panel.lamps[-1], asks_for_card(rig)) == (Lamp.DONE, False)


async def test_who_takes_the_card_after_the_paper_has_the_whole_time_to_read() -> None:
    async with running(Rig()) as rig:
        await walk(rig, APPLY)
        await rig.wait(90)
        assert (rig.panel.lamps[-1], asks_for_card(rig)) == (Lamp.TAKE, True)
        await rig.lift()
        assert (rig.panel.lamps[-1], asks_for_card(rig)) == (Lamp.DONE, False)
        await rig.wait(44.9)
        assert rig.view.name == "Accepted"
        await rig.wait(0.2)
        assert rig.view.name == "IdleWarning"
        assert {"idle.more", "idle.accepted_hidden"} <= set(rig.ids())
        await rig.wait(30)
        assert rig.view.name == "Attract"
        assert len(rig.printer.papers) == 1


async def test_a_card_that_comes_and_goes_gives_s14_no_more_time() -> None:
    async with running(Rig()) as rig:
        await walk(rig, APPLY)
        await rig.wait(90)
        lying = rig.readers.lying["reader"]
        await rig.lift()
        await rig.wait(30)
        await rig.lay(lying)
        assert rig.view.name == "TakeCard"
        await rig.lift()
        assert rig.view.name == "Attract"


async def test_who_wants_more_time_to_read_the_number_gets_it_and_nothing_is_left_to_stop() -> None:
    async with running(Rig()) as rig:
        await walk(rig, APPLY)
        await rig.lift()
        for _ in range(12):
            await rig.wait(60)
            assert rig.view.name == "IdleWarning"
            assert [choice.id for choice in rig.view.choices()] == ["more-time"]
            await rig.press("more-time")
            assert rig.view.name == "Accepted"
        assert len(rig.store.kept) == 2


# ------------------------------------------------------------------ answers, the order to stop


def _rig(*, sample: bool) -> Rig:
    """A terminal that carries 見本, or one whose pack names a connected operator."""
    rig = Rig()
    if not sample:
        pack = msgspec.structs.replace(rig.programme.pack, operator_connected=True)
        connected = replace(rig.programme, pack=pack)
        rig.facilities = replace(rig.facilities, programme=connected, demo=False)
        rig.terminal = replace(rig.terminal, facilities=rig.facilities)
    return rig


@pytest.mark.parametrize("sample", [True, False])
async def test_the_answer_of_a_sample_programme_is_shown_by_a_sample_terminal_only(sample: bool) -> None:
    async with running(_rig(sample=sample)) as rig:
        await walk(rig, RESERVE)
        await rig.lift()
        answer = ProgrammeAnswer(rig.store.kept[0].id, Verdict.DONE, 1, mykey_id="ABCD1234", sample=True)
        rig.inbox.put(ProgrammeAnswered(answer))
        await rig.settle()
        assert ("ABCD 1234" in rig.words()) is sample


VERDICTS = [
    (Verdict.DONE, Verdict.DONE, {"accepted.mykey", "accepted.done_application"}, False),
    (
        Verdict.ALREADY,
        Verdict.DONE,
        {"accepted.already_reservation", "accepted.already_reservation_detail", "accepted.done_application"},
        False,
    ),
    (
        Verdict.ALREADY,
        Verdict.ALREADY,
        {
            "accepted.already_reservation",
            "accepted.already_application",
            "accepted.already_application_detail",
        },
        False,
    ),
    (Verdict.DONE, Verdict.REFUSED, {"accepted.mykey", "accepted.refused_application"}, True),
    (
        Verdict.REFUSED,
        Verdict.REFUSED,
        {"accepted.refused_reservation", "accepted.refused_application"},
        True,
    ),
]
ABOUT_ANSWERS = (
    "accepted.mykey",
    "accepted.already",
    "accepted.refused_r",
    "accepted.refused_a",
    "accepted.done",
)


@pytest.mark.parametrize(("first", "second", "said", "refused"), VERDICTS)
async def test_each_answer_has_its_own_words_and_a_refusal_is_never_on_green(
    first: Verdict, second: Verdict, said: set[str], refused: bool
) -> None:
    async with running(Rig()) as rig:
        await walk(rig, APPLY)
        await rig.lift()
        for kept, verdict in zip(rig.store.kept, (first, second), strict=True):
            mykey = "ABCD1234" if verdict is Verdict.DONE and kept is rig.store.kept[0] else ""
            code = "id-and-code" if verdict is Verdict.REFUSED else ""
            await rig.put(ProgrammeAnswered(ProgrammeAnswer(kept.id, verdict, 1, code=code, mykey_id=mykey)))
        about = {id_ for id_ in rig.ids() if id_.startswith(ABOUT_ANSWERS)} - {"accepted.done_next"}
        assert said <= about
        assert {id_.removesuffix("_detail") for id_ in about} == {id_.removesuffix("_detail") for id_ in said}
        assert isinstance(rig.view, Accepted)
        assert (rig.view.refused, rig.ids()[0] == "accepted.title_refused") == (refused, refused)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("id-and-code", ("IDとコードが 合いませんでした", "もう一度 申し込めます")),
        ("never-heard-of", ("受付票の電話で 聞けます", "記号 never-heard-of")),
    ],
)
async def test_a_coded_refusal_says_why_and_what_can_be_done(code: str, words: tuple[str, ...]) -> None:
    async with running(Rig()) as rig:
        await walk(rig, APPLY)
        await rig.lift()
        await rig.put(ProgrammeAnswered(ProgrammeAnswer(rig.store.kept[1].id, Verdict.REFUSED, 1, code=code)))
        assert all(text in rig.words() for text in words)


@pytest.mark.parametrize(
    ("online", "said"), [(True, "accepted.being_sent"), (False, "accepted.will_be_sent")]
)
async def test_before_the_acknowledgement_only_what_is_in_our_hands_is_said(online: bool, said: str) -> None:
    async with running(Rig()) as rig:
        rig.link.up = online
        await walk(rig, RESERVE)
        await rig.lift()
        assert said in rig.ids()


@pytest.mark.parametrize("moment", ["during the commit", "on S14", "after the paper"])
async def test_an_order_to_stop_waits_for_record_and_paper_and_says_nothing_false(moment: str) -> None:
    async with running(Rig()) as rig:
        await walk(rig, after(APPLY, "EnterPin"))
        if moment == "during the commit":
            rig.store.during_commit = lambda: rig.inbox.put(Shutdown())
        await walk(rig, [FlowStep("EnterPin", enter_pin())])
        if moment == "after the paper":
            await rig.lift()
        if moment != "during the commit":
            await rig.stop()
        assert len(rig.store.kept) >= 2
        assert len(rig.printer.papers) == 1
        assert rig.task is not None
        assert rig.task.done()
        assert rig.view.name == "Accepted"


async def test_when_the_paper_fails_an_order_to_stop_leaves_time_to_write_the_number_down() -> None:
    async with running(Rig()) as rig:
        rig.printer.outcomes = [PrintRefused(PrinterStatus(Condition.BAD, PaperState.OUT, "paper-out"))]
        await walk(rig, APPLY)
        await rig.stop()
        assert rig.task is not None
        assert not rig.task.done()
        assert "accepted.write_down" in rig.ids()
        await rig.wait(20)
        assert rig.task.done()


# ------------------------------------------------------------------ paper


@pytest.mark.parametrize(
    "status",
    [
        PrinterStatus(Condition.BAD, PaperState.OUT, "paper-out"),
        PrinterStatus(Condition.UNKNOWN, PaperState.UNKNOWN, "no-answer"),
        PrinterStatus(Condition.BAD, PaperState.FULL, "cover-open"),
        PrinterStatus(Condition.BAD, PaperState.FULL),
    ],
    ids=lambda status: status.detail or "no detail",
)
async def test_a_printer_that_fails_leaves_the_number_and_the_words(status: PrinterStatus) -> None:
    async with running(Rig()) as rig:
        rig.printer.outcomes = [PrintRefused(status)]
        await walk(rig, [*APPLY, FlowStep("Accepted")])
        await rig.lift()
        assert {"accepted.no_paper", "accepted.write_down"} <= set(rig.ids())
        assert len([part for part in rig.view.parts if isinstance(part, Number)]) == 2
        assert len(rig.noted(PaperRefusedEvent)) == 1
        await rig.press("print-large")
        assert "accepted.no_paper" not in rig.ids()
        assert rig.noted(PaperPrintedEvent) == [PaperPrintedEvent(True, True)]


async def test_a_silent_printer_that_took_everything_is_believed_but_noted() -> None:
    async with running(Rig()) as rig:
        rig.printer.outcomes = [PrintedUnproven()]
        await walk(rig, APPLY)
        await rig.lift()
        assert "accepted.take_paper" in rig.ids()
        assert rig.noted(PaperPrintedEvent) == [PaperPrintedEvent(False, False)]


async def test_without_a_printer_the_number_stands_to_be_written_down() -> None:
    async with running(Rig(with_printer=False)) as rig:
        await rig.press("start")
        assert rig.trouble == "R-02"
        await rig.press("go-on")
        await walk(rig, APPLY[1:])
        await rig.lift()
        assert "accepted.write_down" in rig.ids()
        assert "print-large" not in [choice.id for choice in rig.view.choices()]


async def test_who_does_not_want_to_go_on_without_paper_leaves_without_words() -> None:
    async with running(Rig()) as rig:
        rig.printer.state = PrinterStatus(Condition.BAD, PaperState.OUT, "paper-out")
        await rig.wait(5)
        assert "missing.paper" in rig.ids()
        await rig.press("start")
        await rig.press("back")
        assert rig.view.name == "Attract"


async def test_another_copy_comes_with_each_press_and_the_number_stays_as_long_as_somebody_presses() -> None:
    async with running(Rig()) as rig:
        await walk(rig, APPLY)
        await rig.lift()
        for copies in (2, 3, 4):
            await rig.wait(40)
            await rig.press("print-large")
            assert len(rig.printer.papers) == copies
        await rig.wait(44)
        assert rig.view.name == "Accepted"
        await rig.wait(31)
        assert rig.view.name == "Attract"
