"""Table [uplink] of `terminal.toml`: two programs read that file, and both hold this table to the same bounds."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

_PEM = Meta(
    min_length=1, description="a PEM file, as uplink/…", extra={"ja": "uplink/… のような PEM ファイル"}
)


class UplinkTable(Struct, frozen=True, kw_only=True):
    """Where the broker is, and who the terminal is to it. 8883 is MQTT over TLS (IANA: secure-mqtt).

    `window`: most messages the broker has not confirmed. `reconnect_s`: first pause after a lost connection.
    `spread_s`: the reconnections of a whole fleet are spread over this time. `resend_s`: how long the fleet's
    acknowledgement is awaited before an enrolment is sent again.
    """

    host: Annotated[
        str, Meta(min_length=1, description="the broker's name", extra={"ja": "中継（ブローカー）の名前"})
    ]
    port: Annotated[int, Meta(ge=1, le=65_535)] = 8883
    ca: Annotated[str, _PEM]
    cert: Annotated[str, _PEM]
    key: Annotated[str, _PEM]
    window: Annotated[int, Meta(ge=1, le=1_000)] = 20
    reconnect_s: Annotated[float, Meta(gt=0, le=60)] = 1.0
    spread_s: Annotated[float, Meta(ge=0, le=600)] = 5.0
    resend_s: Annotated[float, Meta(gt=0, le=600)] = 30.0
