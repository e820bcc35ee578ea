"""Plays a tour: does what its steps say through robot socket and rig, and stops at the first thing that is not so."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from bench.card.residents import Residents
from bench.chain import TracedRecord, read_chain
from bench.paper.render import render
from bench.rig_client import RigClient, VerbRefused
from bench.robot import RobotClient, RobotRefused, ShownView
from bench.tours import steps as do
from bench.tours.album import Album, PlayedScene, Screenshot
from bench.tours.words import stands
from contract.reference_number import is_reference_number
from screens.catalogue import Catalogue, load_catalogue
from terminal.presentation import Language

_POLL_S = 0.05
_PAPER_S = 20.0
_NEXT_PAGE = "page-next"
_NUMBER = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}")


class NotAsExpected(Exception):
    """What a step of the tour found instead."""


class _Missed(Exception):
    """Something is not as expected, but the way goes on."""


class Player:
    """`rig` runs with its terminal at the attract screen; pictures go to `album.folder`."""

    def __init__(self, rig: RigClient, album: Album) -> None:
        self._rig = rig
        self._album = album
        status = rig.status()
        self._people = Residents(rig.folder.cards, datetime.fromisoformat(status["now"]), int(status["seed"]))
        self._catalogue = load_catalogue()

    def play(self, tour: do.Tour, tell: Callable[[str], None] = lambda _line: None) -> None:
        """Scene by scene; ends after the first that could not be played through: the next would begin elsewhere."""
        for number, scene in enumerate(tour.scenes, start=1):
            played = PlayedScene(scene.slug, scene.title)
            self._album.scenes.append(played)
            begun = time.monotonic()
            with self._rig.robot() as robot:
                stage = _Stage(self._rig, robot, self._people, self._catalogue, played, self._album.folder)
                stage.play(scene, number)
            played.seconds = time.monotonic() - begun
            trouble = "; ".join(filter(None, (*played.misses, played.failure)))
            tell(f"  {scene.title}: {trouble or 'ok'}（{played.seconds:.1f} 秒）")
            if played.failure:
                return


class _Stage:
    """One scene while it is played."""

    def __init__(
        self,
        rig: RigClient,
        robot: RobotClient,
        people: Residents,
        catalogue: Catalogue,
        played: PlayedScene,
        folder: Path,
    ) -> None:
        self._rig = rig
        self._robot = robot
        self._people = people
        self._catalogue = catalogue
        self._played = played
        self._folder = folder
        self._number = 0
        self._language = Language.JA
        self._before: frozenset[str] = frozenset()
        self._numbers: tuple[str, ...] = ()  # as they stand on the screen, from top to bottom
        self._printed = ""

    def play(self, scene: do.TourScene, number: int) -> None:
        self._number, self._language = number, Language(scene.language)
        self._before = frozenset(record.id for record in read_chain(self._rig.folder).records)
        for step in scene.steps:
            try:
                self._do(step)
            except _Missed as missed:
                self._played.misses.append(str(missed))
            except (RobotRefused, NotAsExpected, VerbRefused, OSError) as error:
                self._played.failure = f"{type(step).__name__}: {error}"
                self._keep_failure()
                return

    def _do(self, step: do.TourStep) -> None:
        match step:
            case do.Press(choice):
                self._press(choice)
            case do.TypeText(field, text, what):
                self._robot.type(field, text)
                self._note(f"{what}を入れる")
                self._shot("入れおわったところ")
            case do.TypePin(resident, wrong):
                self._type_pin(resident, wrong=wrong)
            case do.InsertCard(resident, reader):
                self._rig.order("card", do="insert", name=resident, reader=reader)
                self._note("カードを入れる")
            case do.RemoveCard(reader):
                self._rig.order("card", do="remove", reader=reader)
                self._note("カードを取る")
            case do.CutNetwork():
                self._rig.order("net", do="cut")
                self._played.proofs.append("ネットワークを切った")
            case do.RestoreNetwork():
                self._rig.order("net", do="restore")
                self._played.proofs.append("ネットワークをなおした")
            case do.TakePaper(caption):
                self._take_paper(caption)
            case do.See():
                self._see(step)
            case _:
                self._check(step)

    def _check(self, step: do.TourStep) -> None:
        match step:
            case do.Arrived(records, timeout_s):
                self._arrived(records, timeout_s)
            case do.NothingAccepted():
                self._expect(not self._new_records(), "a record came from a visit that accepted nothing")
                self._played.proofs.append("端末にもセンターにも 記録は1つもない")
            case do.Waiting(records):
                new = self._new_records()
                waiting = [record for record in new if record.stored and not record.acked and not record.rows]
                self._expect(len(new) == len(waiting) == records, f"not {records} waiting: {new}")
                self._played.proofs.append(f"{records}件が端末で待っている（センターにはまだない）")
            case do.TriesLeft(resident, left):
                tries = self._rig.status()["pcsc"]["tries"][resident]["JPKI/0018"]
                self._expect(tries == left, f"the card of {resident} has {tries} tries left, not {left}")
                self._played.proofs.append(f"カードが数える 残りの回数: {left}")
            case do.AtMostPresses(presses):
                if self._played.presses > presses:
                    raise _Missed(f"{self._played.presses} presses instead of at most {presses}")
                self._played.proofs.append(
                    f"押した回数 {self._played.presses}（キーと暗証番号のほか、{presses}まで）"
                )
            case _:
                raise TypeError(f"not a step: {step!r}")

    # ------------------------------------------------------------------ the resident's hands

    def _press(self, id_: str) -> None:
        shown = self._robot.view()
        while shown.choice(id_) is None and shown.choice(_NEXT_PAGE) is not None:
            shown = self._turn_page(shown)
        self._touch(id_, shown.view)

    def _touch(self, id_: str, view: str) -> None:
        choice = self._robot.press(id_)
        # FLOW §2 counts presses besides keys and PIN; header tools are no part of the way.
        if choice.role != "tool" and view != "EnterPin":
            self._played.presses += 1
        self._note(f"「{choice.label.strip()}」")

    def _turn_page(self, shown: ShownView) -> ShownView:
        """A view whose content does not fit turns pages within itself."""
        self._touch(_NEXT_PAGE, shown.view)
        wanted = shown.page + 1
        turned = self._robot.wait_until(
            lambda now: now.view == shown.view and now.page == wanted, f"page {wanted} of {shown.view}"
        )
        picture = self._picture(turned.view, turned.title, f"つづき（{turned.page}／{turned.pages}）")
        self._robot.screenshot(self._folder / picture.file)
        return turned

    def _type_pin(self, resident: str, *, wrong: bool) -> None:
        pin = self._people.person(resident).auth_pin
        if wrong:
            pin = f"{(int(pin) + 1) % 10_000:04}"
        self._robot.type("pin", pin)
        self._note("ちがう暗証番号を入れる" if wrong else "暗証番号4けたを入れる")
        self._shot("入れおわったところ。数字は出ない")

    def _shot(self, caption: str) -> None:
        """One more picture of the view that stands there."""
        shown = self._robot.wait_until(lambda now: now.choice("ok") is not None, "the entry to be complete")
        self._robot.screenshot(self._folder / self._picture(shown.view, shown.title, caption).file)

    def _take_paper(self, caption: str) -> None:
        limit = time.monotonic() + _PAPER_S
        while not (papers := self._rig.order("paper", do="papers")["papers"]):
            if time.monotonic() > limit:
                raise NotAsExpected(
                    f"no paper within {_PAPER_S:g} s; printer: {self._rig.status()['printer']}"
                )
            time.sleep(_POLL_S)
        self._expect(len(papers) == 1, f"{len(papers)} papers instead of one")
        picture = self._picture("paper", "", caption, paper=True)
        file = self._folder / picture.file
        paper = render(Path(papers[0]).read_bytes())
        paper.save(file)
        self._rig.order("paper", do="take")
        # One number to say over the telephone: the last act's, which stands lowest on the screen.
        printed = _symbols(paper)
        self._expect(
            printed == set(self._numbers[-1:]),
            f"the paper's QR codes say {set(printed)}, the screen {self._numbers}",
        )
        (self._printed,) = printed
        self._played.proofs.append(f"紙のQRを読みもどすと 画面と同じ番号（{self._printed}）")

    # ------------------------------------------------------------------ what is seen

    def _see(self, step: do.See) -> None:
        def so(shown: ShownView) -> bool:
            return (
                shown.view == step.view
                and all(stands(self._catalogue, text, self._language, shown) for text in step.says)
                and not any(stands(self._catalogue, text, self._language, shown) for text in step.gone)
            )

        what = " ".join((step.view, *step.says, *(f"without {text}" for text in step.gone)))
        shown = self._robot.wait_until(so, what, step.timeout_s)
        for text in step.never:
            self._expect(
                not stands(self._catalogue, text, self._language, shown), f"{text} stands on {shown}"
            )
        if shown.view == "Accepted":
            found = _NUMBER.findall(" ".join(shown.texts))
            self._numbers = tuple(dict.fromkeys(number for number in found if is_reference_number(number)))
        picture = self._picture(shown.view, shown.title, step.caption)
        self._robot.screenshot(self._folder / picture.file)

    def _picture(self, view: str, title: str, caption: str, *, paper: bool = False) -> Screenshot:
        count = len(self._played.pictures) + 1
        file = f"{self._number}-{self._played.slug}-{count:02}-{view}.png"
        picture = Screenshot(file, view, title, caption, paper)
        self._played.pictures.append(picture)
        return picture

    def _note(self, what: str) -> None:
        if self._played.pictures:
            self._played.pictures[-1].pressed.append(what)

    def _keep_failure(self) -> None:
        picture = self._picture("failure", "", "ここで 止まった")
        try:
            self._robot.screenshot(self._folder / picture.file)
        except (OSError, RobotRefused):
            self._played.pictures.pop()

    # ------------------------------------------------------------------ what became of it

    def _arrived(self, records: int, timeout_s: float) -> None:
        limit = time.monotonic() + timeout_s
        while not all(_delivered(record) for record in self._new_records()) or not self._new_records():
            if time.monotonic() > limit:
                raise NotAsExpected(f"not delivered and answered in {timeout_s:g} s: {self._new_records()}")
            time.sleep(_POLL_S)
        new = self._new_records()
        self._expect(len(new) == records, f"{len(new)} records in the fleet instead of {records}")
        numbers = {record.number for record in new}
        self._expect(
            numbers == set(self._numbers), f"the fleet has {numbers}, the screen said {self._numbers}"
        )
        main = {record.number for record in new if record.procedure == "application"} or numbers
        self._expect({self._printed} == main, f"the paper's QR code says {self._printed}, the fleet {main}")
        shown = "、".join(sorted(numbers))
        self._played.proofs.append(
            f"センターの記録 {records}件、それぞれ1回だけ。受領の署名と答えも来た（{shown}）"
        )

    def _new_records(self) -> tuple[TracedRecord, ...]:
        chain = read_chain(self._rig.folder)
        self._expect(chain.quarantined == 0, f"{chain.quarantined} messages in quarantine")
        return tuple(record for record in chain.records if record.id not in self._before)

    @staticmethod
    def _expect(true: bool, otherwise: str) -> None:
        if not true:
            raise NotAsExpected(otherwise)


def _symbols(paper: Image.Image) -> frozenset[str]:
    """What the QR codes of a paper say.

    OpenCV's other detector, `QRCodeDetector`, overlooked a code on 8 of 100 papers with two; this one on none.
    """
    _, codes, _, _ = cv2.QRCodeDetectorAruco().detectAndDecodeMulti(np.array(paper.convert("RGB")))
    return frozenset(codes) - {""}


def _delivered(record: TracedRecord) -> bool:
    """In the fleet once, acknowledged and marked here, opened, and its answer sent."""
    return record.rows == 1 and record.acked and record.verdict == "done" and record.answers >= 1
