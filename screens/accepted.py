"""S14 and the taking of the card after any other ending."""

from __future__ import annotations

from screens.page import SMALLEST_TITLE, Page
from screens.parts.note import icon_colour, panel
from screens.rendering import Rendering
from screens.scene import Box, Icon, Plan
from screens.theme import MARGIN, Type
from terminal import views
from terminal.view_parts import Tone

ICON = 76


class Accepted(Page):
    """受け付けました stands in a green panel with ✓, its sentence below: what is true by now, and no more.

    A refusal that is known already stands on the colour of attention instead: nobody shall read green first.
    """

    title_row = Type.DONE

    @property
    def _refused(self) -> bool:
        return isinstance(self.view, views.Accepted) and self.view.refused

    def _head(self, plan: Plan, r: Rendering, page: int) -> float:
        y = self._stones(plan)
        room = self.left_width - 118 - 20
        title = r.compositor.headline(r.text(self.view.title), r.style(Type.DONE), room, SMALLEST_TITLE)
        sentence = (
            r.set(r.text(self.view.sentence), Type.BODY, room) if self.view.sentence and page == 1 else None
        )
        inner = title.height + (sentence.height if sentence else 0.0)
        box = Box(MARGIN, y + 12, self.left_width, max(inner + 28, 108))
        icon, tone = ("warning", Tone.ATTENTION) if self._refused else ("check", Tone.SUCCESS)
        plan.add(panel(box, tone, r.palette))
        colour = icon_colour(icon, r.palette)
        plan.add(Icon(icon, box.x + 22, box.y + (box.height - ICON) / 2, ICON, colour))
        top = box.y + (box.height - inner) / 2
        plan.add(*title.place(box.x + 118, top, room, r.palette.text))
        if sentence:
            plan.add(*sentence.place(box.x + 118, top + title.height, room, r.palette.text))
            plan.say(sentence.text)
        return box.bottom + 10


class TakeCard(Page):
    """The yellow panel alone."""
