"""The whole way, as `./run --tour` plays it: real window, real card stack, real broker and fleet."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bench.processes import marked_processes
from bench.tours import TOURS, own_bench, play

pytestmark = [pytest.mark.servers, pytest.mark.window]


def test_the_main_job_goes_from_card_to_acknowledgement_and_answer(tmp_path: Path) -> None:
    with TemporaryDirectory(prefix="mt-") as name:  # tmp_path is too long for unix sockets
        folder = Path(name).resolve()
        with own_bench(folder) as rig:
            album = play(TOURS["main"], tmp_path / "tour", rig)
            assert len(marked_processes(folder)) >= len(rig.status()["parts"])
        assert not marked_processes(folder)
    assert album.passed, [(scene.title, scene.misses, scene.failure) for scene in album.scenes]
    assert [scene.slug for scene in album.scenes] == ["ja", "en", "wrong-pin", "lifted-card", "network"]
    page = album.index.read_text(encoding="utf-8")
    for scene in album.scenes:
        for picture in scene.pictures:
            assert (album.folder / picture.file).stat().st_size > 1_000
            assert picture.file in page
    papers = [picture for scene in album.scenes for picture in scene.pictures if picture.paper]
    assert len(papers) == 4
