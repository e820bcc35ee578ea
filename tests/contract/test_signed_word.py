"""A key of the fleet is believed from its beginning to its end and a grace, whatever time the word itself names."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from contract.ack import Ack, read_ack, sign_ack
from contract.answer import ProgrammeAnswer, SealedAnswer, Verdict, read_answer, seal_answer
from contract.encoding import Malformed
from contract.signed_word import GRACE
from tests.contract.parties import ACK_KEY, ANSWER_KEY, BEGIN, END, ID, JOURNAL, TERMINAL, TS, VISIT_KEY, ring

SECOND = timedelta(seconds=1)
MOMENTS = [
    (BEGIN - SECOND, False),
    (BEGIN, True),
    (END, True),
    (END + GRACE, True),
    (END + GRACE + SECOND, False),
    (END + timedelta(days=500), False),
]


@pytest.mark.parametrize(("at", "believed"), MOMENTS)
def test_an_ack_is_believed_while_its_key_is(at: datetime, believed: bool) -> None:
    ack = sign_ack(ACK_KEY, "ack-1", terminal=TERMINAL, journal=JOURNAL, entries=((ID, "0" * 64),), ts=TS)
    found = read_ack(ack, ring(), terminal=TERMINAL, at=at)
    assert isinstance(found, Ack if believed else Malformed)


@pytest.mark.parametrize(("at", "believed"), MOMENTS)
def test_an_answer_is_believed_while_its_key_is(at: datetime, believed: bool) -> None:
    answer = seal_answer(
        ProgrammeAnswer(ID, Verdict.DONE, TS),
        terminal=TERMINAL,
        answer_key=VISIT_KEY.public_key().public_bytes_raw(),
        key=ANSWER_KEY,
        kid="answer-1",
    )
    found = read_answer(answer, ring(), terminal=TERMINAL, at=at)
    assert isinstance(found, SealedAnswer if believed else Malformed)
