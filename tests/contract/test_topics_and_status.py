"""Topics go both ways without loss, and no odd topic is taken for one of ours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.encoding import canonical, read
from contract.status import Birth, DamagedJournal, DeviceReport, FleetState, Health, State, StateWord
from contract.topics import (
    Down,
    ForAll,
    Up,
    UpTopic,
    down,
    every_terminal,
    for_all,
    is_terminal_id,
    parse_up,
    up,
)


@given(st.from_regex(r"[a-z0-9-]{1,40}", fullmatch=True), st.sampled_from(Up))
def test_an_up_topic_is_read_back_as_it_was_written(terminal: str, kind: Up) -> None:
    assert parse_up(up(terminal, kind)) == UpTopic(terminal, kind)


@pytest.mark.parametrize(
    "topic",
    [
        "",
        "kiosk/v1",
        "kiosk/v1/",
        "kiosk/v1/tk-1",
        "kiosk/v1/tk-1/",
        "kiosk/v1/tk-1/enrolment/",
        "kiosk/v1/tk-1/enrolment/x",
        "kiosk/v1//enrolment",
        "kiosk/v1/TK-1/enrolment",
        "kiosk/v1/tk 1/enrolment",
        "kiosk/v1/+/enrolment",
        "kiosk/v1/#",
        "kiosk/v1/tk-1\n/enrolment",
        "kiosk/v1/tk-1/ack",
        "kiosk/v2/tk-1/enrolment",
        "x/kiosk/v1/tk-1/enrolment",
        "kiosk/v1/" + "a" * 41 + "/enrolment",
        down("tk-1", Down.ANSWER),
        for_all(ForAll.KEYS),
        every_terminal(Up.HEALTH),
    ],
)
def test_no_other_topic_is_taken_for_a_terminals(topic: str) -> None:
    assert parse_up(topic) is None


@given(st.text())
def test_any_topic_text_can_be_asked(topic: str) -> None:
    assert parse_up(topic) is None or topic.startswith("kiosk/v1/")


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("tk-0042", True),
        ("a", True),
        ("a" * 40, True),
        ("a" * 41, False),
        ("", False),
        ("tk\n", False),
        ("ａ", False),
    ],
)
def test_terminal_ids_are_safe_in_topics_file_names_and_subjects(text: str, good: bool) -> None:
    assert is_terminal_id(text) is good


@pytest.mark.parametrize(
    "message",
    [
        State(1, StateWord.LOST, "boot", 3, 5),
        Birth(1, "b", 5, "s", "pi5", {"terminal": "0.1"}, ("nfc",), "2030-01-01T00:00:00Z", "synced", False),
        Health(
            1,
            "b",
            5,
            "degraded",
            (DeviceReport("printer", "unknown"),),
            "low",
            2,
            60,
            "ab",
            "cd",
            7,
            1,
            40.5,
            ("x",),
            damaged_journals=(DamagedJournal("0" * 32, 3, 1),),
        ),
        FleetState(1, True, 5),
    ],
)
def test_status_messages_come_back_as_they_went(message: State | Birth | Health | FleetState) -> None:
    assert read(type(message), canonical(message)) == message
