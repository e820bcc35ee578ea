"""Words are promises: which of them may stand where, that each is there in every language, and that none is too long."""

from __future__ import annotations

import ast
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import msgspec
import pytest

import terminal
from programmes.opening import Why
from programmes.services import EntryDrawing
from screens import drawings
from screens.catalogue import PLACE
from terminal.endings import OperatorContact, every_trouble, further_words, trouble_of, trouble_view
from terminal.messages import Localised
from terminal.ports import CardKind, CardRefused, ReaderKind
from terminal.presentation import Language
from terminal.procedures.checklist import HelpPaper
from terminal.procedures.numbers import (
    DRAWINGS,
    Typing,
    code_view,
    enter_view,
    find_view,
    group_lengths,
    repeat_view,
)
from terminal.procedures.service_choice import CHIPS
from terminal.readiness import Missing
from terminal.view_parts import Bars, Small, Stone, Stones
from terminal.views import Trouble, View
from terminal.visit import Ending
from tests.terminal.fakes import CardTable
from tests.terminal.flow import APPLY, RESERVE, TAKE_AND_LEAVE, after, walk
from tests.terminal.rig import Rig, catalogue, messages_of, programme, running
from tests.terminal.stations import STATIONS

IN_EVERY_LANGUAGE = pytest.mark.parametrize("language", Language)

#: Titles and main sentences are at most so wide, in full-width characters (FLOW, preamble).
WIDEST = 24

#: Where a company's own words stand in the sentence (the way through its app), they are left as they are.
WIDEST_WITH_DATA = 36

#: Stronger than the terminal knows. 完了 stands in 申込状況 only, and that is not in this catalogue.
TOO_STRONG = {
    Language.JA: (
        *(
            "完了",
            "登録しました",
            "登録され",
            "申し込みました",
            "申込みました",
            "申し込めました",
            "予約しました",
        ),
        *(
            "予約できました",
            "成功",
            "認証しました",
            "認証され",
            "付与",
            "送信しました",
            "送りました",
            "本人と確認",
        ),
        *("有効です", "有効なカード", "もらえました", "手続きが終わりました", "おめでとう"),
    ),
    Language.EASY: (
        *("完了", "登録しました", "申し込みました", "予約しました", "予約できました", "成功"),
        *("送りました", "もらえました", "使えるカード", "おめでとう"),
    ),
    Language.EN: (
        *("complete", "success", "you have reserved", "have been granted", "verified", "card is valid"),
        *("congratulations", "submitted", "you are registered", "has been sent", "points were"),
    ),
}
#: できました is the programme's word; it may only be quoted.
QUOTES = {"guide.third_detail", "paper.after_done", "paper.after_applied", "accepted.done_application"}


def width(text: str) -> float:
    """In full-width characters; half-width ones count half."""
    return sum(1.0 if unicodedata.east_asian_width(c) in "WFA" else 0.5 for c in text)


# ------------------------------------------------------------------ the catalogue


def test_every_text_stands_in_every_language_with_the_same_places() -> None:
    ids = {language: catalogue().ids(language) for language in Language}
    assert len(set(ids.values())) == 1
    for id_ in ids[Language.JA]:
        assert len({catalogue().places(id_, language) for language in Language}) == 1, id_


@IN_EVERY_LANGUAGE
def test_no_text_is_stronger_than_what_the_terminal_knows(language: Language) -> None:
    for id_ in catalogue().ids(language):
        text = catalogue().source(id_, language).lower()
        assert [word for word in TOO_STRONG[language] if word in text] == [], id_


def test_dekimashita_is_only_quoted() -> None:
    found = {
        id_ for id_ in catalogue().ids(Language.JA) if "できました" in catalogue().source(id_, Language.JA)
    }
    assert found == QUOTES
    for id_ in found:
        assert "「できました」" in catalogue().source(id_, Language.JA)


def test_the_words_of_acceptance_stand_only_where_a_record_is_durable() -> None:
    found = {
        id_
        for id_ in catalogue().ids(Language.JA)
        if "受け付けました" in catalogue().source(id_, Language.JA)
    }
    assert found == {"accepted.title", "accepted.title_in_part"}
    arrived = {
        id_ for id_ in catalogue().ids(Language.JA) if "届きました" in catalogue().source(id_, Language.JA)
    }
    assert arrived == {"accepted.arrived"}


