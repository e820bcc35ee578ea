"""The two ways of the main job from the first touch to the paper, and everything one can turn back to on them."""

from __future__ import annotations

import pytest

from contract.record import Procedure
from contract.reference_number import is_reference_number, reference_number
from terminal.controls import Group
from terminal.inbox import Delivered
from terminal.journal.events import GuidancePrinted
from terminal.messages import message
from terminal.ports import Condition, PaperState, PrinterStatus, PrintRefused, ReaderKind, TextLine
from terminal.presentation import Language, Presentation, TextSize
from terminal.view_parts import Number
from terminal.views import Accepted
from tests.terminal.fakes import CardTable
from tests.terminal.flow import (
    APPLY,
    CODE,
    ID,
    RESERVE,
    TAKE_AND_LEAVE,
    FlowStep,
    after,
    choosing,
    enter_pin,
    id_and_codes,
    keys,
    lay,
    lift,
    press,
    walk,
)
from tests.terminal.rig import Rig, card, catalogue, running

MOST_PRESSES = 12


@pytest.mark.parametrize("kind", ReaderKind)
@pytest.mark.parametrize("language", Language)
async def test_reservation_and_application_become_two_records_with_one_paper(
    language: Language, kind: ReaderKind
) -> None:
    async with running(Rig(language=language, readers=CardTable(kind=kind))) as rig:
        await walk(rig, APPLY)
        assert isinstance(rig.view, Accepted)
        records = [body for body, _, _ in rig.opened()]
        assert [body.procedure for body in records] == [Procedure.RESERVATION, Procedure.APPLICATION]
        assert len({body.visit for body in records}) == 1
        assert records[0].service is None
        assert records[1].service is not None
        assert (records[1].service.service_id, records[1].service.codes) == (ID, (CODE,))
        numbers = [part.text for part in rig.view.parts if isinstance(part, Number)]
        assert numbers == [reference_number(body.id) for body in records]
        assert all(is_reference_number(number) for number in numbers)
        assert rig.printer.papers == []
        await walk(rig, TAKE_AND_LEAVE)
        assert len(rig.printer.papers) == 1


@pytest.mark.parametrize("language", Language)
async def test_reservation_alone_becomes_one_record_without_a_service(language: Language) -> None:
    async with running(Rig(language=language)) as rig:
        await walk(rig, [*RESERVE, *TAKE_AND_LEAVE])
        ((body, plaintext, envelope),) = rig.opened()
        assert body.procedure is Procedure.RESERVATION
        assert body.service is None
        assert plaintext.body and plaintext.certificate and len(plaintext.signature) == 256
        assert envelope.id == body.id
        assert rig.readers.verifies() == 1
        assert len(rig.printer.papers) == 1


#: (service, pages to turn, ID, codes, phone)
SERVICES = [
    ("aoba", 0, ID, (CODE,), ""),
    ("icho", 0, "JX123456789012345", (), ""),
    ("umineko", 0, ID, ("1234567",), ""),
    ("kohaku", 1, "4539148803436467", ("123",), ""),
    ("sazanami", 1, "1234567890123", ("1111", "2222"), ""),
    ("tanpopo", 2, "ABCD1234EFGH", ("123456",), ""),
    ("nagisa", 2, "AB12CD34EF", ("1234",), "5678"),
    ("hibari", 3, "123456789012", ("1234",), "5678"),
    ("hibari", 3, "123456789012", ("1234",), ""),
    ("yamabuki", 3, "1234567", ("",), ""),
    ("risu", 4, ID, ("123",), ""),
]


def _way(service: str, pages: int, number: str, codes: tuple[str, ...], phone: str) -> list[FlowStep]:
    steps = [*choosing(service, pages), FlowStep("EnterText", keys(number), press("ok"))]
    if service != "kohaku":  # its check digit guards the number
        steps.append(FlowStep("RepeatText", keys(number), press("ok")))
    steps += [
        FlowStep("EnterCode", *((keys(code), press("ok")) if code else (press("without"),))) for code in codes
    ]
    if phone:
        steps.append(FlowStep("EnterCode", keys(phone), press("ok")))
    elif service == "hibari":
        steps.append(FlowStep("EnterCode", press("without")))
    return [
        *steps,
        FlowStep("ConfirmApplication", press("apply")),
        FlowStep("EnterPin", keys(""), enter_pin()),
    ]


