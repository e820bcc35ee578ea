"""Bytes of JSON, both ways: canonical when we write, strict in shape and generous in unknown fields when we read."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import TypeVar

import msgspec

T = TypeVar("T")

#: The largest MQTT payload we read or send, in bytes. AWS IoT Core stops at 128 KiB; ours are below 8 KiB.
MAX_PAYLOAD = 65_536

#: The largest number in a message: JSON readers keep integers exact up to here (RFC 8259 §6), databases beyond.
MAX_NUMBER = 2**53 - 1

_ENCODER = msgspec.json.Encoder(order="sorted")


@dataclass(frozen=True)
class Malformed:
    """Bytes that are not what they should be. `reason` names what and where, never the value."""

    what: str
    reason: str


def canonical(value: object) -> bytes:
    """JSON with sorted keys and no blanks: the same value gives the same bytes. bytes become base64."""
    return _ENCODER.encode(value)


def read(kind: type[T], payload: bytes, *, limit: int = MAX_PAYLOAD) -> T | Malformed:
    """Decodes `payload` into `kind`; unknown fields are ignored, wrong or missing ones named."""
    if len(payload) > limit:
        return Malformed(kind.__name__, f"{len(payload)} bytes, more than {limit}")
    try:
        return msgspec.json.decode(payload, type=kind)
    except msgspec.ValidationError as error:
        return Malformed(kind.__name__, _without_value(str(error)))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return Malformed(kind.__name__, f"not JSON: {error}")
    except RecursionError:
        # 64 kB of opening brackets nest deeper than the interpreter's stack allows.
        return Malformed(kind.__name__, "nested too deeply")


def _without_value(message: str) -> str:
    """msgspec quotes a wrong enum value and an unknown field's name; the place is all that may be logged."""
    what, at, place = message.partition(" - at ")
    for opening in ("'", "`"):
        what = what.partition(f" {opening}")[0]
    return what + at + place


def text_of(data: bytes) -> str:
    """base64 as it stands in our JSON, for strings that are signed."""
    return b64encode(data).decode("ascii")
