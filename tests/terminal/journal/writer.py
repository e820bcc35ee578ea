"""A process that fills an outbox and says on stdout what the outbox said to it; others break its disk or kill it.

`python -m tests.terminal.journal.writer OUTBOX COUNT [BALLAST]`. Lines: `open`, `accepted ID SHA256`,
`refused REASON SETTLED`, `cannot-open REASON`. BALLAST is a file that is deleted at the first refusal.
"""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

from bench.synthetic_fleet import SyntheticFleet, new_id, wall_now
from terminal.journal.events import EnrolmentCommitted, VisitStarted
from terminal.journal.outbox import CommitFailed, Committed, Outbox
from terminal.journal.outbox_opening import open_outbox


def say(*words: object) -> None:
    sys.stdout.write(" ".join(str(word) for word in words) + "\n")
    sys.stdout.flush()


def main(path: Path, count: int, ballast: Path | None) -> None:
    fleet = SyntheticFleet()
    outbox = open_outbox(path, now=wall_now, random=os.urandom)
    if not isinstance(outbox, Outbox):
        say("cannot-open", outbox.reason)
        return
    say("open")
    for _ in range(count):
        id_, made = new_id(), [b""]

        def seal(journal: str, seq: int, id_: str = id_, made: list[bytes] = made) -> bytes:
            made[0] = fleet.seal(id_)(journal, seq)
            return made[0]

        outbox.record(VisitStarted())
        outcome = outbox.append(seal, id=id_, event=EnrolmentCommitted("application"))
        if isinstance(outcome, Committed):
            say("accepted", id_, hashlib.sha256(made[0]).hexdigest())
        elif isinstance(outcome, CommitFailed):
            say("refused", outcome.reason, outcome.settled)
            if ballast is not None:
                ballast.unlink(missing_ok=True)
    os.kill(os.getpid(), 9)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]) if sys.argv[3:] else None)
