"""Packs by name or path into programmes, or one error that lists every fault of every file."""

from __future__ import annotations

import hashlib
import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import msgspec

from contract.tables import TOML_TYPES, Fault, FaultList, decode
from programmes.consistency import check_catalogue, check_pack, check_together
from programmes.faults import PackFaults
from programmes.model import Measure, Pack, Source
from programmes.services import Service, ServiceCatalogue

PACKS = Path(__file__).parent / "packs"
LARGEST_FILE = 1_000_000
"""Bytes; the largest pack here has 50 kB. More is a mistake, and tomllib would hold up the start."""

_S = TypeVar("_S", bound=msgspec.Struct)


@dataclass(frozen=True)
class Programme:
    """A pack with its services. `digest` is the SHA-256 (hex) over the files it was made of, in load order."""

    pack: Pack
    services: tuple[Service, ...]
    catalogues: tuple[str, ...]
    digest: str
    citations: tuple[tuple[str, Source], ...]

    def sources(self) -> dict[str, Source]:
        """Citations by tag, of the pack and of its catalogues."""
        return dict(self.citations)

    def service(self, key: str) -> Service | None:
        return next((service for service in self.services if service.key == key), None)

    def measure(self, key: str) -> Measure | None:
        return next((measure for measure in self.pack.measures if measure.key == key), None)

    def offered_measures(self) -> tuple[Measure, ...]:
        return tuple(measure for measure in self.pack.measures if measure.offered_here)


@dataclass(frozen=True)
class _Read:
    parsed: Pack | ServiceCatalogue | None
    faults: tuple[Fault, ...]
    digest: bytes = b""


def load(packs: Sequence[str | Path], folder: Path = PACKS) -> tuple[Programme, ...] | PackFaults:
    """The programmes of the settings key `packs`, in its order.

    An entry is a name (a file in `folder`) or a path (ends in .toml). A programme brings its own services; an
    entry that is a file of services adds to those of its `for_programme`, or replaces them, as it says itself.
    """
    faults: list[Fault] = []
    programmes: list[tuple[str, Pack, bytes, Path]] = []
    extras: list[tuple[str, ServiceCatalogue, bytes]] = []
    for entry in packs:
        path = _path_of(entry, folder)
        read = read_file(path)
        faults += read.faults
        if isinstance(read.parsed, Pack):
            programmes.append((path.name, read.parsed, read.digest, path.parent))
        elif isinstance(read.parsed, ServiceCatalogue):
            extras.append((path.name, read.parsed, read.digest))
    if not faults:
        faults += _names_that_clash(programmes, extras)
    if not programmes and not faults:
        faults.append(Fault("packs", "", "no programme among them", 'name one, as packs = ["national-2022"]'))
    loaded = [_assembled(pack, digest, home, extras, faults) for _, pack, digest, home in programmes]
    return PackFaults(tuple(faults)) if faults else tuple(loaded)


def read_file(path: Path) -> _Read:
    """One file, checked by itself; parsed again only after the file has changed."""
    try:
        stat = path.stat()
    except OSError as fault:
        return _Read(
            None, (Fault(path.name, "", f"cannot be read: {fault.strerror}", f"expected at {path}"),)
        )
    return _read(os.fspath(path), stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=32)
def _read(name: str, _changed_ns: int, size: int) -> _Read:
    path = Path(name)
    faults = FaultList(path.name)
    if size > LARGEST_FILE:
        faults.add("", f"{size} bytes, more than {LARGEST_FILE}", "split the file")
        return _Read(None, tuple(faults.found))
    try:
        content = path.read_bytes()
        raw = tomllib.loads(content.decode())
    except OSError as fault:
        faults.add("", f"cannot be read: {fault.strerror}", "see owner and mode of the file")
    except UnicodeDecodeError as fault:
        faults.add("", f"not UTF-8 at byte {fault.start}", "save it as UTF-8")
    except tomllib.TOMLDecodeError as fault:
        faults.add("", f"not TOML: {fault}", "correct that line")
    else:
        parsed = _parsed(raw, path, faults)
        return _Read(parsed, tuple(faults.found), hashlib.sha256(content).digest())
    return _Read(None, tuple(faults.found))


def _parsed(raw: Mapping[str, object], path: Path, faults: FaultList) -> Pack | ServiceCatalogue | None:
    match raw.get("kind"):
        case "programme":
            pack = _whole(raw, Pack) or decode(raw, Pack, faults)
            if pack is not None:
                check_pack(pack, faults)
                if pack.name != path.stem:
                    faults.add("name", f"differs from the file's name `{path.stem}`", "rename one of them")
            return pack
        case "services":
            catalogue = _whole(raw, ServiceCatalogue) or decode(raw, ServiceCatalogue, faults)
            if catalogue is not None:
                check_catalogue(catalogue, faults)
            return catalogue
        case other:
            faults.add("kind", f"is {other!r}", 'write kind = "programme" or kind = "services"')
            return None


def _whole(raw: Mapping[str, object], struct: type[_S]) -> _S | None:
    """The usual case, a file without fault, in one call: 4 ms instead of 16 for the national pack's services."""
    try:
        return msgspec.convert(raw, struct, builtin_types=TOML_TYPES)
    except msgspec.ValidationError:
        return None


def _assembled(
    pack: Pack,
    digest: bytes,
    home: Path,
    extras: Sequence[tuple[str, ServiceCatalogue, bytes]],
    faults: list[Fault],
) -> Programme:
    own = read_file(home / pack.services)
    faults += own.faults
    parts: list[tuple[str, ServiceCatalogue, bytes]] = []
    if isinstance(own.parsed, ServiceCatalogue):
        parts.append((pack.services, own.parsed, own.digest))
    elif own.parsed is not None:
        faults.append(Fault(pack.services, "kind", "is not a file of services", 'kind = "services"'))
    parts += [part for part in extras if part[1].for_programme == pack.name]
    services: dict[str, Service] = {}
    used: list[str] = []
    whole = hashlib.sha256(digest)
    sources = dict(pack.sources)
    for file, catalogue, part_digest in parts:
        together = FaultList(file)
        check_together(pack, catalogue, together)
        if catalogue.beside == "replace":
            services, used, sources = {}, [], dict(pack.sources)
        for doubled in [service.key for service in catalogue.services if service.key in services]:
            together.add("services", f"`{doubled}` is in another catalogue too", "give it another key")
        services.update({service.key: service for service in catalogue.services})
        used.append(catalogue.name)
        for tag, source in catalogue.sources.items():
            if sources.setdefault(tag, source) != source:
                together.add(f"sources.{tag}", "cites something else in another file", "use another tag")
        faults += together.found
        whole.update(part_digest)
    return Programme(pack, tuple(services.values()), tuple(used), whole.hexdigest(), tuple(sources.items()))


def _names_that_clash(
    programmes: Sequence[tuple[str, Pack, bytes, Path]], extras: Sequence[tuple[str, ServiceCatalogue, bytes]]
) -> list[Fault]:
    names = [pack.name for _, pack, _, _ in programmes]
    faults = [
        Fault("packs", "", f"programme `{name}` is named twice", "name it once")
        for name in sorted({name for name in names if names.count(name) > 1})
    ]
    faults += [
        Fault(file, "for_programme", f"`{catalogue.for_programme}` is not loaded", "add it to packs")
        for file, catalogue, _ in extras
        if catalogue.for_programme not in names
    ]
    return faults


def _path_of(entry: str | Path, folder: Path) -> Path:
    if isinstance(entry, Path) or entry.endswith(".toml"):
        return Path(entry)
    return folder / f"{entry}.toml"
