import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from telemetry.wire.framing import LONGEST, Frame, Framer, Unreadable, split
from tests.telemetry.wire.peer import KEY, sender, some_flight

UNKNOWN = b"\xfd\x02\x00\x00\x05\x07\x01\xff\xff\xff" + b"ab" + b"\x12\x34"  # message 16777215 is in no dialect
FLIGHT = some_flight(sender()) + some_flight(sender(is_v1=True)) + some_flight(sender(key=KEY))


def frames(pieces: list[Frame | Unreadable]) -> list[bytes]:
    return [piece.packet for piece in pieces if isinstance(piece, Frame)]


def test_version_1_and_2_and_signed_packets_are_found_with_their_header() -> None:
    pieces = split(FLIGHT)
    assert [(p.version, p.is_signed) for p in pieces if isinstance(p, Frame)] == (
        [(2, False)] * 15 + [(1, False)] * 15 + [(2, True)] * 15
    )
    first = pieces[1]
    assert isinstance(first, Frame)
    assert (first.system_id, first.component_id, first.message_id, first.sequence) == (7, 1, 33, 1)


@pytest.mark.parametrize(
    "noise", [b"\xfd", b"\xfe", b"\xfe\x00", b"\x00\xfe\xfd\xff noise" * 20, b"\xfd" * 300, b"\r\n"]
)
def test_packets_are_found_again_after_noise(noise: bytes) -> None:
    packet = some_flight(sender(), 1)
    pieces = split(noise + packet + noise + packet)
    assert frames(pieces) == frames(split(packet)) * 2
    assert (pieces[0].start, pieces[0].end, pieces[0].packet) == (0, len(noise), noise)


def test_a_broken_packet_costs_one_packet_and_is_counted_once() -> None:
    flight = some_flight(sender())
    good = split(flight)
    hurt = bytearray(flight)
    hurt[good[1].start + 14] ^= 0xFF
    pieces = split(bytes(hurt))
    assert frames(pieces) == [p.packet for n, p in enumerate(good) if n != 1]
    assert [(p.start, p.end, p.bad_crcs) for p in pieces if isinstance(p, Unreadable)] == [
        (good[1].start, good[1].end, 1)
    ]


def test_an_unknown_message_counts_by_its_length() -> None:
    (piece,) = split(UNKNOWN)
    assert isinstance(piece, Frame)
    assert (piece.is_known, piece.payload, piece.system_id) == (False, b"ab", 7)
    packet = some_flight(sender(), 1)
    assert frames(split(UNKNOWN + packet)) == [UNKNOWN, *frames(split(packet))]
    assert frames(split(UNKNOWN + b"noise" + packet)) == frames(split(packet))


def test_flags_that_are_not_understood_make_a_packet_unreadable() -> None:
    packet = bytearray(some_flight(sender(), 1)[:21])
    packet[2] = 0x02
    assert frames(split(bytes(packet))) == []


def test_a_stream_holds_back_no_more_than_one_packet() -> None:
    framer = Framer()
    for _ in range(1000):
        framer.feed(b"\xfd\xff\x00")
    assert len(framer._tail) <= LONGEST


bits = st.binary(max_size=80)
streams = st.lists(
    bits | st.sampled_from([p.packet for p in split(FLIGHT)]) | st.sampled_from([UNKNOWN, b"\xfd", b"\xfe\xff"]),
    max_size=12,
).map(b"".join)


@given(streams)
@example(b"\xfd")
def test_pieces_put_together_are_the_bytes(data: bytes) -> None:
    assert b"".join(piece.packet for piece in split(data)) == data


@given(streams, st.lists(st.integers(0, 2000), max_size=8))
def test_wherever_a_stream_is_cut_the_same_comes_out(data: bytes, cuts: list[int]) -> None:
    framer, pieces, at = Framer(), [], 0
    for cut in sorted(min(c, len(data)) for c in cuts):
        pieces += framer.feed(data[at:cut])
        at = cut
    pieces += framer.feed(data[at:]) + framer.finish()
    assert frames(pieces) == frames(split(data))
    assert b"".join(piece.packet for piece in pieces) == data