@pytest.mark.parametrize(("service", "pages", "number", "codes", "phone"), SERVICES)
async def test_each_kind_of_service_can_be_applied_for_in_few_presses(
    service: str, pages: int, number: str, codes: tuple[str, ...], phone: str
) -> None:
    async with running(Rig()) as rig:
        await walk(rig, _way(service, pages, number, codes, phone))
        assert rig.view.name == "Accepted"
        chosen = rig.opened()[1][0].service
        assert chosen is not None
        assert (chosen.id, chosen.service_id, chosen.codes, chosen.phone_last4) == (
            service,
            number,
            codes,
            phone,
        )
        turned = rig.pressed.count("page-on")
        optional = 1 if service == "hibari" else 0
        assert len(rig.pressed) - turned - optional - 1 <= MOST_PRESSES  # the last is 決定 of the PIN


async def test_a_service_that_wants_the_telephone_digits_does_not_go_on_without_them() -> None:
    async with running(Rig()) as rig:
        await walk(rig, after(_way("nagisa", 2, "AB12CD34EF", ("1234",), "5678"), "EnterCode"))
        await walk(rig, [FlowStep("EnterCode", keys("1234"), press("ok")), FlowStep("EnterCode")])
        assert [choice.id for choice in rig.view.choices()] == ["back", "stop"]
        await rig.type_in("567")
        assert "ok" not in [choice.id for choice in rig.view.choices()]
        await rig.type_in("8")
        await walk(rig, [FlowStep("EnterCode", press("ok")), FlowStep("ConfirmApplication")])


async def test_language_and_size_survive_back_and_troubles_and_go_with_the_visit() -> None:
    async with running(Rig()) as rig:
        await walk(rig, after(APPLY, "Consent"))
        await rig.press("size")
        await rig.press("language")
        await rig.press("language-en")
        wanted = Presentation(Language.EN, TextSize.LARGE)
        assert (rig.view.name, rig.screen.now.presentation) == ("Consent", wanted)
        await rig.press("back")
        await rig.press("back")
        assert rig.screen.now.presentation == wanted
        await rig.press("stop")
        assert (rig.trouble, rig.screen.now.presentation) == ("V-04", wanted)
        await rig.press("again")
        assert (rig.view.name, rig.screen.now.presentation) == ("Home", wanted)
        await rig.press("back")
        assert (rig.view.name, rig.screen.now.presentation) == ("Attract", Presentation())


async def test_back_leads_from_every_question_to_the_one_before_and_on_again() -> None:
    async with running(Rig()) as rig:
        await walk(rig, after(APPLY, "EnterPin"))
        backwards = [
            FlowStep("EnterPin", press("back")),
            FlowStep("ConfirmApplication", press("back")),
            FlowStep("EnterCode", press("back")),
            FlowStep("EnterText", keys(ID), press("ok")),
            FlowStep("RepeatText", press("back")),
            FlowStep("EnterText", press("back")),
            FlowStep("ConfirmCard", press("back")),
            FlowStep("TakeCard", lift()),
            FlowStep("PlaceCard", press("back")),
            FlowStep("Consent", press("back")),
            FlowStep("ChooseService", press("service-icho")),
            FlowStep("ServiceTerms", press("back")),
            FlowStep("ChooseService", press("back")),
            FlowStep("Checklist", press("back")),
            FlowStep("Home", press("back")),
        ]
        await walk(rig, backwards)
        await walk(rig, [*APPLY, *TAKE_AND_LEAVE])
        assert len(rig.store.kept) == 2


