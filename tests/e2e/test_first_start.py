"""`./run` on a machine that lacks packages: who may not install them is told whom to ask, and for which line."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BASH = shutil.which("bash") or "/bin/bash"
#: Nothing is installed; the user is no root; sudo, where there is one, does as the case says.
NO_PACKAGES = "#!/bin/sh\nexit 1\n"
ORDINARY_USER = "#!/bin/sh\ncase $1 in -u) echo 1000 ;; *) echo hanako ;; esac\n"
ASKS_FOR_PASSWORD = "#!/bin/sh\necho 'sudo: a password is required' >&2\nexit 1\n"
APT_FAILS = '#!/bin/sh\n[ "$*" = "-n true" ] && exit 0\necho "E: Unable to locate package" >&2\nexit 100\n'

#: (what sudo is, words that the person reads)
CASES = [
    (None, ("利用者 hanako", "the user hanako", "もう一度", "as root")),
    (ASKS_FOR_PASSWORD, ("利用者 hanako", "the user hanako", "もう一度", "as root")),
    (APT_FAILS, ("Unable to locate package", "理由は上にあります", "the reason stands above")),
]


@pytest.mark.parametrize(("sudo", "told"), CASES, ids=["no sudo", "sudo wants a password", "apt fails"])
def test_who_cannot_install_packages_gets_the_line_for_somebody_who_can(
    tmp_path: Path, sudo: str | None, told: tuple[str, ...]
) -> None:
    for name, text in (("dpkg-query", NO_PACKAGES), ("id", ORDINARY_USER), ("sudo", sudo)):
        if text is not None:
            (tmp_path / name).write_text(text)
            (tmp_path / name).chmod(0o755)
    (tmp_path / "dirname").symlink_to(shutil.which("dirname") or "/usr/bin/dirname")
    done = subprocess.run(
        [BASH, "-c", 'source "$1/setup"; install_system_packages base', "bash", str(ROOT)],
        env={"PATH": str(tmp_path)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert done.returncode == 1
    assert "  apt-get update && apt-get install -y --no-install-recommends python3 " in done.stderr
    for words in told:
        assert words in done.stderr
