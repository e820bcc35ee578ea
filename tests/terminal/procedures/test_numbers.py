"""What is typed stays typed: no key loses or invents a character, whatever the groups."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from terminal.controls import GroupState
from terminal.procedures.numbers import Typing

LENGTHS = st.lists(st.integers(1, 6), min_size=1, max_size=5).map(tuple)
CHARACTERS = st.sampled_from("0123456789ABCXYZ")
KEYS = st.lists(st.one_of(CHARACTERS, st.sampled_from(["back", "clear"])), max_size=60)


@given(LENGTHS, KEYS)
def test_typing_is_a_line_of_text_with_a_limit(lengths: tuple[int, ...], keys: list[str]) -> None:
    typing, line = Typing.empty(lengths), ""
    for key in keys:
        typing = typing.press(key)
        if key == "clear":
            line = ""
        elif key == "back":
            line = line[:-1]
        elif len(line) < sum(lengths):
            line += key
        assert "".join(typing.texts) == line
        assert typing.missing == sum(lengths) - len(line)
        assert [len(text) <= length for text, length in zip(typing.texts, lengths, strict=True)]
        assert len(typing.groups()) == len(lengths)


@given(LENGTHS, st.data())
def test_correcting_one_group_never_touches_another_that_is_behind_it(
    lengths: tuple[int, ...], data: st.DataObject
) -> None:
    full = Typing(lengths, tuple("7" * length for length in lengths))
    group = data.draw(st.integers(0, len(lengths) - 1))
    typing = full.without(group)
    assert typing.missing == lengths[group]
    assert typing.groups()[group].state is GroupState.WRONG
    for key in data.draw(st.lists(st.one_of(CHARACTERS, st.just("back")), max_size=30)):
        before = typing
        typing = typing.press(key)
        behind = slice(group + 1, None)
        assert typing.texts[behind] == full.texts[behind]
        assert abs(sum(map(len, typing.texts)) - sum(map(len, before.texts))) <= 1


@given(LENGTHS, st.text(max_size=5).filter(lambda key: len(key) != 1 and key not in ("back", "clear")))
def test_a_key_that_is_no_character_changes_nothing(lengths: tuple[int, ...], key: str) -> None:
    typing = Typing.empty(lengths)
    assert typing.press(key) == typing


@given(LENGTHS, st.data())
def test_the_first_difference_is_the_first_group_that_differs(
    lengths: tuple[int, ...], data: st.DataObject
) -> None:
    one = tuple("7" * length for length in lengths)
    other = tuple(data.draw(st.sampled_from([text, "8" * len(text)])) for text in one)
    differs = [a != b for a, b in zip(one, other, strict=True)]
    assert Typing(lengths, one).first_difference(other) == (differs.index(True) if any(differs) else None)


def test_neither_typing_nor_groups_show_their_text() -> None:
    typing = Typing((4,), ("WXYZ",))
    assert "WXYZ" not in repr(typing) + repr(typing.groups())