async def test_after_going_back_the_card_must_be_laid_down_anew() -> None:
    async with running(Rig()) as rig:
        await walk(rig, [*after(APPLY, "EnterText"), FlowStep("EnterText", press("back"))])
        await walk(rig, [FlowStep("ConfirmCard", press("back")), FlowStep("TakeCard")])
        await rig.wait(30)
        assert rig.view.name == "TakeCard"
        await walk(rig, [FlowStep("TakeCard", lift()), FlowStep("PlaceCard", lay("resident-1"))])
        await walk(rig, [FlowStep("ConfirmCard", press("mine")), *id_and_codes(ID, CODE)])
        await walk(
            rig,
            [FlowStep("ConfirmApplication", press("apply")), FlowStep("EnterPin", enter_pin("resident-1"))],
        )
        assert rig.view.name == "Accepted"


async def test_a_card_that_is_not_taken_back_ends_the_half_done_procedure() -> None:
    async with running(Rig()) as rig:
        await walk(
            rig, [*after(APPLY, "ConfirmCard"), FlowStep("ConfirmCard", press("back")), FlowStep("TakeCard")]
        )
        await rig.wait(45 * 2)
        assert rig.view.name == "IdleWarning"
        await rig.wait(30 * 2)
        assert rig.trouble == "V-01"


@pytest.mark.parametrize(
    ("what", "again", "changed"),
    [
        ("service", [FlowStep("ChooseService", press("service-icho")), FlowStep("ServiceTerms", press("take")),
                     *id_and_codes("JX123456789012345")], ("icho", "JX123456789012345", ())),
        ("id", id_and_codes("6543210987654321"), ("aoba", "6543210987654321", (CODE,))),
        ("codes", [FlowStep("EnterCode", keys("111"), press("ok"))], ("aoba", ID, ("111",))),
    ],
)  # fmt: skip
async def test_each_line_can_be_corrected_without_touching_the_others(
    what: str, again: list[FlowStep], changed: tuple[str, str, tuple[str, ...]]
) -> None:
    async with running(Rig()) as rig:
        await walk(rig, after(APPLY, "ConfirmApplication"))
        await walk(rig, [FlowStep("ConfirmApplication", press(f"correct-{what}")), *again])
        await walk(rig, [FlowStep("ConfirmApplication", press("apply")), FlowStep("EnterPin", enter_pin())])
        chosen = rig.opened()[1][0].service
        assert chosen is not None
        assert (chosen.id, chosen.service_id, chosen.codes) == changed


@pytest.mark.parametrize("what", ["service", "id", "codes"])
async def test_back_from_a_correction_keeps_what_stood_there(what: str) -> None:
    async with running(Rig()) as rig:
        await walk(rig, after(APPLY, "ConfirmApplication"))
        before = rig.view
        await rig.press(f"correct-{what}")
        await rig.press("back")
        assert rig.view == before


async def test_correcting_the_codes_asks_the_telephone_digits_again_too() -> None:
    async with running(Rig()) as rig:
        await walk(rig, after(_way("nagisa", 2, "AB12CD34EF", ("1234",), "5678"), "ConfirmApplication"))
        await walk(rig, [
            FlowStep("ConfirmApplication", press("correct-codes")),
            FlowStep("EnterCode", keys("4321"), press("ok")),
            FlowStep("EnterCode", keys("8765"), press("ok")),
            FlowStep("ConfirmApplication", press("apply")),
            FlowStep("EnterPin", enter_pin()),
        ])  # fmt: skip
        chosen = rig.opened()[1][0].service
        assert chosen is not None
        assert (chosen.codes, chosen.phone_last4) == (("4321",), "8765")


async def test_the_id_is_masked_and_shown_for_ten_seconds_when_asked_for() -> None:
    async with running(Rig()) as rig:
        await walk(rig, after(APPLY, "ConfirmApplication"))
        assert "●●●● 3456" in rig.words()
        assert ID[:4] not in rig.words()
        await rig.press("reveal")
        assert "1234\u00a05678 9012\u00a03456" in rig.words()
        await rig.wait(9.9)
        assert "1234\u00a05678 9012\u00a03456" in rig.words()
        await rig.wait(0.2)
        assert "1234" not in rig.words()


# ------------------------------------------------------------------ S9 and S10


