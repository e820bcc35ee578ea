"""Frames between host and chip."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bench.nfc.frames import ACK, FrameReader, HostAck, HostFrame, encode

GET_FIRMWARE_VERSION = bytes.fromhex("0000ff02fed4022a00")  # captured from a real host


def test_a_captured_frame_is_read_after_its_wake_up_bytes() -> None:
    assert FrameReader().feed(bytes(10) + GET_FIRMWARE_VERSION) == [HostFrame(b"\xd4\x02")]


def test_a_captured_frame_is_what_we_encode() -> None:
    assert encode(b"\xd4\x02") == GET_FIRMWARE_VERSION


def test_an_ack_is_no_frame() -> None:
    assert FrameReader().feed(ACK) == [HostAck()]


def test_254_bytes_are_a_normal_frame_and_255_an_extended_one() -> None:
    assert encode(bytes(254))[:5] == bytes.fromhex("0000fffe02")
    assert encode(bytes(255))[:8] == bytes.fromhex("0000ffffff00ff01")


@given(
    st.lists(st.binary(min_size=1, max_size=300), max_size=6),
    st.integers(1, 50),
    st.binary(max_size=5).filter(lambda junk: b"\xff" not in junk),
)
def test_frames_come_out_whole_however_the_line_cuts_them(
    payloads: list[bytes], piece: int, junk: bytes
) -> None:
    stream = b"".join(junk + encode(one) + ACK for one in payloads)
    reader = FrameReader()
    found = [one for at in range(0, len(stream), piece) for one in reader.feed(stream[at : at + piece])]
    assert found == [one for payload in payloads for one in (HostFrame(payload), HostAck())]


@given(st.integers(0, 8), st.integers(1, 255))
def test_a_frame_with_one_wrong_byte_is_never_taken_for_the_right_one(at: int, flip: int) -> None:
    broken = bytearray(GET_FIRMWARE_VERSION)
    broken[at] ^= flip
    taken = FrameReader().feed(bytes(broken) + bytes(300))
    preamble_or_postamble = at in (0, 8)
    assert (HostFrame(b"\xd4\x02") in taken) == preamble_or_postamble


def test_a_good_frame_after_a_broken_one_is_read() -> None:
    broken = GET_FIRMWARE_VERSION[:-2] + b"\x00\x00"
    assert FrameReader().feed(broken + GET_FIRMWARE_VERSION) == [HostFrame(b"\xd4\x02")]
