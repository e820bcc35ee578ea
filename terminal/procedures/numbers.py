"""S9–S11: the resident's 決済サービスID, once more from the source, and the codes.

Of the wrong bindings of 2023, 32 were mistyped IDs; hence double entry from the source, compared group by group.
A mismatch names the group, never the value.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from programmes.id_format import Fits, Unusual, WrongBeginning, WrongClass, check
from programmes.services import EntryRow, Service
from terminal.controls import Choice, Field, FieldKind, Group, GroupState, KeyPressed, Role
from terminal.enrolment import Draft
from terminal.facilities import Facilities
from terminal.messages import Message, message, verbatim
from terminal.procedures.steps import BACK, SKIPPED, Step, Turn
from terminal.procedures.texts import localised
from terminal.view_parts import Drawing, Entry, Note, Paragraph, Part, Status, Stones, Tone
from terminal.views import BACK as BACK_CHOICE
from terminal.views import EnterCode, EnterText, RepeatText, View
from terminal.visit import Ending, Visit, VisitOver

#: A third mismatch ends the visit: somebody who cannot copy the number needs help, not another try (FLOW §2, S10).
MISMATCHES = 3


@dataclass(frozen=True, repr=False)
class Typing:
    """A field while it is typed: one text a group."""

    lengths: tuple[int, ...]
    texts: tuple[str, ...]
    wrong: int | None = None

    @classmethod
    def empty(cls, lengths: tuple[int, ...]) -> Typing:
        return cls(lengths, ("",) * len(lengths))

    @property
    def current(self) -> int:
        """The first group that is not full, or the last."""
        for index, (text, length) in enumerate(zip(self.texts, self.lengths, strict=True)):
            if len(text) < length:
                return index
        return len(self.lengths) - 1

    @property
    def missing(self) -> int:
        return sum(self.lengths) - sum(map(len, self.texts))

    def press(self, key: str) -> Typing:
        """`back` takes one character away, `clear` everything; one character is appended if there is room."""
        if key == "clear":
            return Typing.empty(self.lengths)
        if key == "back":
            at = self._before_cursor()
            return self if at is None else self._with(at, self.texts[at][:-1])
        if len(key) != 1 or not self.missing:
            return self
        return self._with(self.current, self.texts[self.current] + key)

    def _before_cursor(self) -> int | None:
        """The group that 1字消す shortens: the one being typed, or the nearest before it; never one behind it."""
        cursor = self.wrong if self.wrong is not None and not self.missing else self.current
        return next((i for i in range(cursor, -1, -1) if self.texts[i]), None)

    def without(self, group: int) -> Typing:
        """Only this group is typed again."""
        return replace(self._with(group, ""), wrong=group)

    def _with(self, group: int, text: str) -> Typing:
        texts = (*self.texts[:group], text, *self.texts[group + 1 :])
        return Typing(self.lengths, texts, self.wrong)

    def groups(self) -> tuple[Group, ...]:
        return tuple(
            Group(length, text, self._state(index, text, length))
            for index, (text, length) in enumerate(zip(self.texts, self.lengths, strict=True))
        )

    def _state(self, index: int, text: str, length: int) -> GroupState:
        if index == self.wrong and len(text) < length:
            return GroupState.WRONG
        if len(text) == length:
            return GroupState.COMPLETE
        return GroupState.CURRENT if index == self.current else GroupState.EMPTY

    def first_difference(self, other: tuple[str, ...]) -> int | None:
        return next((i for i, (a, b) in enumerate(zip(self.texts, other, strict=True)) if a != b), None)


def group_lengths(row: EntryRow) -> tuple[int, ...]:
    """As printed; without printed groups, fours and a rest; without a known length, one open group."""
    if row.groups:
        return row.groups
    if row.length is None or row.longest != row.length:
        return (row.longest,)
    full, rest = divmod(row.length, 4)
    return (4,) * full + ((rest,) if rest else ())


def is_open_length(row: EntryRow) -> bool:
    return row.length is None or row.longest != row.length


# --------------------------------------------------------------------------- steps


def enter_id_step(visit: Visit, facilities: Facilities, service: Service, stones: Stones) -> Step:
    """S9 and S10 in one: the first entry never leaves this function but as the finished ID."""

    async def step(draft: Draft) -> Draft | Turn:
        row = service.id_entry
        if row is None:
            return SKIPPED
        while True:
            first = await _type(visit, row, lambda typing: enter_view(facilities, row, typing, stones))
            if first is None:
                return BACK
            if row.check_digit and row.is_confirmed("check_digit"):
                return replace(draft, service_id="".join(first))
            if await _repeat(visit, facilities, row, first, stones):
                return replace(draft, service_id="".join(first))

    return step


async def _repeat(
    visit: Visit, facilities: Facilities, row: EntryRow, first: tuple[str, ...], stones: Stones
) -> bool:
    """True when the second entry equals the first; False for もどる. Raises VisitOver at the third mismatch."""
    if not any(first):
        return True
    # As much room as the first time, whatever was typed then: a slip that left something out must show.
    typing = Typing.empty(group_lengths(row))
    for _ in range(MISMATCHES):
        texts = await _type(
            visit, row, lambda shown: repeat_view(facilities, row, shown, stones), start=typing
        )
        if texts is None:
            return False
        second = Typing(typing.lengths, texts)
        wrong = second.first_difference(first)
        if wrong is None:
            return True
        typing = second.without(wrong)
    raise VisitOver(Ending.ENTRY_DIFFERS)


def enter_codes_step(visit: Visit, facilities: Facilities, service: Service, stones: Stones) -> Step:
    """S11: one code after another, then the telephone's last four digits where the service wants them."""

    async def step(draft: Draft) -> Draft | Turn:
        rows = list(service.codes)
        codes: list[str] = []
        while len(codes) < len(rows):
            row, n = rows[len(codes)], len(codes) + 1
            texts = await _type(
                visit, row, partial(code_view, facilities, row, stones=stones, n=n, of=len(rows))
            )
            if texts is None:
                if not codes:
                    return BACK
                codes.pop()
                continue
            codes.append("".join(texts))
        return replace(draft, codes=tuple(codes)) if rows else SKIPPED

    return step


