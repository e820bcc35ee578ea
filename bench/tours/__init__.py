"""Tours: scripted visits through the real terminal, each in a readable file of its own, kept as pictures.

`mynapo-bench tour [NAME] [--folder DIR] [--out DIR]` plays one on the bench that is up in that folder, or on one of its
own, and leaves OUT/index.html.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.control_socket import ask
from bench.processes import START_S, sweep, tail
from bench.rig_client import RigClient
from bench.run_folder import RunFolder
from bench.tours.album import Album
from bench.tours.main_job import TOUR as MAIN_JOB
from bench.tours.player import Player
from bench.tours.steps import Tour

TOURS: dict[str, Tour] = {tour.name: tour for tour in (MAIN_JOB,)}


def main(argv: list[str]) -> int:
    """Exit code 0 only if everything was as the tour expects, 1 otherwise."""
    parser = argparse.ArgumentParser(prog="mynapo-bench tour", description="play a tour, keep its pictures")
    parser.add_argument("name", nargs="?", default="main", choices=sorted(TOURS))
    parser.add_argument(
        "--folder", type=Path, help="of a bench that is up; default: one of its own, offscreen"
    )
    parser.add_argument("--out", type=Path, default=Path("out/tour"), help="for pictures and index.html")
    options = parser.parse_args(argv)
    try:
        with _bench(options.folder) as rig:
            album = play(TOURS[options.name], options.out, rig)
    except KeyboardInterrupt:
        print("途中で止めました。Stopped before the end.", file=sys.stderr)
        return 1
    print(
        f"{'すべて思ったとおりです' if album.passed else '思ったとおりでないところがあります'}: {album.index.resolve()}"
    )
    return 0 if album.passed else 1


def play(tour: Tour, out: Path, rig: RigClient) -> Album:
    """Plays on a bench that is up. `out` is emptied first."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    album = Album(tour.name, tour.title, out)
    print(tour.title, flush=True)
    Player(rig, album).play(tour, lambda line: print(line, flush=True))
    if not album.passed:
        shutil.copytree(rig.folder.logs, out / "logs")
    album.write_page()
    return album


@contextmanager
def own_bench(folder: Path) -> Iterator[RigClient]:
    """A bench in `folder` for the block; nothing of it runs afterwards. Raises SystemExit if it does not come up."""
    run = RunFolder(folder.resolve())
    log = run.root / "up.log"
    with log.open("wb") as words:
        command = [sys.executable, "-m", "bench", "up", "--no-dock", "--folder", str(run.root)]
        bench = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=words, stderr=words)
    try:
        _await(run, bench, log)
        yield RigClient(run)
    finally:
        bench.terminate()
        bench.wait()
        sweep(run.root)


@contextmanager
def _bench(folder: Path | None) -> Iterator[RigClient]:
    """The one that is up in `folder`, or one of its own."""
    if folder is not None:
        yield RigClient(RunFolder(folder.resolve()))
        return
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mynapo-tour-") as name, own_bench(Path(name)) as rig:
        print(f"端末が動きました（{time.monotonic() - begun:.1f} 秒）", flush=True)
        yield rig


def _await(run: RunFolder, bench: subprocess.Popen[bytes], log: Path) -> None:
    limit = time.monotonic() + 2 * START_S
    while time.monotonic() < limit and bench.poll() is None:
        try:
            ask(run.control, {"op": "status"})
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit(f"the bench did not come up:\n{tail(log, 4_000)}")
