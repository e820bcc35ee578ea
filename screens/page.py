"""The page that all screens share: header, sheet with stones, title and sentence, parts, footer.

A page turns within the screen when larger text needs it: drawings go first, then parts are set on pages of their
own, and the real action stands on the last page only. A keypad never turns: there the text gets smaller.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from screens import footer, header
from screens.block import Block, heights, paginate, stack, without_drawings
from screens.parts.column import blocks_of
from screens.parts.note import icon_colour
from screens.rendering import Rendering
from screens.ruby import plain
from screens.scene import Box, Fill, Icon, Item, Plan, Rule, Scene, Target
from screens.theme import FOOTER_HEIGHT, HEADER_HEIGHT, MARGIN, Type
from screens.typeset import RUBY_LEADING, Align
from terminal.controls import Choice
from terminal.view_parts import (
    Bars,
    Drawing,
    Entry,
    Layout,
    Options,
    Pager,
    Part,
    Progress,
    Sheet,
    Small,
    Status,
)
from terminal.views import BACK, View

STONES_HEIGHT = 68
NO_STONES_HEIGHT = 20
TITLE_GAP = 14
SENTENCE_GAP = 2
CONTENT_GAP = 18
CONTENT_GAP_BARE = 12  # below a title without sentence
BOTTOM_GAP = 20
SMALLEST_TITLE = 46.0
SMALLEST_BESIDE_ICON = 42.0
"""Beside its large icon a title is that small before it takes a second line from the drawing below."""
HEADS = ((True, True), (False, True), (False, False))
"""With sentence and stones, without the one, without both: a keypad with a warning above it leaves little room."""

SHRINKS = (1.0, 0.92, 0.84, 0.76, 0.68, 0.6)

LANDSCAPE_LEFT = 560 / 1216
"""Part of a landscape panel's width that drawing, title and sentence take; the rest is keypad or list."""

SMALL_LAYOUTS = (Layout.PAIR, Layout.STACK)
"""Groups of buttons that may stand below anything."""

RIGHT_PARTS = (Options, Pager, Entry, Sheet, Bars, Small, Progress)


@dataclass(frozen=True)
class Column:
    """Blocks in a column, page by page."""

    x: float
    width: float
    pages: tuple[tuple[Block, ...], ...]
    fits: bool  # on one page


