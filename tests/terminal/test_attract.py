"""The screen between visits: what it names, what keeps anybody from starting, and what it forgets."""

from __future__ import annotations

import re
from datetime import datetime

import pytest

from terminal.endings import MISSING_CODES, every_trouble
from terminal.ports import ClockState, Condition, PaperState, PrinterStatus
from terminal.presentation import Language, Presentation, TextSize
from terminal.readiness import Missing
from terminal.views import Attract
from tests.terminal.rig import Rig, running


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+09:00")


async def test_it_says_until_when_and_until_what_time_today() -> None:
    async with running(Rig()) as rig:
        assert "2023年(令和5年)2月28日" in rig.words()
        assert "23時00分まで" in rig.words()


@pytest.mark.parametrize(
    ("moment", "reason"),
    [
        ("2022-07-15T06:00", "使える時間の外です"),
        ("2022-12-30T12:00", "きょうは お休みの日です"),
        ("2022-06-26T12:00", "センターの点検で、休んでいます"),
        ("2024-01-10T12:00", "しめきりました"),
        ("2021-12-01T12:00", "まだ 日にちが決まっていません"),
    ],
)
async def test_what_is_closed_says_why_here_on_the_buttons_and_when_tried(moment: str, reason: str) -> None:
    async with running(Rig(start=at(moment))) as rig:
        assert reason in rig.words()
        await rig.press("start")
        assert reason in rig.words()
        await rig.press("reserve")
        assert rig.trouble == "M-01"


async def test_it_follows_the_clock_without_anybody_touching_it() -> None:
    async with running(Rig(start=at("2022-07-15T06:29"))) as rig:
        assert "使える時間の外です" in rig.words()
        await rig.wait(65)
        assert "いま受け付けています" in rig.words()
        assert isinstance(rig.view, Attract)
        assert rig.view.clock.minute == 30


#: (what fails, words of the missing thing, may somebody start)
MISSING = [
    ("reader", "カードの読み取り機が 動いていません。", False),
    ("store", "書き込めません", False),
    ("clock", "時計が 合っていません。", False),
    ("printer out", "いま、紙が出せません", True),
    ("printer silent", "いま、紙が出せません", True),
    ("network", "いま 通信できません。申込みは できます", True),
]


def _fail(rig: Rig, what: str) -> None:
    match what:
        case "reader":
            rig.readers.lost.add("reader")
        case "store":
            rig.store.takes = False
        case "clock":
            rig.clock.trust = ClockState.UNTRUSTED
        case "printer out":
            rig.printer.state = PrinterStatus(Condition.GOOD, PaperState.OUT, "paper-out")
        case "printer silent":
            rig.printer.state = PrinterStatus(Condition.UNKNOWN, PaperState.UNKNOWN, "no-answer")
        case _:
            rig.link.up = False


@pytest.mark.parametrize(("what", "words", "may_start"), MISSING)
async def test_what_is_missing_is_named_and_only_what_is_needed_keeps_people_out(
    what: str, words: str, may_start: bool
) -> None:
    rig = Rig()
    _fail(rig, what)
    async with running(rig):
        assert words in rig.words()
        assert ("start" in [choice.id for choice in rig.view.choices()]) is may_start
        assert (rig.view.name == "Attract") is may_start


#: What stands beside the terminal's name for the telephone.
CODES = {"reader": "R-01", "store": "R-03", "clock": "R-04"}


@pytest.mark.parametrize("what", [("reader",), ("store",), ("clock",), ("clock", "reader"), tuple(CODES)])
async def test_out_of_service_tells_the_code_of_what_is_missing_and_no_other(what: tuple[str, ...]) -> None:
    rig = Rig()
    for thing in what:
        _fail(rig, thing)
    async with running(rig):
        assert set(re.findall(r"R-0\d", rig.words())) == {CODES[thing] for thing in what}


def test_no_code_stands_for_two_things() -> None:
    by_code: dict[str, set[str]] = {}
    for (ending, detail), row in every_trouble().items():
        by_code.setdefault(row.code, set()).add(f"{ending.value} {detail}")
    for missing, code in MISSING_CODES.items():
        same = {Missing.READER: "reader-lost ", Missing.STORE: "cannot-store "}.get(missing, missing.value)
        by_code.setdefault(code, set()).add(same)
    assert {code for code, things in by_code.items() if len(things) > 1} == set()
    assert set(MISSING_CODES) == set(Missing)


@pytest.mark.parametrize(("what", "words", "may_start"), MISSING)
async def test_what_comes_back_is_seen_within_five_seconds(what: str, words: str, may_start: bool) -> None:
    async with running(Rig()) as rig:
        _fail(rig, what)
        await rig.wait(5)
        assert words in rig.words()
        rig.readers.lost.clear()
        rig.store.takes = rig.link.up = True
        rig.clock.trust = ClockState.SET
        rig.printer.state = PrinterStatus(Condition.GOOD, PaperState.FULL)
        await rig.wait(5)
        assert words not in rig.words()
        assert rig.view.name == "Attract"


async def test_after_a_crash_it_says_who_should_apply_again_until_somebody_begins() -> None:
    async with running(Rig(restarted=True)) as rig:
        assert "attract.restarted_detail" in rig.ids()
        await rig.press("start")
        await rig.press("back")
        assert "attract.restarted_detail" not in rig.ids()


async def test_an_empty_hall_neither_spins_nor_covers_the_start() -> None:
    async with running(Rig()) as rig:
        await rig.go_away()
        shown = len(rig.screen.history)
        await rig.wait(600)
        assert (rig.view.name, rig.covered) == ("Attract", False)
        assert len(rig.screen.history) - shown <= 600 / 5 + 1


async def test_tools_that_nobody_follows_up_are_forgotten_after_a_minute() -> None:
    async with running(Rig()) as rig:
        await rig.press("size")
        await rig.press("contrast")
        assert rig.screen.now.presentation == Presentation(Language.JA, TextSize.LARGE, high_contrast=True)
        await rig.wait(50)
        assert rig.screen.now.presentation.size is TextSize.LARGE
        await rig.wait(20)
        assert rig.screen.now.presentation == Presentation()


async def test_looking_at_the_languages_and_leaving_ends_nothing_and_says_nothing() -> None:
    async with running(Rig()) as rig:
        await rig.press("language")
        assert "stop" not in [choice.id for choice in rig.view.choices()]
        await rig.wait(76)
        assert rig.view.name == "Attract"
        assert rig.store.notes == []


async def test_the_chosen_language_goes_with_the_resident_into_the_visit() -> None:
    async with running(Rig()) as rig:
        await rig.press("language")
        await rig.press("language-en")
        await rig.press("start")
        assert rig.screen.now.presentation.language is Language.EN
        assert "What would you like to do?" in rig.words(Language.EN)


async def test_the_order_to_stop_blames_nobody_when_nothing_was_begun() -> None:
    async with running(Rig()) as rig:
        await rig.stop()
        assert rig.task is not None
        assert rig.task.done()
        assert rig.view.name == "OutOfService"
        assert rig.readers.released == 1


async def test_while_the_door_is_open_nothing_is_shown_but_that() -> None:
    async with running(Rig()) as rig:
        await rig.door(open=True)
        assert rig.ids()[0] == "out_of_service.door_title"
        await rig.lay()
        await rig.wait(600)
        assert rig.ids()[0] == "out_of_service.door_title"
        await rig.door(open=False)
        assert "attract.take_card" in rig.ids()
