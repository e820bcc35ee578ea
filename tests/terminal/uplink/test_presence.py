"""The state word that the uplink says for the terminal, and the birth to which it adds what only it can read."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from contract.encoding import canonical, read
from contract.status import Birth, StateWord
from terminal.uplink.presence import life_word, with_certificate

BIRTH = Birth(1, "boot", 1, "みほん駅前店", "pi5", {"terminal": "0.1"}, ("pcsc",), "", "synced", False)
ENDS = datetime(2027, 11, 21, tzinfo=UTC)

#: (the terminal has said who it is, alarms of its last health) -> word. `lost` is the will's, `disconnected` the end's.
WORDS = [
    (False, (), StateWord.INIT),
    (False, ("reader",), StateWord.INIT),
    (True, (), StateWord.READY),
    (True, ("paper",), StateWord.ALERT),
    (True, ("reader", "clock"), StateWord.ALERT),
]


@pytest.mark.parametrize(("born", "alarms", "word"), WORDS)
def test_the_word_is_alert_while_there_is_an_alarm(
    born: bool, alarms: tuple[str, ...], word: StateWord
) -> None:
    assert life_word(born=born, alarms=alarms) is word


def test_the_certificates_end_joins_the_birth_and_nothing_else_changes() -> None:
    found = read(Birth, with_certificate(canonical(BIRTH), ENDS))
    assert found == msgspec.structs.replace(BIRTH, certificate_expires="2027-11-21T00:00:00+00:00")


@pytest.mark.parametrize(("birth", "ends"), [(canonical(BIRTH), None), (b"rubbish", ENDS)])
def test_without_a_certificate_or_a_birth_nothing_is_added(birth: bytes, ends: datetime | None) -> None:
    assert with_certificate(birth, ends) == birth
