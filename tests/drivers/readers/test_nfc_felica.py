"""FeliCa cards by their system codes."""

from __future__ import annotations

import pytest

from drivers.cards.felica import ElectronicMoney, electronic_money, kind_of_systems
from terminal.ports import CardKind


@pytest.mark.parametrize(
    ("systems", "money"),
    [
        ((0x0003,), ElectronicMoney.TRANSPORT),
        ((0x0003, 0xFE00, 0x86A7), ElectronicMoney.TRANSPORT),
        ((0xFE00, 0x04C0), ElectronicMoney.EDY),
        ((0x04C7, 0xFE00), ElectronicMoney.NANACO),
        ((0xFE00, 0x852B), ElectronicMoney.WAON),
        ((0xFE00,), ElectronicMoney.COMMON),
        ((0x8A15,), None),
        ((), None),
    ],
)
def test_a_card_is_named_by_its_codes_in_any_order(
    systems: tuple[int, ...], money: ElectronicMoney | None
) -> None:
    assert electronic_money(systems) is money
    assert electronic_money(reversed(systems)) is money
    assert kind_of_systems(systems) is (CardKind.E_MONEY if money else CardKind.UNKNOWN)
