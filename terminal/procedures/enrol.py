"""予約 alone, and 予約 with 申込: the two ways of the main job, top to bottom."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from contract.record import Procedure
from programmes.services import Service
from terminal.enrolment import Draft, Prepared, prepare
from terminal.facilities import Facilities
from terminal.messages import message
from terminal.procedures.card import confirm_card_step, place_card_step
from terminal.procedures.checklist import checklist_step
from terminal.procedures.confirmation import Correct, confirm, require_still_open
from terminal.procedures.consent import consent_step
from terminal.procedures.hand_over import hand_over
from terminal.procedures.numbers import enter_codes_step, enter_id_step, enter_phone_step
from terminal.procedures.rules import require_open
from terminal.procedures.service_choice import choose_service_step
from terminal.procedures.signature import Done, sign_and_commit
from terminal.procedures.steps import BACK, Step, Turn, walk
from terminal.view_parts import Stone, Stones
from terminal.visit import Visit

_APPLICATION = (
    Stone.CHOOSE,
    Stone.CONSENT,
    Stone.CARD,
    Stone.NUMBER,
    Stone.CONFIRM,
    Stone.ACCEPTED,
)
_RESERVATION = (Stone.CONSENT, Stone.CARD, Stone.CONFIRM, Stone.ACCEPTED)


#: 直す on S12: which steps are walked again, in their order. What depends on the line or stands on it is asked with it;
#: the card is not: it lies there.
CORRECTIONS = {
    "service": ("service", "id", "codes", "phone"),
    "id": ("id",),
    "codes": ("codes", "phone"),
}


async def reserve(visit: Visit, facilities: Facilities) -> Done | Turn:
    """予約だけ: S3 S6 S7 S8 S12 S13 S14. One record, one signature."""
    require_open(visit, facilities)

    def at(stone: Stone) -> Stones:
        return Stones(_RESERVATION, stone)

    before = {
        "checklist": checklist_step(visit, facilities, needs_service=False),
        "consent": consent_step(visit, facilities, at(Stone.CONSENT)),
        "card": place_card_step(visit, facilities, at(Stone.CARD)),
        "own-card": confirm_card_step(visit, facilities, at(Stone.CARD)),
    }
    return await _act(visit, facilities, before, (Procedure.RESERVATION,), _RESERVATION)


async def apply(visit: Visit, facilities: Facilities) -> Done | Turn:
    """予約 and 申込: S3–S14. Two records with one visit id, two signatures, one paper."""
    require_open(visit, facilities)

    def at(stone: Stone) -> Stones:
        return Stones(_APPLICATION, stone)

    before = {
        "checklist": checklist_step(visit, facilities, needs_service=True),
        "service": choose_service_step(visit, facilities, at(Stone.CHOOSE)),
        "consent": consent_step(visit, facilities, at(Stone.CONSENT)),
        "card": place_card_step(visit, facilities, at(Stone.CARD)),
        "own-card": confirm_card_step(visit, facilities, at(Stone.CARD)),
        "id": _of_service(visit, facilities, at(Stone.NUMBER), enter_id_step),
        "codes": _of_service(visit, facilities, at(Stone.NUMBER), enter_codes_step),
        "phone": _of_service(visit, facilities, at(Stone.NUMBER), enter_phone_step),
    }
    procedures = (Procedure.RESERVATION, Procedure.APPLICATION)
    return await _act(visit, facilities, before, procedures, _APPLICATION)


def _of_service(
    visit: Visit,
    facilities: Facilities,
    stones: Stones,
    make: Callable[[Visit, Facilities, Service, Stones], Step],
) -> Step:
    """The entry steps depend on the service, which is chosen while the steps are walked."""

    async def step(draft: Draft) -> Draft | Turn:
        return await make(visit, facilities, _service(facilities, draft), stones)(draft)

    return step


def _service(facilities: Facilities, draft: Draft) -> Service:
    service = facilities.programme.service(draft.service)
    if service is None:
        raise LookupError(f"the draft names a service that the catalogue does not have: {draft.service!r}")
    return service


async def _act(
    visit: Visit,
    facilities: Facilities,
    before: Mapping[str, Step],
    procedures: Sequence[Procedure],
    stones: Sequence[Stone],
) -> Done | Turn:
    """The questions, then confirmation, PIN and signature; もどる leads back into the questions."""
    measure = facilities.programme.offered_measures()[0].key
    confirm_at, accepted_at = Stones(tuple(stones), Stone.CONFIRM), Stones(tuple(stones), Stone.ACCEPTED)
    draft, steps = Draft(measure=measure), _Resumable(before)
    while True:
        walked = await steps.walk(draft)
        if isinstance(walked, Turn):
            return walked
        draft = walked
        service = _service(facilities, draft) if Procedure.APPLICATION in procedures else None
        answer = await confirm(visit, facilities, draft, service, confirm_at)
        if isinstance(answer, Correct):
            steps.resume_with(CORRECTIONS[answer.what])
            continue
        if isinstance(answer, Turn):
            steps.resume_from_end()
            continue
        make = partial(_prepare_all, visit, facilities, draft, service, procedures)
        act = message("pin.ok_apply" if service is not None else "pin.ok_reserve")
        done = await sign_and_commit(visit, facilities, make, confirm_at, act)
        if isinstance(done, Turn):
            steps.resume_after_end()
            continue
        await hand_over(visit, facilities, draft, done, accepted_at)
        return done


def _prepare_all(
    visit: Visit,
    facilities: Facilities,
    draft: Draft,
    service: Service | None,
    procedures: Sequence[Procedure],
) -> list[Prepared]:
    """Made when the PIN is complete: its time is the time of the act, and the rules are asked at that time."""
    require_still_open(visit, facilities, draft, service)
    return [prepare(visit, draft, procedure, facilities) for procedure in procedures]


class _Resumable:
    """The questions of one visit by name, walked in parts: all, from the end backwards, or some of them again."""

    def __init__(self, steps: Mapping[str, Step]) -> None:
        self._steps = steps
        self._only: tuple[Step, ...] | None = None
        self._backward = False

    def resume_with(self, names: Sequence[str]) -> None:
        """Asks these steps again."""
        self._only = tuple(self._steps[name] for name in names)

    def resume_from_end(self) -> None:
        self._only, self._backward = None, True

    def resume_after_end(self) -> None:
        """Nothing of the questions is asked again: the confirmation follows."""
        self._only = ()

    async def walk(self, draft: Draft) -> Draft | Turn:
        if self._only is not None:
            only, self._only = self._only, None
            outcome = await walk(only, draft)
            return draft if outcome is BACK else outcome
        backward, self._backward = self._backward, False
        return await walk(tuple(self._steps.values()), draft, from_end=backward)