async def test_a_mismatch_names_the_group_and_never_the_value() -> None:
    async with running(Rig()) as rig:
        await walk(rig, after(APPLY, "RepeatText"))
        await rig.type_in("1234567800003456")
        await rig.press("ok")
        assert rig.view.name == "RepeatText"
        assert "3番目が 1回目と ちがいます" in rig.words()
        (box,) = rig.view.fields()
        assert [group.content for group in box.groups] == ["1234", "5678", "", "3456"]
        await rig.type_in("9012")
        await walk(rig, [FlowStep("RepeatText", press("ok")), FlowStep("EnterCode")])


async def test_erasing_takes_from_the_group_that_is_corrected_not_from_the_last() -> None:
    async with running(Rig()) as rig:
        await walk(rig, after(APPLY, "RepeatText"))
        await rig.type_in("1234000090123456")
        await rig.press("ok")
        await rig.type_in("57")
        await rig.key("back")
        await rig.type_in("678")
        await walk(rig, [FlowStep("RepeatText", press("ok")), FlowStep("EnterCode")])


async def test_the_third_mismatch_ends_the_visit() -> None:
    async with running(Rig()) as rig:
        await walk(rig, after(APPLY, "RepeatText"))
        for typed in ("9999567890123456", "9999"):
            await rig.type_in(typed)
            await walk(rig, [FlowStep("RepeatText", press("ok")), FlowStep("RepeatText")])
        await rig.type_in("9999")
        await walk(rig, [FlowStep("RepeatText", press("ok")), FlowStep("Trouble")])
        assert rig.trouble == "N-04"
        assert rig.store.kept == []


async def test_the_first_entry_is_nowhere_while_it_is_repeated() -> None:
    async with running(Rig()) as rig:
        await walk(rig, after(APPLY, "RepeatText"))
        groups = [group for box in rig.view.fields() for group in box.groups]
        assert all(group.content == "" for group in groups)
        assert "1234" not in rig.words()


@pytest.mark.parametrize(("first", "second"), [("123456789", "1234567890"), ("1234567890", "123456789")])
async def test_a_left_out_last_digit_of_an_open_number_shows(first: str, second: str) -> None:
    async with running(Rig()) as rig:
        await walk(rig, after(_way("yamabuki", 3, first, ("",), ""), "RepeatText"))
        await rig.type_in(second)
        await rig.press("ok")
        assert rig.view.name == "RepeatText"
        assert "1回目と 番号が ちがいます" in rig.words()


async def test_an_open_number_can_be_confirmed_from_four_characters_on_and_holds_32() -> None:
    async with running(Rig()) as rig:
        await walk(rig, after(_way("yamabuki", 3, "", ("",), ""), "EnterText"))
        await rig.type_in("123")
        assert "ok" not in [choice.id for choice in rig.view.choices()]
        await rig.type_in("4" * 40)
        (box,) = rig.view.fields()
        assert [len(group.content) for group in box.groups] == [32]
        assert "ok" in [choice.id for choice in rig.view.choices()]


async def test_a_sourced_check_digit_sends_a_slip_back_at_once() -> None:
    async with running(Rig()) as rig:
        await walk(rig, after(_way("kohaku", 1, "", (), ""), "EnterText"))
        await rig.type_in("4539148803436468")
        await walk(rig, [FlowStep("EnterText", press("ok")), FlowStep("EnterText")])
        assert "4番目を もう一度 見てください" in rig.words()
        await rig.type_in("6467")
        await walk(rig, [FlowStep("EnterText", press("ok")), FlowStep("EnterCode")])


async def test_a_known_beginning_is_asked_for() -> None:
    async with running(Rig()) as rig:
        await walk(rig, after(_way("icho", 0, "", (), ""), "EnterText"))
        await rig.type_in("AB123456789012345")
        await walk(rig, [FlowStep("EnterText", press("ok")), FlowStep("EnterText")])
        assert "1番目を もう一度 見てください" in rig.words()


