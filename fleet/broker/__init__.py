"""Mosquitto's settings and access list for one cell, as templates to be filled at installation (or by the bench)."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from string import Template


@dataclass(frozen=True)
class BrokerSettings:
    """`state` is a folder that Mosquitto may write; `user` the account it drops to when started as root.

    `crl`: the CA's list of revoked certificates (PEM). Once its nextUpdate is past, nobody is let in any more.
    """

    address: str
    port: int
    user: str
    state: Path
    ca: Path
    certificate: Path
    key: Path
    acl: Path
    ingest: str = "fleet-ingest"
    crl: Path | None = None

    @property
    def revoked(self) -> str:
        """The line of `mosquitto.conf` that names the list."""
        return f"crlfile {self.crl}" if self.crl is not None else "# none yet"


def render(settings: BrokerSettings) -> tuple[str, str]:
    """Text of `mosquitto.conf` and of its access list. Raises KeyError if a template names what we do not know."""
    values = {
        name: str(getattr(settings, name)) for name in (*BrokerSettings.__dataclass_fields__, "revoked")
    }
    folder = files("fleet.broker")
    return (
        Template((folder / "mosquitto.conf").read_text()).substitute(values),
        Template((folder / "acl.conf").read_text()).substitute(values),
    )