def enter_phone_step(visit: Visit, facilities: Facilities, service: Service, stones: Stones) -> Step:
    async def step(draft: Draft) -> Draft | Turn:
        if service.phone_last4 == "none":
            return SKIPPED
        optional = service.phone_last4 == "optional"
        typing = Typing.empty((4,))
        while True:
            answer = await visit.ask(phone_view(facilities, typing, stones, optional=optional))
            if isinstance(answer, KeyPressed):
                typing = typing.press(answer.key)
            elif answer.choice == "back":
                return BACK
            elif answer.choice == "without":
                return replace(draft, phone_last4="")
            elif answer.choice == "ok":
                return replace(draft, phone_last4="".join(typing.texts))

    return step


async def _type(
    visit: Visit, row: EntryRow, view_of: Callable[[Typing], View], *, start: Typing | None = None
) -> tuple[str, ...] | None:
    """Keys until the entry is complete and confirmed with the main button; None for もどる."""
    typing = start or Typing.empty(group_lengths(row))
    while True:
        answer = await visit.ask(view_of(typing))
        if isinstance(answer, KeyPressed):
            typing = typing.press(answer.key)
        elif answer.choice == "back":
            return None
        elif answer.choice == "find":
            await visit.choose(find_view(row, sample=visit.around.sample))
        elif answer.choice == "ok":
            wrong = _wrong_group(row, typing)
            if wrong is None:
                return typing.texts
            typing = typing.without(wrong)
        elif answer.choice == "without":
            return ("",) * len(typing.lengths)


def _wrong_group(row: EntryRow, typing: Typing) -> int | None:
    """The group to type again, from 0; None when nothing confirmed speaks against the entry."""
    match check("".join(typing.texts), row):
        case Fits() | Unusual():
            return None
        case WrongClass(group=group):
            return min(group, len(typing.lengths)) - 1
        case WrongBeginning():
            return 0
        case _:  # a check digit cannot say which digit is wrong: the last group is the likeliest slip
            return len(typing.lengths) - 1


# --------------------------------------------------------------------------- views


def _field(row: EntryRow, typing: Typing, id_: str) -> Field:
    letters = row.character_class != "digits"
    return Field(
        id_,
        FieldKind.LETTERS if letters else FieldKind.DIGITS,
        typing.groups(),
        letters_first=letters,
        find_help=row.drawing != "none",
    )


def _ready(row: EntryRow, typing: Typing) -> Choice | Status:
    """The status box counts down and becomes the button; an ID of unknown length may be confirmed from 4 on."""
    letters = row.character_class != "digits"
    typed = sum(map(len, typing.texts))
    if typing.missing == 0 or (is_open_length(row) and typed >= 4):
        return Choice("ok", message("button.next"), Role.PRIMARY, icon="forward", key="#")
    if row.may_be_missing and typed == 0:
        return Choice("without", message("enter.without"), Role.SECONDARY)
    if is_open_length(row):
        return Status(message("enter.as_printed"))
    return Status(message("enter.missing_letters" if letters else "enter.missing_digits", n=typing.missing))


