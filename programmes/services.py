"""The catalogue of キャッシュレス決済サービス: what is known of each, and how well it is known.

A service's rules were published by some hundred companies and most of that is gone. So every row says what is
confirmed; what is not is shown as a hint and refuses nobody (`Sourced.is_confirmed`).
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from programmes.model import Slug, Source, Sourced, Text

ServiceKind = Literal["e-money", "prepaid", "qr", "credit", "debit"]
CharacterClass = Literal["digits", "upper-alphanumeric", "alphanumeric"]
EntryDrawing = Literal["card-back-number", "card-back-code", "app-screen", "web-page", "none"]
Kana = Annotated[str, Meta(pattern=r"^[ぁ-ゖー]+$", description="hiragana and ー only")]

LONGEST_ENTRY = 32
"""Characters a field takes when no length is confirmed; the longest known ID has 17, so this leaves room."""


class EntryRow(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing to type: 決済サービスID or one of the codes.

    `length`, `character_class`, `prefix` and `check_digit` refuse an entry only where they are confirmed.
    `groups` are the lengths of the printed groups and add up to `length`.
    """

    label: Text
    where: Text
    drawing: EntryDrawing
    length: Annotated[int, Meta(ge=1, le=LONGEST_ENTRY)] | None = None
    character_class: CharacterClass = "alphanumeric"
    groups: tuple[Annotated[int, Meta(ge=1, le=LONGEST_ENTRY)], ...] = ()
    prefix: Annotated[str, Meta(pattern=r"^[0-9A-Z]*$")] = ""
    check_digit: Literal["", "luhn"] = ""
    may_be_missing: bool = False  # the service may have none: the screen offers to go on without

    @property
    def longest(self) -> int:
        """How many characters the field takes: the confirmed length, else `LONGEST_ENTRY`."""
        return self.length if self.length is not None and self.is_confirmed("length") else LONGEST_ENTRY


class ServicePeriod(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A service's own dates where they are narrower than the programme's; `measures` empty means all."""

    known_from: date
    opens: date | None = None
    closes: date | None = None
    measures: tuple[Slug, ...] = ()


class Service(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One service. `channel` "own-app" cannot be applied for at any terminal; `elsewhere` then says where."""

    key: Slug
    number: Annotated[str, Meta(pattern=r"^(MP\d{7})?$", description="登録サービス番号, MP and 7 digits")] = (
        ""
    )
    name: Text
    kana: Annotated[tuple[Kana, ...], Meta(min_length=1, description="readings, the usual one first")]
    service_kind: ServiceKind
    fictitious: bool = False
    measures: Annotated[tuple[Slug, ...], Meta(min_length=1)]
    channel: Literal["terminal", "own-app"]
    elsewhere: Text | None = None
    prior_registration: Literal["needed", "not-needed", "unknown"]
    register_where: Text | None = None
    earned_by: Literal["charge", "purchase", "choice", "unknown"]
    points_come: Text | None = None
    receive: Text | None = None  # the step without which the points never come
    caution: Text | None = None
    phone_last4: Literal["required", "optional", "none"] = "none"
    id_entry: EntryRow | None = None
    codes: Annotated[tuple[EntryRow, ...], Meta(max_length=4)] = ()
    periods: tuple[ServicePeriod, ...] = ()


class ServiceCatalogue(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file of services. Named in `packs` beside a programme, it adds to or replaces that programme's own."""

    format: Literal[1]
    kind: Literal["services"]
    name: Slug
    for_programme: Slug
    beside: Literal["add", "replace"] = "add"
    sources: dict[str, Source]
    services: Annotated[tuple[Service, ...], Meta(min_length=1)]