async def test_help_on_finding_the_number_keeps_what_was_typed() -> None:
    async with running(Rig()) as rig:
        await walk(rig, after(APPLY, "EnterText"))
        await rig.type_in("12345")
        typed = [group.content for box in rig.view.fields() for group in box.groups]
        await rig.press("find")
        assert rig.ids()[0] == "enter.find_title"
        await rig.press("found")
        assert [group.content for box in rig.view.fields() for group in box.groups] == typed


def test_groups_and_keys_are_never_printed_by_repr() -> None:
    assert "WXYZ" not in repr(Group(4, "WXYZ"))  # no hexadecimal: the repr of an object has an address


# ------------------------------------------------------------------ S3, S4, S5, S6


@pytest.mark.parametrize("topic", ["pin-unknown", "id-unknown"])
async def test_who_lacks_something_is_helped_and_leaves_with_nothing_lost(topic: str) -> None:
    async with running(Rig()) as rig:
        await walk(rig, after(APPLY, "Checklist"))
        await rig.press(topic)
        assert "help.come_again" in rig.ids()
        await rig.press("back")
        assert rig.ids()[0] == "checklist.title"
        await walk(rig, [FlowStep("Checklist", press(topic)), FlowStep("Checklist", press("stop"))])
        assert rig.trouble == "V-04"


@pytest.mark.parametrize("topic", ["pin-unknown", "id-unknown"])
async def test_the_help_comes_on_paper_once_a_page(topic: str) -> None:
    async with running(Rig()) as rig:
        await walk(rig, [*after(APPLY, "Checklist"), FlowStep("Checklist", press(topic), press("print"))])
        assert "help.paper_out" in rig.ids()
        assert [choice.id for choice in rig.view.choices()] == ["back", "stop"]
        assert rig.noted(GuidancePrinted) == [GuidancePrinted(True, False)]
        (paper,) = rig.printer.papers
        lines = [line.text for line in paper if isinstance(line, TextLine)]
        where = f"help.{topic.replace('-', '_')}_where"
        assert catalogue().text(message(where), Language.JA) in lines
        assert "見本　実際の申込みにはなりません" in lines
        assert rig.facilities.operator.contact.ja in lines


async def test_help_that_does_not_come_on_paper_says_so_and_where_none_can_it_is_not_offered() -> None:
    async with running(Rig()) as rig:
        rig.printer.outcomes = [PrintRefused(PrinterStatus(Condition.BAD, PaperState.OUT, "paper-out"))]
        await walk(rig, after(APPLY, "Checklist"))
        await rig.press("pin-unknown")
        await rig.press("print")
        assert "help.paper_failed" in rig.ids()
        await rig.press("back")
        rig.printer.state = PrinterStatus(Condition.BAD, PaperState.OUT, "paper-out")
        await rig.press("pin-unknown")
        assert [choice.id for choice in rig.view.choices()] == ["back", "stop"]


async def test_status_and_guide_return_to_the_same_choice() -> None:
    async with running(Rig()) as rig:
        await walk(rig, after(APPLY, "Home"))
        for choice, title in (("status", "status.title"), ("guide", "guide.title")):
            await rig.press(choice)
            assert rig.ids()[0] == title
            await rig.press("back")
            assert rig.ids()[0] == "home.title"


#: (service, page, badge's words, may it be taken)
ROWS = [
    ("aoba", 1, "この端末でできます", True),
    ("kohaku", 2, "事前登録がいります", True),
    ("shiosai", 3, "この端末ではできません", False),
    ("wakaba", 5, "9月1日から はじまります", False),
]


@pytest.mark.parametrize(("service", "page", "words", "open_here"), ROWS)
async def test_what_cannot_be_done_here_stands_on_the_row_before_any_typing(
    service: str, page: int, words: str, open_here: bool
) -> None:
    async with running(Rig()) as rig:
        await walk(rig, after(APPLY, "ChooseService"))
        for _ in range(page - 1):
            await rig.press("page-on")
        (row,) = [choice for choice in rig.view.choices() if choice.id == f"service-{service}"]
        assert row.detail is not None
        assert words == rig.facilities.wording.text(row.detail, Language.JA)
        await rig.press(row.id)
        assert ("take" in [choice.id for choice in rig.view.choices()]) is open_here
        if not open_here:
            assert "service.refused_sentence" in rig.ids()
            await rig.press("other")
            assert rig.view.name == "ChooseService"


