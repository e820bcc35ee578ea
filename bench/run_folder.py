"""Where one run of the bench keeps everything: keys, journals, papers, logs and the sockets of its processes."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

#: sockaddr_un holds 108 bytes; the deepest socket of a run is `pcsc/run/pcscd/pcscd.comm`, 26 bytes below the folder.
LONGEST_FOLDER = 70
MARK = "MYNAPO_BENCH_RUN"
"""Environment variable that every process of a run carries, so that a run can be swept whatever happened to it."""


class FolderTooLong(Exception):
    """The folder's path leaves no room for a unix socket below it."""


def default_folder() -> Path:
    """The run of this user when no folder is given."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if runtime and Path(runtime).is_dir():
        return Path(runtime) / "mynapo-bench"
    return Path(tempfile.gettempdir()) / f"mynapo-bench-{os.getuid()}"


@dataclass(frozen=True)
class RunFolder:
    """Paths only; `make` creates the folders (mode 0700). Raises FolderTooLong."""

    root: Path

    def __post_init__(self) -> None:
        if len(str(self.root)) > LONGEST_FOLDER:
            raise FolderTooLong(
                f"{self.root}: at most {LONGEST_FOLDER} characters, or its unix sockets cannot be bound"
            )

    def make(self) -> None:
        for folder in (self.root, self.cards, self.fleet, self.data, self.logs):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    @property
    def control(self) -> Path:
        """The rig's own control socket."""
        return self.root / "rig.sock"

    @property
    def lock(self) -> Path:
        """Held by the rig while it lives."""
        return self.root / "lock"

    @property
    def robot(self) -> Path:
        return self.root / "robot.sock"

    @property
    def slot(self) -> Path:
        """Control socket of the card slot of the PC/SC reader."""
        return self.root / "slot.sock"

    @property
    def nfc(self) -> Path:
        return self.root / "nfc.sock"

    @property
    def panel(self) -> Path:
        return self.root / "panel.sock"

    @property
    def printer(self) -> Path:
        return self.root / "printer.sock"

    @property
    def network(self) -> Path:
        return self.root / "net.sock"

    @property
    def pcsc(self) -> Path:
        return self.root / "pcsc"

    @property
    def cards(self) -> Path:
        """Keys and certificates of the residents' cards."""
        return self.root / "cards"

    @property
    def papers(self) -> Path:
        return self.root / "paper"

    @property
    def printer_device(self) -> Path:
        """Link to the printer's pseudo-terminal, renewed after replugging."""
        return self.root / "ttyPrinter"

    @property
    def nfc_device(self) -> Path:
        return self.root / "ttyPN532"

    @property
    def fleet(self) -> Path:
        """The fleet's keys, settings and database, and the broker's state."""
        return self.root / "fleet"

    @property
    def fleet_toml(self) -> Path:
        return self.fleet / "fleet.toml"

    @property
    def fleet_db(self) -> Path:
        return self.fleet / "fleet.db"

    @property
    def terminal_toml(self) -> Path:
        return self.root / "terminal.toml"

    @property
    def data(self) -> Path:
        """The terminal's journal: outbox.db, and uplink/mailbox.db."""
        return self.root / "data"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"