def test_no_ministry_is_named_as_the_operator() -> None:
    for language in Language:
        for id_ in catalogue().ids(language):
            text = catalogue().source(id_, language)
            assert not any(
                name in text for name in ("総務省", "デジタル庁", "J-LIS", "Ministry", "Digital Agency")
            )


# ------------------------------------------------------------------ the ids in the code

_FOLDER = Path(terminal.__file__).parent


def _sources() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(_FOLDER.rglob("*.py")):
        if not {"journal", "uplink"} & set(path.parts):
            yield path.name, ast.parse(path.read_text(encoding="utf-8"))


def _literals(node: ast.expr) -> list[str]:
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.IfExp(body=body, orelse=other):
            return [*_literals(body), *_literals(other)]
        case _:
            return []


def _calls() -> Iterator[tuple[str, str, frozenset[str]]]:
    """(file, message id, argument names) of each call of `message` or `say` with an id written out."""
    for name, module in _sources():
        for node in ast.walk(module):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called not in ("message", "say", "Message"):
                continue
            arguments = frozenset(k.arg for k in node.keywords if k.arg is not None)
            for id_ in _literals(node.args[0]):
                if "." in id_:
                    yield name, id_, arguments


def test_every_id_in_the_code_exists_and_gets_exactly_its_places() -> None:
    calls = list(_calls())
    assert len(calls) > 150
    for name, id_, arguments in calls:
        assert id_ in catalogue().ids(Language.JA), (name, id_)
        assert arguments == catalogue().places(id_, Language.JA), (name, id_)


#: Ids that are put together in the code, from the tables that they come from.
PUT_TOGETHER = {
    *(f"closed.{why.value.replace('-', '_')}" for why in Why),
    *(f"missing.{thing.value}" for thing in Missing),
    *(f"out_of_service.{thing.value}" for thing in (Missing.READER, Missing.STORE, Missing.CLOCK)),
    *(f"service.kind_{name.replace('-', '_')}" for name, _ in CHIPS),
    *(f"terms.percent_{kind}" for kind in ("charge", "purchase", "choice", "unknown")),
    *(f"language.{language}" for language in Language),
    *(f"stone.{stone}" for stone in Stone),
    *(f"consent_text.{clause}" for clause in
      ("read", "purpose", "recipients", "retention", "never", "contact", "disclosure")),
    *(f"help.{topic}_{part}" for topic in ("pin_unknown", "id_unknown") for part in ("title", "where")),
    *(f"{where}.{part}_{kind}" for where in ("accepted", "paper") for part in ("number",) for kind in
      ("reservation", "application")),
    *(f"paper.procedure_{kind}" for kind in ("reservation", "application")),
    *(f"card.{form}_{part}" for form in ("insert", "lay") for part in ("title", "sentence", "status")),
    *(f"card.slipped_{form}" for form in ("insert", "lay")),
    *(f"confirm_card.sentence_{form}" for form in ("insert", "lay")),
    *(f"help.{paper.value}" for paper in HelpPaper),
    *(f"accepted.{said}_{kind}" for said in ("refused", "already") for kind in ("reservation", "application")),
    *(f"accepted.already_{kind}_detail" for kind in ("reservation", "application")),
}  # fmt: skip


def test_every_id_that_is_put_together_exists() -> None:
    assert catalogue().ids(Language.JA) >= PUT_TOGETHER


# ------------------------------------------------------------------ troubles

NOT_DONE = {
    Language.JA: "受け付けていません",
    Language.EASY: "まだ 何も 申し込んでいません",
    Language.EN: "Nothing was accepted",
}
CONTACT = OperatorContact(Localised("見本市 デジタル課"), Localised("03-0000-0000"), "tk-0042")


