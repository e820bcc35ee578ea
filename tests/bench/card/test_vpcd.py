"""The private pcscd and the virtual slots: loopback only, any user, orders and wrong orders."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import bench.card.pcscd as pcscd_module
from bench.card.pcscd import PcscdFailed, PrivatePcscd, free_port_pair
from bench.card.slot_control import OrderRefused
from drivers.cards.jpki import Identity, JpkiCard
from drivers.readers.pcsc_channel import PcscChannel, open_session
from terminal.ports import CardLost
from tests.bench.card.rig import DirectChannel, card_seen, pcscd, put_in, residents, slot, take_out

pytestmark = pytest.mark.servers

SELECT_JPKI = bytes.fromhex("00A4040C0AD392F000260100000001")


@pytest.fixture(autouse=True)
def empty_slots() -> Iterator[None]:
    yield
    for reader in ("A", "B"):
        take_out(reader)


def session(reader: str) -> PcscChannel:
    opened = open_session(pcscd().reader_name(reader))
    assert isinstance(opened, PcscChannel), opened
    return opened


def certificate(name: str) -> bytes:
    identity = JpkiCard(DirectChannel(residents().card(name))).read()
    assert isinstance(identity, Identity)
    return identity.certificate


def test_two_readers_hold_two_different_cards_at_once() -> None:
    put_in("happy", "A")
    put_in("child", "B")
    for reader, name in (("A", "happy"), ("B", "child")):
        channel = session(reader)
        identity = JpkiCard(channel).read()
        channel.close()
        assert isinstance(identity, Identity)
        assert identity.certificate == certificate(name)


def test_nothing_listens_beyond_loopback() -> None:
    lines = [
        line.split()
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
    ]
    # proc_pid_net(5): local address as HEX:PORT, and state 0A is LISTEN.
    listening = [line[1].split(":") for line in lines if line[3] == "0A"]
    for port in pcscd().ports.values():
        addresses = [address for address, number in listening if int(number, 16) in (port, port + 1)]
        assert addresses == ["0100007F"] * 2  # 127.0.0.1 in the kernel's hexadecimal


def test_the_card_keeps_its_counters_when_it_is_taken_out_and_put_in_again() -> None:
    put_in("resident-4")
    channel = session("A")
    for command in (SELECT_JPKI, bytes.fromhex("00A4020C020018"), bytes.fromhex("002000800439783939")):
        channel.transmit(command)
    channel.close()
    put_in("happy")
    put_in("resident-4")
    assert slot("A").tries("resident-4") == 2


def test_a_card_swapped_within_a_poll_has_no_power_and_answers_nothing() -> None:
    put_in("happy")
    channel = session("A")
    answer = channel.transmit(SELECT_JPKI)
    assert not isinstance(answer, CardLost)
    slot("A").swap("resident-6")
    assert isinstance(channel.transmit(SELECT_JPKI), CardLost)
    assert isinstance(channel.transmit(SELECT_JPKI), CardLost)
    channel.close()
    assert slot("A").status()["cards"]["resident-6"]["apdus"] == 0


def test_a_pulled_card_carried_out_the_last_command_and_its_answer_is_lost() -> None:
    put_in("happy")
    channel = session("A")
    before = slot("A").status()["cards"]["happy"]["apdus"]
    slot("A").pull_after(2)
    assert not isinstance(channel.transmit(SELECT_JPKI), CardLost)
    assert isinstance(channel.transmit(SELECT_JPKI), CardLost)
    channel.close()
    status = slot("A").status()
    assert status["cards"]["happy"]["apdus"] - before == 2
    assert status["present"] is False


def test_a_lost_session_stays_lost_when_another_card_is_there() -> None:
    put_in("happy")
    channel = session("A")
    put_in("resident-7")
    assert card_seen("A")
    assert isinstance(channel.transmit(SELECT_JPKI), CardLost)
    channel.close()
    assert slot("A").status()["cards"]["resident-7"]["apdus"] == 0


@pytest.mark.parametrize(
    ("order", "error"),
    [
        ({"op": "insert", "name": "nobody"}, "nobody"),
        ({"op": "dance"}, "dance"),
        ({"op": "insert"}, "name"),
        ({"op": "pull-after", "apdus": "many"}, "not an order"),
        ({"op": "pull-after", "apdus": None}, "not an order"),
    ],
)
def test_a_wrong_order_is_refused_in_words_and_the_slot_goes_on(order: dict[str, object], error: str) -> None:
    op = str(order.pop("op"))
    with pytest.raises(OrderRefused, match=error):
        slot("A").order(op, **order)
    assert slot("A").status()["ok"]


@pytest.mark.parametrize("line", [b"not json\n", b"[1]\n", b"\xff\xfe\n", b"7\n"])
def test_a_line_that_is_no_order_is_refused_and_the_slot_goes_on(line: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as raw:
        raw.settimeout(5)
        slot("A").status()
        raw.connect(str(slot("A").control))
        raw.sendall(line)
        assert b'"ok": false' in raw.recv(4096)
    assert slot("A").status()["ok"]


def test_no_file_with_an_individual_number_was_selected_by_anyone_here() -> None:
    put_in("happy")
    channel = session("A")
    assert isinstance(JpkiCard(channel).read(), Identity)
    channel.close()
    for reader in ("A", "B"):
        for accesses in slot(reader).log().values():
            assert not [a for a in accesses if a["application"] == "券面事項入力補助"]


def test_a_path_too_long_for_a_socket_is_named_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(PcscdFailed, match="too long"):
        PrivatePcscd(tmp_path / ("x" * 100))


def test_a_missing_driver_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pcscd_module, "DRIVERS", ())
    with (
        tempfile.TemporaryDirectory(prefix="mc-") as folder,
        pytest.raises(PcscdFailed, match="vsmartcard-vpcd"),
    ):
        PrivatePcscd(Path(folder)).start()


def test_ports_come_in_free_pairs() -> None:
    port = free_port_pair()
    for number in (port, port + 1):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", number))


RIGHTLESS_ROOT = ("setpriv", "--bounding-set=-all", "--inh-caps=-all")
NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
START_ONE = """
import sys, pathlib, pcscd
one = pcscd.PrivatePcscd(pathlib.Path(sys.argv[1]) / 'n')
machine = pathlib.Path('/run/pcscd')
before = sorted(machine.iterdir()) if machine.exists() else None
one.start()
print('up', (one.socket.parent / 'pcscd.pid').read_text().rstrip('\\n\\0') == str(one.pid))
print('machine untouched', before == (sorted(machine.iterdir()) if machine.exists() else None))
print('own namespace', pathlib.Path('/proc/self/ns/mnt').readlink() != pathlib.Path(f'/proc/{one.pid}/ns/mnt').readlink())
one.stop()
"""


@pytest.mark.parametrize("become", [RIGHTLESS_ROOT, NOBODY], ids=["root of a container", "ordinary user"])
def test_a_private_pcscd_needs_no_rights_and_leaves_the_machines_own_alone(become: tuple[str, ...]) -> None:
    """As root the test gives its rights away for it; an ordinary user has none to give."""
    prefix = become if os.geteuid() == 0 else ()
    python = next((p for p in (sys.executable, "/usr/bin/python3") if _runs([*prefix, p, "-c", ""])), None)
    if python is None:
        pytest.skip("no interpreter for ordinary users on this machine")
    with tempfile.TemporaryDirectory(prefix="mc-") as folder:
        shutil.copy(pcscd_module.__file__, folder)
        (Path(folder) / "n").mkdir()
        for path in (Path(folder), Path(folder) / "n"):
            path.chmod(0o777)
        shown = _run([*prefix, python, "-B", "-c", START_ONE, folder], cwd=folder)
    assert shown.stdout.splitlines() == ["up True", "machine untouched True", "own namespace False"], (
        shown.stderr
    )


def _runs(words: list[str]) -> bool:
    return _run(words).returncode == 0


def _run(words: list[str], cwd: str = "/") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words, cwd=cwd, capture_output=True, text=True, timeout=30, check=False,
        env={"PATH": os.environ["PATH"], "HOME": "/tmp", "PYTHONPATH": cwd},  # noqa: S108
    )  # fmt: skip
