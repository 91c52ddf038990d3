from hypothesis import given
from hypothesis import strategies as st

from telemetry.wire.framing import Frame, split
from telemetry.wire.glance import MOST_SHOWN_BYTES, first_bytes, heartbeat_of, message_name
from tests.telemetry.wire.peer import KEY, heard, sender


def frame(peer: object) -> Frame:
    (piece,) = split(heard(peer))
    assert isinstance(piece, Frame)
    return piece


def test_a_heartbeat_tells_what_beats() -> None:
    peer = sender()
    peer.heartbeat_send(13, 12, 0, 0, 3)
    assert heartbeat_of(frame(peer)) == ("MAV_TYPE_HEXAROTOR", "MAV_AUTOPILOT_PX4")


def test_what_the_dialect_does_not_know_is_told_by_its_number() -> None:
    peer = sender()
    peer.heartbeat_send(251, 0, 0, 0, 0)
    assert heartbeat_of(frame(peer)) == ("#251", "MAV_AUTOPILOT_GENERIC")
    assert (message_name(0), message_name(16_000_000)) == ("HEARTBEAT", "#16000000")


def test_a_heartbeat_of_zeros_is_read_though_they_were_left_off() -> None:
    peer = sender()
    peer.heartbeat_send(0, 0, 0, 0, 0, mavlink_version=0)
    assert heartbeat_of(frame(peer)) == ("MAV_TYPE_GENERIC", "MAV_AUTOPILOT_GENERIC")


def test_a_packet_that_sets_a_signing_key_shows_its_header_alone() -> None:
    peer = sender()
    peer.setup_signing_send(1, 1, KEY, 1)
    data = heard(peer)
    assert first_bytes(data) == data[:10].hex()
    assert first_bytes(b"noise" + data) == (b"noise" + data[:10]).hex()


@given(st.binary(max_size=200))
def test_never_more_than_64_bytes_are_shown_and_they_are_the_first(data: bytes) -> None:
    shown = bytes.fromhex(first_bytes(data))
    assert data.startswith(shown)
    assert len(shown) <= MOST_SHOWN_BYTES