async def test_a_service_that_has_closed_says_since_when() -> None:
    async with running(Rig(start=Rig().start.replace(month=9, day=10))) as rig:
        await walk(rig, after(APPLY, "ChooseService"))
        for _ in range(3):
            await rig.press("page-on")
        assert "8月31日で しめきりました" in rig.words()
        assert "9月1日から" not in rig.words()


async def test_from_a_barred_service_one_can_stop_or_take_another() -> None:
    async with running(Rig()) as rig:
        await walk(
            rig,
            [*after(APPLY, "ChooseService"), FlowStep("ChooseService", press("page-on"), press("page-on"))],
        )
        await rig.press("service-shiosai")
        await rig.press("other")
        assert rig.view.name == "ChooseService"
        await rig.press("service-shiosai")
        await rig.press("stop")
        assert rig.trouble == "V-04"


async def test_a_service_is_found_by_the_rows_of_its_sounds() -> None:
    async with running(Rig()) as rig:
        await walk(rig, after(APPLY, "ChooseService"))
        await rig.press("search")
        await rig.type_in("かさ")  # no name begins か行, さ行: that key does nothing
        await rig.key("clear")
        await rig.type_in("かたたか")
        assert "1件を見る" in rig.words()
        await rig.press("show")
        rows = [choice.id for choice in rig.view.choices() if choice.id.startswith("service-")]
        assert rows == ["service-kitsutsuki"]
        await rig.press("search")
        await rig.key("わ")
        await rig.key("back")
        await rig.press("back")
        assert "service-aoba" in [choice.id for choice in rig.view.choices()]


async def test_chips_show_one_kind_and_pages_turn_both_ways() -> None:
    async with running(Rig()) as rig:
        await walk(rig, after(APPLY, "ChooseService"))
        await rig.press("kind-credit")
        assert {c.id for c in rig.view.choices() if c.id.startswith("service-")} == {
            "service-nagisa", "service-risu"}  # fmt: skip
        await rig.press("kind-all")
        first = rig.view
        await rig.press("page-on")
        await rig.press("page-back")
        assert rig.view == first


async def test_another_service_forgets_the_number_of_the_first() -> None:
    async with running(Rig()) as rig:
        await walk(rig, after(APPLY, "ConfirmApplication"))
        await walk(rig, [
            FlowStep("ConfirmApplication", press("correct-service")),
            FlowStep("ChooseService", press("service-umineko")),
            FlowStep("ServiceTerms", press("take")),
        ])  # fmt: skip
        assert rig.view.name == "EnterText"
        await rig.press("back")
        await rig.press("back")
        assert "あおば電子マネー" in rig.words()


async def test_the_whole_text_of_the_consent_can_be_read_and_names_the_operator() -> None:
    async with running(Rig()) as rig:
        await walk(rig, after(APPLY, "Consent"))
        for expected in ("見本市 デジタル課", "03-0000-0000", "申込みの日から 1年"):
            assert expected in rig.words()
        await rig.press("whole-text")
        assert "見本市役所 2階" in rig.words()
        await rig.press("read")
        assert rig.ids()[0] == "consent.title"


# ------------------------------------------------------------------ S7 and S8


async def test_a_card_laid_down_before_s7_does_not_count() -> None:
    async with running(Rig()) as rig:
        await walk(rig, after(APPLY, "Consent"))
        await rig.lay()
        await walk(rig, [FlowStep("Consent", press("agree")), FlowStep("PlaceCard")])
        assert "card.take_first_title" in rig.ids()
        assert rig.readers.sent == []
        await rig.lift()
        assert "card.insert_title" in rig.ids()
        await walk(rig, [FlowStep("PlaceCard", lay()), FlowStep("ConfirmCard")])


async def test_a_card_visible_from_the_start_does_not_count() -> None:
    async with running(Rig()) as rig:
        await walk(rig, after(APPLY, "PlaceCard"))
        rig.readers.put(card(), from_start=True)
        await rig.settle()
        assert "card.take_first_title" in rig.ids()
        assert rig.readers.sent == []


