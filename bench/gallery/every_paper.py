"""One example of every paper that the terminal prints, in a language, as the printer's bytes would draw it."""

from __future__ import annotations

from PIL import Image

from bench.gallery.demo_terminal import demo_draft, demo_facilities, demo_records, demo_visit
from bench.paper.render import render
from drivers.printer.document import compose
from terminal.guidance_paper import guidance
from terminal.messages import message
from terminal.ports import Paper
from terminal.presentation import Language, Presentation, TextSize
from terminal.receipt import Slip, receipt


def every_paper(language: Language) -> dict[str, Paper]:
    """By a name that sorts behind the screens: receipts of both ways, and the help of S3; each normal and large."""
    papers: dict[str, Paper] = {}
    for size, large in (("normal", False), ("large", True)):
        papers[f"Y1-receipt-{size}"] = _receipt(language, alone=False, large=large)
        papers[f"Y2-receipt-reservation-{size}"] = _receipt(language, alone=True, large=large)
        for topic in ("pin_unknown", "id_unknown"):
            papers[f"Y3-help-{topic.replace('_', '-')}-{size}"] = _help(language, topic, large=large)
    return papers


def paper_picture(paper: Paper) -> Image.Image:
    """The strip, 576 dots wide."""
    return render(b"".join(part.data for part in compose(paper)))


def _receipt(language: Language, *, alone: bool, large: bool) -> Paper:
    facilities = demo_facilities()
    records = demo_records()[:1] if alone else demo_records()
    slip = Slip.of(demo_visit(facilities), facilities, demo_draft(facilities), records)
    return receipt(slip, facilities.wording, language, large=large)


def _help(language: Language, topic: str, *, large: bool) -> Paper:
    presentation = Presentation(language, TextSize.LARGE if large else TextSize.NORMAL)
    title, advice = message(f"help.{topic}_title"), message(f"help.{topic}_where")
    return guidance(title, advice, demo_facilities(), presentation)
