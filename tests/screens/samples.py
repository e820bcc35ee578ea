"""What the tests of the screens show: every view of the core, and the few states that no view of it has yet.

All names are invented.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from bench.gallery.every_view import every_view
from screens.catalogue import Catalogue, load_catalogue
from terminal.controls import Badge, Choice, Group, GroupState, Role
from terminal.messages import Localised, verbatim
from terminal.view_parts import Layout, Options, Small
from terminal.views import BACK, View


@cache
def catalogue() -> Catalogue:
    return load_catalogue()


@cache
def samples() -> dict[str, View]:
    """The core's views by the names of the gallery, then the extra states."""
    return {**every_view(), **extras(every_view())}


def extras(real: dict[str, View]) -> dict[str, View]:
    """States that a pack, an operator or a fault may bring, and the demonstration does not."""
    return {
        "Z1-long-names": replace(real["S04-services"], parts=(Options(LONG_NAMES, Layout.LIST),)),
        "Z2-long-contact": replace(
            real["T-C-07-certificate-expired"],
            parts=(*real["T-C-07-certificate-expired"].parts[:-1], LONG_CONTACT),
        ),
        "Z3-disabled": replace(real["S08-confirm-card"], back=replace(BACK, enabled=False)),
    }


LONG_NAMES = (
    Choice(
        "long",
        verbatim(
            Localised("みほん駅前商店会デジタル商品券アプリ", "Sample Station Shopping Street Gift App")
        ),
        Role.ROW,
        badge=Badge.OK,
    ),
    Choice(
        "longer",
        verbatim(Localised("みほん地域共同組合連合会プリペイドカード", "Sample Federation Prepaid Card")),
        Role.ROW,
        badge=Badge.BARRED,
    ),
)

LONG_CONTACT = Small(
    (
        verbatim(
            Localised(
                "みほん市 情報政策課 デジタル推進係　0000-00-0000（9時から17時）",
                "Sample City Digital Promotion Section  0000-00-0000 (9:00 to 17:00)",
            )
        ),
        verbatim(Localised("端末 tk-0042　記号 C-07", "Terminal tk-0042  Code C-07")),
    )
)


def groups(*contents: str, length: int = 4, current: int = -1) -> tuple[Group, ...]:
    """Groups of a field as the core makes them."""
    made = []
    for index, content in enumerate(contents):
        state = GroupState.COMPLETE if len(content) == length else GroupState.EMPTY
        made.append(Group(length, content, GroupState.CURRENT if index == current else state))
    return tuple(made)