async def test_with_two_cards_on_two_readers_neither_is_read() -> None:
    async with running(Rig(readers=CardTable("reader", "other"))) as rig:
        rig.readers.put(card("resident-1"), "other")
        await rig.settle()
        assert "attract.take_card" in rig.ids()
        await rig.lift("other")
        await walk(rig, after(APPLY, "PlaceCard"))
        rig.readers.put(card("resident-1"), "other")
        rig.readers.put(card(), "reader")
        await rig.settle()
        assert rig.readers.sent == []
        assert "card.take_first_title" in rig.ids()


async def test_edges_on_another_reader_are_ignored_while_a_card_is_bound() -> None:
    async with running(Rig(readers=CardTable("reader", "other"))) as rig:
        await walk(rig, after(APPLY, "EnterText"))
        before = rig.view
        await rig.lay("resident-1", "other")
        await rig.lift("other")
        rig.readers.unplug("other")
        await rig.settle()
        await rig.wait(10)
        assert (rig.view, rig.covered) == (before, False)
        assert all(reader == "reader" for reader, _ in rig.readers.sent)


@pytest.mark.parametrize(("choice", "code"), [("child", "A-01"), ("someone-else", "C-19")])
async def test_a_card_that_is_not_the_residents_own_is_not_used(choice: str, code: str) -> None:
    async with running(Rig()) as rig:
        await walk(rig, after(APPLY, "ConfirmCard"))
        await rig.press(choice)
        assert rig.trouble == code
        assert rig.readers.verifies() == 0
        await rig.press("leave")
        assert rig.view.name == "TakeCard"


#: (card, code of the trouble)
CARDS = [
    ("juki", "C-10"),
    ("licence", "C-11"),
    ("android-token", "C-13"),
    ("unknown", "C-14"),
    ("e-money", "C-14"),  # a contact reader cannot tell
    ("no-auth-certificate", "C-06"),
    ("next-generation", "C-15"),
    ("damaged", "C-16"),
    ("not-der", "C-16"),
    ("expired", "C-07"),
    ("not-yet-valid", "C-08"),
    ("renewed-an-hour-ago", "C-17"),
    ("wrong-ca", "C-18"),
    ("locked", "P-01"),
]


@pytest.mark.parametrize(("name", "code"), CARDS)
async def test_a_card_that_cannot_be_used_is_named_before_anything_is_typed(name: str, code: str) -> None:
    async with running(Rig()) as rig:
        await walk(rig, [*after(APPLY, "PlaceCard"), FlowStep("PlaceCard", lay(name)), FlowStep("Trouble")])
        assert rig.trouble == code
        assert rig.readers.verifies() == 0
        assert "受け付けていません" in rig.words()


async def test_after_an_idle_warning_the_photo_is_asked_again_before_the_pin() -> None:
    async with running(Rig()) as rig:
        await walk(rig, after(APPLY, "EnterText"))
        await rig.wait(45 * 4)
        await walk(rig, [FlowStep("IdleWarning", press("more-time")), *id_and_codes(ID, CODE)])
        await walk(rig, [
            FlowStep("ConfirmApplication", press("apply")),
            FlowStep("ConfirmCard", press("back")),
            FlowStep("ConfirmApplication", press("apply")),
            FlowStep("ConfirmCard", press("mine")),
            FlowStep("EnterPin", press("back")),
            FlowStep("ConfirmApplication", press("apply")),
            FlowStep("EnterPin", enter_pin()),
            *TAKE_AND_LEAVE,
        ])  # fmt: skip


async def test_what_arrives_while_languages_are_looked_at_is_not_lost() -> None:
    async with running(Rig()) as rig:
        await walk(rig, [*APPLY, FlowStep("Accepted")])
        await rig.lift()
        await rig.press("language")
        for id_ in [kept.id for kept in rig.store.kept]:
            await rig.put(Delivered(id_))
        await rig.press("language-en")
        assert "accepted.arrived" in rig.ids()
