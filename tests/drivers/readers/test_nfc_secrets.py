"""What the NFC child may not have, and what may not stay behind in it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.cards.apdu import Ef, ResponseApdu, select_file, verify
from drivers.cards.jpki import Identity, JpkiCard
from tests.bench.nfc.chip_process import ChipProcess
from tests.drivers.readers.nfc_reader_log import ReaderLog, pin_of

pytestmark = pytest.mark.servers


@pytest.fixture(scope="module")
def chip(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChipProcess]:
    with ChipProcess(tmp_path_factory.mktemp("n"), tmp_path_factory.mktemp("cards")) as chip:
        chip.ask(op="insert", name="happy")
        yield chip


@pytest.fixture
def log(chip: ChipProcess) -> Iterator[ReaderLog]:
    with ReaderLog(chip.device) as log:
        log.next()
        log.next()
        yield log


def test_the_child_has_no_network_but_a_loopback_that_is_down(
    log: ReaderLog, caplog: pytest.LogCaptureFixture
) -> None:
    if not _namespaces_are_to_be_had():
        # A chroot, or a container: then somebody must be told, as the unit's sandbox has to stand in.
        assert any("keeps the network" in record.getMessage() for record in caplog.get_records("setup"))
        return
    lines = Path(f"/proc/{log.child()}/net/dev").read_text().splitlines()[2:]
    interfaces = [line.split(":")[0].strip() for line in lines]
    assert interfaces == ["lo"]
    assert Path(f"/proc/{log.child()}/net/fib_trie").read_text() == ""


@pytest.mark.skipif(os.geteuid() != 0, reason="a process without dumps shows its files to root only")
def test_the_child_holds_its_line_and_its_device_and_no_other_file_of_ours(
    chip: ChipProcess, log: ReaderLog
) -> None:
    links = [str(one.readlink()) for one in Path(f"/proc/{log.child()}/fd").iterdir()]
    inherited = {str(Path(f"/proc/self/fd/{n}").readlink()) for n in (1, 2)}
    device = str(Path(chip.device).resolve())
    own = inherited | {device, "/dev/null"}
    others = [link for link in links if link not in own and not link.startswith("pipe:")]  # pyserial's own
    assert len(others) == 1
    assert others[0].startswith("socket:")


def _namespaces_are_to_be_had() -> bool:
    """Does this kernel give a process of ours an empty network, with root's rights or by a user namespace?"""
    ways = (["unshare", "-n", "true"], ["unshare", "-Un", "true"])
    return any(
        subprocess.run(way, capture_output=True, timeout=10, check=False).returncode == 0 for way in ways
    )


def _memory(process: int) -> Iterator[bytes]:
    with Path(f"/proc/{process}/maps").open() as maps, Path(f"/proc/{process}/mem").open("rb", 0) as memory:
        for line in maps:
            found = re.match(r"([0-9a-f]+)-([0-9a-f]+) rw", line)
            if found:
                begin, end = (int(group, 16) for group in found.groups())
                memory.seek(begin)
                yield memory.read(end - begin)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may read another process's memory")
def test_no_verify_command_stays_in_the_memory_of_the_child(chip: ChipProcess, log: ReaderLog) -> None:
    command = verify(pin_of("happy", chip.cards))
    looked_for = bytes(command)
    channel = log.channel()
    assert isinstance(JpkiCard(channel).read(), Identity)
    channel.transmit(select_file(Ef.AUTH_PIN).encode())
    answer = channel.transmit(command)
    assert isinstance(answer, ResponseApdu)
    assert answer.ok
    log.hit(signal.SIGSTOP)  # before anything else comes to lie over it
    traces = [looked_for, looked_for.hex().encode(), looked_for.hex().upper().encode()]
    blocks = list(_memory(log.child()))
    log.hit(signal.SIGCONT)
    # The way of looking is proven first, on something the child does hold.
    assert any(b"drivers.readers.nfc_child" in block for block in blocks)
    assert [trace for trace in traces if any(trace in block for block in blocks)] == []
