"""Line breaking by 禁則 (JIS X 4051): which characters may not begin or end a line, and where a line is cut."""

from __future__ import annotations

import unicodedata

from drivers.printer.charset import BREAK_MARK, clusters, columns_of, printable

# JIS X 4051: closing brackets, hyphens, dividing punctuation, middle dots, full stops, commas, iteration marks,
# the prolonged sound mark and small kana; and their half-width forms.
_CLOSING = "）〕］｝〉》」』】〙〗〟’”»)]}｣"
_POINTS = "、。，．・：；？！‐゠–～‼⁇⁈⁉,.:;?!､｡･"
_MARKS = "ーゝゞヽヾ々〻゛゜°′″℃％%ｰﾞﾟ"
_SMALL = "ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿｧｨｩｪｫｬｭｮｯ"
NEVER_FIRST = frozenset(_CLOSING + _POINTS + _MARKS + _SMALL)
# Opening brackets, and signs that belong to the figure after them.
NEVER_LAST = frozenset("（〔［｛〈《「『【〘〖〝‘“«([{｢￥＄＃$#№")
_INSEPARABLE = frozenset("―…‥")
_WORD_SIGNS = frozenset("-./:@_+&'*=")
_BLANKS = frozenset((" ", "\u3000", BREAK_MARK))

# A phrase break is taken before a fuller line as long as it leaves this share of the line used: below it
# the paper looks torn, above it phrases such as 電話で聞くことは are cut although a break was marked.
_PHRASE_SHARE = 0.4


def wrap(text: str, columns: int) -> tuple[str, ...]:
    """Cuts `text` into lines of at most `columns` half-width columns (>= 2).

    Order of preference: at a phrase break (blank or break mark), between characters as 禁則 allows without
    cutting a word or number, inside a word, anywhere. Blanks at a cut disappear; nothing else does.
    """
    lines: list[str] = []
    for paragraph in printable(text).split("\n"):
        units = clusters(paragraph)
        start = 0
        while True:
            end = _line_end(units, start, columns)
            lines.append("".join(units[start:end]).rstrip(" \u3000\u200b").replace(BREAK_MARK, ""))
            start = end
            while start < len(units) and units[start] in _BLANKS:
                start += 1
            if start >= len(units):
                break
    return tuple(lines)


def _line_end(units: tuple[str, ...], start: int, columns: int) -> int:
    limit, used = start, 0
    for unit in units[start:]:
        used += columns_of(unit)
        if used > columns:
            break
        limit += 1
    if limit == len(units):
        return limit
    limit = max(limit, start + 1)
    places = range(limit, start, -1)
    phrase = next((at for at in places if _ends_phrase(units, start, at)), None)
    if phrase is not None:
        enough = _PHRASE_SHARE * columns
        if sum(columns_of(unit) for unit in units[start:phrase]) >= enough:
            return phrase
    whole = next((at for at in places if _allowed(units, at) and not _inside_word(units, at)), None)
    if whole is not None:
        return whole
    return next((at for at in places if _allowed(units, at)), limit)


def _ends_phrase(units: tuple[str, ...], start: int, at: int) -> bool:
    blank_here = units[at] in _BLANKS or units[at - 1] in _BLANKS
    return blank_here and _allowed(units, at) and any(unit not in _BLANKS for unit in units[start:at])


def _allowed(units: tuple[str, ...], at: int) -> bool:
    """Whether 禁則 lets a line end before `units[at]`; blanks around the cut disappear, so they are looked through."""
    after = next((unit for unit in units[at:] if unit not in _BLANKS), None)
    before = next((unit for unit in reversed(units[:at]) if unit not in _BLANKS), None)
    if after is None or before is None:
        return True
    if before[0] in _INSEPARABLE and before == after and units[at] == after:
        return False
    return after[0] not in NEVER_FIRST and before[0] not in NEVER_LAST


def _inside_word(units: tuple[str, ...], at: int) -> bool:
    return _of_word(units[at - 1]) and _of_word(units[at])


def _of_word(unit: str) -> bool:
    """Letters and figures of Latin script, half- or full-width, and the signs that join them."""
    if unit in _WORD_SIGNS:
        return True
    plain = unicodedata.normalize("NFKC", unit[0])
    return plain.isascii() and plain.isalnum()
