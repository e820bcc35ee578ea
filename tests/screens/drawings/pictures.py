"""Rendering of many drawings and icons at once, the reference pictures, and how like two pictures are.

After a wanted change of a drawing: `python -m tests.screens.drawings.pictures` writes the references anew;
look at them before they are committed.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from PIL import Image, ImageChops, ImageStat

REFERENCES = Path(__file__).parent / "references"
WIDTH = 200  # of a reference drawing
ICON = 52  # the size the header's tools use
PANEL = (0.91, 0.945, 1.0)
INK = (0.1, 0.1, 0.1, 1.0)


@dataclass(frozen=True)
class Job:
    out: str
    kind: str
    name: str
    width: int
    height: int
    phase: float = 0.0
    ground: tuple[float, float, float] = PANEL
    colour: tuple[float, float, float, float] = INK


def drawing_job(name: str, folder: Path, width: int = WIDTH, phase: float = 0.0, tag: str = "") -> Job:
    from screens.drawings import aspect

    return Job(str(folder / f"{name}{tag}.png"), "drawing", name, width, round(width / aspect(name)), phase)


def icon_job(name: str, folder: Path, **changes: tuple[float, ...]) -> Job:
    return Job(str(folder / f"icon-{name}.png"), "icon", name, ICON, ICON, **changes)  # type: ignore[arg-type]


def render(jobs: Sequence[Job], folder: Path) -> dict[str, float]:
    """Writes the pictures; the milliseconds each took to build, by file."""
    listed = folder / "jobs.json"
    listed.write_text(json.dumps([asdict(job) for job in jobs]))
    with tempfile.TemporaryDirectory(prefix="kivy-") as home:
        done = subprocess.run(
            [sys.executable, "-m", "tests.screens.drawings.render", str(listed), home],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            cwd=Path(__file__).parents[3],
        )
    assert done.returncode == 0, done.stderr[-2000:]
    took: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return took


def picture(path: str | Path) -> Image.Image:
    with Image.open(path) as image:
        return image.convert("RGB")


def differences(one: Image.Image, other: Image.Image) -> tuple[float, float]:
    """Mean difference of a channel (0–255) and the share of pixels that differ by more than 48."""
    difference = ImageChops.difference(one, other)
    mean = sum(ImageStat.Stat(difference).mean) / 3
    far = difference.convert("L").point(lambda value: 255 if value > 48 else 0)
    return mean, ImageStat.Stat(far).mean[0] / 255


def alike(one: Image.Image, other: Image.Image) -> bool:
    """The same up to how a graphics driver rounds edges: measured 0.0 between runs of one driver."""
    if one.size != other.size:
        return False
    mean, share = differences(one, other)
    return mean < 1.2 and share < 0.004


def all_jobs(folder: Path) -> list[Job]:
    from screens.drawings import names
    from screens.icons import icon_names

    drawings = [drawing_job(name, folder) for name in sorted(names())]
    return drawings + [icon_job(name, folder) for name in sorted(icon_names())]


def main() -> None:
    REFERENCES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        jobs = all_jobs(Path(folder))
        render(jobs, Path(folder))
        for job in jobs:
            picture(job.out).save(REFERENCES / Path(job.out).name, optimize=True)


if __name__ == "__main__":
    main()
