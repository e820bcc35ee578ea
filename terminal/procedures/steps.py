"""Forward and back through the questions of a procedure.

A step asks one thing and returns the changed draft, `BACK` for もどる, or `SKIPPED` when there was nothing to ask,
so that going back passes over it as well.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from enum import Enum

from terminal.enrolment import Draft


class Turn(Enum):
    BACK = "back"
    SKIPPED = "skipped"


BACK = Turn.BACK
SKIPPED = Turn.SKIPPED

Step = Callable[[Draft], Awaitable[Draft | Turn]]


async def walk(steps: Sequence[Step], draft: Draft, *, from_end: bool = False) -> Draft | Turn:
    """The draft after the last step, or `BACK` when the resident went back before the first.

    `from_end` begins with the last step, as もどる from what follows the steps does.
    """
    position, forward = (len(steps) - 1, False) if from_end else (0, True)
    while 0 <= position < len(steps):
        outcome = await steps[position](draft)
        match outcome:
            case Turn.BACK:
                forward = False
            case Turn.SKIPPED:
                pass
            case _:
                draft, forward = outcome, True
        position += 1 if forward else -1
    return draft if position >= 0 else BACK
