"""S13: the PIN's rules, the point of no return at every APDU, and what cannot be stored."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from contract.certificate_chain import holder_key_digest
from contract.record import Procedure
from programmes.eligibility import conditions
from terminal.controls import Choice, Pressed
from terminal.journal.events import PinBlockedSeen, PinWrongEntered, VisitEnded
from terminal.messages import message
from terminal.ports import (
    ClockState,
    DoorChanged,
    PresenceChanged,
    ReaderKind,
)
from terminal.presentation import Language
from terminal.view_parts import Entry, Fact, Note, Number, Tries
from terminal.views import Accepted, EnterPin
from tests.bench.card.rig import NOW
from tests.terminal.fakes import CardTable
from tests.terminal.flow import (
    APPLY,
    RESERVE,
    TAKE_AND_LEAVE,
    FlowStep,
    after,
    enter_pin,
    enter_wrong_pin,
    lay,
    press,
    walk,
)
from tests.terminal.rig import Rig, card, catalogue, pin_of, running

NOT_ACCEPTED = {
    Language.JA: "予約も 申込みも 受け付けていません",
    Language.EASY: "まだ 何も 申し込んでいません",
    Language.EN: "Nothing was accepted",
}


# ------------------------------------------------------------------ the point of no return


async def _apdus(way: list[FlowStep]) -> tuple[int, list[int]]:
    """How many APDUs the read takes, and after which each signature is back, on an undisturbed card."""
    async with running(Rig()) as rig:
        await walk(rig, after(way, "ConfirmCard"))
        read = len(rig.readers.sent)
        await walk(rig, way[len(after(way, "ConfirmCard")) :])
        signed = [n for n, (_, apdu) in enumerate(rig.readers.sent, 1) if apdu[1] == 0x2A]
        return read, signed


async def _to_the_end(rig: Rig, way: list[FlowStep]) -> None:
    """Walks as far as the card allows."""
    for step in way:
        if rig.view.name != step.view:
            return
        for act in step.acts:
            await act(rig)
            if rig.view.name != step.view and act is not step.acts[-1]:
                return


async def test_a_card_pulled_at_any_apdu_of_the_reading_leaves_nothing_and_may_be_laid_down_again() -> None:
    read, _ = await _apdus(RESERVE)
    assert read >= 6
    for at in range(1, read + 1):
        async with running(Rig()) as rig:
            await walk(rig, after(RESERVE, "PlaceCard"))
            rig.readers.pull_at = at
            await rig.lay()
            assert rig.view.name == "PlaceCard", at
            assert rig.readers.verifies() == 0
            assert rig.store.kept == []
            rig.readers.pull_at = None
            await walk(rig, [*RESERVE[4:], *TAKE_AND_LEAVE])
            assert len(rig.store.kept) == 1


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("way", [RESERVE, APPLY], ids=["reservation", "both"])
async def test_a_card_pulled_at_any_apdu_of_the_signatures_is_all_or_what_came_back(
    way: list[FlowStep], language: Language
) -> None:
    read, signed = await _apdus(way)
    last = signed[-1] + 1  # SELECT ISD after the last signature
    for at in range(read + 1, last + 1):
        async with running(Rig(language=language)) as rig:
            rig.readers.pull_at = at
            await walk(rig, way)
            await rig.wait(3)
            back = sum(1 for n in signed if n < at)
            assert len(rig.store.kept) == back, at
            if back == 0:
                assert rig.trouble == "C-03", at
                assert NOT_ACCEPTED[language] in rig.words()
                assert rig.printer.papers == []
                await rig.press("leave")
                assert rig.view.name == "Attract"
                continue
            assert isinstance(rig.view, Accepted), at
            assert len(rig.printer.papers) == 1  # the card is gone already, so the paper comes at once
            numbers = [part.text for part in rig.view.parts if isinstance(part, Number)]
            assert len(numbers) == back
            partly = back < len(signed)
            assert ("accepted.second_missing" in rig.ids()) is partly
            applied = any(body.procedure is Procedure.APPLICATION for body, _, _ in rig.opened())
            assert rig.ids()[0] == ("accepted.title" if applied else "accepted.title_in_part")
            assert rig.opened()[0][0].procedure is Procedure.RESERVATION
            await rig.press("finish")
            assert rig.view.name == "Attract"


def exchange(rig: Rig) -> None:
    rig.readers.take()
    rig.readers.put(card("resident-1"))


#: What comes while records are put away, or while S14 stands: none of it may unsay anything.
DISTURBANCES: dict[str, Callable[[Rig], object]] = {
    "card lifted": lambda rig: rig.readers.take(),
    "reader lost": lambda rig: rig.readers.unplug(),
    "stop pressed": lambda rig: rig.inbox.put(Pressed("stop")),
    "door opened": lambda rig: rig.inbox.put(DoorChanged(True)),
    "nobody there": lambda rig: rig.inbox.put(PresenceChanged(False)),
    "other card": lambda rig: exchange(rig),
}


OF_THE_CARD = ("card lifted", "reader lost", "other card")
MOMENTS = ["before the signature", "during the commit", "on S14", "after the paper"]


@pytest.mark.parametrize(
    ("disturbance", "moment"),
    [(d, m) for d in DISTURBANCES for m in MOMENTS if (d, m) not in [(c, MOMENTS[0]) for c in OF_THE_CARD]],
)
async def test_nothing_unsays_what_was_accepted(disturbance: str, moment: str) -> None:
    async with running(Rig()) as rig:
        await walk(rig, after(APPLY, "EnterPin"))

        def disturb() -> None:
            rig.store.during_commit = lambda: None
            DISTURBANCES[disturbance](rig)

        if moment == "before the signature":
            rig.readers.before_sign = disturb
        if moment == "during the commit":
            rig.store.during_commit = disturb
        await walk(rig, [FlowStep("EnterPin", enter_pin())])
        if moment == "after the paper":
            await rig.lift()
        if moment in ("on S14", "after the paper"):
            disturb()
            await rig.settle()
        await rig.wait(200)
        assert "Trouble" not in {shown.view.name for shown in rig.screen.history}
        assert len(rig.store.kept) == 2
        assert len(rig.printer.papers) == 1
        (ended,) = rig.noted(VisitEnded)
        assert isinstance(ended, VisitEnded)
        assert (ended.reason, ended.records) == ("finished", 2)


async def test_going_back_between_two_wrong_pins_gives_no_third_try() -> None:
    async with running(Rig()) as rig:
        await walk(rig, after(APPLY, "EnterPin"))
        await walk(rig, [FlowStep("EnterPin", enter_wrong_pin())])
        await walk(rig, [FlowStep("EnterPin", press("back")), FlowStep("ConfirmApplication", press("apply"))])
        await walk(rig, [FlowStep("EnterPin", enter_wrong_pin())])
        assert rig.trouble == "P-04"
        assert rig.readers.verifies() == 2


async def test_answers_are_awaited_before_the_first_record_can_be_on_its_way() -> None:
    """The fleet may acknowledge and answer the 予約 while the 申込 is still being committed."""
    async with running(Rig()) as rig:
        await walk(rig, after(APPLY, "EnterPin"))
        awaited: list[frozenset[str]] = []
        rig.store.during_commit = lambda: awaited.append(frozenset(rig.link.expected[-1][0]))
        await walk(rig, [FlowStep("EnterPin", enter_pin())])
        assert awaited == [{kept.id for kept in rig.store.kept}] * 2


# ------------------------------------------------------------------ the PIN


def _tries(rig: Rig) -> int:
    return next(part.left for part in rig.view.parts if isinstance(part, Tries))


async def test_a_wrong_pin_says_so_and_shows_the_tries_that_the_card_told() -> None:
    async with running(Rig()) as rig:
        await walk(
            rig, [*after(RESERVE, "EnterPin"), FlowStep("EnterPin", enter_wrong_pin()), FlowStep("EnterPin")]
        )
        assert "pin.wrong" in rig.ids()
        assert _tries(rig) == 2
        assert rig.noted(PinWrongEntered) == [PinWrongEntered(2)]
        await walk(rig, [FlowStep("EnterPin", enter_pin()), *TAKE_AND_LEAVE])
        assert len(rig.store.kept) == 1


async def test_two_wrong_pins_end_the_visit_and_leave_the_card_one_try() -> None:
    async with running(Rig()) as rig:
        way = after(RESERVE, "EnterPin")
        await walk(
            rig, [*way, FlowStep("EnterPin", enter_wrong_pin()), FlowStep("EnterPin", enter_wrong_pin())]
        )
        assert rig.trouble == "P-04"
        assert rig.readers.verifies() == 2
        assert rig.store.kept == []
        lying = rig.readers.lying["reader"]
        await rig.press("leave")
        await rig.lift()
        await rig.press("start")
        await walk(rig, [FlowStep("Home", press("reserve")), FlowStep("Checklist", press("ready"))])
        await walk(rig, [FlowStep("Consent", press("agree"))])
        await rig.lay(lying)
        await walk(
            rig, [FlowStep("ConfirmCard", press("mine")), FlowStep("ConfirmApplication", press("apply"))]
        )
        assert "pin.last_title" in rig.ids()


async def test_with_one_try_left_the_safe_way_out_comes_first_and_has_the_focus() -> None:
    async with running(Rig()) as rig:
        way = after(RESERVE, "PlaceCard")
        await walk(
            rig, [*way, FlowStep("PlaceCard", lay("one-try-left")), FlowStep("ConfirmCard", press("mine"))]
        )
        await walk(rig, [FlowStep("ConfirmApplication", press("apply")), FlowStep("EnterPin")])
        assert not list(rig.view.fields())
        main = rig.view.main
        assert getattr(main, "id", "") == "check-first"
        assert getattr(main, "focused", False)
        assert _tries(rig) == 1
        await rig.press("check-first")
        assert rig.trouble == "V-05"
        assert rig.readers.verifies() == 0


async def test_the_last_try_can_be_used_after_an_explicit_choice() -> None:
    async with running(Rig()) as rig:
        way = after(RESERVE, "PlaceCard")
        await walk(
            rig, [*way, FlowStep("PlaceCard", lay("one-try-left")), FlowStep("ConfirmCard", press("mine"))]
        )
        await walk(
            rig, [FlowStep("ConfirmApplication", press("apply")), FlowStep("EnterPin", press("enter-anyway"))]
        )
        await walk(rig, [FlowStep("EnterPin", enter_pin("one-try-left")), *TAKE_AND_LEAVE])
        assert len(rig.store.kept) == 1


async def test_a_wrong_last_try_says_that_the_pin_is_blocked_now() -> None:
    async with running(Rig()) as rig:
        way = after(RESERVE, "PlaceCard")
        await walk(
            rig, [*way, FlowStep("PlaceCard", lay("one-try-left")), FlowStep("ConfirmCard", press("mine"))]
        )
        await walk(
            rig, [FlowStep("ConfirmApplication", press("apply")), FlowStep("EnterPin", press("enter-anyway"))]
        )
        await walk(rig, [FlowStep("EnterPin", enter_wrong_pin("one-try-left"))])
        assert rig.trouble == "P-01"
        assert "again" not in [choice.id for choice in rig.view.choices()]


async def test_a_card_that_was_blocked_elsewhere_meanwhile_ends_without_blame() -> None:
    async with running(Rig()) as rig:
        await walk(rig, after(RESERVE, "EnterPin"))
        lying = rig.readers.lying["reader"]
        lying.applications[0].files[0x0018].left = 0  # type: ignore[attr-defined]
        await walk(rig, [FlowStep("EnterPin", enter_pin())])
        assert rig.trouble == "P-01"
        assert rig.noted(PinBlockedSeen) == [PinBlockedSeen(here=False)]


async def test_a_swapped_card_gets_no_pin_at_all() -> None:
    async with running(Rig()) as rig:
        await walk(rig, after(RESERVE, "EnterPin"))
        before = len(rig.readers.sent)
        rig.readers.swap(card("resident-1"))
        await walk(rig, [FlowStep("EnterPin", enter_pin())])
        assert rig.trouble == "C-04"
        assert "暗証番号は 送っていません" in rig.words()
        assert [apdu for _, apdu in rig.readers.sent[before:] if apdu[1] == 0x20] == []


async def test_a_card_whose_signature_is_wrong_is_not_accepted() -> None:
    async with running(Rig()) as rig:
        way = after(RESERVE, "PlaceCard")
        await walk(
            rig, [*way, FlowStep("PlaceCard", lay("false-signature")), FlowStep("ConfirmCard", press("mine"))]
        )
        await walk(
            rig,
            [
                FlowStep("ConfirmApplication", press("apply")),
                FlowStep("EnterPin", enter_pin("false-signature")),
            ],
        )
        assert rig.trouble == "C-16"
        assert rig.store.kept == []


async def test_keys_of_the_pin_pad_are_four_digits_that_can_be_erased() -> None:
    async with running(Rig()) as rig:
        await walk(rig, after(RESERVE, "EnterPin"))
        for key in ("back", "clear", "9", "A", "あ", "12", "8", "back", "back", "back"):
            await rig.key(key)
        await rig.type_in(f"{pin_of()}99")
        await walk(rig, [FlowStep("EnterPin", press("ok")), *TAKE_AND_LEAVE])
        assert len(rig.store.kept) == 1


def without_addresses(text: str) -> str:
    """Any four digits stand in some object's address sooner or later."""
    return re.sub(r"\b0x[0-9a-f]+\b", "", text)


