"""What a programme pack says: phases, hours, contacts, rules of one campaign, each row dated and sourced.

A pack is the only place where a campaign's dates, amounts and wording live. Rows are "as published on": a later
row does not correct an earlier one, it takes its place from `known_from` on, so that a date in the past shows what
was known on that day. Dates are days in Asia/Tokyo and inclusive: `closes = 2023-02-28` ends at the midnight
after it.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated, Literal

from msgspec import Meta, Struct

Slug = Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]
SourceTags = Annotated[
    tuple[str, ...], Meta(min_length=1, description="list the tags of [sources] that say this")
]
Function = Literal["reservation", "application", "status", "guidance"]
AnsweredBy = Literal["here", "declared", "unknowable"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Subject = Literal["programme", "card", "loss", "police", "consumer", "foreign-languages"]


class Text(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A sentence for people, Japanese and English always; the other languages where somebody translated it."""

    ja: Annotated[str, Meta(min_length=1, description="the Japanese sentence")]
    en: Annotated[str, Meta(min_length=1, description="the English sentence")]
    easy: str = ""  # やさしい日本語
    zh: str = ""
    ko: str = ""
    es: str = ""
    pt: str = ""

    def in_language(self, language: str) -> str:
        """The sentence in `language`; without one, やさしい日本語 falls back to Japanese, the rest to English."""
        match language:
            case "ja":
                return self.ja
            case "easy":
                return self.easy or self.ja
            case "zh" | "ko" | "es" | "pt":
                return str(getattr(self, language)) or self.en
            case _:
                return self.en


