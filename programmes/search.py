"""Finding a service by the sounds of its name: one key for each row of the 五十音.

濁点, 半濁点, small kana and ー do not count, so nobody has to think about how a sound is written. The same folding
serves any list of names with readings.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from enum import StrEnum

import jaconv

from programmes.services import Service


class Row(StrEnum):
    """The keys of the search. A Latin name is found by `LATIN` for each leading letter, and by its reading."""

    A = "あ"
    KA = "か"
    SA = "さ"
    TA = "た"
    NA = "な"
    HA = "は"
    MA = "ま"
    YA = "や"
    RA = "ら"
    WA = "わ"
    LATIN = "A"


_SOUNDS = {
    Row.A: "あいうえお",
    Row.KA: "かきくけこ",
    Row.SA: "さしすせそ",
    Row.TA: "たちつてと",
    Row.NA: "なにぬねの",
    Row.HA: "はひふへほ",
    Row.MA: "まみむめも",
    Row.YA: "やゆよ",
    Row.RA: "らりるれろ",
    Row.WA: "わをんゐゑ",
}
_ROW_OF = {sound: row for row, sounds in _SOUNDS.items() for sound in sounds}
_LARGE = str.maketrans("ぁぃぅぇぉっゃゅょゎゕゖ", "あいうえおつやゆよわかけ")
_MARKS = ("\u3099", "\u309a")  # combining 濁点 and 半濁点


def fold_kana(text: str) -> str:
    """`text` as the sounds that count: wide hiragana, large, without marks and ー; other characters stay.

    Folding twice gives the same as folding once.
    """
    decomposed = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text))
    bare = "".join(c for c in decomposed if c not in _MARKS and c != "ー")
    hiragana = str(jaconv.kata2hira(unicodedata.normalize("NFC", bare)))
    return hiragana.translate(_LARGE)


def rows_of(name: str) -> tuple[Row, ...]:
    """The key for each sound of a name or reading, up to the first character that has none."""
    found: list[Row] = []
    for sound in fold_kana(name):
        row = Row.LATIN if sound.isascii() and sound.isalpha() else _ROW_OF.get(sound)
        if row is None:
            break
        found.append(row)
    return tuple(found)


def search(services: Iterable[Service], typed: Sequence[Row]) -> tuple[Service, ...]:
    """The services of which some reading, or the name as written, begins with the rows typed; in kana order."""
    wanted = tuple(typed)
    return in_kana_order(
        service for service in services if any(rows[: len(wanted)] == wanted for rows in _all_rows(service))
    )


def next_rows(services: Iterable[Service], typed: Sequence[Row]) -> frozenset[Row]:
    """The keys that would still find something after `typed`."""
    wanted = tuple(typed)
    return frozenset(
        rows[len(wanted)]
        for service in services
        for rows in _all_rows(service)
        if rows[: len(wanted)] == wanted and len(rows) > len(wanted)
    )


def in_kana_order(services: Iterable[Service]) -> tuple[Service, ...]:
    """Sorted by folded reading, then by the reading itself; never by how well known a company is."""
    return tuple(
        sorted(services, key=lambda service: (fold_kana(service.kana[0]), service.kana[0], service.key))
    )


def _all_rows(service: Service) -> tuple[tuple[Row, ...], ...]:
    return tuple(rows_of(name) for name in (*service.kana, service.name.ja))