@pytest.mark.parametrize("kind", ReaderKind)
async def test_the_pin_stands_in_no_view_no_log_and_no_text(
    kind: ReaderKind, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    pin = "7350"
    async with running(Rig(readers=CardTable(kind=kind))) as rig:
        await walk(rig, after(RESERVE, "EnterPin"))
        begun = len(rig.screen.history)
        for count in range(1, 5):
            await rig.key(pin[count - 1])
            (entry,) = [part for part in rig.view.parts if isinstance(part, Entry)]
            boxes = [group.content for group in entry.field.groups]
            assert boxes == ["●"] * count + [""] * (4 - count)
        await rig.press("ok")
        assert rig.view.name == "EnterPin"
        for shown in rig.screen.history[begun:]:
            assert pin not in without_addresses(repr(shown.view) + repr(shown))
            assert isinstance(shown.view, EnterPin) or shown.view.name == "Working"
        assert all(not any(pin) for pin in rig.readers.pins)
        assert pin not in caplog.text
        assert pin not in repr(rig.store.notes)
        await rig.stop_now(typed=True)
        assert pin not in without_addresses(repr(rig.view))


async def test_a_pin_is_never_in_the_text_of_an_exception() -> None:
    async with running(Rig()) as rig:
        await walk(rig, after(RESERVE, "EnterPin"))
        digits = "".join(["7", "3", "5", "0"])  # not as one word, for the traceback quotes this line
        await rig.type_in(digits)

        def fails() -> None:
            raise RuntimeError("a fault of ours")

        rig.readers.before_sign = fails
        with pytest.raises(RuntimeError) as raised:
            await rig.press("ok")
        assert digits not in without_addresses(f"{raised.value}{raised.getrepr()}")
        assert all(not any(pin) for pin in rig.readers.pins)


async def test_one_pin_is_asked_for_two_signatures_each_with_its_own_verify() -> None:
    async with running(Rig()) as rig:
        await walk(rig, APPLY)
        assert rig.readers.verifies() == 2
        assert len(rig.readers.pins) == 1
        (_, first, _), (_, second, _) = rig.opened()
        assert holder_key_digest(first.certificate) == holder_key_digest(second.certificate)
        assert first.signature != second.signature


# ------------------------------------------------------------------ storing


@pytest.mark.parametrize("reason", ["full", "disk", "damaged"])
@pytest.mark.parametrize("way", [RESERVE, APPLY], ids=["reservation", "both"])
async def test_what_cannot_be_stored_is_not_accepted_and_gets_no_paper(
    way: list[FlowStep], reason: str
) -> None:
    async with running(Rig()) as rig:
        rig.store.refusals = [reason, reason]
        await walk(rig, way)
        assert rig.trouble == "R-03"
        assert "予約も 申込みも 受け付けていません。紙は 出ません。" in rig.words()
        assert rig.store.kept == []
        await rig.wait(61)
        assert rig.view.name == "TakeCard"
        assert rig.printer.papers == []


async def test_when_only_the_first_of_two_is_stored_the_first_counts() -> None:
    async with running(Rig()) as rig:
        rig.store.refusals = ["", "disk"]
        await walk(rig, [*APPLY, FlowStep("Accepted")])
        await rig.lift()
        assert "accepted.title_in_part" in rig.ids()
        assert "accepted.second_missing" in rig.ids()
        assert [kept.procedure for kept in rig.store.kept] == ["reservation"]
        assert len(rig.printer.papers) == 1


async def test_without_a_sealing_key_nothing_is_accepted() -> None:
    rig = Rig(start=NOW)
    async with running(rig):
        await walk(rig, after(RESERVE, "EnterPin"))
        rig.clock.start = rig.clock.start.replace(year=2019)  # before the first key begins
        await walk(rig, [FlowStep("EnterPin", enter_pin())])
        assert rig.store.kept == []
        assert rig.view.name == "Trouble"


@pytest.mark.parametrize("way", [RESERVE, APPLY], ids=["reservation", "application"])
async def test_an_idle_warning_during_the_pin_asks_whose_card_it_is_before_anything_is_signed(
    way: list[FlowStep],
) -> None:
    async with running(Rig()) as rig:
        await walk(rig, after(way, "EnterPin"))
        await rig.wait(100)
        assert rig.view.name == "IdleWarning"
        await rig.press("more-time")
        await walk(rig, [FlowStep("EnterPin", enter_pin())])
        assert (rig.view.name, rig.store.kept) == ("ConfirmCard", [])
        await rig.press("mine")
        await walk(rig, [FlowStep("EnterPin", enter_pin())])
        assert rig.view.name == "Accepted"


async def test_the_button_of_the_pin_says_what_it_does() -> None:
    for way, label in ((RESERVE, "決定して 予約する"), (APPLY, "決定して 申し込む")):
        async with running(Rig()) as rig:
            await walk(rig, after(way, "EnterPin"))
            await rig.type_in("1234")
            assert isinstance(rig.view.main, Choice)
            assert catalogue().text(rig.view.main.label, Language.JA) == label


@pytest.mark.parametrize("way", [RESERVE, APPLY], ids=["reservation", "application"])
async def test_nobody_applies_by_pressing_the_confirming_key_once_too_often(way: list[FlowStep]) -> None:
    async with running(Rig()) as rig:
        await walk(rig, after(way, "ConfirmApplication"))
        assert isinstance(rig.view.main, Choice)
        assert (rig.view.main.key, rig.view.main.focused) == ("", False)


@pytest.mark.parametrize("way", [RESERVE, APPLY], ids=["reservation", "application"])
async def test_what_cannot_be_known_here_is_said_beside_what_was_checked(way: list[FlowStep]) -> None:
    async with running(Rig()) as rig:
        await walk(rig, after(way, "ConfirmCard"))
        (note,) = [part for part in rig.view.parts if isinstance(part, Note)]
        assert note.text == message("confirm_card.dates_checked")
        (fact,) = [part for part in rig.view.parts if isinstance(part, Fact)]
        said = catalogue().text(fact.text, Language.JA)
        for row in conditions(rig.programme.pack, "unknowable"):
            asked_for = way is APPLY or row.concerns == "everything"
            assert (row.title.ja in said) is asked_for, row.key


# ------------------------------------------------------------------ dates, clock, connection


async def test_a_closing_that_passes_between_s4_and_s12_accepts_nothing() -> None:
    last_minute = datetime.fromisoformat("2022-07-15T22:58:00+09:00")  # hours end at 23:00
    async with running(Rig(start=last_minute)) as rig:
        await walk(rig, after(APPLY, "RepeatText"))
        await rig.wait(121)
        await walk(rig, APPLY[len(after(APPLY, "RepeatText")) :][:2])
        assert rig.trouble == "M-01"
        assert rig.store.kept == []


@pytest.mark.parametrize("view", ["ConfirmApplication", "EnterPin"])
async def test_a_closing_that_passes_while_a_screen_stands_accepts_nothing(view: str) -> None:
    last_minute = datetime.fromisoformat("2022-07-15T22:59:00+09:00")
    async with running(Rig(start=last_minute)) as rig:
        await walk(rig, after(APPLY, view))
        await rig.wait(61)
        (step,) = [step for step in APPLY if step.view == view]
        await walk(rig, [step])
        assert rig.trouble == "M-01"
        assert rig.store.kept == []
        assert rig.readers.verifies() == 0


async def test_a_service_that_closes_at_midnight_is_refused_on_s12() -> None:
    before = datetime.fromisoformat("2022-08-31T22:50:00+09:00")
    steps = [*after(APPLY, "ChooseService"), *[FlowStep("ChooseService", press("page-on"))] * 3]
    steps += [FlowStep("ChooseService", press("service-midori")), *APPLY[4:]]
    async with running(Rig(start=before)) as rig:
        await walk(rig, after(steps, "ConfirmApplication"))
        rig.clock.start += timedelta(hours=9)  # open again next morning, but the service is over
        await rig.press("apply")
        assert rig.trouble == "M-01"
        assert rig.store.kept == []


async def test_the_record_carries_the_time_of_the_act_not_of_the_confirmation() -> None:
    async with running(Rig()) as rig:
        await walk(rig, after(RESERVE, "EnterPin"))
        await rig.wait(70)
        await walk(rig, [FlowStep("EnterPin", enter_pin())])
        ((body, _, _),) = rig.opened()
        assert body.time == "2022-07-15T10:01:10+09:00"


async def test_a_clock_that_loses_trust_meanwhile_accepts_nothing() -> None:
    async with running(Rig()) as rig:
        await walk(rig, after(APPLY, "EnterPin"))
        rig.clock.trust = ClockState.UNTRUSTED
        await walk(rig, [FlowStep("EnterPin", enter_pin())])
        assert rig.trouble == "M-01"
        assert rig.store.kept == []


async def test_without_connection_it_is_accepted_and_said_that_it_will_be_sent() -> None:
    async with running(Rig()) as rig:
        rig.link.up = False
        await walk(rig, APPLY)
        assert "accepted.will_be_sent" in rig.ids()
        assert len(rig.store.kept) == 2


async def test_near_a_closing_without_connection_a_service_is_not_offered() -> None:
    near = datetime.fromisoformat("2022-08-29T12:00:00+09:00")  # midori closes at the end of 31 August
    async with running(Rig(start=near)) as rig:
        rig.link.up = False
        await walk(rig, [*after(APPLY, "ChooseService"), *[FlowStep("ChooseService", press("page-on"))] * 3])
        assert "通信できないので 休んでいます" in rig.words()
        await rig.press("service-midori")
        assert "take" not in [choice.id for choice in rig.view.choices()]


async def test_near_the_programmes_closing_without_connection_nothing_is_begun() -> None:
    near = datetime.fromisoformat("2023-02-27T12:00:00+09:00")
    async with running(Rig(start=near)) as rig:
        rig.link.up = False
        await rig.wait(5)
        assert "closed.offline_stop" in rig.ids()
        await rig.press("start")
        await rig.press("apply")
        assert rig.trouble == "M-01"
