"""The MQTT topic tree below `kiosk/v1` (DESIGN §9). `docs/asyncapi.yaml` describes the same; a test holds both together."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

ROOT = "kiosk/v1"
_TERMINAL = re.compile(r"[a-z0-9-]{1,40}")


class Up(StrEnum):
    """What a terminal writes."""

    STATE = "state"
    BIRTH = "birth"
    HEALTH = "health"
    ENROLMENT = "enrolment"


class Down(StrEnum):
    """What a terminal reads."""

    ACK = "ack"
    ANSWER = "answer"


class ForAll(StrEnum):
    KEYS = "keys"
    FLEET = "fleet"


#: Retained topics hold the latest word; everything else is a message.
RETAINED = frozenset({Up.STATE, Up.BIRTH, Up.HEALTH, ForAll.KEYS, ForAll.FLEET})


@dataclass(frozen=True)
class UpTopic:
    terminal: str
    kind: Up


def is_terminal_id(text: str) -> bool:
    """Terminal ids are `[a-z0-9-]`, 1–40 long: safe in topics, file names and certificate subjects."""
    return _TERMINAL.fullmatch(text) is not None


def up(terminal: str, kind: Up) -> str:
    return f"{ROOT}/{terminal}/{kind}"


def down(terminal: str, kind: Down) -> str:
    return f"{ROOT}/{terminal}/{kind}"


def for_all(kind: ForAll) -> str:
    return f"{ROOT}/all/{kind}"


def every_terminal(kind: Up) -> str:
    """The filter by which the fleet subscribes to one kind from all terminals."""
    return f"{ROOT}/+/{kind}"


def parse_up(topic: str) -> UpTopic | None:
    """The terminal and kind of an up-topic; None for every other topic."""
    prefix, _, rest = topic.partition(ROOT + "/")
    terminal, _, kind = rest.partition("/")
    if prefix or not is_terminal_id(terminal) or kind not in set(Up):
        return None
    return UpTopic(terminal, Up(kind))
