"""The whole way, as `./run --tour` plays it: real window, real card stack, real broker and fleet."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.processes import marked
from bench.tours import TOURS, play

pytestmark = [pytest.mark.servers, pytest.mark.window]


def test_the_main_job_goes_from_card_to_acknowledgement_and_answer(tmp_path: Path) -> None:
    album = play(TOURS["main"], tmp_path / "tour")
    assert album.passed, [(scene.title, scene.misses, scene.failure) for scene in album.scenes]
    assert [scene.slug for scene in album.scenes] == ["ja", "en", "wrong-pin", "lifted-card", "network"]
    page = album.index.read_text(encoding="utf-8")
    for scene in album.scenes:
        for picture in scene.pictures:
            assert (album.folder / picture.file).stat().st_size > 1_000
            assert picture.file in page
    papers = [picture for scene in album.scenes for picture in scene.pictures if picture.paper]
    assert len(papers) == 4
    assert not [number for number in marked(tmp_path) if number]
