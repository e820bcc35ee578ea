"""Ways through the terminal as lists of steps: which screen stands there, and what the resident does on it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from tests.terminal.rig import Rig, pin_of, wrong_pin_of

Act = Callable[[Rig], Awaitable[None]]

ID = "1234567890123456"
CODE = "987"


class FlowStep:
    """`view` must be the screen before anything is done."""

    def __init__(self, view: str, *acts: Act) -> None:
        self.view = view
        self.acts = acts


def press(choice: str) -> Act:
    return lambda rig: rig.press(choice)


def keys(text: str) -> Act:
    return lambda rig: rig.type_in(text)


def lay(name: str = "happy") -> Act:
    return lambda rig: rig.lay(name)


def lift() -> Act:
    return lambda rig: rig.lift()


def wait(seconds: float) -> Act:
    return lambda rig: rig.wait(seconds)


def enter_pin(name: str = "happy") -> Act:
    async def act(rig: Rig) -> None:
        await rig.type_in(pin_of(name))
        await rig.press("ok")

    return act


def enter_wrong_pin(name: str = "happy") -> Act:
    async def act(rig: Rig) -> None:
        await rig.type_in(wrong_pin_of(name))
        await rig.press("ok")

    return act


async def walk(rig: Rig, steps: Sequence[FlowStep]) -> None:
    for number, step in enumerate(steps, 1):
        assert rig.view.name == step.view, f"step {number}: {rig.view.name} {rig.trouble}, not {step.view}"
        for act in step.acts:
            await act(rig)


def after(steps: Sequence[FlowStep], view: str) -> list[FlowStep]:
    """The steps that lead to the first screen of that name."""
    names = [step.view for step in steps]
    return list(steps[: names.index(view)])


def id_and_codes(service_id: str, *codes: str) -> list[FlowStep]:
    return [
        FlowStep("EnterText", keys(service_id), press("ok")),
        FlowStep("RepeatText", keys(service_id), press("ok")),
        *(FlowStep("EnterCode", keys(code), press("ok")) for code in codes),
    ]


def choosing(service: str, pages: int = 0) -> list[FlowStep]:
    return [
        FlowStep("Attract", press("start")),
        FlowStep("Home", press("apply")),
        FlowStep("Checklist", press("ready")),
        *(FlowStep("ChooseService", press("page-on")) for _ in range(pages)),
        FlowStep("ChooseService", press(f"service-{service}")),
        FlowStep("ServiceTerms", press("take")),
        FlowStep("Consent", press("agree")),
        FlowStep("PlaceCard", lay()),
        FlowStep("ConfirmCard", press("mine")),
    ]


#: 予約 and 申込 with the most ordinary service: sixteen digits and a code.
APPLY = [
    *choosing("aoba"),
    *id_and_codes(ID, CODE),
    FlowStep("ConfirmApplication", press("apply")),
    FlowStep("EnterPin", enter_pin()),
]

#: 予約 alone.
RESERVE = [
    FlowStep("Attract", press("start")),
    FlowStep("Home", press("reserve")),
    FlowStep("Checklist", press("ready")),
    FlowStep("Consent", press("agree")),
    FlowStep("PlaceCard", lay()),
    FlowStep("ConfirmCard", press("mine")),
    FlowStep("ConfirmApplication", press("apply")),
    FlowStep("EnterPin", enter_pin()),
]

#: After 受付: the card, the paper, the end.
TAKE_AND_LEAVE = [
    FlowStep("Accepted", lift()),
    FlowStep("Accepted", press("finish")),
    FlowStep("Attract"),
]
