"""The 受付票: what stands on it and in which order, what never does, and that the printed paper can be read back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import cv2
import numpy as np
import pytest

from bench.paper.render import render
from contract.record import Procedure
from contract.reference_number import reference_number
from drivers.printer.document import compose
from terminal.enrolment import AcceptedRecord, Draft
from terminal.messages import message
from terminal.ports import CutLine, PairLine, Paper, QrLine, TextLine
from terminal.presentation import Language, Presentation
from terminal.receipt import Slip, receipt
from terminal.visit import Visit
from tests.bench.card.rig import NOW, residents
from tests.terminal.flow import APPLY, CODE, ID, RESERVE, FlowStep, lift, walk
from tests.terminal.rig import OPERATOR, Rig, catalogue, pin_of, running

RECORDS = (
    AcceptedRecord("0190-a", Procedure.RESERVATION, reference_number("0190-a")),
    AcceptedRecord("0190-b", Procedure.APPLICATION, reference_number("0190-b")),
)
DRAFT = Draft("shisaku-1", "aoba", ID, (CODE,), "5678")
IN_EVERY_LANGUAGE = pytest.mark.parametrize("language", Language)
BOTH_SIZES = pytest.mark.parametrize("large", [False, True], ids=["normal", "large"])
BOTH_WAYS = pytest.mark.parametrize("records", [RECORDS[:1], RECORDS], ids=["reservation", "both"])


def slip(records: tuple[AcceptedRecord, ...] = RECORDS, *, at: datetime = NOW, draft: Draft = DRAFT) -> Slip:
    rig = Rig(start=at)
    visit = Visit("visit", rig.around, Presentation())
    return Slip.of(visit, rig.facilities, draft, records)


def paper_of(made: Slip, language: Language = Language.JA, *, large: bool = False) -> Paper:
    return receipt(made, catalogue(), language, large=large)


def text_of(paper: Paper) -> str:
    texts: list[str] = []
    for line in paper:
        match line:
            case TextLine(text=text):
                texts.append(text)
            case PairLine(label=label, value=value):
                texts += [label, value]
            case _:
                pass
    return "\n".join(texts)


def in_order(whole: str, parts: list[str]) -> bool:
    places = [whole.find(part) for part in parts]
    return -1 not in places and places == sorted(places)


@BOTH_SIZES
def test_everything_that_belongs_on_the_paper_stands_there_in_order(large: bool) -> None:
    text = text_of(paper_of(slip(), large=large))
    assert in_order(
        text,
        [
            "見本　実際の申込みにはなりません",
            "受付票",
            "（申込みは まだ終わっていません）",
            RECORDS[1].number,
            RECORDS[0].number,
            "2022年7月15日 10:00",
            "（令和4年",
            "見本市役所 1階",
            "見本市例町1-1",
            "tk-0042",
            "施策1　チャージ・買い物",
            "あおば電子マネー",
            "下4けた 3456",
            "結果が わかる日",
            "7月22日ごろ",
            "8月14日まで",
            "マイキーIDは、あとで設定されます",
            "マイキーIDも その電話で 聞けます",
            "あとで わかること：電子証明書が 使えるか、前に 申し込んだか、第1弾の のこり、IDとコードが 合うか",
            "結果が「できました」に なってから チャージ・買い物",
            "2023年2月28日まで",
            "ポイントは 翌月の20日ごろ",
            "お店のチャージ機で 受け取ります",
            "困ったときは",
            OPERATOR.name.ja,
            OPERATOR.contact.ja,
            "0120-95-0178",
            "市区町村の窓口",
            "詐欺に注意",
            "#9110",
            "188",
        ],
    ), text


@BOTH_SIZES
@IN_EVERY_LANGUAGE
def test_the_large_print_has_the_same_order_and_doubles_everything(language: Language, large: bool) -> None:
    paper = paper_of(slip(), language, large=large)
    normal = [t for t in text_of(paper_of(slip(), language)).split("\n") if t]
    assert [t for t in text_of(paper).split("\n") if t] == normal
    sizes = [line.size for line in paper if isinstance(line, TextLine)]
    assert min(sizes) == (2 if large else 1)
    assert isinstance(paper[-1], CutLine)


@BOTH_SIZES
def test_key_lines_are_double_size_or_more(large: bool) -> None:
    paper = paper_of(slip(), large=large)
    big = {line.text for line in paper if isinstance(line, TextLine) and line.size >= 2}
    assert {RECORDS[1].number, "結果が わかる日", "結果が「できました」に なってから チャージ・買い物"} <= big


@IN_EVERY_LANGUAGE
@BOTH_SIZES
async def test_nothing_personal_is_on_the_paper(large: bool, language: Language) -> None:
    person = residents().person("happy")
    async with running(Rig(language=language)) as rig:
        await walk(rig, [*APPLY, FlowStep("Accepted", lift())])
        if large:
            await rig.press("print-large")
        text = text_of(rig.printer.papers[-1]) + repr(rig.printer.papers[-1])
        forbidden = [
            ID,
            ID[:12],
            CODE,
            pin_of(),
            person.individual_number,
            person.address,
            *person.name.split("\u3000"),
        ]
        spaced = text.replace(" ", "").replace("-", "")
        assert [secret for secret in forbidden if secret in spaced.replace("03000000000", "")] == []
        for _, plaintext, _ in rig.opened():
            assert plaintext.certificate.hex() not in text
            assert plaintext.body.decode() not in text


def test_the_telephone_digits_are_not_on_the_paper() -> None:
    assert "5678" not in text_of(paper_of(slip()))


@pytest.mark.parametrize(("number", "shown"), [("1234", ""), ("12345", "2345"), (ID, "3456"), ("", "")])
def test_the_last_four_are_never_the_whole_number(number: str, shown: str) -> None:
    made = slip(draft=replace(DRAFT, service_id=number))
    assert made.id_last4 == shown
    assert ("下4けた" in text_of(paper_of(made))) is bool(shown)


def test_a_reservation_alone_has_no_service_and_no_id() -> None:
    text = text_of(paper_of(slip(RECORDS[:1])))
    assert "あおば" not in text
    assert "下4けた" not in text
    assert "IDとコード" not in text
    assert "前に 申し込んだか" not in text
    assert "マイキーIDは、あとで設定されます" in text
    assert "受付番号" in text
    assert "予約の 受付番号" not in text


@IN_EVERY_LANGUAGE
def test_a_reservation_alone_says_that_the_application_is_still_to_be_made_and_until_when(
    language: Language,
) -> None:
    lines = text_of(paper_of(slip(RECORDS[:1]), language)).split("\n")
    alone, both = (
        catalogue().text(message(f"paper.not_finished{which}"), language) for which in ("_reservation", "")
    )
    assert alone in lines
    assert both not in lines
    until = lines.index(catalogue().text(message("paper.apply_until"), language))
    assert "2023" in lines[until + 1]
    assert catalogue().text(message("paper.after_applied"), language) in lines
    assert catalogue().text(message("paper.apply_until"), language) not in text_of(paper_of(slip(), language))


#: (day, who answers)
DAYS = [
    ("2022-07-15T10:00+09:00", "（5番）", "平日 9:30〜20:00"),
    ("2023-04-01T10:00+09:00", "（5番）", "毎日 9:30〜20:00"),
]


@pytest.mark.parametrize(("day", "guide", "hours"), DAYS)
def test_who_answers_depends_on_the_day(day: str, guide: str, hours: str) -> None:
    text = text_of(paper_of(slip(at=datetime.fromisoformat(day))))
    assert f"0120-95-0178{guide}" in text
    assert hours in text


def test_after_the_desk_has_closed_only_the_operator_answers() -> None:
    text = text_of(paper_of(slip(at=datetime.fromisoformat("2026-11-21T10:00+09:00"))))
    assert "0120-95-0178" not in text
    assert OPERATOR.name.ja in text
    assert OPERATOR.contact.ja in text


def test_with_a_connected_operator_there_is_no_sample_band() -> None:
    assert "見本　" in text_of(paper_of(slip()))
    assert "見本　" not in text_of(paper_of(replace(slip(), sample=False)))


@IN_EVERY_LANGUAGE
def test_no_word_on_the_paper_is_stronger_than_acceptance(language: Language) -> None:
    text = text_of(paper_of(slip(), language)).lower()
    assert not [
        word for word in ("完了", "登録しました", "申し込みました", "complete", "success") if word in text
    ]
    if language is Language.JA:
        assert text.count("できました") == text.count("「できました」") == 1


# ------------------------------------------------------------------ as the printer gets it


def printed(paper: Paper) -> bytes:
    return b"".join(part.data for part in compose(paper))


@BOTH_WAYS
@BOTH_SIZES
@IN_EVERY_LANGUAGE
def test_the_job_is_small_and_the_code_on_the_paper_holds_the_last_acts_number_and_nothing_else(
    language: Language, large: bool, records: tuple[AcceptedRecord, ...]
) -> None:
    data = printed(paper_of(slip(records), language, large=large))
    assert len(data) <= 4096
    picture = np.array(render(data).convert("L"))
    _, found, _, _ = cv2.QRCodeDetector().detectAndDecodeMulti(picture)
    assert list(found) == [records[-1].number]


@BOTH_SIZES
def test_no_two_words_of_a_pair_run_into_each_other(large: bool) -> None:
    for line in paper_of(slip(), large=large):
        if isinstance(line, PairLine):
            assert line.label
            assert line.value


async def test_the_paper_follows_the_residents_language_and_size() -> None:
    for language, size_pressed in ((Language.JA, False), (Language.EN, True)):
        async with running(Rig(language=language)) as rig:
            await walk(rig, RESERVE[:1])
            if size_pressed:
                await rig.press("size")
            await walk(rig, [*RESERVE[1:], FlowStep("Accepted", lift())])
            (paper,) = rig.printer.papers
            assert ("受付票" if language is Language.JA else "Receipt slip") in text_of(paper)
            assert next(line.module for line in paper if isinstance(line, QrLine)) == (
                12 if size_pressed else 9
            )