@pytest.mark.parametrize(("ending", "detail"), every_trouble())
@IN_EVERY_LANGUAGE
def test_every_trouble_says_what_happened_what_was_not_done_and_what_to_do(
    language: Language, ending: Ending, detail: str
) -> None:
    view = trouble_view(ending, detail, CONTACT, sample=True)
    (bars,) = [part for part in view.parts if isinstance(part, Bars)]
    for three in (bars.happened, bars.not_done, bars.next):
        assert three
        assert all(catalogue().text(message, language).strip() for message in three)
    not_done = catalogue().text(bars.not_done[0], language)
    assert NOT_DONE[language] in not_done
    small = "".join(
        catalogue().text(m, language) for part in view.parts if isinstance(part, Small) for m in part.lines
    )
    assert all(text in small for text in (CONTACT.name.ja, CONTACT.phone.ja, CONTACT.terminal, view.code))
    assert isinstance(view.parts[-1], Small)  # the code comes last


def _next_words(view: Trouble) -> list[str]:
    (bars,) = [part for part in view.parts if isinstance(part, Bars)]
    return [catalogue().text(message, Language.JA) for message in bars.next]


@pytest.mark.parametrize(("ending", "detail"), every_trouble())
def test_a_card_that_still_lies_there_is_asked_for_first_and_else_not_at_all(
    ending: Ending, detail: str
) -> None:
    asked = [
        _next_words(trouble_view(ending, detail, CONTACT, sample=True, lying=lying))
        for lying in (True, False)
    ]
    phone = detail == CardKind.ANDROID_TOKEN
    asks = "スマートフォンを はなしてください。" if phone else "カードを お取りください。"
    assert asked[0] == [asks, *asked[1]]
    assert asks not in asked[1]


@pytest.mark.parametrize("why", Why)
def test_an_ending_by_the_calendar_says_which_reason_it_was(why: Why) -> None:
    view = trouble_view(Ending.NOT_OPEN, why.value, CONTACT, sample=True)
    (bars,) = [part for part in view.parts if isinstance(part, Bars)]
    assert [message.id for message in bars.happened] == [f"closed.{why.value.replace('-', '_')}"]


@pytest.mark.parametrize("detail", ["expired", "renewal-wait"])
@pytest.mark.parametrize(("hours", "days"), [(24, "1日"), (72, "3日"), (73, "4日")])
def test_how_long_a_renewed_certificate_may_wait_is_the_packs_value(
    detail: str, hours: int, days: str
) -> None:
    pack = programme().pack
    wait = msgspec.structs.replace(pack.renewal_wait, longest_hours=hours)
    changed = msgspec.structs.replace(pack, renewal_wait=wait)
    extra = further_words(Ending.CARD_REFUSED, detail, changed)
    view = trouble_view(Ending.CARD_REFUSED, detail, CONTACT, sample=True, extra=extra)
    assert any(days in text for text in _next_words(view))


def test_every_place_of_an_id_that_a_catalogue_can_name_has_its_drawing() -> None:
    places = set(get_args(EntryDrawing)) - {"none"}
    assert set(DRAWINGS) == places
    assert set(DRAWINGS.values()) <= drawings.names()


def test_each_trouble_has_a_code_of_its_own() -> None:
    codes = [words.code for words in every_trouble().values()]
    assert len(codes) == len(set(codes))


def test_the_rows_of_the_table_are_exactly_what_can_happen() -> None:
    kinds = {kind.value for kind in CardKind if kind is not CardKind.MY_NUMBER}
    dates = {"expired", "not-yet", "renewal-wait", "issuer"}
    said = {"child", "someone-else"}
    refused = {detail for ending, detail in every_trouble() if ending is Ending.CARD_REFUSED}
    assert refused == kinds | dates | said
    others = {(ending, detail) for ending, detail in every_trouble() if ending is not Ending.CARD_REFUSED}
    assert others == {
        (ending, "") for ending in Ending if ending not in (Ending.FINISHED, Ending.CARD_REFUSED)
    }


def test_an_unknown_detail_still_finds_words() -> None:
    for ending in Ending:
        assert trouble_of(ending, "something-new").slug


@pytest.mark.parametrize("kind", [kind for kind in CardKind if kind is not CardKind.MY_NUMBER])
@pytest.mark.parametrize("reader", ReaderKind)
async def test_each_kind_of_card_that_a_reader_names_has_its_words(
    reader: ReaderKind, kind: CardKind
) -> None:
    async with running(Rig(readers=CardTable(kind=reader))) as rig:
        await walk(rig, after(RESERVE, "PlaceCard"))
        rig.readers.answers = [CardRefused(kind, "6A82")]
        await rig.lay()
        assert rig.trouble == every_trouble()[Ending.CARD_REFUSED, kind.value].code


