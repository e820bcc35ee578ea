"""Fixed keys and a fixed record for the contract's tests; nothing here is used outside them."""

from __future__ import annotations

from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from contract.envelope import seal_enrolment
from contract.keys import FleetKey, KeyRing, KeyUse, read_keys, sign_keys
from contract.record import Body, ChosenService, ConsentGiven, Plaintext, Procedure, body_bytes, pack

TERMINAL = "tk-0042"
JOURNAL = "0123456789abcdef0123456789abcdef"
ID = "01890a5d-ac96-774b-bcce-b302099a8057"
TS = 1_657_846_800_000

ROOT = Ed25519PrivateKey.from_private_bytes(b"\x01" * 32)
DEVICE = Ed25519PrivateKey.from_private_bytes(b"\x02" * 32)
ACK_KEY = Ed25519PrivateKey.from_private_bytes(b"\x03" * 32)
ANSWER_KEY = Ed25519PrivateKey.from_private_bytes(b"\x04" * 32)
SEALING_KEY = X25519PrivateKey.from_private_bytes(b"\x05" * 32)
VISIT_KEY = X25519PrivateKey.from_private_bytes(b"\x06" * 32)

BEGIN = datetime(2022, 1, 1, tzinfo=UTC)
END = datetime(2023, 1, 1, tzinfo=UTC)
#: Wall time of who judges: the keys are valid.
AT = datetime(2022, 7, 15, tzinfo=UTC)

KEYS = (
    FleetKey("seal-1", KeyUse.SEAL, SEALING_KEY.public_key().public_bytes_raw(), BEGIN, END),
    FleetKey("ack-1", KeyUse.ACK, ACK_KEY.public_key().public_bytes_raw(), BEGIN, END),
    FleetKey("answer-1", KeyUse.ANSWER, ANSWER_KEY.public_key().public_bytes_raw(), BEGIN, END),
)
KEYS_DOCUMENT = sign_keys(ROOT, 7, KEYS)

BODY = Body(
    v=1,
    id=ID,
    visit="01890a5d-ac96-774b-bcce-b302099a8058",
    procedure=Procedure.APPLICATION,
    programme="national-2022",
    measure="1",
    consent=ConsentGiven("2022-07", "ab" * 32),
    terminal=TERMINAL,
    site="試験店",
    time="2022-07-15T10:00:00+09:00",
    clock="set",
    answer_key=VISIT_KEY.public_key().public_bytes_raw(),
    demo=True,
    service=ChosenService("sample-pay", "1234567890123456", ("123456",), "0000"),
)
PLAINTEXT = Plaintext(body_bytes(BODY), b"certificate", b"signature")


def ring() -> KeyRing:
    found = read_keys(KEYS_DOCUMENT, ROOT.public_key())
    assert isinstance(found, KeyRing)
    return found


def sealed_enrolment(plaintext: bytes | None = None) -> bytes:
    return seal_enrolment(
        pack(PLAINTEXT) if plaintext is None else plaintext,
        id=ID,
        terminal=TERMINAL,
        journal=JOURNAL,
        seq=3,
        ts=TS,
        recipient=KEYS[0],
        device=DEVICE,
    )
