"""The fleet's keys: only from the root, never older than what is in use, and never missing when needed."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from contract.encoding import Malformed
from contract.keys import FleetKey, KeyRing, KeyUse, read_keys, sign_keys
from tests.contract.parties import KEYS, KEYS_DOCUMENT, ROOT

DAY = timedelta(days=1)
T0 = datetime(2022, 1, 1, tzinfo=UTC)


def key(kid: str, begin: int, end: int, use: KeyUse = KeyUse.SEAL) -> FleetKey:
    return FleetKey(kid, use, kid.encode().ljust(32), T0 + begin * DAY, T0 + end * DAY)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (-1, None),  # nothing has begun
        (0, "first"),
        (5, "first"),
        (10, "second"),  # both valid: the later start
        (15, "second"),
        (20, "second"),
        (21, "third"),
        (30, "third"),
        (31, "third"),  # all expired: the last to expire still seals
        (9999, "third"),
    ],
)
def test_the_newest_valid_key_is_taken_and_an_expired_one_rather_than_none(
    day: int, expected: str | None
) -> None:
    ring = KeyRing(1, (key("third", 21, 30), key("first", 0, 12), key("second", 10, 20)))
    found = ring.newest(KeyUse.SEAL, T0 + day * DAY)
    assert (found.kid if found else None) == expected


def test_a_long_expired_key_does_not_win_over_a_valid_older_one() -> None:
    ring = KeyRing(1, (key("short", 5, 6), key("long", 0, 100)))
    found = ring.newest(KeyUse.SEAL, T0 + 50 * DAY)
    assert found is not None
    assert found.kid == "long"


def test_keys_are_told_apart_by_use_and_kid() -> None:
    ring = KeyRing(1, (key("k", 0, 9, KeyUse.ACK), key("k", 0, 9, KeyUse.ANSWER), key("s", 0, 9)))
    ack, answer = ring.find(KeyUse.ACK, "k"), ring.find(KeyUse.ANSWER, "k")
    assert ack is not None
    assert answer is not None
    assert (ack.use, answer.use) == (KeyUse.ACK, KeyUse.ANSWER)
    assert ring.find(KeyUse.ACK, "s") is None
    assert ring.find(KeyUse.SEAL, "k") is None
    assert [found.kid for found in ring.of_use(KeyUse.SEAL)] == ["s"]


@pytest.mark.parametrize(("at_least", "accepted"), [(0, True), (6, True), (7, True), (8, False)])
def test_a_version_never_goes_down(at_least: int, accepted: bool) -> None:
    found = read_keys(KEYS_DOCUMENT, ROOT.public_key(), at_least=at_least)
    assert isinstance(found, KeyRing) == accepted
    if isinstance(found, Malformed):
        assert "version 7 is older than 8" in found.reason
    else:
        assert found.version == 7


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_a_signed_key_of_a_wrong_length_is_refused_before_it_can_fail_in_use(length: int) -> None:
    odd = FleetKey("seal-2", KeyUse.SEAL, bytes(length), T0, T0 + DAY)
    found = read_keys(sign_keys(ROOT, 8, (*KEYS, odd)), ROOT.public_key())
    assert isinstance(found, Malformed)
    assert "32 bytes" in found.reason


def test_times_without_zone_are_refused_because_they_cannot_be_compared() -> None:
    naive = FleetKey("seal-2", KeyUse.SEAL, bytes(32), datetime(2022, 1, 1), T0)  # noqa: DTZ001
    found = read_keys(sign_keys(ROOT, 8, (naive,)), ROOT.public_key())
    assert isinstance(found, Malformed)
    assert "not_before" in found.reason


@pytest.mark.parametrize("kid", ["", "a\nb", "seal-1\n", "x" * 65, "鍵"])
def test_a_kid_that_could_be_read_two_ways_in_a_signed_part_is_refused(kid: str) -> None:
    odd = FleetKey(kid, KeyUse.SEAL, bytes(32), T0, T0 + DAY)
    assert isinstance(read_keys(sign_keys(ROOT, 8, (odd,)), ROOT.public_key()), Malformed)


def test_other_zones_mean_the_same_moment_and_keep_the_signature() -> None:
    tokyo = datetime.fromisoformat("2022-01-01T09:00:00+09:00")
    document = sign_keys(ROOT, 8, (FleetKey("seal-2", KeyUse.SEAL, bytes(32), tokyo, T0 + DAY),))
    ring = read_keys(document, ROOT.public_key())
    assert isinstance(ring, KeyRing)
    assert ring.newest(KeyUse.SEAL, T0) is not None


@pytest.mark.parametrize("change", ["added", "removed", "exchanged", "version"])
def test_any_change_to_the_list_breaks_the_roots_signature(change: str) -> None:
    document = json.loads(KEYS_DOCUMENT)
    keys = document["keys"]
    if change == "added":
        keys.append({**keys[0], "kid": "seal-9"})
    elif change == "removed":
        keys.pop()
    elif change == "exchanged":
        keys[0], keys[1] = keys[1], keys[0]
    else:
        document["version"] += 1
    found = read_keys(json.dumps(document).encode(), ROOT.public_key())
    assert found == Malformed("SignedKeys", "not signed by the trusted root")
