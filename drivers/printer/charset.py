"""Which characters the printer's own Kanji font can print, and how wide each is.

A Japanese ESC/POS printer takes Shift_JIS in Kanji mode. `cp932` is Shift_JIS with the NEC and IBM rows that
those fonts carry (髙, 﨑, ①). Everything else has to be drawn (`raster`).
"""

from __future__ import annotations

import unicodedata

# Unicode has two code points for these JIS characters; Python's cp932 knows only Microsoft's choice.
_MICROSOFT_FORM = str.maketrans(
    {"〜": "～", "−": "－", "‖": "∥", "—": "―", "¥": "￥", "¢": "￠", "£": "￡", "¬": "￢"}
)
GETA = "〓"  # the typesetter's mark for "a character is missing here"
BREAK_MARK = "\u200b"  # ZERO WIDTH SPACE: the catalogues' mark of a place where a phrase ends
_USER_DEFINED_LEAD = range(
    0xF0, 0xFA
)  # cp932 maps Unicode's private use area here; the printer has no glyphs


def printable(text: str) -> str:
    """One paragraph of `text` without anything that a printer could take for a command.

    Line ends are kept as `\\n`. Other control characters become 〓, every kind of blank but the full-width one
    a plain space, invisible format characters vanish; the break mark stays.
    """
    kept: list[str] = []
    for character in text.replace("\r\n", "\n").replace("\r", "\n").translate(_MICROSOFT_FORM):
        category = unicodedata.category(character)
        if character == "\n" or category in ("Zl", "Zp"):
            kept.append("\n")
        elif character in (BREAK_MARK, "\u3000"):
            kept.append(character)
        elif category == "Zs" or character == "\t":
            kept.append(" ")
        elif category in ("Cc", "Cs"):
            kept.append(GETA)
        elif category != "Cf":
            kept.append(character)
    return "".join(kept)


def clusters(text: str) -> tuple[str, ...]:
    """`text` cut into what takes one place on paper: a base character with its combining marks and selectors.

    A kana with a combining (han)dakuten becomes the one composed character. Nothing else is normalised: NFC
    would turn 神 (U+FA19) into 神 (U+795E), which is another person's name.
    """
    found: list[str] = []
    for character in text:
        if found and unicodedata.category(character) in ("Mn", "Me", "Mc"):
            joined = found[-1] + character
            if character in "\u3099\u309a":
                joined = unicodedata.normalize("NFC", joined)
            found[-1] = joined
        else:
            found.append(character)
    return tuple(found)


def kanji_bytes(text: str) -> bytes | None:
    """`text` in cp932, or None as soon as one character is not in the printer's font."""
    encoded = bytearray()
    for character in text:
        try:
            code = character.encode("cp932")
        except UnicodeEncodeError:
            return None
        if len(code) == 2 and code[0] in _USER_DEFINED_LEAD:
            return None
        encoded += code
    return bytes(encoded)


def columns_of(cluster: str) -> int:
    """Width in half-width columns (12 dots at size 1): 0, 1 or 2."""
    if cluster == BREAK_MARK:
        return 0
    code = kanji_bytes(cluster)
    if code is not None:
        return len(code)
    if unicodedata.normalize("NFD", cluster)[0].isascii():
        return 1  # é, ã, ñ: Latin letters, drawn half-width like their base
    return 2 if unicodedata.east_asian_width(cluster[0]) in ("W", "F", "A") else 1


def width(text: str) -> int:
    """Width of a whole text in half-width columns."""
    return sum(columns_of(cluster) for cluster in clusters(text))
