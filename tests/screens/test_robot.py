"""The robot socket against the real window."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from PIL import Image

from terminal.controls import KeyPressed, Pressed
from tests.screens.samples import samples
from tests.screens.stage import stage

SAMPLES = samples()
pytestmark = pytest.mark.window


async def test_a_view_is_told_as_it_stands_on_the_screen() -> None:
    async with stage() as on:
        await on.show(SAMPLES["S13-pin-last-try-ready"])
        told = await on.ask("view")
    assert told["view"] == "EnterPin"
    assert told["title"] == "暗証番号4けたを 入れる"
    assert {"ためせる回数", "1回", "まちがえると 使えなくなります"} <= set(told["texts"])
    assert {"id": "ok", "label": "決定して 申し込む", "role": "primary", "enabled": True} in told["choices"]
    roles = {choice["id"]: choice["role"] for choice in told["choices"]}
    assert roles == {
        "language": "tool",
        "size": "tool",
        "contrast": "tool",
        "back": "back",
        "ok": "primary",
        "stop": "stop",
    }
    assert [(field["id"], field["kind"], field["groups"]) for field in told["fields"]] == [
        ("pin", "pin", ["●"] * 4)
    ]


async def test_a_press_is_a_touch_the_core_hears_of() -> None:
    async with stage() as on:
        await on.show(SAMPLES["S02-home"])
        assert await on.ask("press", id="reserve") == {"ok": True}
        assert await on.answer() == Pressed("reserve")
        assert await on.ask("press", id="size") == {"ok": True}
        assert await on.answer() == Pressed("size")


async def test_typing_presses_the_keys_and_changes_the_pad_where_needed() -> None:
    async with stage() as on:
        await on.show(SAMPLES["S09-id-letters"])
        assert await on.ask("type", field="service-id", text="59Z") == {"ok": True}
        assert [await on.answer() for _ in range(3)] == [KeyPressed("service-id", key) for key in "59Z"]


REFUSALS = [
    ("press what is not there", {"op": "press", "id": "nothing"}, "no choice"),
    ("press without id", {"op": "press"}, "id is missing"),
    ("press a key as a choice of a view without it", {"op": "press", "id": "id/1"}, "no choice"),
    ("type into no field", {"op": "type", "field": "pin", "text": "1"}, "no field"),
    ("an unknown op", {"op": "sing"}, "unknown op"),
    ("no op", {}, "unknown op"),
    ("a list as op", {"op": []}, "unknown op"),
    ("wait for nothing", {"op": "wait"}, "missing"),
    ("wait for ever", {"op": "wait", "view": "Home", "timeout_s": 1e9}, "timeout_s"),
    ("a picture into no folder", {"op": "screenshot", "path": "/nowhere/at/all.png"}, "no folder"),
]


async def test_what_cannot_be_done_is_refused_in_words() -> None:
    import json

    async with stage() as on:
        await on.show(SAMPLES["S02-home"])
        for what, asked, words in REFUSALS:
            reply = await on.send(json.dumps(asked).encode())
            assert reply["ok"] is False, what
            assert words in reply["error"], what
        for line in (b"not json", b"[1]", b'"view"', b"\xff\xfe"):
            assert (await on.send(line))["ok"] is False, line
        assert (await on.ask("view"))["view"] == "Home", "the connection lives on"


async def test_a_disabled_choice_is_not_pressed() -> None:
    from dataclasses import replace

    view = SAMPLES["S08-confirm-card"]
    assert view.back is not None
    async with stage() as on:
        await on.show(replace(view, back=replace(view.back, enabled=False)))
        reply = await on.ask("press", id="back")
        assert reply == {"ok": False, "error": "'back' is disabled"}


async def test_waiting_ends_with_the_view_or_with_the_one_that_stands_there() -> None:
    async with stage() as on:
        await on.show(SAMPLES["S02-home"])
        assert await on.ask("wait", view="Accepted", timeout_s=0.05) == {"ok": False, "view": "Home"}
        waiting = asyncio.create_task(on.ask("wait", view="Accepted", timeout_s=5))
        await asyncio.sleep(0)
        on.screen.show(SAMPLES["S14-paper"], on.screen._shown[1])
        assert (await waiting)["title"] == "受け付けました"
        assert (await on.ask("wait", not_view="Home", timeout_s=1))["view"] == "Accepted"


async def test_what_is_covered_is_masked_in_the_socket_too() -> None:
    async with stage() as on:
        await on.show(SAMPLES["S09-id"], covered=True)
        told = await on.ask("view")
        assert told["fields"][0]["groups"] == ["●●●●", "●●●●", "●●", ""]


async def test_pages_within_a_screen_turn_without_the_core() -> None:
    from terminal.presentation import Presentation, TextSize

    async with stage() as on:
        await on.show(SAMPLES["S12-confirm"], Presentation(size=TextSize.LARGEST))
        first = await on.ask("view")
        assert (first["page"], first["pages"]) == (1, 2)
        assert "apply" not in {choice["id"] for choice in first["choices"]}
        await on.ask("press", id="page-next")
        second = await on.ask("view")
        assert second["page"] == 2
        assert "apply" in {choice["id"] for choice in second["choices"]}
        await on.ask("press", id="back")
        assert (await on.ask("view"))["page"] == 1, "back turns back first"
        assert not on.screen._answers


async def test_a_press_on_the_last_view_is_not_an_answer_to_the_next() -> None:
    async with stage() as on:
        await on.show(SAMPLES["S08-confirm-card"])
        await on.ask("press", id="mine")
        await on.show(SAMPLES["S12-confirm"])
        assert not on.screen._answers


async def test_a_screenshot_is_the_whole_panel(tmp_path: Path) -> None:
    async with stage() as on:
        await on.show(SAMPLES["S01-attract"])
        assert await on.ask("screenshot", path=str(tmp_path / "s.png")) == {"ok": True}
    with Image.open(tmp_path / "s.png") as picture:
        assert picture.size == (720, 1280)
        band = picture.convert("RGB").getpixel((10, 20))
    assert band == (0x54, 0x1E, 0x00)
