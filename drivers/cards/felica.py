"""What a FeliCa card is, by its system codes alone. No block of it is ever read: not its number, not its balance.

A system code names an area of the card and is told to anybody who polls (JIS X 6319-4).
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from terminal.ports import CardKind


class ElectronicMoney(StrEnum):
    """Which one, as far as the codes tell. COMMON: the shared area alone does not say whose card it is."""

    TRANSPORT = "transport"  # 交通系IC
    EDY = "edy"
    NANACO = "nanaco"
    WAON = "waon"
    COMMON = "common"


COMMON_AREA = 0xFE00

# Published by projects that read these cards: CJRC 0003 by several, the others by one each. They serve for a
# message only; nothing is decided by them but "this is no My Number card".
_SYSTEMS = {
    0x0003: ElectronicMoney.TRANSPORT,
    0x86A7: ElectronicMoney.TRANSPORT,
    0x927A: ElectronicMoney.TRANSPORT,
    0x04C0: ElectronicMoney.EDY,
    0x04C7: ElectronicMoney.NANACO,
    0x852B: ElectronicMoney.WAON,
}


def electronic_money(systems: Iterable[int]) -> ElectronicMoney | None:
    """`systems`: the card's 16-bit system codes. None = a FeliCa card for something else."""
    codes = list(systems)
    named = next((_SYSTEMS[code] for code in codes if code in _SYSTEMS), None)
    return named or (ElectronicMoney.COMMON if COMMON_AREA in codes else None)


def kind_of_systems(systems: Iterable[int]) -> CardKind:
    return CardKind.E_MONEY if electronic_money(systems) else CardKind.UNKNOWN
