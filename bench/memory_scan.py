"""Looks for secrets in the memory of a running process, from outside, as somebody with root could.

`scan` reads every readable mapping of a process and its children through /proc/PID/mem, while they run. What is
looked for is described by `secrets_of`; a secret counts in each form that a program on this machine could hold it in.
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

#: Of a mapping, read at once. Pieces overlap by the longest pattern.
_PIECE = 4 << 20
_PAGE = os.sysconf("SC_PAGE_SIZE")
_PRESENT = 0b11 << 62  # in memory, or swapped out
#: Part of a key that counts: a remnant of a freed block may have lost its ends.
_KEY_PART = 64
#: Kernel pages that cannot be read through /proc/PID/mem, and hold nothing of the process.
_NOT_MEMORY = ("[vvar]", "[vsyscall]", "[vvar_vclock]")


@dataclass(frozen=True, repr=False)
class Secret:
    """`name` says what it is; `forms` are the bytes to look for by the name of their form."""

    name: str
    forms: Mapping[str, bytes]


@dataclass(frozen=True)
class Hit:
    """`where`: the mapping's name, as `[heap]`, `[stack]` or `anonymous`."""

    secret: str
    form: str
    pid: int
    address: int
    where: str

    def __str__(self) -> str:
        return f"{self.secret} ({self.form}) in process {self.pid} at {self.address:#x} of {self.where}"


@dataclass(frozen=True)
class Scan:
    hits: tuple[Hit, ...]
    bytes_read: int
    processes: int

    def of(self, secret: str) -> tuple[Hit, ...]:
        return tuple(hit for hit in self.hits if hit.secret == secret)


VERIFY, SERVICE_ID, PUBLIC_KEY = "VERIFY with the PIN", "決済サービスID", "public key"


def verify_of(pin: str) -> Secret:
    """The VERIFY APDU of the 利用者証明用 PIN: bytes in a row, and as a C array of 32-bit integers."""
    apdu = bytes.fromhex("0020008004") + pin.encode("ascii")
    return Secret(VERIFY, {"bytes": apdu, "int32": b"".join(octet.to_bytes(4, "little") for octet in apdu)})


def service_id_of(number: str) -> Secret:
    """As typed, and in groups of four as screens show it; in every width that Python and its libraries use."""
    codecs = ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
    grouped = " ".join(number[at : at + 4] for at in range(0, len(number), 4))
    forms = {codec: number.encode(codec) for codec in codecs}
    return Secret(SERVICE_ID, forms | {f"{codec}, in fours": grouped.encode(codec) for codec in codecs})


def public_key_of(certificate: bytes) -> Secret:
    """`certificate`: DER with an RSA key. Its modulus in parts, big-endian as in DER and little-endian as limbs are."""
    key = x509.load_der_x509_certificate(certificate).public_key()
    if not isinstance(key, RSAPublicKey):
        raise TypeError("not an RSA key")
    modulus = key.public_numbers().n.to_bytes(key.key_size // 8, "big")
    forms = {}
    for at in range(0, len(modulus), _KEY_PART):
        part = modulus[at : at + _KEY_PART]
        forms[f"big-endian {at}"] = part
        forms[f"limbs {at}"] = part[::-1]
    return Secret(PUBLIC_KEY, forms)


def scan(pids: Iterable[int], secrets: Iterable[Secret]) -> Scan:
    """Raises ProcessLookupError or FileNotFoundError for a process that is gone, PermissionError without the right."""
    wanted = [(secret.name, form, octets) for secret in secrets for form, octets in secret.forms.items()]
    hits: list[Hit] = []
    read, processes = 0, 0
    for pid in pids:
        processes += 1
        found, octets = _scan_one(pid, wanted)
        hits += found
        read += octets
    return Scan(tuple(hits), read, processes)


def family(pid: int) -> tuple[int, ...]:
    """The process and all its descendants."""
    found = [pid]
    for parent in found:
        for task in Path(f"/proc/{parent}/task").iterdir():
            found += [int(child) for child in (task / "children").read_text(encoding="ascii").split()]
    return tuple(found)


def _scan_one(pid: int, wanted: list[tuple[str, str, bytes]]) -> tuple[list[Hit], int]:
    longest = max(len(octets) for _, _, octets in wanted)
    hits: list[Hit] = []
    read = 0
    memory = os.open(f"/proc/{pid}/mem", os.O_RDONLY)
    pagemap = os.open(f"/proc/{pid}/pagemap", os.O_RDONLY)
    try:
        for begin, end, where in _mappings(pid):
            for at, size in _pieces(pagemap, begin, end, longest):
                try:
                    piece = os.pread(memory, size, at)
                except OSError:
                    continue  # unmapped meanwhile, or a page that only its driver can read
                read += min(len(piece), _PIECE)
                for name, form, octets in wanted:
                    hits += [Hit(name, form, pid, at + place, where) for place in _places(piece, octets)]
    finally:
        os.close(pagemap)
        os.close(memory)
    return hits, read


def _pieces(pagemap: int, begin: int, end: int, longest: int) -> Iterator[tuple[int, int]]:
    """Address and size of what there is of a mapping: pages never touched hold nothing (proc_pid_pagemap(5))."""
    entries = array("Q", os.pread(pagemap, (end - begin) // _PAGE * 8, begin // _PAGE * 8))
    at = 0
    while at < len(entries):
        if not entries[at] & _PRESENT:
            at += 1
            continue
        first = at
        while at < len(entries) and entries[at] & _PRESENT:
            at += 1
        last = begin + at * _PAGE
        for address in range(begin + first * _PAGE, last, _PIECE):
            yield address, min(_PIECE + longest, last - address)


def _places(piece: bytes, octets: bytes) -> list[int]:
    """Beginnings within the first `_PIECE` bytes: what begins later belongs to the next piece."""
    places, at = [], piece.find(octets)
    while 0 <= at < _PIECE:
        places.append(at)
        at = piece.find(octets, at + 1)
    return places


def _mappings(pid: int) -> list[tuple[int, int, str]]:
    """Readable mappings; of files only what was written to in memory may differ from the disk, and is private."""
    found = []
    for line in Path(f"/proc/{pid}/maps").read_text(encoding="utf-8", errors="replace").splitlines():
        bounds, rights, _, _, inode, *name = line.split(maxsplit=5)
        where = name[0] if name else "anonymous"
        untouched_file = inode != "0" and "w" not in rights
        if "r" not in rights or untouched_file or where in _NOT_MEMORY:
            continue
        begin, _, end = bounds.partition("-")
        found.append((int(begin, 16), int(end, 16), where))
    return found
