"""What 直す on S12 leads to, line by line."""

from __future__ import annotations

from terminal.procedures.enrol import CORRECTIONS
from tests.terminal.flow import APPLY, FlowStep, after, press, walk
from tests.terminal.rig import Rig, running


async def test_each_line_with_a_correction_has_its_steps_and_the_card_is_in_none() -> None:
    async with running(Rig()) as rig:
        await walk(rig, after(APPLY, "ConfirmApplication"))
        offered = {choice.id for choice in rig.view.choices() if choice.id.startswith("correct-")}
        assert offered == {f"correct-{line}" for line in CORRECTIONS}
        for names in CORRECTIONS.values():
            assert not {"card", "own-card", "consent"} & set(names)


async def test_a_correction_begun_and_left_again_asks_nothing_more() -> None:
    """もどる out of the service's steps leads to the confirmation from each of them, one by one."""
    async with running(Rig()) as rig:
        await walk(rig, after(APPLY, "ConfirmApplication"))
        before = rig.view
        await walk(rig, [
            FlowStep("ConfirmApplication", press("correct-service")),
            FlowStep("ChooseService", press("service-aoba")),
            FlowStep("ServiceTerms", press("take")),
            FlowStep("EnterText", press("back")),
            FlowStep("ChooseService", press("back")),
        ])  # fmt: skip
        assert rig.view == before
