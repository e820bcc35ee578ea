"""The help of S3 on paper: what to find out before coming again. It carries no number and names nobody."""

from __future__ import annotations

from terminal.facilities import Facilities
from terminal.messages import Message
from terminal.paper_writer import PaperWriter
from terminal.ports import CutLine, FeedLine, Paper, RuleLine
from terminal.presentation import Presentation, TextSize


def guidance(title: Message, advice: Message, facilities: Facilities, presentation: Presentation) -> Paper:
    """`advice` under its `title`, in the language and size of the screen on which it stands."""
    wording, language = facilities.wording, presentation.language
    write = PaperWriter(wording, language, presentation.size is not TextSize.NORMAL)
    return (
        *((write.sample(),) if facilities.sample else ()),
        write.line(write.say("attract.title"), centre=True),
        write.line(wording.text(title, language), bold=True),
        RuleLine(),
        write.line(wording.text(advice, language)),
        write.line(write.say("help.come_back")),
        write.line(write.say("help.tell_nobody")),
        RuleLine(),
        write.line(write.say("help.not_accepted")),
        write.line(write.say("paper.help_title"), bold=True),
        *write.pair(write.say("paper.this_procedure"), write.data(facilities.operator.name)),
        write.line(write.data(facilities.operator.contact)),
        FeedLine(96),
        CutLine(),
    )
