"""What is wrong with a pack file: every fault at once, each with file, key, rule and way out."""

from __future__ import annotations

from dataclasses import dataclass

from contract.tables import Fault


@dataclass(frozen=True)
class PackFaults:
    """The one error of a load: never empty, ordered as found, file by file."""

    faults: tuple[Fault, ...]

    def text(self) -> str:
        """One line a fault, under a heading that counts them."""
        count = len(self.faults)
        heading = f"パックに 誤りが {count} つあります。{count} fault{'' if count == 1 else 's'} in the programme packs:"
        return "\n".join([heading, *(f"  {fault.line()}" for fault in self.faults)])
