"""What a process asks of the disk, recorded by strace, and what a power cut may make of it.

The model is the one POSIX gives and no more: bytes are safe once their own file has been flushed, names once their
folder has been; whatever is not safe yet may be there, be missing, or be there in part.
"""

from __future__ import annotations

import random
import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

_CALLS = "pwrite64,write,fsync,fdatasync,ftruncate,unlink,unlinkat,rename,renameat,renameat2,openat"
_LINE = re.compile(r"^(\w+)\((.*)\)\s+= (-?\d+)")
_PATH = re.compile(r"<((?:\\x[0-9a-f]{2})+)>")
_STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
#: Writes are torn at multiples of this: a sector is written whole or not at all.
_SECTOR = 512


class Act(StrEnum):
    CREATE = "create"
    WRITE = "write"
    TRUNCATE = "truncate"
    UNLINK = "unlink"
    RENAME = "rename"
    FLUSH = "flush"
    FLUSH_FOLDER = "flush-folder"
    SAY = "say"


@dataclass(frozen=True)
class DiskCall:
    """One call. `name` is a file name in the recorded folder; `to` the new name of a rename or what was said."""

    act: Act
    name: str = ""
    data: bytes = b""
    offset: int = 0
    to: str = ""


def record(command: Sequence[str], folder: Path, log: Path, *, timeout_s: float = 300) -> list[DiskCall]:
    """Runs `command` under strace; its steps on files of `folder` and its lines on stdout, in order.

    Raises subprocess.CalledProcessError if the command fails.
    """
    options = ["-qq", "-xx", "-y", "-s", "1000000", "-e", f"trace={_CALLS}", "-o", str(log)]
    subprocess.run(["strace", *options, *command], check=True, timeout=timeout_s, stdout=subprocess.PIPE)
    with log.open(encoding="ascii") as lines:
        return [step for line in lines if (step := _step(line, folder.resolve())) is not None]


def _unhex(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))


def _step(line: str, folder: Path) -> DiskCall | None:
    match = _LINE.match(line)
    if match is None or int(match[3]) < 0:
        return None
    call, text = match[1], match[2]
    paths = [Path(_unhex(found).decode(errors="replace")) for found in _PATH.findall(text)]
    strings = [_unhex(found) for found in _STRING.findall(text)]
    if call == "write" and text.startswith("1<"):
        return DiskCall(Act.SAY, to=strings[0].decode())
    if call in ("openat", "unlink", "unlinkat", "rename", "renameat", "renameat2"):
        return _naming(call, text, [Path(string.decode(errors="replace")) for string in strings], folder)
    if call in ("fsync", "fdatasync") and paths and paths[0] == folder:
        return DiskCall(Act.FLUSH_FOLDER)
    if not paths or paths[0].parent != folder:
        return None
    name = paths[0].name
    if call == "pwrite64":
        return DiskCall(Act.WRITE, name, strings[0], int(text.rsplit(", ", 1)[1]))
    if call == "ftruncate":
        return DiskCall(Act.TRUNCATE, name, offset=int(text.rsplit(", ", 1)[1]))
    if call in ("fsync", "fdatasync"):
        return DiskCall(Act.FLUSH, name)
    raise ValueError(f"the journal did what this rig does not know: {call}")


def _naming(call: str, text: str, named: list[Path], folder: Path) -> DiskCall | None:
    if not named or named[0].parent != folder:
        return None
    if call == "openat":
        return DiskCall(Act.CREATE, named[0].name) if "O_CREAT" in text else None
    if call.startswith("unlink"):
        return DiskCall(Act.UNLINK, named[0].name)
    return DiskCall(Act.RENAME, named[0].name, to=named[1].name)


class Fate(StrEnum):
    """What becomes of that which was not flushed when the power went."""

    NONE = "none"
    ALL = "all"
    SOME = "some"
    TORN = "torn"


@dataclass
class _File:
    safe: bytearray = field(default_factory=bytearray)
    pending: list[DiskCall] = field(default_factory=list)


class Disk:
    """The files as they are at one step of the recording; `after_cut` tells how they may be found afterwards."""

    def __init__(self) -> None:
        self._names: dict[str, _File] = {}
        self._safe_names: dict[str, _File] = {}
        self._pending_names: list[tuple[DiskCall, _File]] = []

    def take(self, step: DiskCall) -> None:
        if step.act is Act.CREATE and step.name not in self._names:
            self._names[step.name] = _File()
            self._pending_names.append((step, self._names[step.name]))
        elif step.act in (Act.WRITE, Act.TRUNCATE):
            self._names[step.name].pending.append(step)
        elif step.act is Act.UNLINK:
            self._pending_names.append((step, self._names.pop(step.name)))
        elif step.act is Act.RENAME:
            file = self._names.pop(step.name)
            self._names[step.to] = file
            self._pending_names.append((step, file))
        elif step.act is Act.FLUSH:
            file = self._names[step.name]
            for write in file.pending:
                _apply(file.safe, write)
            file.pending.clear()
        elif step.act is Act.FLUSH_FOLDER:
            self._safe_names = dict(self._names)
            self._pending_names.clear()

    def after_cut(self, fate: Fate, chance: random.Random) -> dict[str, bytes]:
        """Contents by name. Names change in the order asked for (a journalling file system), bytes in none."""
        names = dict(self._safe_names)
        kept = {Fate.NONE: 0, Fate.ALL: len(self._pending_names)}.get(
            fate, chance.randint(0, len(self._pending_names))
        )
        for step, file in self._pending_names[:kept]:
            if step.act is Act.CREATE:
                names[step.name] = file
            elif step.act is Act.UNLINK:
                names.pop(step.name, None)
            else:
                names.pop(step.name, None)
                names[step.to] = file
        return {name: _content(file, fate, chance) for name, file in names.items()}


def _content(file: _File, fate: Fate, chance: random.Random) -> bytes:
    content = bytearray(file.safe)
    for write in _surviving(file.pending, fate, chance):
        _apply(content, write)
    return bytes(content)


def _surviving(pending: list[DiskCall], fate: Fate, chance: random.Random) -> Iterator[DiskCall]:
    if fate is Fate.NONE:
        return
    if fate is Fate.TORN and pending:
        last = chance.randrange(len(pending))
        yield from pending[:last]
        yield from _torn(pending[last], chance)
        return
    for write in pending:
        if fate is Fate.ALL or chance.random() < 0.5:
            yield write


def _torn(write: DiskCall, chance: random.Random) -> Iterator[DiskCall]:
    """Some sectors of one write. A write smaller than a sector is whole."""
    if write.act is not Act.WRITE or len(write.data) <= _SECTOR:
        yield write
        return
    cut = chance.randrange(_SECTOR, len(write.data), _SECTOR)
    parts = [DiskCall(Act.WRITE, write.name, write.data[:cut], write.offset)]
    if chance.random() < 0.3:  # the rear sectors got there first
        parts = [DiskCall(Act.WRITE, write.name, write.data[cut:], write.offset + cut)]
    yield from parts


def _apply(content: bytearray, write: DiskCall) -> None:
    if write.act is Act.TRUNCATE:
        del content[write.offset :]
        content.extend(bytes(max(0, write.offset - len(content))))
        return
    content.extend(bytes(max(0, write.offset - len(content))))
    content[write.offset : write.offset + len(write.data)] = write.data
