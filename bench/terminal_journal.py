"""The terminal's part in delivery without its window: the real journal, fed with made-up records, marking real acks."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import uuid_utils
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from bench.fleet_keys import FleetFiles, TerminalFiles
from contract.answer import SealedAnswer
from contract.envelope import seal_enrolment
from contract.keys import FleetKey, KeyRing, KeyUse, read_keys
from contract.record import Plaintext, pack
from terminal.journal.delivery import DeliveryReport, apply_mailbox
from terminal.journal.events import EnrolmentCommitted
from terminal.journal.folders import uplink_folder
from terminal.journal.mailbox import MailboxReader
from terminal.journal.outbox import Committed, Outbox
from terminal.journal.outbox_opening import open_outbox

#: As long as a real body, certificate and signature are, in bytes.
_BODY, _CERTIFICATE, _SIGNATURE = 800, 1_500, 256
_POLL_S = 0.02


class TerminalJournal:
    """Outbox and mailbox of one terminal; `start` marks acknowledgements in a thread, as the terminal does."""

    def __init__(self, data_dir: Path, fleet: FleetFiles, terminal: TerminalFiles) -> None:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        device = load_pem_private_key(terminal.device_key.read_bytes(), None)
        root = load_pem_public_key(fleet.root.read_bytes())
        if not isinstance(device, Ed25519PrivateKey) or not isinstance(root, Ed25519PublicKey):
            raise TypeError("the bench makes Ed25519 keys")
        ring = read_keys(fleet.keys.read_bytes(), root)
        outbox = open_outbox(data_dir / "outbox.db", now=_now, random=os.urandom)
        if not isinstance(ring, KeyRing) or not isinstance(outbox, Outbox):
            raise TypeError(f"{ring} {outbox}")
        self.ring = ring
        self.outbox = outbox
        self.answers: list[SealedAnswer] = []
        self.keys: list[bytes] = []
        self.reports: list[DeliveryReport] = []
        self._terminal = terminal.terminal
        self._device = device
        self._mailbox = MailboxReader(uplink_folder(data_dir) / "mailbox.db")
        self._end = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def depth(self) -> int:
        return self.outbox.depth

    def sealing_key(self) -> FleetKey:
        key = self.ring.newest(KeyUse.SEAL, _now())
        if key is None:
            raise LookupError("keys.json holds no sealing key")
        return key

    def make_envelopes(self, count: int) -> list[bytes]:
        """Envelopes as long as real ones, stored nowhere."""
        seal, id_ = self._sealer(None)
        return [seal("0" * 32, seq) for seq in range(1, count + 1)] if id_ else []

    def store(self, packed: bytes | None = None, id_: str | None = None) -> str:
        """Commits one record (made up, unless `packed` is one) and gives its id."""
        seal, id_ = self._sealer(packed, id_)
        result = self.outbox.append(seal, id=id_, event=EnrolmentCommitted("application"))
        if not isinstance(result, Committed):
            raise OSError(f"not committed: {result}")
        return id_

    def _sealer(
        self, packed: bytes | None, id_: str | None = None
    ) -> tuple[Callable[[str, int], bytes], str]:
        plaintext = packed or pack(
            Plaintext(os.urandom(_BODY), os.urandom(_CERTIFICATE), os.urandom(_SIGNATURE))
        )
        enrolment = id_ or str(uuid_utils.uuid7())
        recipient = self.sealing_key()

        def seal(journal: str, seq: int) -> bytes:
            return seal_enrolment(
                plaintext,
                id=enrolment,
                terminal=self._terminal,
                journal=journal,
                seq=seq,
                ts=int(_now().timestamp() * 1000),
                recipient=recipient,
                device=self._device,
            )

        return seal, enrolment

    def start(self) -> None:
        """Marks what the mailbox brings, until `close`."""
        self._thread = threading.Thread(target=self._follow, name="journal", daemon=True)
        self._thread.start()

    def _follow(self) -> None:
        while not self._end.is_set():
            if self._mailbox.changed():
                while self.apply():
                    pass
            self._end.wait(_POLL_S)

    def apply(self) -> bool:
        """One step of delivery; True if there is more."""
        report = apply_mailbox(
            self.outbox,
            self._mailbox,
            self.ring,
            terminal=self._terminal,
            on_answer=self.answers.append,
            on_keys=self.keys.append,
        )
        if not isinstance(report, DeliveryReport):
            return False
        self.reports.append(report)
        return report.more

    def close(self) -> None:
        self._end.set()
        if self._thread is not None:
            self._thread.join()
        self._mailbox.close()
        self.outbox.close()


def _now() -> datetime:
    return datetime.now(UTC)