# ------------------------------------------------------------------ widths


async def _views(language: Language) -> list[View]:
    """Every view of every station and of both ways, as shown."""
    seen: list[View] = []
    for steps in [
        *(station.steps for station in STATIONS),
        [*APPLY, *TAKE_AND_LEAVE],
        [*RESERVE, *TAKE_AND_LEAVE],
    ]:
        async with running(Rig(language=language)) as rig:
            await walk(rig, list(steps))
            await rig.wait(181)
            seen += [shown.view for shown in rig.screen.history]
    return seen


@IN_EVERY_LANGUAGE
async def test_titles_and_main_sentences_hold_on_a_line_or_two(language: Language) -> None:
    views = await _views(language)
    assert {"Home", "EnterPin", "Accepted", "IdleWarning", "StopQuestion"} <= {view.name for view in views}
    views += [trouble_view(ending, detail, CONTACT, sample=True) for ending, detail in every_trouble()]
    too_wide = set()
    for view in views:
        for message in (view.title, *((view.sentence,) if view.sentence else ())):
            text = catalogue().text(message, language)
            if width(text) > WIDEST:
                too_wide.add((width(text), text))
    assert too_wide == set()


@pytest.mark.parametrize(
    "packs", [("national-2022", "demo-services"), ("national-2022",)], ids=["demo", "national"]
)
@IN_EVERY_LANGUAGE
def test_titles_and_sentences_of_each_services_fields_hold_on_a_line(
    language: Language, packs: tuple[str, ...]
) -> None:
    facilities = Rig(programme=programme(*packs)).facilities
    stones = Stones((Stone.NUMBER,), Stone.NUMBER)
    too_wide = set()
    for service in facilities.programme.services:
        views: list[View] = []
        if service.id_entry is not None:
            typing = Typing.empty(group_lengths(service.id_entry))
            views += [
                enter_view(facilities, service.id_entry, typing, stones),
                repeat_view(facilities, service.id_entry, typing, stones),
                find_view(service.id_entry, sample=True),
            ]
        for n, row in enumerate(service.codes, 1):
            typing = Typing.empty(group_lengths(row))
            views.append(code_view(facilities, row, typing, stones, n, len(service.codes)))
        too_wide |= {
            (service.key, text)
            for view in views
            for message, most in ((view.title, WIDEST), (view.sentence, WIDEST_WITH_DATA))
            if message is not None and width(text := catalogue().text(message, language)) > most
        }
    assert too_wide == set()


@IN_EVERY_LANGUAGE
async def test_no_view_needs_a_place_that_it_does_not_fill(language: Language) -> None:
    for view in await _views(language):
        for message in messages_of(view):
            text = catalogue().text(message, language)
            assert text.strip(), message.id
            assert not PLACE.search(text), message.id


@IN_EVERY_LANGUAGE
async def test_nothing_shown_before_the_commit_speaks_of_acceptance(language: Language) -> None:
    promised = {
        Language.JA: ("受け付けました", "届きました"),
        Language.EASY: ("受け付けました", "センターに 届きました"),
        Language.EN: ("Accepted", "reached the centre"),
    }[language]
    for station in STATIONS:
        async with running(Rig(language=language)) as rig:
            await walk(rig, list(station.steps))
            for shown in rig.screen.history:
                texts = [
                    catalogue().text(m, language)
                    for m in messages_of(shown.view)
                    if not m.id.startswith("stone.")
                ]
                assert not any(text.startswith(promised) for text in texts)


async def test_every_view_of_the_main_job_carries_the_sample_band() -> None:
    for language in Language:
        for view in await _views(language):
            assert view.sample, view.name


def test_a_trouble_is_never_without_a_code() -> None:
    for (ending, detail), words in every_trouble().items():
        view = trouble_view(ending, detail, CONTACT, sample=False)
        assert isinstance(view, Trouble)
        assert view.code == words.code
