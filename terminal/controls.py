"""What can be pressed and typed: choices and fields, and the answers that come back from them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from terminal.messages import Message


class Role(StrEnum):
    """Roles of the robot socket (DESIGN §11)."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    BACK = "back"
    STOP = "stop"
    ROW = "row"
    TOOL = "tool"


class Badge(StrEnum):
    """State of a row, always with an icon and a word."""

    OK = "ok"
    ATTENTION = "attention"
    BARRED = "barred"


class Look(StrEnum):
    """How a button differs from its role's usual look."""

    PLAIN = "plain"
    FILLED = "filled"  # a choice as strong as the main button
    CHOSEN = "chosen"  # a chip that is on
    SEAL = "seal"  # 申し込む, only on ConfirmApplication
    DESTRUCTIVE = "destructive"  # only in StopQuestion


@dataclass(frozen=True)
class Choice:
    """Something to press. `id` is a slug; `key` its key on a 12-key pad; `say` its spoken text if another than `label`."""

    id: str
    label: Message
    role: Role = Role.SECONDARY
    detail: Message | None = None
    badge: Badge | None = None
    icon: str = ""
    look: Look = Look.PLAIN
    key: str = ""
    say: Message | None = None
    focused: bool = False
    enabled: bool = True


class FieldKind(StrEnum):
    PIN = "pin"
    DIGITS = "digits"
    LETTERS = "letters"  # digits and capital letters
    KANA = "kana"  # one key per row of the 五十音


#: The rows of the 五十音 in Hepburn's spelling, for whoever reads no kana.
KANA_ROWS_IN_LATIN = dict(
    zip("あかさたなはまやらわ", ("a", "ka", "sa", "ta", "na", "ha", "ma", "ya", "ra", "wa"), strict=True)
)


class GroupState(StrEnum):
    EMPTY = "empty"
    CURRENT = "current"
    COMPLETE = "complete"
    WRONG = "wrong"


@dataclass(frozen=True, repr=False)
class Group:
    """One box of a field, as printed on the card. A PIN's boxes hold ● only, never a digit."""

    length: int
    content: str = ""
    state: GroupState = GroupState.EMPTY


@dataclass(frozen=True, repr=False)
class Field:
    """What is typed. The keypad belongs to `kind`; `letters_first` says which pad a LETTERS field starts with.

    `leading` are the keys of a KANA field that lead to something, None: all of them.
    """

    id: str
    kind: FieldKind
    groups: tuple[Group, ...]
    label: Message | None = None
    letters_first: bool = False
    find_help: bool = False  # the key 見つけ方 is there
    leading: frozenset[str] | None = None


@dataclass(frozen=True)
class Pressed:
    choice: str


@dataclass(frozen=True, repr=False)
class KeyPressed:
    """One key of an on-screen keypad: `0`–`9`, `A`–`Z`, a kana row (`あ`…), `back` or `clear`."""

    field: str
    key: str


Answer = Pressed | KeyPressed
