"""A resident in a hurry: plays one visit through the robot socket, part by part, without looking at every word.

What chaos, the memory scan and the figures share. Nothing is asserted here but that the way is there; each caller
judges what came of it.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from bench.robot import RobotClient, RobotRefused, ShownView
from contract.reference_number import is_reference_number

_PAGES = 8  # no view has more
_NUMBER = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b")
SERVICE = "service-aoba"
"""あおば電子マネー of the bench's own pack: 16 digits and a code of three."""
CODE = "789"


class Errand(StrEnum):
    APPLY = "apply"  # 予約 and 申込: two records
    RESERVE = "reserve"  # 予約 only: one


@dataclass(frozen=True, repr=False)
class Visitor:
    """Who comes, and what they type. `service_id` is not typed on a 予約."""

    name: str
    pin: str
    service_id: str
    errand: Errand = Errand.APPLY


class Resident:
    """`card("insert", name)` and `card("remove")` are the hands. Raises RobotRefused where the way is barred,
    OSError when the terminal is gone.
    """

    def __init__(
        self, robot: RobotClient, person: Visitor, card: Callable[..., object], timeout_s: float = 20.0
    ) -> None:
        self.robot = robot
        self.person = person
        self._card = card
        self._timeout_s = timeout_s

    # ------------------------------------------------------------------ the way, whole and in parts

    def whole_visit(self) -> None:
        """Attract → Attract, with paper."""
        self.up_to_the_pin()
        self.sign()
        self.leave()

    def up_to_the_pin(self) -> None:
        """Attract → EnterPin, four digits typed: the next press sends them to the card."""
        self.to_the_card()
        self.lay_card()
        self.fill_in()
        self.to_the_pin()

    def choose_english(self) -> None:
        """At Attract, and back there."""
        self.see("Attract")
        self.press("language")
        self.see("LanguageChoice")
        self.press("language-en")

    def to_the_card(self) -> None:
        """Attract → PlaceCard."""
        self.see("Attract")
        self.press("start")
        self.see("Home")
        self.press(self.person.errand.value)
        self.see("Checklist")
        self.press("ready")
        if self.person.errand is Errand.APPLY:
            self.see("ChooseService")
            self.press(SERVICE)
            self.see("ServiceTerms")
            self.press("take")
        self.see("Consent")
        self.press("agree")
        self.see("PlaceCard")

    def lay_card(self) -> None:
        """PlaceCard → the first view after "is this your card?". From here the card is bound."""
        self._card("insert", self.person.name)
        self.see("ConfirmCard")
        self.press("mine")
        self.see("EnterText" if self.person.errand is Errand.APPLY else "ConfirmApplication")

    def fill_in(self) -> None:
        """EnterText → ConfirmApplication; nothing to do on a 予約. Digit by digit: the robot's own messages must
        not carry a whole 決済サービスID into the terminal's memory.
        """
        if self.person.errand is Errand.APPLY:
            self.type_digits("service-id", self.person.service_id)
            self.press("ok")
            self.see("RepeatText")
            self.type_digits("service-id-again", self.person.service_id)
            self.press("ok")
            self.see("EnterCode")
            self.type_digits("code-1", CODE)
            self.press("ok")
            self.see("ConfirmApplication")

    def to_the_pin(self) -> None:
        """ConfirmApplication → EnterPin, four digits typed, 決定 not yet pressed."""
        self.press("apply")
        self.see("EnterPin")
        self.type_digits("pin", self.person.pin)

    def sign(self) -> tuple[str, ...]:
        """Presses 決定. The 受付番号 that the screen shows with 受け付けました."""
        self.press("ok")
        return numbers_on(self.see("Accepted"))

    def leave(self) -> None:
        """Takes the card, waits for the paper, presses おわる: back at Attract."""
        self.lift()
        self.robot.wait_until(_has_come_to_its_end, "おわる on the last screen", 30.0)
        self.press("finish")
        self.see("Attract")

    # ------------------------------------------------------------------ single acts

    def see(self, view: str) -> ShownView:
        return self.robot.wait(view, self._timeout_s)

    def lift(self) -> None:
        self._card("remove")

    def press(self, choice: str) -> None:
        """Turns pages until the choice is there. The screen may change by itself meanwhile, when news arrive."""
        for _ in range(_PAGES):
            shown = self.robot.view()
            if shown.choice(choice) is not None or shown.choice("page-next") is None:
                break
            with contextlib.suppress(RobotRefused):
                self.robot.press("page-next")
        self.robot.press(choice)

    def type_digits(self, field: str, digits: str) -> None:
        for digit in digits:
            self.robot.type(field, digit)


def _has_come_to_its_end(shown: ShownView) -> bool:
    return shown.view == "Accepted" and any(
        shown.choice(choice) is not None for choice in ("finish", "page-next")
    )


def numbers_on(shown: ShownView) -> tuple[str, ...]:
    """受付番号 as they stand on the screen, in order."""
    found = (number for text in shown.texts for number in _NUMBER.findall(text))
    return tuple(number for number in found if is_reference_number(number))


def start_again(robot: RobotClient, lift: Callable[[], object], timeout_s: float = 40.0) -> None:
    """From whatever stands on the screen back to Attract: the card is taken, words of an ending are left."""
    lift()

    def step(shown: ShownView) -> bool:
        for choice in ("leave", "finish", "stop-now", "stop", "back"):
            if shown.view != "Attract" and shown.choice(choice) is not None:
                with contextlib.suppress(RobotRefused):  # the view changed under the finger
                    robot.press(choice)
                break
        return shown.view == "Attract" and shown.choice("start") is not None

    robot.wait_until(step, "the attract screen again", timeout_s)