class Sourced(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row that can be traced.

    `as_of` is the day of the source (or of looking at it). `confirmed` is true if the source states the row;
    `unconfirmed` then still names single fields which it does not state.
    """

    as_of: Annotated[date, Meta(description="write the day of the source, as 2022-02-15")]
    source: SourceTags
    confirmed: Annotated[bool, Meta(description="write true if the source states it, else false")]
    unconfirmed: tuple[str, ...] = ()
    note: str = ""

    def is_confirmed(self, name: str) -> bool:
        """Whether the field `name` of this row may be relied upon (to refuse somebody, for instance)."""
        return self.confirmed and name not in self.unconfirmed


class Source(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A citation; rows name it by its tag."""

    what: Annotated[str, Meta(min_length=1, description="who published what")]
    day: date | None = None  # the day it was published; absent where the source does not say
    url: str = ""


class Grant(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much. `premium`: `percent` of charge or purchase up to `base_max_yen`. `fixed`: points without purchase."""

    kind: Literal["premium", "fixed"]
    points_max: Annotated[int, Meta(gt=0, description="points a person can get at most, 1 point = 1 yen")]
    percent: Annotated[int, Meta(gt=0, le=100)] | None = None
    base_max_yen: Annotated[int, Meta(gt=0)] | None = None


class Measure(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One 施策. A person can apply once for each (`once_per`); that is proved by the programme, not here."""

    key: Slug
    title: Text
    summary: Text
    grant: Grant
    offered_here: bool
    why_not: Text | None = None
    once_per: Literal["person-and-measure"] = "person-and-measure"
    own_procedure: Literal["", "insurance", "account"] = ""
    examined: bool = False  # 審査: somebody decides afterwards (自治体マイナポイント)
    declared: tuple[Text, ...] = ()  # conditions asked one a screen, at most 3


class Phase(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was published about one measure's dates, valid from `known_from` until the next row of the measure."""

    measure: Slug
    known_from: Annotated[date, Meta(description="the day from which this was publicly known")]
    opens: Annotated[date, Meta(description="first day of 申込")]
    closes: Annotated[date, Meta(description="last day of 申込, inclusive")]
    use_until: Annotated[date, Meta(description="last day of charge or purchase, inclusive")]
    card_application_until: date | None = None
    extension_announced: bool = False  # a later `closes` was promised without a date


class BudgetStop(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The issuer said on `known_from` that a measure's budget is used up; 申込 ends with that day's beginning."""

    measure: Slug
    known_from: date


class Relief(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A one-off kindness around a deadline; said to people, decided by the programme."""

    day: date
    text: Text


class Hours(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a function may be used on a day. No row for a function means all day. `until` 00:00 is midnight."""

    functions: Annotated[tuple[Function, ...], Meta(min_length=1)]
    known_from: date
    opens: Annotated[time, Meta(description="write as 06:30:00", tz=False)]
    until: Annotated[time, Meta(description="write as 23:00:00", tz=False)]
    days: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class ClosedDays(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Days of every year without the function, `first` to `last` as month-day, may run over New Year."""

    functions: Annotated[tuple[Function, ...], Meta(min_length=1)]
    first: Annotated[str, Meta(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$", description="as 12-29")]
    last: Annotated[str, Meta(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$", description="as 01-03")]
    title: Text


class Maintenance(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A stop of the programme's own system, `begins` ≤ t < `ends`."""

    functions: Annotated[tuple[Function, ...], Meta(min_length=1)]
    begins: Annotated[datetime, Meta(tz=True, description="with offset, as 2022-05-21T00:00:00+09:00")]
    ends: Annotated[datetime, Meta(tz=True, description="with offset, as 2022-05-22T22:00:00+09:00")]


class RenewalWait(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """After a certificate was issued the programme does not know it yet. Only `least_hours` refuses anybody."""

    least_hours: Annotated[int, Meta(ge=0, le=240)]
    longest_hours: Annotated[int, Meta(ge=0, le=240)]
    wording: Text


class OfflineStop(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Without connection nothing is accepted in the last `hours` before a closing: it might arrive too late."""

    hours: Annotated[int, Meta(ge=0, le=720)]


class ResultExpected(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a resident should look for the answer: days after 受付."""

    look_after_days: Annotated[int, Meta(ge=0, le=365)]
    latest_days: Annotated[int, Meta(ge=0, le=365)]
    where: Text


class EligibilityCondition(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One condition of eligibility and who can answer it: this terminal, the resident, or only the programme.

    `concerns`: whether it matters for the 申込み only, so that who reserves is not told of it.
    """

    key: Slug
    answered_by: AnsweredBy
    concerns: Literal["everything", "application"] = "everything"
    title: Text
    say: Text


class Refusal(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A coded refusal of the programme port (`key`) in a resident's words: why, and what can be done."""

    key: Slug
    say: Text
    next: Text


class Who(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is meant by a measure, in words; never asked as a yes/no question."""

    measure: Slug
    text: Text


class Contact(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom to call, valid `valid_from` to `valid_until` inclusive. `guide` is the key of the voice menu."""

    subject: Subject
    valid_from: date
    valid_until: date | None = None
    name: Text
    phone: Annotated[str, Meta(pattern=r"^#?[0-9][0-9-]*$", description="digits and hyphens")]
    guide: Annotated[str, Meta(pattern=r"^[0-9]?$")] = ""
    hours: Text | None = None
    paid: bool = False


class Counter(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A counter where a person helps. `municipality` empty: every municipality's own."""

    municipality: str = ""
    place: Text
    helps_with: Text
    bring: Text | None = None
    hours: Text | None = None
    phone: str = ""


class FraudLine(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What nobody ever asks for."""

    text: Text


class Pack(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One campaign. `operator_connected` false means that nothing here is a real application: 見本 everywhere."""

    format: Literal[1]
    kind: Literal["programme"]
    name: Slug
    issuer: Literal["national", "municipal"]
    municipality: str = ""
    title: Text
    operator_connected: bool
    services: Annotated[
        str, Meta(pattern=r"^[a-z0-9-]+\.services\.toml$", description="a file beside this pack")
    ]
    sources: dict[str, Source]
    measures: Annotated[tuple[Measure, ...], Meta(min_length=1)]
    phases: Annotated[tuple[Phase, ...], Meta(min_length=1)]
    renewal_wait: RenewalWait
    offline_stop: OfflineStop
    result: ResultExpected
    hours: tuple[Hours, ...] = ()
    closed_days: tuple[ClosedDays, ...] = ()
    maintenance: tuple[Maintenance, ...] = ()
    budget_stops: tuple[BudgetStop, ...] = ()
    reliefs: tuple[Relief, ...] = ()
    conditions: tuple[EligibilityCondition, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    who: tuple[Who, ...] = ()
    contacts: tuple[Contact, ...] = ()
    counters: tuple[Counter, ...] = ()
    fraud: tuple[FraudLine, ...] = ()
