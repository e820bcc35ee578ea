"""The rules that msgspec names, in Japanese: what a technician reads first when a value is refused."""

from __future__ import annotations

import re

_TYPES = {
    "str": "文字列",
    "int": "整数",
    "float": "数",
    "bool": "真偽値（true、false）",
    "array": "[ ] の列",
    "object": "表",
    "datetime": "日時",
    "date": "日付",
    "time": "時刻",
    "null": "空",
}
_COMPARISONS = {">=": "以上の", "<=": "以下の", ">": "より大きい", "<": "より小さい"}

#: msgspec's sentences (0.22); whatever else comes is quoted as it is.
_LENGTH = re.compile(r"Expected `\w+` of length (?P<sign>>=|<=) (?P<bound>\d+)")
_BOUND = re.compile(r"Expected `(?P<type>\w+)` (?P<sign>>=|<=|>|<) (?P<bound>\S+)")
_ENUM = re.compile(r"Invalid enum value (?P<value>.+)")
_GOT = re.compile(r"Expected `(?P<types>[\w| ]+)`, got `(?P<got>\w+)`")


def rule_in_japanese(rule: str) -> str:
    """The same rule for a reader of Japanese; an unknown one is quoted, so that nothing of it is lost."""
    if rule == "must be a file path":
        return "ファイルの場所ではありません"
    if "matching regex" in rule:
        return "使えない形です"
    if "timezone" in rule:
        return "時差（+09:00 など）がありません"
    if found := _LENGTH.match(rule):
        return _length(found)
    if found := _BOUND.match(rule):
        return f"{found['bound']} {_COMPARISONS[found['sign']]}{_type(found['type'])}ではありません"
    if found := _ENUM.match(rule):
        return f"{found['value']} は選べません"
    if found := _GOT.match(rule):
        wanted = [_type(name) for name in found["types"].split(" | ") if name != "null"]
        return f"{'か'.join(wanted)}ではなく、{_type(found['got'])}です"
    return f"使えない値です（{rule}）"


def _type(name: str) -> str:
    return _TYPES.get(name, name)


def _length(found: re.Match[str]) -> str:
    if found["bound"] == "1" and found["sign"] == ">=":
        return "空です"
    return f"長さが {found['bound']} {_COMPARISONS[found['sign']].removesuffix('の')}ではありません"
