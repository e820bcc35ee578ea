"""The consent's words and their version: who agreed to which text can be told for ever, so no text changes in silence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from terminal.facilities import Operator
from terminal.messages import Localised
from terminal.presentation import Language
from terminal.procedures.consent import VERSION, consent_given
from tests.terminal.rig import Rig

#: Its own, and only here: the words are pinned, not what some other test calls its operator.
OPERATOR = Operator(
    name=Localised("運営する人", "The operator"),
    contact=Localised("連絡先", "The contact"),
    purpose=Localised("使う目的", "the purpose"),
    retention=Localised("保存する期間", "the retention"),
    disclosure=Localised("開示の窓口", "The disclosure desk"),
)

#: Of every version that was ever shown: SHA-256 of the text that the record keeps, for the operator above. Lines are
#: added for a new version, and never changed: records in the fleet name them.
PINNED: dict[str, dict[Language, str]] = {
    "2026-11-2": {
        Language.JA: "48237f870276f47545115c36108588210722ddda01355ae2e55740baab98fee0",
        Language.EASY: "3c016508739dba4e3d57679256c654762649b1bcc6934a72d68f8dd233cfce2b",
        Language.EN: "9b2eb37ec1cef287dbe2bf6493945a8b830342f36a65f31126543c7b77f88992",
    },
    "2026-11-3": {
        Language.JA: "531773ca1dbf8c80287ecf33b60c44386942a7e962805720b41ee03752ea794b",
        Language.EASY: "9c90374da95c842fc04c754c2368181baaa51c3e408fe316e28ce14dd29ae0ca",
        Language.EN: "da1780158df70311b663cd2ce880cf661ef5ca33deec63c7408c668df39dc0a4",
    },
    "2026-11-4": {
        Language.JA: "c7d86068a0c76434440c80497d684fb326eb6a49a41913371a6353c4acf145ac",
        Language.EASY: "c33adde92c253978f12d78aa362553d50e0584399dd59c26a9567b7087b2de59",
        Language.EN: "1da5875b8dc07b3bb0e8e282ebb34f2f9693ef7fee8c7dfd70758747b42f2027",
    },
}

WHAT_TO_DO = """
The words that a resident agrees to have changed, but not their version, or the version has no line here yet.
If the words were meant to change: raise VERSION in terminal/procedures/consent.py (unless that was done), and add to
PINNED in this file, leaving the older lines as they are:
    "{version}": {{Language.{name}: "{sha256}", …}}
If they were not meant to change: put the clauses `consent_text.*` in screens/locale back as they were."""


def sha256_of(language: Language) -> str:
    rig = Rig()
    return consent_given(replace(rig.facilities, operator=OPERATOR), language).sha256


@pytest.mark.parametrize("language", Language)
def test_the_words_of_a_version_never_change(language: Language) -> None:
    now = sha256_of(language)
    pinned = PINNED.get(VERSION, {}).get(language)
    assert now == pinned, WHAT_TO_DO.format(version=VERSION, name=language.name, sha256=now)


def test_no_two_versions_and_no_two_languages_have_the_same_words() -> None:
    every = [sha256 for version in PINNED.values() for sha256 in version.values()]
    assert len(set(every)) == len(every)
    assert all(set(version) == set(Language) for version in PINNED.values())


@pytest.mark.parametrize("part", ["name", "contact", "purpose", "retention", "disclosure"])
def test_what_the_operator_says_of_itself_is_part_of_what_was_agreed_to(part: str) -> None:
    rig = Rig()
    other = replace(OPERATOR, **{part: Localised("べつの言葉", "other words")})
    for language in Language:
        one = consent_given(replace(rig.facilities, operator=other), language)
        assert one.version == VERSION
        assert one.sha256 != sha256_of(language)
