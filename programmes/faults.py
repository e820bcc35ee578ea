"""What is wrong with a pack file: every fault at once, each with file, key, rule and way out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One bad key. `key` is a path such as `phases[2].closes`; empty for a fault of the whole file."""

    file: str
    key: str
    rule: str
    way_out: str

    def line(self) -> str:
        where = f"{self.file}: {self.key}" if self.key else self.file
        return f"{where}: {self.rule} → {self.way_out}"


@dataclass(frozen=True)
class PackFaults:
    """The one error of a load: never empty, ordered as found, file by file."""

    faults: tuple[Fault, ...]

    def text(self) -> str:
        """One line a fault, under a heading that counts them."""
        count = len(self.faults)
        heading = f"{count} fault{'' if count == 1 else 's'} in the programme packs"
        return "\n".join([heading, *(f"  {fault.line()}" for fault in self.faults)])
