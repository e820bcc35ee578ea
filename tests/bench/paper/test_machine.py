"""The virtual printer behaves as a printer, also where that is inconvenient. Bytes by hand, no driver."""

from __future__ import annotations

import pytest

from bench.paper.machine import Machine

CLEAR = bytes.fromhex("10 14 08 01 03 14 01 06 02 08")
LINE = b"abc\n"
CUT = b"\x1dV\x00"
GS_R = b"\x1dr\x01"


def machine(**more: object) -> tuple[Machine, list[bytes]]:
    papers: list[bytes] = []
    return Machine(papers.append, **more), papers  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("faults", "answers"),
    [
        ({}, "16 12 12 12"),
        ({"paper_low": True}, "16 12 12 1e"),
        ({"paper_out": True}, "1e 32 12 7e"),
        ({"cover_open": True}, "1e 16 12 12"),
        ({"jammed": "cutter", "error": "cutter"}, "1e 52 1a 12"),
        ({"jammed": "head", "error": "head"}, "1e 52 16 12"),
        ({"offline": True}, "1e 12 12 12"),
        ({"silent": True}, ""),
        ({"hung": True}, ""),
    ],
)
def test_real_time_status_names_each_fault(faults: dict[str, object], answers: str) -> None:
    it, _ = machine()
    for name, value in faults.items():
        setattr(it.faults, name, value)
    said = b"".join(it.receive(b"\x10\x04" + bytes((kind,))) for kind in (1, 2, 3, 4))
    assert said.hex(" ") == answers


def test_a_drawer_that_pulls_its_pin_down_is_told_with_the_printers_status_and_nowhere_else() -> None:
    it, _ = machine(drawer_high=False)
    said = b"".join(it.receive(b"\x10\x04" + bytes((kind,))) for kind in (1, 2, 3, 4))
    assert said.hex(" ") == "12 12 12 12"


def test_real_time_status_overtakes_the_buffer_and_the_queued_one_does_not() -> None:
    it, papers = machine()
    assert it.receive(LINE * 3 + CUT + GS_R + b"\x10\x04\x01") == b"\x16"
    assert papers == []
    assert it.work(0.0) == b"\x00"
    assert papers == [LINE * 3 + CUT]


def test_a_real_time_command_in_two_portions_is_still_one() -> None:
    it, _ = machine()
    assert it.receive(b"\x10") == b""
    assert it.receive(b"\x04") == b""
    assert it.receive(b"\x04") == b"\x12"
    assert it.waiting() == 0


def test_without_paper_everything_waits_and_comes_out_when_it_is_back() -> None:
    it, papers = machine()
    it.faults.paper_out = True
    it.receive(LINE + CUT + GS_R)
    assert it.work(0.0) == b""
    assert papers == []
    it.faults.paper_out = False
    assert it.work(0.0) == b"\x00"
    assert papers == [LINE + CUT]


def test_a_clear_command_is_answered_and_nothing_comes_out_afterwards() -> None:
    it, papers = machine()
    it.faults.paper_out = True
    it.receive(LINE + CUT + GS_R)
    assert it.receive(CLEAR) == bytes.fromhex("37 25 00")
    it.faults.paper_out = False
    assert it.work(0.0) == b""
    assert (papers, it.waiting()) == ([], 0)


def test_what_is_printed_stays_printed_and_the_line_in_the_print_buffer_goes() -> None:
    it, papers = machine()
    it.receive(LINE + b"half")
    it.work(0.0)
    it.receive(CLEAR)
    it.receive(CUT)
    it.work(0.0)
    assert papers == [LINE + CUT]


def test_a_wrong_key_clears_nothing() -> None:
    it, _ = machine()
    assert it.receive(LINE + CLEAR[:-1] + b"\x09") == b""
    assert it.waiting() == len(LINE)


def test_a_fault_comes_after_so_many_bytes_and_between_two_commands() -> None:
    it, _ = machine()
    it.after(6, lambda: setattr(it.faults, "paper_out", True))
    it.receive(LINE * 3)
    it.work(0.0)
    assert it.done_bytes == 4
    assert it.loose() == LINE


def test_a_freed_cutter_needs_to_be_told_to_go_on() -> None:
    it, _ = machine()
    it.faults.jammed = it.faults.error = "cutter"
    it.receive(b"\x10\x05\x02")
    assert it.faults.error == "cutter"
    it.faults.jammed = ""
    assert it.receive(b"\x10\x04\x01") == b"\x1e"
    it.receive(b"\x10\x05\x02")
    assert it.receive(b"\x10\x04\x01") == b"\x16"


def test_what_does_not_fit_the_buffer_is_lost_and_counted() -> None:
    it, _ = machine(buffer_size=10)
    it.faults.cover_open = True
    it.receive(b"a" * 15)
    assert (it.waiting(), it.lost_bytes) == (10, 5)


def test_the_mechanism_takes_its_time() -> None:
    it, papers = machine(dots_per_s=100.0)
    it.receive(b"\x1bJ\x64" + LINE + CUT)
    it.work(0.0)
    assert it.waiting() == len(LINE + CUT)
    it.work(1.0)
    it.work(2.0)
    assert len(papers) == 1


def test_rubbish_is_noted_with_its_offset_and_does_not_stop_the_printer() -> None:
    it, papers = machine()
    it.receive(LINE + b"\x01" + CUT)
    it.work(0.0)
    assert it.unknown == ["offset 4: unknown byte(s) 01"]
    assert papers == [LINE + CUT]


def test_a_real_time_command_hidden_in_a_picture_is_obeyed_as_on_a_real_printer() -> None:
    it, _ = machine()
    assert it.receive(b"\x1dv0\x00\x03\x00\x01\x00\x10\x04\x01") == b"\x16"
