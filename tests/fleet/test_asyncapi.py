"""`docs/asyncapi.yaml` describes exactly the topics and messages that the code knows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml  # type: ignore[import-untyped]

from contract import ack, answer, envelope, keys, status
from contract.broker_line import KEEPALIVE_S
from contract.encoding import MAX_PAYLOAD
from contract.topics import RETAINED, Down, ForAll, Up, down, for_all, up

DOCUMENT: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parents[2] / "docs" / "asyncapi.yaml").read_text(encoding="utf-8")
)
#: Which message travels on which channel.
MESSAGES: dict[str, type[msgspec.Struct]] = {
    Up.STATE: status.State,
    Up.BIRTH: status.Birth,
    Up.HEALTH: status.Health,
    Up.ENROLMENT: envelope.Envelope,
    Down.ACK: ack.Ack,
    Down.ANSWER: answer.SealedAnswer,
    ForAll.KEYS: keys.SignedKeys,
    ForAll.FLEET: status.FleetState,
}


def address_of(kind: str) -> str:
    terminal = "{terminal}"
    if kind in set(ForAll):
        return for_all(ForAll(kind))
    return up(terminal, Up(kind)) if kind in set(Up) else down(terminal, Down(kind))


def follow(reference: str) -> Any:
    found: Any = DOCUMENT
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return found


def schema_only(schema: Any) -> Any:
    """Without the prose, and with the end of a pattern as JSON Schema writes it."""
    if isinstance(schema, dict):
        return {
            key: schema_only(value) for key, value in schema.items() if key not in ("title", "description")
        }
    if isinstance(schema, list):
        return [schema_only(item) for item in schema]
    return schema.replace(r"\Z", "$") if isinstance(schema, str) else schema


def test_the_document_names_every_topic_and_no_other() -> None:
    assert DOCUMENT["asyncapi"].startswith("3.")
    assert {name: channel["address"] for name, channel in DOCUMENT["channels"].items()} == {
        str(kind): address_of(kind) for kind in (*Up, *Down, *ForAll)
    }


@pytest.mark.parametrize("kind", MESSAGES)
def test_each_channel_carries_its_message(kind: str) -> None:
    message = MESSAGES[kind]
    channel = DOCUMENT["channels"][kind]
    assert list(channel["messages"]) == [message.__name__]
    payload = follow(channel["messages"][message.__name__]["$ref"])["payload"]
    assert payload == {"$ref": f"#/components/schemas/{message.__name__}"}


def test_the_schemas_are_those_of_the_code() -> None:
    _, components = msgspec.json.schema_components(
        list(MESSAGES.values()), ref_template="#/components/schemas/{name}"
    )
    assert DOCUMENT["components"]["schemas"] == schema_only(json.loads(json.dumps(components)))


@pytest.mark.parametrize("kind", MESSAGES)
def test_direction_and_retained_flag_agree(kind: str) -> None:
    operations = [
        operation
        for operation in DOCUMENT["operations"].values()
        if operation["channel"]["$ref"] == f"#/channels/{kind}"
    ]
    assert len(operations) == 1
    assert operations[0]["action"] == ("send" if kind in set(Up) else "receive")
    assert operations[0]["bindings"]["mqtt"] == {"qos": 1, "retain": kind in {str(one) for one in RETAINED}}


def test_the_figures_in_the_text_are_those_of_the_code() -> None:
    assert f"{MAX_PAYLOAD:,} bytes" in DOCUMENT["info"]["description"]
    assert DOCUMENT["servers"]["cell"]["bindings"]["mqtt"]["keepAlive"] == KEEPALIVE_S