def _sentence(row: EntryRow) -> Message:
    return message("enter.where", where=localised(row.where))


def enter_view(facilities: Facilities, row: EntryRow, typing: Typing, stones: Stones) -> EnterText:
    wrong = _wrong_note(typing)
    return EnterText(
        title=message("enter.title", label=localised(row.label)),
        sentence=None if wrong else _sentence(row),
        parts=(*wrong, Entry(_field(row, typing, "service-id"))),
        main=_ready(row, typing),
        back=BACK_CHOICE,
        stones=stones,
        sample=facilities.sample,
    )


def repeat_view(facilities: Facilities, row: EntryRow, typing: Typing, stones: Stones) -> RepeatText:
    wrong = _differs(typing)
    return RepeatText(
        title=_differs_title(typing) if wrong else message("enter.again_title"),
        sentence=None if wrong else message("enter.again_sentence"),
        parts=(*wrong, Entry(_field(row, typing, "service-id-again"))),
        main=_ready(row, typing),
        back=BACK_CHOICE,
        stones=stones,
        sample=facilities.sample,
    )


def _wrong_note(typing: Typing) -> tuple[Part, ...]:
    if typing.wrong is None:
        return ()
    return (Note(_at_group(typing, "enter.wrong_group"), icon="error", tone=Tone.ERROR),)


def _differs(typing: Typing) -> tuple[Part, ...]:
    """What to do about it now, and that nothing has left the terminal."""
    if typing.wrong is None:
        return ()
    again = _at_group(typing, "enter.only_group")
    return (Note(again, message("enter.nothing_sent"), "error", Tone.ERROR),)


def _differs_title(typing: Typing) -> Message:
    return _at_group(typing, "enter.differs")


def _at_group(typing: Typing, id_: str) -> Message:
    """The text about the wrong group, by its place; where there is one group only, about the whole."""
    if typing.wrong is None or len(typing.lengths) == 1:
        return message(f"{id_}_whole")
    return message(id_, n=typing.wrong + 1)


def code_view(
    facilities: Facilities, row: EntryRow, typing: Typing, stones: Stones, n: int, of: int
) -> EnterCode:
    title = message("enter.code_title_one", label=localised(row.label))
    return EnterCode(
        title=title if of == 1 else message("enter.code_title", label=localised(row.label), n=n, of=of),
        sentence=message("enter.code_where", where=localised(row.where)),
        parts=(*_wrong_note(typing), Entry(_field(row, typing, f"code-{n}"))),
        main=_ready(row, typing),
        back=BACK_CHOICE,
        stones=stones,
        sample=facilities.sample,
    )


def phone_view(facilities: Facilities, typing: Typing, stones: Stones, *, optional: bool) -> EnterCode:
    done = typing.missing == 0
    main: Choice | Status = Status(message("enter.missing_digits", n=typing.missing))
    if done:
        main = Choice("ok", message("button.next"), Role.PRIMARY, icon="forward", key="#")
    elif optional and typing.missing == 4:
        main = Choice("without", message("enter.phone_without"), Role.SECONDARY)
    return EnterCode(
        title=message("enter.phone_title"),
        sentence=message("enter.phone_optional" if optional else "enter.phone_sentence"),
        parts=(Entry(Field("phone-last4", FieldKind.DIGITS, typing.groups())),),
        main=main,
        back=BACK_CHOICE,
        stones=stones,
        sample=facilities.sample,
    )


#: Where the number stands, as the catalogue calls it, and the drawing that shows it.
DRAWINGS = {
    "card-back-number": "e-money-number",
    "card-back-code": "e-money-code",
    "app-screen": "app-number",
    "web-page": "web-number",
}


def find_view(row: EntryRow, *, sample: bool) -> View:
    """見つけ方: where the number stands, as large as possible."""
    drawing = DRAWINGS.get(row.drawing)
    parts: tuple[Part, ...] = (Drawing(drawing),) if drawing else ()
    where = Note(verbatim(localised(row.where)), message("enter.not_my_number"), icon="search")
    return EnterText(
        title=message("enter.find_title", label=localised(row.label)),
        parts=(*parts, where, Paragraph(message("enter.not_found"))),
        main=Choice("found", message("enter.found"), Role.PRIMARY, key="#"),
        back=BACK_CHOICE,
        personal=False,
        sample=sample,
    )
