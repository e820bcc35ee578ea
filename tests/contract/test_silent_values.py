"""Values that hold what a resident gave show nothing of it in a log, a trace or an assertion."""

from __future__ import annotations

import pytest

from contract.answer import ProgrammeAnswer, Verdict
from contract.record import Body, ChosenService, ConsentGiven, Plaintext, Procedure

SERVICE = ChosenService("aoba", "1234567890123456", ("987",), "4321")
BODY = Body(
    v=1,
    id="i",
    visit="v",
    procedure=Procedure.APPLICATION,
    programme="p",
    measure="m",
    consent=ConsentGiven("1", "0" * 64),
    terminal="tk-0001",
    site="s",
    time="t",
    clock="set",
    answer_key=bytes(32),
    demo=True,
    service=SERVICE,
)
VALUES: dict[str, tuple[object, tuple[str, ...]]] = {
    "the service's numbers": (SERVICE, ("1234567890123456", "987", "4321")),
    "a body": (BODY, ("1234567890123456", "987", "4321", "aoba")),
    "a plaintext": (Plaintext(b"1234567890123456", b"certificate", b"signature"), ("1234", "certificate")),
    "an answer": (ProgrammeAnswer("i", Verdict.DONE, 1, mykey_id="ABCD1234"), ("ABCD1234",)),
}


@pytest.mark.parametrize("name", VALUES)
@pytest.mark.parametrize("shown", [repr, str, lambda value: f"{[value]!r}"], ids=["repr", "str", "in a list"])
def test_it_says_its_name_and_nothing_of_its_content(name: str, shown: type[str]) -> None:
    value, secrets = VALUES[name]
    text = shown(value)
    assert type(value).__name__ in text
    assert not [secret for secret in secrets if secret in text.replace(type(value).__name__, "")]
