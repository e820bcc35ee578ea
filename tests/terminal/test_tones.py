"""What is heard: one tone for every key, whatever it is and whether it counted, and another when something is durable."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import pytest

from terminal.controls import KeyPressed
from terminal.ports import Sound
from tests.terminal.flow import APPLY, RESERVE, FlowStep, after, enter_pin, enter_wrong_pin, walk
from tests.terminal.rig import Rig, pin_of, running, wrong_pin_of


async def _right(rig: Rig) -> None:
    await rig.type_in(pin_of()[:2])


async def _wrong(rig: Rig) -> None:
    await rig.type_in(wrong_pin_of()[:2])


async def _one_too_many(rig: Rig) -> None:
    await rig.type_in(pin_of())
    heard = len(rig.panel.sounds)
    await rig.type_in("99")
    del rig.panel.sounds[:heard]


async def _delete_from_nothing(rig: Rig) -> None:
    await rig.key("back")
    await rig.key("clear")


async def _of_another_field(rig: Rig) -> None:
    await rig.put(KeyPressed("elsewhere", "1"))
    await rig.put(KeyPressed("elsewhere", "2"))


async def _choices(rig: Rig) -> None:
    await rig.press("size")
    await rig.press("stop")


#: Two presses each, on the PIN's screen.
PRESSES: dict[str, Callable[[Rig], Awaitable[None]]] = {
    "digits of the right PIN": _right,
    "digits of a wrong PIN": _wrong,
    "digits beyond the fourth": _one_too_many,
    "deleting where nothing stands": _delete_from_nothing,
    "keys that fall on no field": _of_another_field,
    "a tool and やめる": _choices,
}


@pytest.mark.parametrize("presses", PRESSES.values(), ids=PRESSES)
async def test_every_press_sounds_the_same_whatever_it_is_and_whether_it_counts(
    presses: Callable[[Rig], Awaitable[None]],
) -> None:
    async with running(Rig()) as rig:
        await walk(rig, after(APPLY, "EnterPin"))
        rig.panel.sounds.clear()
        await presses(rig)
        assert rig.panel.sounds == [Sound.KEY, Sound.KEY]


async def test_the_tone_comes_before_anything_is_made_of_the_key() -> None:
    """How long the terminal thinks about a key must not be heard either."""
    async with running(Rig()) as rig:
        await walk(rig, after(APPLY, "EnterPin"))
        shown = len(rig.screen.history)
        heard: list[int] = []
        rig.panel.when_sounded = lambda: heard.append(len(rig.screen.history))
        await rig.type_in(pin_of())
        assert heard == [shown, shown + 1, shown + 2, shown + 3]


@pytest.mark.parametrize("steps", [APPLY, RESERVE], ids=["予約 and 申込", "予約"])
async def test_what_was_accepted_is_heard_once_when_it_is_durable(steps: Sequence[FlowStep]) -> None:
    async with running(Rig()) as rig:
        kept_before: list[bool] = []
        rig.panel.when_sounded = lambda: kept_before.append(bool(rig.store.kept))
        await walk(rig, steps)
        assert rig.panel.sounds.count(Sound.DONE) == 1
        assert kept_before[rig.panel.sounds.index(Sound.DONE)]


async def _cannot_store(rig: Rig) -> None:
    rig.store.refusals = ["disk", "disk"]
    await enter_pin()(rig)


async def _card_lifted(rig: Rig) -> None:
    rig.readers.before_sign = rig.readers.take
    await enter_pin()(rig)


@pytest.mark.parametrize(
    "ending",
    [enter_wrong_pin(), _cannot_store, _card_lifted],
    ids=["wrong PIN", "nothing could be stored", "card lifted"],
)
async def test_nothing_sounds_like_accepted_where_nothing_was(
    ending: Callable[[Rig], Awaitable[None]],
) -> None:
    async with running(Rig()) as rig:
        await walk(rig, after(APPLY, "EnterPin"))
        await ending(rig)
        assert rig.store.kept == []
        assert Sound.DONE not in rig.panel.sounds