class Page:
    """Lays out a view. Screens differ by what they override."""

    act = False
    title_row = Type.TITLE
    one_page = False  # never turns: text gets smaller instead
    align: Align = "left"

    def __init__(self, view: View, rendering: Rendering) -> None:
        self.view = view
        self.r = replace(rendering, act=self.act)
        self.width = rendering.glass.width
        self.height = rendering.glass.height
        self.content_width = self.width - 2 * MARGIN
        self.landscape = rendering.glass.landscape
        self.has_sentence, self.has_stones = HEADS[0]
        self.has_entry = any(isinstance(part, Entry) for part in view.parts)

    # ----------------------------------------------------------------- what screens override

    def parts(self) -> Sequence[Part]:
        return self.view.parts

    def title_icon(self) -> str:
        """Icon of 84 before the title."""
        return ""

    def blocks(self, parts: Sequence[Part], r: Rendering, width: float) -> list[Block]:
        return blocks_of(parts, r, width)

    def main(self) -> Choice | Status | None:
        return self.view.main

    def main_is_whole(self) -> bool:
        """Whether the main button's place reaches over the whole width: only where nothing stands beside it."""
        return self.view.back is None and not isinstance(self.view.main, Choice)

    def extras(self, plan: Plan) -> None:
        """What a screen adds outside the column."""

    # ----------------------------------------------------------------- scene

    def scene(self) -> Scene:
        columns, r = self._columns()
        pages = max(len(column.pages) for column in columns)
        page = min(max(1, self.r.page), pages)
        plan = Plan()
        self._ground(plan)
        header.header(plan, self.view, self.r, self.width)
        self.extras(plan)
        head_plan = Plan()
        top = self._head(head_plan, r, page)
        plan.add(*head_plan.items)
        plan.texts.extend(head_plan.texts)
        room = self._columns_painted(plan, columns, page, top)
        self._footer(plan, page, pages)
        if self.view.stop is not None:
            header.stop(plan, self.view.stop, self.r, self.width)
        return Scene(
            name=self.view.name,
            title=plain(self.r.text(self.view.title)),
            ground=self.r.ground,
            items=in_order(plan.items),
            texts=tuple(plan.texts),
            fields=tuple(plan.fields),
            page=page,
            pages=pages,
            room=room,
        )

    def _ground(self, plan: Plan) -> None:
        p = self.r.palette
        plan.add(Fill(Box(0, 0, self.width, self.height), self.r.ground))
        sheet = Box(0, HEADER_HEIGHT, self.width, self.height - HEADER_HEIGHT - FOOTER_HEIGHT)
        if not self.act:
            line = p.panel_line
            plan.add(Fill(sheet, p.sheet, 36, line, 3 if line else 0, top_only=True))
        plan.add(Rule(0, self.height - FOOTER_HEIGHT, self.width, 2, p.text if self.act else p.hairline))

    def _footer(self, plan: Plan, page: int, pages: int) -> None:
        whole = self.main_is_whole() and page == pages
        box = footer.main_box(self.width, self.height, whole=whole)
        turns = page > 1
        if self.view.back is not None:
            footer.back(plan, self.view.back, self.r, self.height, turns=turns)
        elif turns:
            footer.back(plan, BACK, self.r, self.height, turns=True)
        if page < pages:
            footer.next_page(plan, self.r, page, pages, box)
            return
        shown = self.main()
        if shown is not None:
            if turns and self.view.back is None:
                box = footer.main_box(self.width, self.height, whole=False)
            footer.main(plan, shown, self.r, box)

    # ----------------------------------------------------------------- title

    @property
    def left_width(self) -> float:
        return round((self.content_width - MARGIN) * LANDSCAPE_LEFT) if self.landscape else self.content_width

    def _head(self, plan: Plan, r: Rendering, page: int) -> float:
        """Stones, title and sentence; returns where the content begins."""
        y = self._title(plan, r, self._stones(plan) + TITLE_GAP)
        if self.view.sentence is None or page > 1 or not self.has_sentence:
            return y + CONTENT_GAP_BARE
        return self._sentence(plan, r, y) + CONTENT_GAP

    def _stones(self, plan: Plan) -> float:
        """The stepping stones, if the view is one of the way; returns where they end."""
        if self.view.stones is None or not self.has_stones:
            return HEADER_HEIGHT + NO_STONES_HEIGHT
        header.stones(plan, self.view.stones, self.r, HEADER_HEIGHT)
        return HEADER_HEIGHT + STONES_HEIGHT

    def _title(self, plan: Plan, r: Rendering, y: float) -> float:
        icon = self.title_icon()
        left = 106.0 if icon else 0.0
        room = self.left_width - left
        text = r.text(self.view.title)
        one_line = r.style(self.title_row).size * (RUBY_LEADING + 0.05)
        if self.has_entry:
            title = r.fit(text, self.title_row, room, one_line)
        else:
            least = SMALLEST_BESIDE_ICON if icon else SMALLEST_TITLE
            title = r.compositor.headline(text, r.style(self.title_row), room, least)
        height = max(title.height, 84.0 if icon else 0.0)
        if icon:
            plan.add(Icon(icon, MARGIN, y - 10 + (height - 84) / 2, 84, icon_colour(icon, r.palette)))
            y -= 10
        top = y + (height - title.height) / 2
        plan.add(*title.place(MARGIN + left, top, room, r.palette.text, self.align))
        return y + height

    def _sentence(self, plan: Plan, r: Rendering, y: float) -> float:
        if self.view.sentence is None:
            return y
        sentence = r.set(r.text(self.view.sentence), Type.BODY, self.left_width)
        colour = r.palette.text2
        plan.add(*sentence.place(MARGIN, y + SENTENCE_GAP, self.left_width, colour, self.align))
        plan.say(sentence.text)
        return y + SENTENCE_GAP + sentence.height

    # ----------------------------------------------------------------- columns

    @property
    def bottom(self) -> float:
        return self.height - FOOTER_HEIGHT - BOTTOM_GAP

    def _columns(self) -> tuple[list[Column], Rendering]:
        """The columns, and the rendering whose text size they hold: smaller only where no page may turn."""
        whole = self.has_entry or self.one_page
        for self.has_sentence, self.has_stones in HEADS if whole else HEADS[:1]:
            for shrink in SHRINKS if whole else SHRINKS[:1]:
                r = replace(self.r, shrink=shrink)
                columns = self._columns_at(r)
                if all(column.fits for column in columns):
                    return columns, r
        return columns, r

    def _columns_at(self, r: Rendering) -> list[Column]:
        first, later = self._head(Plan(), r, 1), self._head(Plan(), r, 2)

        def rooms(page: int) -> float:
            return self.bottom - (first if page == 0 else later)

        parts = list(self.parts())
        if not self.landscape:
            return [self._column(parts, r, MARGIN, self.content_width, rooms)]
        right: list[Part] = [part for part in parts if isinstance(part, RIGHT_PARTS)]
        left: list[Part] = [part for part in parts if not isinstance(part, RIGHT_PARTS)]
        if all(isinstance(part, Options) and part.layout in SMALL_LAYOUTS for part in right):
            left, right = self._poured(parts, r, first)
        return self._both(left, right, r, rooms)

    def _poured(self, parts: list[Part], r: Rendering, first: float) -> tuple[list[Part], list[Part]]:
        """The left column takes its drawing, or what it can; the right one the rest, at least the last part."""
        count = 1 if parts and isinstance(parts[0], Drawing) else len(parts)
        while count > 1 and heights(self.blocks(parts[:count], r, self.left_width)) > self.bottom - first:
            count -= 1
        count = min(count, max(1, len(parts) - 1))
        return parts[:count], parts[count:]

    def _both(
        self, left: list[Part], right: list[Part], r: Rendering, rooms: Callable[[int], float]
    ) -> list[Column]:
        x = MARGIN + self.left_width + MARGIN
        full = self.bottom - HEADER_HEIGHT - NO_STONES_HEIGHT
        return [
            self._column(left, r, MARGIN, self.left_width, rooms),
            self._column(right, r, x, self.width - MARGIN - x, lambda _: full),
        ]

    def _column(
        self, parts: Sequence[Part], r: Rendering, x: float, width: float, rooms: Callable[[int], float]
    ) -> Column:
        blocks = without_drawings(self.blocks(parts, r, width), rooms(0))
        if self.has_entry or self.one_page:
            return Column(x, width, (tuple(blocks),), heights(blocks) <= rooms(0))
        pages = tuple(tuple(page) for page in paginate(blocks, rooms))
        return Column(x, width, pages, len(pages) == 1 and heights(pages[0]) <= rooms(0))

    def _columns_painted(self, plan: Plan, columns: Sequence[Column], page: int, top: float) -> float:
        room = 1e9
        for index, column in enumerate(columns):
            if page > len(column.pages):
                continue
            y = top if index == 0 else HEADER_HEIGHT + NO_STONES_HEIGHT
            room = min(room, stack(plan, column.pages[page - 1], column.x, y, self.bottom))
        return room


def in_order(items: Sequence[Item | Target]) -> tuple[Item | Target, ...]:
    """What is focused is painted last, so that its ring lies above its neighbours."""
    rest = [item for item in items if not (isinstance(item, Target) and item.focused)]
    return (*rest, *(item for item in items if isinstance(item, Target) and item.focused))
